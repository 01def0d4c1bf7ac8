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
                let generations = try connection.transaction {
                    // Of one moment: while lists are read, another program may drop them.
                    try connection.execute(Statements.snapshot)
                    return try read(since: known.withLock { $0 }, connection)
                }
                known.withLock { $0 = generations }
                return generations
            }
        }
    }

    /// The last two generations; those that are known are not read again.
    private static func read(
        since last: SearchGenerations, _ connection: PostgresConnection
    ) throws -> SearchGenerations {
        let kept = try connection.execute(Statements.lastGenerations).map { row in
            let number = Int32(clamping: try row.integer("generation"))
            if let same = [last.present, last.before].first(where: { $0.number == number }) { return same }
            return SearchGeneration(
                number: number, agents: try row.integer("agents"), position: try row.integer("position"),
                words: try listedWords(number, connection))
        }
        return SearchGenerations(
            present: kept.first ?? SearchGeneration(), before: kept.dropFirst().first ?? SearchGeneration())
    }

    /// The words that many agents have, read some at a time, since all lists together have tens of megabytes.
    private static func listedWords(
        _ generation: Int32, _ connection: PostgresConnection
    ) throws -> [String: ListedWord] {
        var words: [String: ListedWord] = [:]
        var last = ""
        while true {
            let rows = try connection.execute(Statements.listWords, [.int4(generation), .text(last)])
            for row in rows {
                last = try row.text("word")
                words[last] = ListedWord(agents: try row.integer("agents"), places: try row.int4s("places"))
            }
            if rows.count == 0 { return words }
        }
    }
}
