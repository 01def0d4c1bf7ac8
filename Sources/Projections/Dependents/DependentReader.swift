public import Events
import Postgres

extension AgentReader {
    /// The models that dependents are read from.
    public static let dependentModels: [Projection] = [.agents, .dependents]

    /// An agent whose shown version needs another one.
    public struct Dependent: Sendable {
        /// Its key.
        public let key: AgentKey
        /// The registered spelling.
        public let agentID: String
        /// The version that is shown.
        public let version: String
        /// Which versions of the other one do.
        public let range: String
        /// True where it is a peer dependency.
        public let isPeer: Bool
    }

    /// The listed agents whose shown version needs an agent, in the order of their keys, after a key; whether that agent
    /// exists or not.
    public func dependents(of key: AgentKey, after last: String, limit: Int) async throws -> Reflecting<[Dependent]> {
        try await searching(
            Self.dependentModels, Statements.listDependents,
            [.text(key.description), .text(last), .int8(Int64(limit))]
        ) { rows in
            try rows.compactMap { row in
                guard let key = AgentKey(try row.text("key")) else { return nil }
                return Dependent(
                    key: key, agentID: try row.text("agent_id"), version: try row.text("version"),
                    range: try row.text("range"), isPeer: try row.bool("is_peer"))
            }
        }
    }
}
