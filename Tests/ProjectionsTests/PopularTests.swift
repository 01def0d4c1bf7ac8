import EventLog
import Events
import Following
import Logging
import Postgres
import Projections
import TestSupport
import Testing

/// What is popular on a day.
@Suite struct PopularTests {
    /// Given agents with downloads on some days, when a generation is made for a day, then each list has the agents of its
    /// days in order, little does not trend, and nothing is made anew until the models move.
    @Test func aListIsThatOfItsDays() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let publishing = Publishing(log: log)
            for name in ["steady", "rising", "tiny", "old", "held"] {
                try await publishing.publish("acme.\(name)", ["1.0.0"])
            }
            let models = ModelFeed.models(
                PostgresPool(DatabaseAccess(url: url).configuration(.projectors, "models"), sessions: 1))
            func project() async throws {
                let head = HeadFeed(Position(0)) { Position(0) }
                for projection in ProjectionCatalogue.all {
                    _ = try await Projector(
                        projection, DatabaseAccess(url: url), head: head, models: models,
                        log: Log("test", threshold: .error)
                    ).applyBatch()
                }
            }
            try await project()
            // Readers a day: steady 10 for 60 days; rising 2 until a week ago, 20 since; tiny 1, then 3; old 100, but 80 days
            // ago; held 50 a day, and search does not show it.
            try await TestDatabase.scriptModels(
                url,
                """
                INSERT INTO daily_downloads (key, day, downloads, readers)
                SELECT 'acme.steady', date '1970-01-01' + 20000 - n, 30, 10 FROM generate_series(0, 59) n UNION ALL
                SELECT 'acme.rising', date '1970-01-01' + 20000 - n, 20, CASE WHEN n < 7 THEN 20 ELSE 2 END FROM generate_series(0, 34) n UNION ALL
                SELECT 'acme.tiny', date '1970-01-01' + 20000 - n, 1, 1 FROM generate_series(5, 10) n UNION ALL
                SELECT 'acme.tiny', date '1970-01-01' + 20000, 3, 3 UNION ALL
                SELECT 'acme.old', date '1970-01-01' + 20000 - 80, 100, 100 UNION ALL
                SELECT 'acme.held', date '1970-01-01' + 20000 - n, 50, 50 FROM generate_series(0, 6) n;
                DELETE FROM agent_search WHERE key = 'acme.held';
                """)
            let maker = GenerationMaker(
                .popular, DatabaseAccess(url: url), models: models, log: Log("test", threshold: .error))
            let day = Day(number: 20_000)
            #expect(try await maker.makeIfDue(on: day))
            #expect(try await maker.makeIfDue(on: day) == false)
            let pool = PostgresPool(DatabaseAccess(url: url).configuration(.queries, "test"), sessions: 2)
            let reader = AgentReader(ModelAccess(pool: pool, models: models))
            func list(_ list: String, _ days: Int64, after rank: Int64 = 0, limit: Int = 10) async throws -> [String] {
                try await reader.popular(list, days: days, category: nil, after: rank, limit: limit).value.agents.map {
                    "\($0.rank) \($0.summary.key.dropFirst(5)) \($0.downloads) \($0.readers)"
                }
            }
            #expect(try await list("readers", 7) == ["1 rising 140 140", "2 steady 210 70", "3 tiny 5 5"])
            #expect(try await list("downloads", 7) == ["1 steady 210 70", "2 rising 140 140", "3 tiny 5 5"])
            #expect(
                try await list("readers", 90) == [
                    "1 steady 1800 600", "2 rising 700 196", "3 old 100 100", "4 tiny 9 9",
                ])
            #expect(try await list("readers", 90, after: 2, limit: 1) == ["3 old 100 100"])
            let trending = try await reader.popular("trending", days: 7, category: nil, after: 0, limit: 10).value
            // (140 + 20) * 400 / (28 * 2 + 80)
            #expect(trending.agents.map(\.growth) == [470] && trending.agents.map(\.summary.key) == ["acme.rising"])
            #expect(trending.made?.day == day)
            // The next day is made at once, and takes the place of this one.
            #expect(try await maker.makeIfDue(on: day.adding(days: 1)))
            let kept = "SELECT count(DISTINCT generation)::text FROM models.popular_agents"
            #expect(try await TestDatabase.query(url, kept) == ["2"])
            await #expect(throws: AgentReader.ExpiredGeneration.self) {
                try await reader.popular("readers", days: 7, category: nil, of: 7, after: 0, limit: 1)
            }
            #expect(
                try await reader.popular("readers", days: 7, category: "---", after: 0, limit: 1).value.agents.isEmpty)
            await pool.close()
            await log.close()
        }
    }
}
