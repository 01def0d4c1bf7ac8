/// What somebody looks for: words, `"phrases"`, `-words` that must not stand there, and filters such as `category:security`.
///
/// Any text is a query; none is an error. What is beyond the bounds does not count, and `isCut` says so.
public struct SearchQuery: Sendable, Equatable {
    /// The most bytes of a query.
    public static let maximumBytes = 256
    /// The most words of a query.
    public static let maximumWords = 16

    /// What an agent has to have, or not to have.
    public let terms: [Term]
    /// The filters, in the order of the query.
    public let filters: [Filter]
    /// True where a part of the query does not count, since it is longer than the bounds.
    public let isCut: Bool
    /// What is looked for apart from filters and from what must not stand there, as it was typed.
    public let text: String

    /// A word or phrase.
    public struct Term: Sendable, Equatable {
        /// The words, one behind the other.
        public let words: [Word]
        /// True for what must not stand there.
        public let isNegative: Bool
        /// True for a word that nearly every sentence has: it need not stand there.
        public let isOptional: Bool
        /// The word written as one with the one beside it: `timezone` for both of `time zone`.
        public internal(set) var joined: [String] = []

        init(_ words: [Word], isNegative: Bool = false, isOptional: Bool = false) {
            self.words = words
            self.isNegative = isNegative
            self.isOptional = isOptional
        }

        /// The term with another word in place of its own; nil where the other is no word.
        public func replaced(by text: String) -> Term? {
            let words = Word.all(in: text).filter { $0.kind != .tail }
            return words.isEmpty ? nil : Term(words, isNegative: isNegative, isOptional: isOptional)
        }

        /// The term in its folded form.
        public var form: String { words.map(\.form).joined(separator: " ") }
    }

    /// A condition on a field that has few values.
    public struct Filter: Sendable, Equatable {
        /// The field.
        public enum Field: String, Sendable {
            case category, publisher, runtime, license
            /// A property, of which there is one: `is:wasm`.
            case `is`

            init?(_ word: String) {
                self.init(rawValue: word == "licence" ? "license" : word)
            }
        }

        /// The field.
        public let field: Field
        /// The value in any spelling.
        public let value: String
        /// True where the field must have another value.
        public let isNegative: Bool

        /// Creates a filter.
        public init(_ field: Field, _ value: String, isNegative: Bool = false) {
            self.field = field
            self.value = value
            self.isNegative = isNegative
        }
    }

    /// All of it as it was typed.
    public let typed: String

    /// Reads a query.
    public init(_ text: String) {
        typed = text
        var parser = QueryParser(text)
        parser.run()
        terms = parser.terms
        filters = parser.filters
        isCut = parser.isCut
        self.text = parser.texts.joined(separator: " ")
    }

    /// True where nothing has to stand in an agent.
    public var isEmpty: Bool { terms.allSatisfy(\.isNegative) }
}

/// Takes a query apart.
private struct QueryParser {
    private(set) var terms: [SearchQuery.Term] = []
    private(set) var filters: [SearchQuery.Filter] = []
    private(set) var texts: [String] = []
    private(set) var isCut = false
    private var words = 0
    private var rest: Substring

    init(_ text: String) {
        rest = text[...]
        guard text.utf8.count > SearchQuery.maximumBytes else { return }
        isCut = true
        var bytes = 0
        rest = text.prefix { character in
            bytes += character.utf8.count
            return bytes <= SearchQuery.maximumBytes
        }
    }

    mutating func run() {
        while true {
            rest = rest.drop { $0.isWhitespace }
            guard !rest.isEmpty else { return }
            let isNegative = rest.count > 1 && rest.first == "-" && rest.dropFirst().first?.isWhitespace == false
            if isNegative { rest.removeFirst() }
            let prefix = rest.prefix { $0.isLetter }
            let field = SearchQuery.Filter.Field(prefix.lowercased())
            if let field, rest[prefix.endIndex...].first == ":" {
                rest = rest[prefix.endIndex...].dropFirst()
                let value = takeText().text
                if !add(field, value, isNegative: isNegative) {
                    add("\(prefix) \(value)", isPhrase: false, isNegative: isNegative)
                }
                continue
            }
            let (text, isPhrase) = takeText()
            add(text, isPhrase: isPhrase, isNegative: isNegative)
        }
    }

    /// Takes what stands up to the next space, or in quotation marks.
    private mutating func takeText() -> (text: String, isPhrase: Bool) {
        guard rest.first == "\"" else {
            let text = rest.prefix { !$0.isWhitespace }
            rest = rest[text.endIndex...]
            return (String(text), false)
        }
        let text = rest.dropFirst().prefix { $0 != "\"" }
        rest = rest[text.endIndex...].dropFirst()
        return (String(text), true)
    }

    /// Adds a filter; false where its value means nothing, so that it is text.
    private mutating func add(_ field: SearchQuery.Filter.Field, _ value: String, isNegative: Bool) -> Bool {
        let form = Word.collapsed(value)
        guard !form.isEmpty, field != .is || form == "wasm" else { return false }
        filters.append(SearchQuery.Filter(field, value, isNegative: isNegative))
        return true
    }

    private mutating func add(_ text: String, isPhrase: Bool, isNegative: Bool) {
        var found = Word.all(in: text).filter { $0.kind != .tail }
        guard !found.isEmpty else { return }
        let room = SearchQuery.maximumWords - words
        if found.count > room {
            isCut = true
            found = Array(found.prefix(room))
        }
        guard !found.isEmpty else { return }
        words += found.count
        if !isNegative { texts.append(text) }
        guard !isPhrase, !isNegative else { return terms.append(SearchQuery.Term(found, isNegative: isNegative)) }
        // Who says a word twice means it no more.
        for word in found where !terms.contains(where: { !$0.isNegative && $0.form == word.form }) {
            var term = SearchQuery.Term([word], isOptional: CommonWords.functional.contains(word.form))
            if let last = terms.last, last.words.count == 1, !last.isNegative, !last.isOptional, !term.isOptional,
                last.words[0].kind == .spelled, word.kind == .spelled
            {
                let joined = last.words[0].form + word.form
                terms[terms.count - 1].joined.append(joined)
                term.joined.append(joined)
            }
            terms.append(term)
        }
    }
}
