public import Events
import Postgres

/// Queries for those who go through all agents.
extension AgentReader {
    /// The first key of each group of so many listed agents, in order.
    public func keys(every count: Int) async throws -> Reflecting<[AgentKey]> {
        try await searching(Self.shownModels, Statements.divideKeys, [.int8(Int64(count))]) { rows in
            try rows.compactMap { AgentKey(try $0.text("key")) }
        }
    }

    /// The listed agents from a key on and before another one, with the time of their last version.
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
