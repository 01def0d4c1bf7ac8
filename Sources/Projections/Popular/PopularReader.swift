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
        /// The readers of the last 7 days against an average week of the 28 days before, with 20 added to both, in
        /// hundredths: 100 is no change. 0 where the 7 days have fewer than 20 readers.
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
        /// The number of the generation.
        public let generation: Int32
        /// The last day that it is about.
        public let day: Day
        /// All entries before it were applied at least.
        public let next: Position
    }

    /// The generation of what is popular that a cursor names is not kept any more.
    public struct ExpiredGeneration: Error {}

    /// A list of popular agents, behind a rank; made from nothing where none was made yet.
    ///
    /// - Parameters:
    ///   - list: `downloads`, `readers` or `trending`.
    ///   - category: in any spelling; nil for all.
    ///   - generation: the one that an earlier page was of; nil for the last one.
    /// - Throws: `ExpiredGeneration` where that is not kept any more.
    public func popular(
        _ list: String, days: Int64, category: String?, of generation: Int32? = nil, after rank: Int64, limit: Int
    ) async throws -> Reflecting<(made: MadeFrom?, agents: [Popular])> {
        let form = category.map(Word.collapsed) ?? ""
        // No list is of a category without letters; an empty one means all.
        let isEmpty = category != nil && form.isEmpty
        return try await steps(Self.shownModels) { connection in
            guard let made = try Self.made(generation, connection), !isEmpty else {
                return (try Self.made(nil, connection), [])
            }
            let rows = try connection.execute(
                Statements.listPopular,
                [
                    .text(list), .int4(Int32(clamping: days)), .text(form), .int4(Int32(clamping: rank)),
                    .int8(Int64(limit)), .int4(made.generation),
                ])
            return (
                made,
                try rows.map { row in
                    Popular(
                        rank: try row.integer("rank"), summary: try Summary(row),
                        downloads: try row.integer("window_downloads"), readers: try row.integer("window_readers"),
                        growth: try row.integer("growth"))
                }
            )
        }
    }

    /// How many agents there are of what, the most first: by `category`, `runtime` or `license`, or `all` together.
    public func groups(
        by kind: String, limit: Int
    ) async throws -> Reflecting<(made: MadeFrom?, groups: [Group])> {
        try await steps([.agents]) { connection in
            guard let made = try Self.made(nil, connection) else { return (nil, []) }
            let rows = try connection.execute(
                Statements.listGroups, [.text(kind), .int8(Int64(limit)), .int4(made.generation)])
            return (
                made, try rows.map { Group(value: try $0.text("value"), agents: try $0.integer("agents")) }
            )
        }
    }

    /// Names the last generation of what is popular; 0 where there is none.
    public func popularGeneration() async throws -> Int32 {
        try await reading(Self.shownModels, Statements.lastPopular, []) { rows in
            try rows.first.map { Int32(clamping: try $0.integer("generation")) } ?? 0
        }.value
    }

    /// The generation of a number, or the last one; nil where there is none.
    private static func made(_ generation: Int32?, _ connection: PostgresConnection) throws -> MadeFrom? {
        let kept = try connection.execute(Statements.lastPopular).map { row in
            MadeFrom(
                generation: Int32(clamping: try row.integer("generation")), day: Day(number: try row.integer("day")),
                next: Position(try row.integer("position")))
        }
        guard let generation else { return kept.first }
        guard let found = kept.first(where: { $0.generation == generation }) else { throw ExpiredGeneration() }
        return found
    }
}
