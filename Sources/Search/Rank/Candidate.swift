/// An agent that may answer a query, with all that its rank depends on.
public struct Candidate: Sendable {
    /// The key of the agent.
    public let key: String
    /// The id of its owner.
    public let owner: String
    /// The category as its publisher spells it; empty where there is none.
    public let category: String
    /// The runtime without its version; empty where there is none.
    public let runtime: String
    /// The licences that it names.
    public let licenses: [String]
    /// True where it has a WebAssembly module.
    public let hasWASM: Bool
    /// True where it is deprecated, or every version is yanked.
    public let isDown: Bool
    /// The number of its ratings.
    public let ratings: Int64
    /// Their sum.
    public let ratingSum: Int64
    /// Its score apart from the query, from 500 to 2000.
    public let staticScore: Int32
    /// How many words its fields have.
    public let lengths: Lengths
    /// Where the terms of the query stand.
    public let marks: Marks
    /// The names that the query meets.
    public var names: [AgentNames.Name] = []

    /// How many words a title and the other fields have.
    public struct Lengths: Sendable {
        let title: Int
        let summary: Int
        let description: Int

        /// Creates the lengths.
        public init(title: Int, summary: Int, description: Int) {
            self.title = title
            self.summary = summary
            self.description = description
        }
    }

    /// Creates a candidate.
    public init(
        key: String, owner: String, category: String, runtime: String, licenses: [String], hasWASM: Bool, isDown: Bool,
        ratings: Int64, ratingSum: Int64, staticScore: Int32, lengths: Lengths, marks: Marks
    ) {
        self.key = key
        self.owner = owner
        self.category = category
        self.runtime = runtime
        self.licenses = licenses
        self.hasWASM = hasWASM
        self.isDown = isDown
        self.ratings = ratings
        self.ratingSum = ratingSum
        self.staticScore = staticScore
        self.lengths = lengths
        self.marks = marks
    }

    /// The average rating in hundredths; 0 where there is none.
    public var ratingHundredths: Int64 { ratings == 0 ? 0 : ratingSum * 100 / ratings }
}

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

    private static let termsOfWord = 8

    private let words: [Int64]

    /// Creates the marks of eight terms each.
    public init(low: Int64, high: Int64) {
        words = [low, high]
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
