/// In which fields of a document the terms of a query stand: six bits for each of 16 terms, in two words of eight terms.
public struct Marks: Sendable {
    /// A way in which a term can stand in a document.
    public enum Mark: Int, Sendable, CaseIterable {
        /// In a name, as it is.
        case exactName
        /// In a name.
        case name
        case title
        case summary
        case description
        /// As it is, anywhere.
        case exact

        /// What a document has to have for it.
        public func condition(_ term: SearchQuery.Term) -> Condition {
            switch self {
            case .exactName: .of(term, in: [.name], isExact: true)
            case .name: .of(term, in: [.name])
            case .title: .of(term, in: [.title])
            case .summary: .of(term, in: [.summary])
            case .description: .of(term, in: [.description])
            case .exact: .of(term, isExact: true)
            }
        }
    }

    /// One mark of one term.
    public struct Place: Sendable {
        /// The mark.
        public let mark: Mark
        /// The index of the term, below 16.
        public let term: Int

        /// Creates a place.
        public init(_ mark: Mark, term: Int) {
            self.mark = mark
            self.term = term
        }
    }

    private static let termsOfWord = 8
    /// The indices that a term can have.
    public static let terms = 0..<2 * termsOfWord

    private let words: [Int64]

    /// Creates the marks of eight terms each.
    public init(low: Int64, high: Int64) {
        words = [low, high]
    }

    /// Creates marks from their places.
    public init(_ places: some Sequence<Place>) {
        words = places.reduce(into: [0, 0]) { words, place in
            words[place.term / Self.termsOfWord] |= Self.bit(place.mark, place.term)
        }
    }

    /// True where a term stands in a document in a way.
    public func has(_ mark: Mark, term: Int) -> Bool {
        words[term / Self.termsOfWord] & Self.bit(mark, term) != 0
    }

    private static func bit(_ mark: Mark, _ term: Int) -> Int64 {
        1 << Int64(term % termsOfWord * Mark.allCases.count + mark.rawValue)
    }

    /// The conditions on a document for each mark of some terms, with the bits that they set.
    public static func conditions(of terms: [SearchQuery.Term]) -> (queries: [String], low: [Int64], high: [Int64]) {
        var (queries, low, high): ([String], [Int64], [Int64]) = ([], [], [])
        for (index, term) in terms.enumerated() {
            for mark in Mark.allCases {
                queries.append(mark.condition(term).tsquery)
                low.append(index < termsOfWord ? bit(mark, index) : 0)
                high.append(index < termsOfWord ? 0 : bit(mark, index))
            }
        }
        return (queries, low, high)
    }
}
