public import JSON

/// What a person wrote, but for listings: a document of a kind, whose members are texts.
public struct WrittenContent: Sendable, Equatable {
    /// A member of a kind of document.
    public struct Member: Sendable {
        /// The name.
        public let name: String
        /// The most characters.
        public let maximumCharacters: Int
        /// False where the document may lack it.
        public let isRequired: Bool

        fileprivate init(_ name: String, _ maximumCharacters: Int, isRequired: Bool = false) {
            self.name = name
            self.maximumCharacters = maximumCharacters
            self.isRequired = isRequired
        }
    }

    /// What is written: a closed list.
    public enum Kind: String, Sendable, CaseIterable {
        /// A user name as its owner spells it.
        case name
        /// Who somebody is.
        case profile
        /// What somebody says of an agent.
        case review
        /// Why something was done.
        case note
        /// What moderators have to know.
        case details

        /// The members, in canonical order.
        public var members: [Member] {
            switch self {
            case .name: [Member("name", 64, isRequired: true)]
            case .profile: [Member("bio", 2_000), Member("display_name", 64), Member("website_url", 200)]
            case .review: [Member("text", 7_000), Member("title", 255)]
            case .note, .details: [Member("text", 4_000, isRequired: true)]
            }
        }
    }

    /// What is written.
    public let kind: Kind
    /// The texts by member.
    public let texts: [String: String]

    /// Puts a document together; `texts` has members of the kind alone.
    public init(_ kind: Kind, _ texts: [String: String]) {
        self.kind = kind
        self.texts = texts
    }

    /// Canonical JSON.
    public var document: [UInt8] {
        var members = kind.members.map { ($0.name, texts[$0.name]) }
        members.append(("kind", kind.rawValue))
        var writer = JSONWriter()
        writer.object { object in
            for (name, text) in members.sorted(by: { $0.0 < $1.0 }) { object.member(name, text) }
        }
        return writer.bytes
    }

    /// Reads a document of a kind.
    public init(_ kind: Kind, document: [UInt8]) throws(JSONError) {
        var reader = try JSONReader(document)
        var texts: [String: String] = [:]
        var isKnown: Bool?
        try reader.object { name, reader throws(JSONError) in
            if "kind" ~= name {
                isKnown = try reader.text(kind.rawValue) { kind.rawValue ~= $0 ? true : nil }
            } else if let member = kind.members.first(where: { $0.name ~= name }) {
                texts[member.name] = try reader.string()
            } else {
                throw reader.unknownMember()
            }
        }
        try reader.end()
        _ = try reader.require(isKnown, "kind")
        for member in kind.members where member.isRequired { _ = try reader.require(texts[member.name], member.name) }
        self.init(kind, texts)
    }
}
