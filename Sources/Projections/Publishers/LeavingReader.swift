import Crypto
import EventLog
public import Events
public import Following
public import Postgres

/// Reads what somebody has to do with, over connections of the front for commands, for people who leave.
public struct LeavingReader: Sendable {
    private static let waitMilliseconds: Int64 = 5_000
    private static let models: [any Projection.Type] = [Agents.self, Publishers.self]

    private let pool: PostgresPool
    private let cursors: CursorFeed
    private let entries: EventReader

    /// A reader over a pool of sessions that may read these models and the log.
    public init(pool: PostgresPool, cursors: CursorFeed) {
        self.pool = pool
        self.cursors = cursors
        entries = EventReader(pool: pool)
    }

    /// The streams of the agents and namespaces that somebody has a role on: so many at most.
    ///
    /// - Returns: nil where the models do not reach the head of the log within 5 s.
    public func roles(of person: PersonID, limit: Int) async throws -> [StreamName]? {
        let head = try await entries.head()
        let isThere = try await cursors.wait(withinMilliseconds: Self.waitMilliseconds) {
            CursorFeed.next($0, Self.models) >= head
        }
        guard isThere else { return nil }
        return try await pool.runRepeatable { connection in
            try connection.execute(Statements.listRolesOf, [.text(person.hex), .int8(Int64(limit))]).compactMap {
                StreamName(try $0.text("stream"))
            }
        }
    }

    /// The files of the versions that somebody published: those of so many versions at most.
    public func files(of person: PersonID, limit: Int) async throws -> [Artifact] {
        try await pool.runRepeatable { connection in
            try connection.execute(Statements.listPublishedBy, [.text(person.hex), .int8(Int64(limit))]).flatMap {
                try VersionPublished(data: try $0.bytes("data")).artifacts
            }
        }
    }
}
