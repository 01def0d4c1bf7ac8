public import Events
import Postgres

/// Queries for those who go through all agents.
extension AgentReader {
    /// The first key of each group of `count` listed agents, in order: at most 50,000. `count` is at least 2.
    public func keys(every count: Int) async throws -> Reflecting<[AgentKey]> {
        try await searching(Self.shownModels, Statements.divideKeys, [.int8(Int64(count))]) { rows in
            try rows.compactMap { AgentKey(try $0.text("key")) }
        }
    }

    /// At most `limit` listed agents that moderators do not hold, in the order of keys, from one key on and before
    /// another (nil for no bound), with the time of their last version.
    public func keys(
        from first: AgentKey?, before end: AgentKey?, limit: Int
    ) async throws -> Reflecting<[(key: AgentKey, updated: Timestamp)]> {
        try await searching(
            Self.shownModels, Statements.listKeys,
            [.text(first?.description ?? ""), .text(end?.description ?? ""), .int8(Int64(limit))]
        ) { rows in
            try rows.compactMap { row in
                let updated = Timestamp(milliseconds: try row.milliseconds("updated"))
                return AgentKey(try row.text("key")).map { ($0, updated) }
            }
        }
    }
}
