public import EventLog
public import Events
import Postgres

/// Applies what waits for parked keys, once what held it up is mended or skipped.
public struct Parking: Sendable {
    /// What became of a key.
    public struct Outcome: Sendable {
        /// The agent.
        public let key: AgentKey
        /// The position where it still waits; nil where all of it is applied.
        public let waitsAt: Position?
    }

    private static let batchEntries = 2_000

    private let database: DatabaseAccess

    /// Creates an access in the role of projectors.
    public init(_ database: DatabaseAccess) { self.database = database }

    /// Tries parked keys of the active build again: one, or all of them.
    ///
    /// - Throws: `BuildFault` where the projection has no build, or the key is not parked.
    public func retry(_ projection: Projection, key: AgentKey? = nil) async throws -> [Outcome] {
        let session = PostgresSession(
            database.configuration(
                .projectors, "marketplace-retry", statementTimeoutMilliseconds: 600_000,
                settings: PostgresConfiguration.plannedOnce))
        let outcomes = try await session.run { connection in
            guard let build = try Build.active(of: projection, connection) else {
                throw BuildFault(description: "'\(projection.name)' has no build of this version")
            }
            let writer = BuildWriter(projection: projection, build: build)
            try connection.use(searchPath: build.schema)
            var outcomes: [Outcome] = []
            let parked = try connection.transaction { try writer.begin(connection)?.parked ?? [:] }
            if let key, parked[key] == nil {
                throw BuildFault(description: "'\(key)' is not parked in '\(projection.name)'")
            }
            for waiting in parked.keys.sorted() where key == nil || key == waiting {
                let waitsAt = try connection.transaction { try Self.retry(waiting, writer, connection) }
                outcomes.append(Outcome(key: waiting, waitsAt: waitsAt))
            }
            return outcomes
        }
        await session.close()
        return outcomes
    }

    /// Applies what waits for a key; returns the position where it is parked again.
    private static func retry(
        _ key: AgentKey, _ writer: BuildWriter, _ connection: PostgresConnection
    ) throws -> Position? {
        guard let state = try writer.begin(connection), let start = state.parked[key] else { return nil }
        try connection.execute(Statements.clearFault, [.int4(writer.build.number), .text(key.description)])
        var (next, parked) = (start, [AgentKey: Position]())
        while next < state.cursor {
            let page = try LogOnConnection.entries(
                connection, from: next, upTo: state.cursor, slice: StreamName.agent(key).slice, limit: batchEntries)
            let batch = try EventBatch(page, from: next, connection)
            try writer.apply(batch.only(key), skipping: state.skipped, &parked, isCareful: true, connection)
            if let position = parked[key] { return position }
            next = page.next
        }
        return nil
    }
}
