import Events
public import Following
public import Postgres
import Search
import Synchronization

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
                    var words: [String: Int64] = [:]
                    for row in try connection.execute(Statements.listWords, [.int4(number)]) {
                        words[try row.text("word")] = try row.integer("agents")
                    }
                    return SearchGeneration(
                        number: number, agents: try row.integer("agents"), position: try row.integer("position"),
                        words: words)
                }
                let generations = SearchGenerations(
                    present: kept.first ?? SearchGeneration(), before: kept.dropFirst().first ?? SearchGeneration())
                known.withLock { $0 = generations }
                return generations
            }
        }
    }
}
