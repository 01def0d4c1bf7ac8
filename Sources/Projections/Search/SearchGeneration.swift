import Events
public import Following
public import Postgres
import Search
import Synchronization

/// What is known of all agents and their words at one time, and ranks agents apart from a query.
struct SearchGeneration: Sendable, Equatable {
    /// The number, from 1 on; 0 where there is none yet.
    var number: Int32 = 0
    /// How many agents search may show.
    var agents: Int64 = 0
    /// All agents whose shown version was published before have a score.
    var position: Int64 = 0
    /// In how many agents a word stands, of the words that many have.
    var words: [String: Int64] = [:]

    /// The score of an agent that has none yet: that of one which is new and which nobody has judged.
    static let newcomersScore: Int32 = 990

    /// In how many agents a term stands; 0 where few have it.
    func count(of term: SearchQuery.Term) -> Int64 {
        term.words.map { word in Expression.lexemes(of: word).map { words[$0] ?? 0 }.reduce(0, +) }.min() ?? 0
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
    static func == (one: SearchGeneration, other: SearchGeneration) -> Bool { one.number == other.number }
}

/// The last two generations: cursors may still name the one before.
public struct SearchGenerations: Sendable, Equatable {
    var present = SearchGeneration()
    var before = SearchGeneration()
}

extension Feed where Value == SearchGenerations {
    /// Follows the generations of the database that a pool reads.
    public static func searchGenerations(_ pool: PostgresPool) -> Feed<SearchGenerations> {
        let known = Mutex(SearchGenerations())
        return Feed(SearchGenerations()) {
            try await pool.runRepeatable { connection in
                let last = known.withLock { $0 }
                let kept = try connection.execute(Statements.lastGenerations).map { row in
                    let number = Int32(clamping: try row.integer("generation"))
                    if let same = [last.present, last.before].first(where: { $0.number == number }) { return same }
                    var generation = SearchGeneration(
                        number: number, agents: try row.integer("agents"), position: try row.integer("position"))
                    for row in try connection.execute(Statements.listWords, [.int4(number)]) {
                        generation.words[try row.text("word")] = try row.integer("agents")
                    }
                    return generation
                }
                let generations = SearchGenerations(
                    present: kept.first ?? SearchGeneration(), before: kept.dropFirst().first ?? SearchGeneration())
                known.withLock { $0 = generations }
                return generations
            }
        }
    }
}
