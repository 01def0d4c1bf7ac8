import Crypto
import EventLog
import Events
import Following
import Logging
import Postgres
import Projections
import TestSupport
import Testing

/// Models are built beside themselves: what is read is always whole, and what is built is what the log says.
@Suite struct BuildTests {
    /// A log of some agents, with models that are up to it.
    private func withModels(
        agents: Int = 20, _ body: (_ url: String, _ publishing: Publishing) async throws -> Void
    ) async throws {
        try await Publishing.onNewLog { url, publishing in
            for index in 0..<agents { try await publishing.publish("acme.a\(index)", ["1.0.0", "1.1.0"]) }
            try await catchUp(url)
            try await body(url, publishing)
        }
    }

    private func catchUp(_ url: String) async throws {
        let head = HeadFeed(Position(0)) { Position(0) }
        for projection in ProjectionCatalogue.all {
            let projector = Projector(
                projection, DatabaseAccess(url: url), head: head, log: Log("test", threshold: .error))
            try await projector.catchUp()
        }
    }

    private func rebuild(
        _ url: String, pace: Int64 = 100, batchEntries: Int = 10_000,
        report: @escaping @Sendable (BuildProgress) -> Void = { _ in }
    ) -> Rebuild {
        var options = BuildOptions(program: "tests")
        (options.pace, options.batchEntries, options.report) = (pace, batchEntries, report)
        return Rebuild(DatabaseAccess(url: url), options)
    }

    private func check(_ url: String, batchEntries: Int = 10_000) async throws -> [Comparison.Result] {
        var options = BuildOptions(program: "tests")
        options.batchEntries = batchEntries
        return try await Comparison(DatabaseAccess(url: url), options).run(ProjectionCatalogue.all)
    }

    private func schemas(_ url: String) async throws -> Int {
        let names = try await TestDatabase.query(
            url, "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'model\\_%'")
        return names.count
    }

    @Test func eachModelHandlesOrIgnoresEachTypeOnce() {
        for projection in ProjectionCatalogue.all {
            #expect(projection.handled.isDisjoint(with: projection.ignored), "\(projection.name)")
            #expect(projection.handled.union(projection.ignored) == Set(EventCatalogue.types), "\(projection.name)")
        }
    }

    /// What somebody changed behind the log's back is named, table, key and column, and is gone after a rebuild.
    @Test func whatDoesNotFollowFromTheLogIsNamedAndIsGoneAfterARebuild() async throws {
        try await withModels { url, _ in
            #expect(try await check(url).allSatisfy { $0.isRight && $0.differences.isEmpty })
            try await TestDatabase.scriptModels(
                url,
                """
                INSERT INTO stars (key, person, given, position) VALUES ('acme.a1', 'nobody', now(), 1);
                DELETE FROM agent_counters WHERE key = 'acme.a2';
                UPDATE agents SET title = 'changed' WHERE key = 'acme.a3'
                """)
            let found = try await check(url)
            let words = found.flatMap { result in
                result.differences.map { "\(result.projection) \($0.kind) \($0.table) \($0.key ?? "-") \($0.columns)" }
            }
            #expect(
                words.sorted() == [
                    "agents changed agents acme.a3 [\"title\"]",
                    "agents missing agent_counters acme.a2 []",
                    "agents planted stars acme.a1 nobody []",
                ])
            #expect(found.filter { !$0.isRight }.map(\.projection) == ["agents"])
            let results = try await rebuild(url).run([.agents])
            #expect(results.map(\.position) == [Position(60)] && results.map(\.isOldDropped) == [true])
            #expect(try await check(url).allSatisfy { $0.isRight && $0.differences.isEmpty })
            #expect(try await schemas(url) == ProjectionCatalogue.all.count)
        }
    }

    /// A model that can't be built leaves nothing unsaid of the others.
    @Test func aModelThatCanNotBeBuiltDoesNotHideTheOthers() async throws {
        try await withModels { url, _ in
            // Given an entry that no whole model can read, and a row that is missing in another model,
            try await TestDatabase.script(
                url, "UPDATE log.events SET entry = convert_to('{}', 'UTF8') WHERE position = 5")
            try await TestDatabase.scriptModels(url, "DELETE FROM agent_counters WHERE key = 'acme.a2'")
            // when all are checked,
            let found = try await check(url)
            // then each is spoken of, in the order in which they were asked for: what was compared, or why it was not.
            #expect(found.map(\.projection) == ProjectionCatalogue.all.map(\.name))
            let faults = Dictionary(uniqueKeysWithValues: found.map { ($0.projection, $0.fault ?? "") })
            #expect(faults["audit"]?.contains("can't apply the entry at 5") == true, "\(faults)")
            let agents = try #require(found.first { $0.projection == "agents" })
            #expect(agents.fault == nil && agents.differences.contains { $0.table == "agent_counters" }, "\(agents)")
        }
    }

    /// However a log of every type is cut into batches, the rows are the same.
    @Test(arguments: [1, 2])
    func anyBatchSizeGivesTheSameRows(_ seed: UInt64) async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            var walk = RandomWalk(log, url, seed: seed)
            try await walk.begin()
            for _ in 0..<400 { try await walk.step() }
            try await catchUp(url)
            let types = try await TestDatabase.query(url, "SELECT DISTINCT type FROM log.events")
            let handled = ProjectionCatalogue.all.reduce(into: Set<String>()) { $0.formUnion($1.handled) }
            #expect(handled.subtracting(types).isEmpty, "a type that the walk never appends")
            var digests: Set<[String]> = []
            for size in [1, 7, 500, 50_000] {
                let results = try await check(url, batchEntries: size)
                let differences = results.flatMap(\.differences)
                #expect(differences.isEmpty, "\(size)")
                digests.insert(results.flatMap { $0.tables.map(\.expected.hex) })
            }
            #expect(digests.count == 1)
            // What a rebuild that was cut off had in memory only is read again.
            let end = try await log.entries.head()
            await Rebuild.cutOff(url, [.agents], batchEntries: Int(end.value) / 4)
            #expect(try await TestDatabase.query(url, "SELECT count(*)::text FROM models.folds") == ["1"])
            #expect(try await rebuild(url).run([.agents]).map(\.position) == [end])
            #expect(try await TestDatabase.query(url, "SELECT count(*)::text FROM models.folds") == ["0"])
            let words = try await check(url).flatMap(\.differences).map { "\($0)" }
            #expect(words == [])
            await log.close()
        }
    }

    @Test func aSecondProgramThatBuildsTheSameIsRefused() async throws {
        try await withModels { url, _ in
            let second = Shared<Task<String, Never>?>(nil)
            // At this pace the first has most of its work before it when the second begins.
            let first = rebuild(url, pace: 5, batchEntries: 5) { progress in
                guard progress.phase == .applying, second.value == nil else { return }
                second.value = Task {
                    do {
                        _ = try await Rebuild(DatabaseAccess(url: url), BuildOptions(program: "second")).run([
                            .agents, .files,
                        ])
                        return "not refused"
                    } catch {
                        return "\(error)"
                    }
                }
            }
            let results = try await first.run([.files])
            #expect(results.count == 1)
            let refused = await second.value?.value
            #expect(refused?.contains("another program makes a build of 'files'") == true, "\(refused ?? "")")
            // The build of agents that the second had begun is gone.
            #expect(try await schemas(url) == ProjectionCatalogue.all.count)
            #expect(try await check(url).allSatisfy(\.isRight))
        }
    }

    /// A rebuild that was cut off goes on where it was, and leaves nothing behind.
    @Test func aRebuildThatWasCutOffGoesOn() async throws {
        try await withModels { url, publishing in
            await Rebuild.cutOff(url, [.agents, .publishers], batchEntries: 5)
            let cut = try await TestDatabase.query(
                url,
                "SELECT build || ' ' || max(position) FROM models.builds JOIN models.cursors USING (build) WHERE activated IS NULL GROUP BY build ORDER BY build"
            )
            #expect(cut.count == 2)
            let next = ProjectionCatalogue.all.count + 1
            #expect(cut.first?.hasPrefix("\(next) ") == true && cut.first != "\(next) 0")
            try await publishing.publish("acme.late", ["1.0.0"])
            let results = try await rebuild(url).run([.agents, .publishers])
            #expect(
                results.map(\.build) == [next, next + 1] && results.map(\.position) == [Position(62), Position(62)])
            #expect(try await check(url).allSatisfy(\.isRight))
            #expect(try await schemas(url) == ProjectionCatalogue.all.count)
        }
    }

    /// A build that somebody reads stays until they are done; the same session then reads the new one.
    @Test func aBuildThatIsReadIsNotDropped() async throws {
        try await withModels { url, _ in
            let database = DatabaseAccess(url: url)
            let pool = PostgresPool(database.configuration(.queries, "test"), sessions: 1)
            let feed = ModelFeed.models(PostgresPool(database.configuration(.queries, "holding"), sessions: 1))
            let reader = AgentReader(ModelAccess(pool: pool, models: feed))
            let key = try #require(AgentKey("acme.a1"))
            var held: Models? = try await feed.value(atMostMillisecondsOld: 0)
            let before = held?.vector.id
            #expect(try await reader.agent(key).reflection.builds == before)
            // What is planted in the old build is not in the new one.
            try await TestDatabase.scriptModels(url, "UPDATE agents SET title = 'planted'")
            #expect(try await reader.agent(key).value?.summary.title == "planted")
            let results = try await rebuild(url).run([.agents])
            #expect(results.map(\.isOldDropped) == [false])
            #expect(try await TestDatabase.query(url, "SELECT title FROM model_agents_1.agents LIMIT 1") == ["planted"])

            held = nil
            let after = try await reader.agent(key)
            #expect(after.value?.summary.title == "" && after.reflection.builds != before)
            // Whoever asks next lets go of what nobody reads any more.
            _ = try await feed.value(atMostMillisecondsOld: 0)
            let store = BuildStore(database, program: "tests")
            #expect(try await store.dropLeftovers() == 1)
            #expect(try await schemas(url) == ProjectionCatalogue.all.count)
            await store.close()
        }
    }

    /// A check that was killed leaves a schema that upkeep drops; one that runs is left alone.
    @Test func upkeepDropsWhatAKilledCheckLeft() async throws {
        try await withModels { url, _ in
            let next = ProjectionCatalogue.all.count + 1
            try await TestDatabase.script(
                url,
                """
                INSERT INTO models.builds (projection, version, purpose, definition, program)
                VALUES ('agents', 1, 'check', 'x', 'killed');
                INSERT INTO models.cursors (build, position) VALUES (\(next), 0);
                CREATE SCHEMA model_agents_\(next);
                """)
            let store = BuildStore(DatabaseAccess(url: url), program: "tests")
            let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
            let claim = PostgresStatement("claim", Array("SELECT pg_advisory_lock(1885564272, \(next))::text".utf8))
            _ = try await session.run { try $0.execute(claim).count }
            #expect(try await store.dropLeftovers() == 0)
            await session.close()
            // The server lets the lock go once it has seen the connection end.
            var dropped = 0
            try await eventually("it is dropped") {
                dropped = try await store.dropLeftovers()
                return dropped > 0
            }
            #expect(dropped == 1)
            #expect(try await schemas(url) == ProjectionCatalogue.all.count)
            await store.close()
        }
    }

    /// Entries that are missing are corruption, and no model goes past them.
    @Test(arguments: ["position = 30", "position BETWEEN 30 AND 40", "position < 35 AND position > 20"])
    func aGapIsNeverPassed(_ gap: String) async throws {
        try await withModels { url, _ in
            try await TestDatabase.emptyModels(url)
            try await TestDatabase.script(url, "DELETE FROM log.events WHERE \(gap)")
            for projection in ProjectionCatalogue.all {
                let projector = Projector(
                    projection, DatabaseAccess(url: url), head: HeadFeed(Position(0)) { Position(0) },
                    log: Log("test", threshold: .error), batchEntries: 5)
                var fault: (any Error)?
                for _ in 0..<20 where fault == nil {
                    do { try await projector.applyBatch() } catch { fault = error }
                }
                #expect(
                    "\(fault.map { "\($0)" } ?? "")".contains("missing"),
                    "\(projection.name): \(String(describing: fault))")
            }
            let cursors = try await TestDatabase.query(url, "SELECT DISTINCT position::text FROM models.cursors")
            #expect(cursors == [gap.contains("20") ? "21" : "30"])
            await #expect(throws: (any Error).self) { try await rebuild(url).run([.agents]) }
        }
    }
}
