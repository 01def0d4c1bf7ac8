import Crypto
import EventLog
import Events
import Following
import Logging
import Manifest
import Postgres
import Projections
import Reactor
import System
import TestSupport
import Testing

@Suite struct ProjectorTests {
    private func withLog(_ body: (Publishing, String) async throws -> Void) async throws {
        try await Publishing.onNewLog { try await body($1, $0) }
    }

    private func head(_ url: String) -> HeadFeed {
        let reader = EventReader(
            pool: PostgresPool(PostgresConfiguration(url: url, applicationName: "tests"), sessions: 1))
        return HeadFeed(Position(0)) { try await reader.head() }
    }

    private func projectors(_ url: String) -> [Projector] {
        let head = head(url)
        return ProjectionCatalogue.all.map {
            Projector($0, DatabaseAccess(url: url), head: head, log: Log("test", threshold: .error))
        }
    }

    /// All rows of a model, in an order of their own.
    private func rows(_ url: String, _ table: String) async throws -> [String] {
        try await TestDatabase.queryModels(url, "SELECT t::text FROM \(table) t ORDER BY 1")
    }

    private static let tables = [
        "publishers", "agents", "agent_counters", "agent_versions", "agent_owners", "reviews", "stars", "flags",
        "version_downloads", "daily_downloads", "index_documents",
    ]

    /// Given a model that has no use for what is appended, then it passes that in one statement, and looks closely again where
    /// its build was changed, an entry has a type that nobody knows, or one is missing.
    @Test(arguments: [
        "UPDATE log.events SET type = 'x.v1' WHERE position = 22", "DELETE FROM log.events WHERE position = 22",
    ])
    func whatAModelHasNoUseForIsPassed(_ harm: String) async throws {
        try await withLog { publishing, url in
            try await TestDatabase.script(
                url,
                """
                CREATE TABLE public.moves (way text);
                GRANT INSERT ON public.moves TO marketplace_projectors;
                CREATE FUNCTION public.note_move() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO public.moves VALUES (CASE WHEN current_query() LIKE 'SELECT models.pass%' THEN 'passed' ELSE 'applied' END);
                    RETURN NEW;
                END $$;
                CREATE TRIGGER note AFTER INSERT ON models.cursors FOR EACH ROW EXECUTE FUNCTION public.note_move();
                """)
            let projector = Projector(
                .flags, DatabaseAccess(url: url), head: head(url), log: Log("test", threshold: .error))
            let fault =
                "models.faults (build, key, position, reason) SELECT build, 'x.y', 1, '' FROM models.active WHERE projection = 'flags'"
            let changes = [
                "", "", "UPDATE models.builds SET epoch = epoch + 1", "", "INSERT INTO \(fault)",
                "DELETE FROM models.faults", "",
            ]
            for (number, change) in changes.enumerated() {
                try await publishing.publish("acme.a\(number)", ["1.0.0", "1.1.0"])
                try await TestDatabase.script(url, change)
                #expect(try await projector.applyBatch() == Position(Int64(3 * number + 3)))
            }
            let moves = try await TestDatabase.query(url, "SELECT way FROM public.moves ORDER BY ctid")
            #expect(moves == ["applied", "passed", "applied", "passed", "applied", "passed", "passed"])
            // What is behind the harm is not reached.
            try await publishing.publish("acme.late", ["1.0.0"])
            try await publishing.publish("acme.later", ["1.0.0"])
            try await TestDatabase.script(url, harm)
            #expect(try await projector.applyBatch() == Position(22))
            await #expect(throws: EventLogError.self) { try await projector.applyBatch() }
        }
    }

    @Test func manyWorkersApplyEachEventOnce() async throws {
        try await withLog { publishing, url in
            for index in 0..<40 { try await publishing.publish("acme.a\(index)", ["1.0.0", "1.1.0-rc.1"]) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for projector in (0..<4).flatMap({ _ in projectors(url) }) {
                    group.addTask { try await projector.catchUp() }
                }
                try await group.waitForAll()
            }
            #expect(try await rows(url, "agent_versions").count == 80)
            let cursors = try await TestDatabase.query(
                url,
                "SELECT projection || ' ' || position FROM models.cursors JOIN models.active USING (build) ORDER BY 1")
            #expect(cursors == ProjectionCatalogue.all.map { "\($0.name) 120" })
        }
    }

    /// The head is followed as it moves on, whoever moves it; who waits in vain is told so.
    @Test func aWatchFollowsTheLog() async throws {
        try await withLog { publishing, url in
            let head = head(url)
            #expect(try await head.passes(Position(0), withinMilliseconds: 50) == false)
            let waiting = Task {
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<20 { group.addTask { try await head.passes(Position(1), withinMilliseconds: 20_000) } }
                    return try await group.reduce(true) { $0 && $1 }
                }
            }
            try await publishing.publish("acme.a", ["1.0.0"])
            #expect(try await waiting.value)
            #expect(try await head.passes(Position(2), withinMilliseconds: 50) == false)
        }
    }

    /// A model is a function of the log: built in one go or event by event, it is the same.
    @Test func aModelBuiltAnewIsTheSame() async throws {
        try await withLog { publishing, url in
            for index in 0..<10 {
                try await publishing.publish("acme.a\(index)", ["1.0.0"])
                for projector in projectors(url) { try await projector.applyBatch() }
                try await publishing.publish("acme.a\(index)", ["2.0.0-rc.1", "1.10.0", "1.9.0"], from: 2)
                for projector in projectors(url) { try await projector.applyBatch() }
            }
            var before: [[String]] = []
            for table in Self.tables { before.append(try await rows(url, table)) }
            try await TestDatabase.emptyModels(url)
            for projector in projectors(url) { try await projector.catchUp() }
            for (table, rows) in zip(Self.tables, before) {
                #expect(try await self.rows(url, table) == rows, "\(table)")
            }
            let shown = try await TestDatabase.queryModels(
                url, "SELECT DISTINCT latest_version || ': ' || summary FROM agents")
            #expect(shown == ["1.10.0: summary of 1.10.0"])
        }
    }

    @Test func aTextThatNoColumnHoldsStopsNothing() async throws {
        try await withLog { publishing, url in
            var listing = ListingContent()
            listing.title = "a\u{0}b"
            listing.category = "c\u{0}"
            try await publishing.publish("acme.nul", ["1.0.0"], listing: listing)
            for projector in projectors(url) { try await projector.catchUp() }
            #expect(try await TestDatabase.queryModels(url, "SELECT title FROM agents") == ["a\u{fffd}b"])
        }
    }

    @Test func anErasedContentLeavesATombstone() async throws {
        try await withLog { publishing, url in
            try await publishing.publish("acme.gone", ["1.0.0"])
            try await TestDatabase.script(url, "DELETE FROM log.contents")
            for projector in projectors(url) { try await projector.catchUp() }
            let configuration = PostgresConfiguration(url: url, applicationName: "tests")
            let reactor = try Reactor()
            defer { reactor.stop() }
            let pool = PostgresPool(configuration, sessions: 1)
            let reader = AgentReader(
                ModelAccess(
                    pool: pool, pipeline: PostgresPipeline(configuration, on: reactor), models: ModelFeed.models(pool)))
            let key = try #require(AgentKey("acme.gone"))
            let detail = try #require(try await reader.agent(key).value)
            #expect(detail.latest.listing == nil)
            #expect(detail.latest.published.version == "1.0.0")
        }
    }

    /// A type that nobody knows stops a model loudly where it is; what it holds stays.
    @Test func anUnknownTypeStopsAModel() async throws {
        try await withLog { publishing, url in
            try await publishing.publish("acme.a", ["1.0.0"])
            for projector in projectors(url) { try await projector.applyBatch() }
            try await TestDatabase.script(
                url,
                """
                INSERT INTO log.events SELECT 2, stream, 3, 'agent.exploded.v1', slice, recorded,
                    convert_to(replace(convert_from(entry, 'UTF8'), 'agent.version-published.v1', 'agent.exploded.v1'), 'UTF8')
                FROM log.events WHERE position = 1
                """)
            for projector in projectors(url) {
                await #expect(throws: EventLogError.self) { try await projector.applyBatch() }
            }
            #expect(try await rows(url, "agents").count == 1)
            #expect(try await TestDatabase.query(url, "SELECT max(position)::text FROM models.cursors") == ["2"])
        }
    }
}
