public import Events
import Postgres
import Search

extension AgentReader {
    /// An agent in a list of what is popular.
    public struct Popular: Sendable {
        /// Its place in the list, from 1; places of agents that are not listed any more are left out.
        public let rank: Int64
        /// What lists show of it.
        public let summary: Summary
        /// Its downloads in the time that the list is about.
        public let downloads: Int64
        /// Its downloads in that time, counted once for each reader and day.
        public let readers: Int64
        /// Its growth in hundredths; 0 where it has too few readers to say.
        public let growth: Int64
    }

    /// How many agents have a value.
    public struct Group: Sendable {
        /// The value; empty for agents without one.
        public let value: String
        /// How many agents.
        public let agents: Int64
    }

    /// What something was made from.
    public struct MadeFrom: Sendable {
        /// The last day that it is about.
        public let day: Day
        /// All entries before it were applied at least.
        public let next: Position
    }

    /// A list of popular agents, behind a rank; nil where none was made yet.
    ///
    /// - Parameters:
    ///   - list: `downloads`, `readers` or `trending`.
    ///   - category: in any spelling; nil for all.
    public func popular(
        _ list: String, days: Int64, category: String?, after rank: Int64, limit: Int
    ) async throws -> Reflecting<(made: MadeFrom?, agents: [Popular])> {
        let parameters: [PostgresValue] = [
            .text(list), .int4(Int32(clamping: days)), .text(category.map(Word.collapsed) ?? ""),
            .int4(Int32(clamping: rank)), .int8(Int64(limit)),
        ]
        return try await made(Self.shownModels, Statements.listPopular, parameters) { row in
            Popular(
                rank: try row.integer("rank"), summary: try Summary(row),
                downloads: try row.integer("window_downloads"),
                readers: try row.integer("window_readers"), growth: try row.integer("growth"))
        }
    }

    /// How many agents there are of what, the most first: by `category`, `runtime` or `license`, or `all` together.
    public func groups(
        by kind: String, limit: Int
    ) async throws -> Reflecting<(made: MadeFrom?, groups: [Group])> {
        let found = try await made([.agents], Statements.listGroups, [.text(kind), .int8(Int64(limit))]) { row in
            Group(value: try row.text("value"), agents: try row.integer("agents"))
        }
        return Reflecting(value: (found.value.made, found.value.agents), reflection: found.reflection)
    }

    /// Reads what a generation says, and what it was made from.
    private func made<Row: Sendable>(
        _ models: [Projection], _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRow) throws -> Row
    ) async throws -> Reflecting<(made: MadeFrom?, agents: [Row])> {
        try await steps(models) { connection in
            let last = try connection.execute(Statements.lastPopular).first.map { row in
                MadeFrom(day: Day(number: try row.integer("day")), next: Position(try row.integer("position")))
            }
            return (last, try connection.execute(statement, parameters).map(decode))
        }
    }
}
