import Postgres

/// The status of a version in a registry of the Model Context Protocol.
public enum ServerStatus: Int32, Sendable {
    /// It may be installed.
    case active
    /// It is yanked, or the agent is deprecated.
    case deprecated
    /// Moderators hold it or its agent, or one of its files was removed.
    case deleted

    init(agent: AgentRecord, version: VersionRecord) {
        if agent.hold != nil || version.hold != nil || !version.removed.isEmpty {
            self = .deleted
        } else {
            self = agent.deprecations.isEmpty && version.yanks.isEmpty ? .active : .deprecated
        }
    }

    init(_ row: PostgresRow) throws {
        self = Self(rawValue: Int32(truncatingIfNeeded: try row.integer("status"))) ?? .deleted
    }
}
