import EventLog
import Events
import Foundation
import Postgres
import TestSupport
import Testing

/// Lists go along indexes: what a page of them costs does not grow with the agents.
@Suite struct ListPlanTests {
    @Test(arguments: [
        ("list_by_stars", "10, 'k'"), ("list_by_downloads", "10, 'k'"), ("list_recent", "1000000"),
        ("list_by_name", "'k'"), ("list_keys", "'k', ''"), ("list_publisher_agents", "'p', ''"),
        ("reviews_helpful", "'acme.a1', 5, 1000, ''"), ("reviews_rating", "'acme.a1', 5, 1000, ''"),
        ("reviews_recent", "'acme.a1', 1000, ''"), ("reviews_recent", "'acme.a1', 1000, '1.0.0'"),
    ])
    func aListIsReadInTheOrderOfAnIndex(_ name: String, _ arguments: String) async throws {
        try await TestDatabase.with { url in
            try await TestDatabase.scriptModels(
                url,
                """
                INSERT INTO agents (
                    key, agent_id, owner, created, updated, updated_position, record, is_deprecated, is_quarantined, listed)
                SELECT 'acme.a' || n, 'acme.a' || n, 'p', now(), now(), n, '{}', false, false, n % 3 = 0
                FROM generate_series(1, 5000) n;
                INSERT INTO agent_counters (key, listed, stars, readers)
                SELECT 'acme.a' || n, n % 3 = 0, n % 50, n % 70 FROM generate_series(1, 5000) n;
                INSERT INTO reviews
                SELECT 'acme.a1', 'p' || n, '1.0.0', n % 5 + 1, null, null, 'e' || n, now(), now(), n, n % 9, 0
                FROM generate_series(1, 2000) n;
                INSERT INTO agent_owners SELECT 'acme.a' || n, 'p', 'owner', n, false FROM generate_series(1, 2000) n;
                ANALYZE agents, agent_counters, reviews, agent_owners;
                """)
            let file = Oracle.root.appending(path: "Sources/Projections/Agents/SQL/\(name).sql")
            let sql = try String(contentsOf: file, encoding: .utf8)
            // However cheap other processes are, a list is read by one.
            let cheap = ["parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"]
            let settings = (cheap + ["min_parallel_index_scan_size"]).map { "SET \($0) = 0;" }.joined()
            let session = PostgresSession(
                DatabaseAccess(url: url).configuration(.queries, "tests", settings: PostgresConfiguration.alongIndexes))
            let count = arguments.split(separator: ",").count + 1
            let explain = PostgresStatement("plan", Array("EXPLAIN EXECUTE listed(\(arguments), 20)".utf8))
            let plan = try await session.run { connection in
                try connection.executeScript("\(settings)\(TestDatabase.readingModels)")
                try connection.executeScript("PREPARE listed AS \(sql)")
                return try connection.execute(explain).map { try $0.text(0) }
            }
            await session.close()
            #expect(!plan.contains { $0.contains("Gather") }, "\(plan)")
            #expect(count >= 2 && plan.first?.contains("Limit") == true)
            // A sort of what an index gives in order already would read every agent.
            #expect(!plan.contains { $0.contains("Sort") || $0.contains("Seq Scan on agents") }, "\(plan)")
        }
    }

    /// Every batch of every projector asks which entries are skipped: that must not cost more with a longer log.
    @Test func skipsAreFoundWithoutGoingThroughTheLog() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            await log.close()
            let file = Oracle.root.appending(path: "Sources/EventLog/SQL/statements/read_skips.sql")
            let sql = try String(contentsOf: file, encoding: .utf8)
            let session = PostgresSession(
                PostgresConfiguration(
                    url: url, applicationName: "tests", settings: PostgresConfiguration.plannedOnce))
            let plan = try await session.run { connection in
                try connection.executeScript(
                    """
                    INSERT INTO log.events SELECT n, 'star/a/' || n, 1, 'star.added.v1', n % 64, now(), '{}'
                    FROM generate_series(0, 9999) n;
                    INSERT INTO log.streams SELECT md5(n::text)::uuid, 1, n FROM generate_series(0, 9999) n;
                    ANALYZE log.events, log.streams;
                    PREPARE skips AS \(sql)
                    """)
                let explain = PostgresStatement("plan", Array("EXPLAIN (ANALYZE, COSTS OFF) EXECUTE skips".utf8))
                return try connection.execute(explain).map { try $0.text(0) }
            }
            await session.close()
            let read = plan.flatMap { line in
                line.matches(of: /(?:Rows Removed by Filter: |actual time=[0-9.]+ rows=)(\d+)/).compactMap { Int($0.1) }
            }
            #expect(!read.isEmpty && read.reduce(0, +) < 100, "\(plan)")
        }
    }
}
