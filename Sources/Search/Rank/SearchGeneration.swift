/// What is known of all agents and their words at one time, and ranks agents apart from a query.
public struct SearchGeneration: Sendable, Equatable {
    /// The number, from 1 on; 0 where there is none yet.
    public let number: Int32
    /// How many agents search may show.
    public let agents: Int64
    /// All agents whose shown version was published before this position of the log have a score.
    public let position: Int64
    /// In how many agents a word stands, of the words that many have.
    public let words: [String: Int64]

    /// Creates a generation; without values, the one before the first.
    public init(number: Int32 = 0, agents: Int64 = 0, position: Int64 = 0, words: [String: Int64] = [:]) {
        self.number = number
        self.agents = agents
        self.position = position
        self.words = words
    }

    /// The score of an agent that has none yet: about that of a new one that nobody has downloaded or judged.
    public static let newcomersScore: Int32 = 990

    /// In how many agents a term stands; 0 where few have it.
    public func count(of term: SearchQuery.Term) -> Int64 {
        term.words.map { word in Condition.lexemes(of: word).map { words[$0] ?? 0 }.reduce(0, +) }.min() ?? 0
    }

    /// The words of the fewest agents by which all agents that meet some conditions are found: those whose best known agents
    /// are listed, and those that few agents have. Nil where agents may meet the conditions without any word.
    public func telling(_ conditions: [Condition]) -> (listed: [String], few: [String], agents: Int64)? {
        guard let (words, count) = Condition.all(conditions).telling({ self.words[$0] ?? 0 }) else { return nil }
        return (words.filter { self.words[$0] != nil }.sorted(), words.filter { self.words[$0] == nil }.sorted(), count)
    }

    /// How telling a term is with all its forms: 1 for one that no agent has, and less the more have it.
    func weight(of term: SearchQuery.Term) -> Double { weight(count(of: term)) }

    /// How telling a term is as it was typed.
    func exactWeight(of term: SearchQuery.Term) -> Double {
        weight(term.words.map { words[$0.form] ?? 0 }.min() ?? 0)
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
