/// The names under which an agent is known, each as one word without separators.
public struct AgentNames: Sendable, Equatable {
    /// What a name is of.
    public enum Kind: Int16, Sendable, CaseIterable {
        /// The whole id.
        case id = 1
        /// The last part of the id.
        case lastPart = 2
        /// The name of its package in another registry, where an administrator imported it from there.
        case package = 3
        /// The last part of the name of a package.
        case packagePart = 4
        /// A name without the words that many names have.
        case core = 5
        case title = 6
        case titleCore = 7

        /// True for what nobody can claim: the id, and the package that an administrator imported.
        var isProof: Bool { self == .id || self == .lastPart || self == .package }
    }

    /// A name with its kind.
    public struct Name: Sendable, Hashable {
        /// The name.
        public let text: String
        /// What it is of.
        public let kind: Kind

        /// Creates a name.
        public init(text: String, kind: Kind) {
            self.text = text
            self.kind = kind
        }
    }

    /// The names, each once, in the order of their texts.
    public let all: [Name]
    /// The words of the names, the names themselves included: what a mistyped word may have meant.
    public let words: [String]

    /// Words that say nothing, since what the marketplace holds is just that.
    static let generic: Set<String> = ["mcp", "server", "agent"]
    /// A longer name is cut.
    private static let maximumLength = 128
    /// How many letters a word has whose typing errors are found. Longer ones are no names that anybody types, and each costs
    /// an entry for each of its letters.
    public static let spelledLengths = 4...32
    private static let maximumWords = 24

    /// The names of an agent.
    ///
    /// - Parameters:
    ///   - id: its id.
    ///   - packages: the names of its packages in other registries.
    ///   - isImported: true for an agent that is the package which it names; elsewhere its publisher only says so.
    public init(id: String, title: String, packages: [String], tags: [String] = [], isImported: Bool) {
        let lastPart = Self.lastPart(ofID: id)
        var names: Set<Name> = []
        func add(_ text: String, _ kind: Kind) {
            let text = String(text.prefix(Self.maximumLength))
            if !text.isEmpty { names.insert(Name(text: text, kind: kind)) }
        }
        add(Word.collapsed(id), .id)
        add(Word.collapsed(lastPart), .lastPart)
        add(Self.core(lastPart), .core)
        add(Word.collapsed(title), .title)
        add(Self.core(title), .titleCore)
        var parts: [String] = []
        for package in packages {
            let part = Self.lastPart(ofPackage: package)
            parts.append(part)
            if isImported { add(Word.collapsed(package), .package) }
            add(Word.collapsed(part), .packagePart)
            add(Self.core(part), .core)
        }
        all = names.sorted { ($0.text, $0.kind.rawValue) < ($1.text, $1.kind.rawValue) }
        let own = Set(names.filter { $0.kind != .id }.map(\.text)).union(Self.spelled([lastPart, title] + parts))
        // Tags, of which there may be more than words are kept, take no place from a name.
        let others = Self.spelled(tags).subtracting(own)
        let fitting = (own.sorted() + others.sorted()).filter {
            Self.spelledLengths.contains($0.unicodeScalars.count) && !Self.generic.contains($0)
        }
        words = Array(fitting.prefix(Self.maximumWords))
    }

    private static func spelled(_ texts: [String]) -> Set<String> {
        Set(texts.flatMap { Word.all(in: $0).map(\.form) })
    }

    /// What stands behind the last dot of an id.
    public static func lastPart(ofID id: String) -> String {
        String(id.split(separator: ".").last ?? Substring(id))
    }

    /// What stands behind the last slash of a package's name.
    static func lastPart(ofPackage name: String) -> String {
        String(name.split(separator: "/").last ?? Substring(name))
    }

    /// A text as one word, without the words that many names have; empty where nothing is left.
    public static func core(_ text: String) -> String {
        Word.all(in: text).filter { !generic.contains($0.form) }
            .map { $0.kind == .pair ? $0.parts.joined() : $0.form }.joined()
    }
}
