/// What is known of all agents and their words at one time, and ranks agents apart from a query.
public struct SearchGeneration: Sendable, Equatable {
    /// The number, from 1 on; 0 where there is none yet.
    public let number: Int32
    /// How many agents search may show.
    public let agents: Int64
    /// All agents whose shown version was published before this position of the log have a score.
    public let position: Int64
    /// The words that many agents have.
    public let words: [String: ListedWord]

    /// Creates a generation; without values, the one before the first.
    public init(number: Int32 = 0, agents: Int64 = 0, position: Int64 = 0, words: [String: ListedWord] = [:]) {
        self.number = number
        self.agents = agents
        self.position = position
        self.words = words
    }

    /// The score of an agent that has none yet: about that of a new one that nobody has downloaded or judged.
    public static let newcomersScore: Int32 = 990

    /// In how many agents a term stands; 0 where few have it.
    public func count(of term: SearchQuery.Term) -> Int64 {
        term.words.map { word in Condition.lexemes(of: word).map { words[$0]?.agents ?? 0 }.reduce(0, +) }.min() ?? 0
    }

    /// Where the agents are that meet some conditions; nil where they may meet them without any word.
    ///
    /// - Parameter most: the most places.
    public func places(of conditions: [Condition], atMost most: Int) -> KnownPlaces? {
        let clauses = Condition.all(conditions).clauses { words[$0]?.agents ?? 0 }
        guard !clauses.isEmpty else { return nil }
        return KnownPlaces(clauses.map(\.words), most: most) { words[$0] }
    }

    /// How telling a term is with all its forms: 1 for one that no agent has, and less the more have it.
    func weight(of term: SearchQuery.Term) -> Double { weight(count(of: term)) }

    /// How telling a term is as it was typed.
    func exactWeight(of term: SearchQuery.Term) -> Double {
        weight(term.words.map { words[$0.form]?.agents ?? 0 }.min() ?? 0)
    }

    private func weight(_ count: Int64) -> Double {
        guard agents > 0 else { return 1 }
        return Self.logarithm(1 + Double(agents) / Double(1 + count)) / Self.logarithm(1 + Double(agents))
    }

    /// The logarithm to the base 2 of a number from 1 on, by straight lines between the powers of 2.
    private static func logarithm(_ number: Double) -> Double { Double(number.exponent) + number.significand - 1 }

    /// True where both are one generation.
    public static func == (one: SearchGeneration, other: SearchGeneration) -> Bool { one.number == other.number }
}
