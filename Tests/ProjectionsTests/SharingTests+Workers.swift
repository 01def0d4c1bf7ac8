import EventLog
import Events
import Following
import Logging
import Postgres
import TestSupport
import Testing

@testable import Projections

/// The workers of these tests, and what is known of them.
extension SharingTests {
    /// What one process of several does for as long as its task lives.
    func worker(
        _ url: String, _ name: String, on projections: [Projection] = ProjectionCatalogue.all
    ) -> Task<Void, Never> {
        let database = DatabaseAccess(url: url)
        let log = Log("test", threshold: .error)
        let pool = PostgresPool(PostgresConfiguration(url: url, applicationName: "tests"), sessions: 1)
        let reader = EventReader(pool: pool)
        let head = HeadFeed(Position(0)) { try await reader.head() }
        let sharing = Sharing(projections, database, program: name, log: log)
        return Task {
            await withTaskGroup { group in
                group.addTask { await sharing.run() }
                for projection in projections {
                    let projector = Projector(projection, database, head: head, sharing: sharing, log: log)
                    group.addTask { await projector.run() }
                }
            }
            await pool.close()
        }
    }

    func withLog(_ body: (_ url: String, _ publishing: Publishing, _ log: EventLog) async throws -> Void)
        async throws
    {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            try await body(url, Publishing(log: log), log)
            await log.close()
        }
    }

    func awaitRows(_ what: String, _ url: String, _ sql: String, is wanted: [String]) async throws {
        var found: [String] = []
        try await eventually("\(what): \(wanted); last \(found)") {
            found = try await TestDatabase.query(url, sql)
            return found == wanted
        }
    }

    /// Waits until all models have all of the log.
    func awaitHead(_ url: String, _ log: EventLog) async throws {
        try await awaitRows(
            "positions", url,
            "SELECT DISTINCT position::text FROM models.positions JOIN models.active USING (build)",
            is: ["\(try await log.entries.head())"])
    }

    /// Waits until sliced models are divided among so many, each.
    func awaitWorkers(_ count: Int, _ url: String, of models: [Projection] = [.agents, .index]) async throws {
        let names = models.map { "'\($0.name)'" }.joined(separator: ", ")
        try await awaitRows(
            "workers of \(names)", url,
            """
            SELECT DISTINCT count(*)::text FROM models.shares JOIN models.active USING (build)
            WHERE projection IN (\(names)) AND worker IN (SELECT worker FROM models.workers)
            GROUP BY projection
            """, is: ["\(count)"])
    }

    /// Applies all that a worker holds of the model of agents.
    func apply(_ url: String, worker: Int64, isCareful: Bool = false) async throws {
        let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
        try await session.run { connection in
            let build = try #require(try Build.active(of: .agents, connection))
            let writer = BuildWriter(projection: .agents, build: build, worker: worker)
            try connection.use(searchPath: build.schema)
            try connection.transaction {
                let state = try #require(try writer.begin(connection))
                let batch = try EventBatch.read(
                    connection, from: state.cursors, limit: 1_000, most: 1_000, types: Projection.agents.handled)
                _ = try writer.apply(batch, state, isCareful: isCareful, connection)
            }
        }
        await session.close()
    }

    /// Divides a build among workers of which nothing was heard for long.
    func share(_ projection: Projection, _ url: String, among count: Int) async throws {
        for number in 0..<count {
            _ = try await TestDatabase.query(
                url,
                """
                WITH share AS (
                    INSERT INTO models.shares (build, worker, division, slices)
                    SELECT a.build, \(1_001 + number), 1, array_agg(s)
                    FROM models.active a, generate_series(0, 63) AS s
                    WHERE a.projection = '\(projection.name)' AND s % \(count) = \(number)
                    GROUP BY a.build RETURNING build, worker, slices
                )
                INSERT INTO models.reached (build, worker, number, next)
                SELECT build, worker, 0, array_fill(0::bigint, ARRAY[cardinality(slices)]) FROM share RETURNING 'shared'
                """)
        }
    }
}
