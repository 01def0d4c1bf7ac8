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
    /// True where it is deprecated, or every version is yanked or held.
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
