import Dispatch
import EventLog
import Events
import Following
import Logging
import Postgres
import TestSupport
import Testing

@testable import Projections

/// Several workers keep the same builds up: together they make what one would make.
@Suite struct SharingTests {
    @Test func workersComeAndGoAndNothingIsAppliedTwice() async throws {
        try await withLog { url, publishing, log in
            // given: one worker, to which two come while agents are published
            let first = worker(url, "first")
            for index in 0..<30 { try await publishing.publish("acme.a\(index)", ["1.0.0", "1.1.0"]) }
            try await awaitWorkers(1, url)
            let others = [worker(url, "second"), worker(url, "third")]
            for index in 30..<60 { try await publishing.publish("acme.a\(index)", ["1.0.0"]) }
            try await awaitWorkers(3, url)
            // Each holds some slices of the sliced models, and every other model is with one of them.
            let held = try await TestDatabase.query(
                url,
                """
                SELECT projection || ' ' || count(DISTINCT worker) || ' ' || count(DISTINCT slice) || ' ' || count(*)
                FROM models.shares JOIN models.active USING (build), unnest(slices) AS s (slice)
                GROUP BY projection ORDER BY 1
                """)
            #expect(
                held == ProjectionCatalogue.all.map { "\($0.name) \($0.reach == .sliced ? 3 : 1) 64 64" })
            // What monitoring is told of them.
            let session = PostgresPool(PostgresConfiguration(url: url, applicationName: "tests"), sessions: 1)
            let slices = try await BuildReader(pool: session).slices()
            await session.close()
            #expect(
                slices.map { "\($0.projection) \($0.slice)" }
                    == ProjectionCatalogue.all.flatMap { model in (0..<64).map { "\(model.name) \($0)" } })
            #expect(slices.allSatisfy { $0.next <= $0.head && $0.head.value > 0 })
            // when: the first one leaves
            first.cancel()
            await first.value
            for index in 0..<30 { try await publishing.publish("acme.a\(index)", ["2.0.0"], from: 3) }
            try await awaitWorkers(2, url)
            try await awaitHead(url, log)
            // then: every model is what one worker makes of the log
            #expect(try await TestDatabase.wrongModels(url) == [])
            for other in others { other.cancel() }
            for other in others { await other.value }
        }
    }

    @Test func whatIsAppliedIsNotGivenAwayMeanwhile() async throws {
        try await withLog { url, publishing, log in
            // given: a worker that is held up inside a transaction, until others no longer count on it
            for index in 0..<20 { try await publishing.publish("acme.a\(index)", ["1.0.0"]) }
            try await share(.agents, url, among: 1)
            let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
            let build = try await session.run { connection in
                try #require(try Build.active(of: .agents, connection))
            }
            let writer = BuildWriter(projection: .agents, build: build, worker: 1_001)
            let (began, goOn) = (AsyncStream<Void>.makeStream(), Waiting())
            let stopped = Task {
                try await session.run { connection in
                    try connection.use(searchPath: build.schema)
                    try connection.transaction {
                        let state = try #require(try writer.begin(connection))
                        began.continuation.finish()
                        // The session's thread waits, as that of a stopped program does.
                        goOn.wait()
                        let batch = try EventBatch.read(
                            connection, from: state.cursors, limit: 1_000, most: 1_000, types: Projection.agents.handled
                        )
                        _ = try writer.apply(batch, state, isCareful: false, connection)
                    }
                }
            }
            for await _ in began.stream {}
            // when: another one wants to take over
            let other = worker(url, "other")
            try await Task.sleep(for: .seconds(2))
            let holders = try await TestDatabase.query(
                url, "SELECT worker::text FROM models.shares WHERE build = \(build.number)")
            #expect(holders == ["1001"])
            goOn.end()
            try await stopped.value
            // then: it does so behind what the first one has applied, which can't go on
            try await awaitHead(url, log)
            let state = try await session.run { connection in
                try connection.transaction { try writer.begin(connection) }
            }
            #expect(try #require(state).cursors.lowest == nil)
            #expect(try await TestDatabase.wrongModels(url) == [])
            other.cancel()
            await other.value
            await session.close()
        }
    }

    @Test func aWorkerByItselfGoesOnWhereOthersHaveStopped() async throws {
        try await withLog { url, publishing, log in
            // given: of two workers one has applied all of its slices, the other nothing, and both are gone
            for index in 0..<40 { try await publishing.publish("acme.a\(index)", ["1.0.0", "1.1.0"]) }
            try await share(.agents, url, among: 2)
            try await apply(url, worker: 1_001)
            // The model is as far as the slice that is the furthest behind, and an answer about one agent as far as its own.
            let pool = PostgresPool(PostgresConfiguration(url: url, applicationName: "tests"), sessions: 1)
            let feed = ModelFeed.models(pool)
            #expect(try await feed.value(atMostMillisecondsOld: 0).next([.agents]) == Position(0))
            let agents = AgentReader(ModelAccess(pool: pool, models: feed))
            let head = try await log.entries.head()
            let last = Position(head.value - 1)
            for index in 0..<40 {
                let key = try #require(AgentKey("acme.a\(index)"))
                let isApplied = StreamName.agent(key).slice % 2 == 0
                let found = try await agents.versions(of: key, below: nil, limit: 10)
                #expect(found.value.count == (isApplied ? 2 : 0))
                #expect(found.reflection.next == (isApplied ? head : Position(0)))
                for (about, isThere) in [(key, isApplied), (nil, false)] {
                    let reflects = try await agents.reflects(
                        last, in: [.agents], about: about, withinMilliseconds: 0)
                    #expect(reflects == isThere)
                }
            }
            await pool.close()
            let half = try await TestDatabase.queryModels(url, "SELECT count(*)::text FROM agents")
            #expect(half != ["0"] && half != ["40"])
            // when: a projector works that shares with nobody
            let projector = Projector(
                .agents, DatabaseAccess(url: url), head: HeadFeed(Position(0)) { Position(0) },
                log: Log("test", threshold: .error), batchEntries: 7)
            let cursor = try await projector.catchUp()
            // then: it has left out what was applied, and the build is not shared any more
            #expect(cursor == (try await log.entries.head()))
            let shares = try await TestDatabase.query(
                url, "SELECT worker::text FROM models.shares")
            #expect(shares.isEmpty)
            let cursors = try await TestDatabase.query(
                url,
                "SELECT position::text FROM models.cursors JOIN models.active USING (build) WHERE projection = 'agents'"
            )
            #expect(cursors == ["\(cursor)"])
            #expect(try await TestDatabase.wrongModels(url) == [])
        }
    }

    @Test func aBuildThatIsSwappedInIsSharedAtOnce() async throws {
        try await withLog { url, publishing, log in
            // given: two workers
            let workers = [worker(url, "first"), worker(url, "second")]
            for index in 0..<20 { try await publishing.publish("acme.a\(index)", ["1.0.0"]) }
            try await awaitWorkers(2, url)
            // when: models are built anew while more is published
            async let results = Rebuild(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([.agents, .files])
            for index in 20..<40 { try await publishing.publish("acme.a\(index)", ["1.0.0"]) }
            let builds = try await results.map { "\($0.build)" }
            // then: the workers hold the new builds
            let shared = try await TestDatabase.query(
                url,
                "SELECT build || ' ' || count(*) FROM models.shares JOIN models.active USING (build) GROUP BY build")
            #expect(shared.contains("\(builds[0]) 2") && shared.contains("\(builds[1]) 1"), "\(builds) \(shared)")
            try await awaitHead(url, log)
            for worker in workers { worker.cancel() }
            for worker in workers { await worker.value }
            #expect(try await TestDatabase.wrongModels(url) == [])
        }
    }

    @Test func aProjectorByItselfWorksBesideThoseThatShare() async throws {
        try await withLog { url, publishing, log in
            // given: two workers, and projectors that share with nobody
            let workers = [worker(url, "first"), worker(url, "second")]
            try await awaitWorkers(2, url)
            let reader = EventReader(
                pool: PostgresPool(PostgresConfiguration(url: url, applicationName: "tests"), sessions: 1))
            let head = HeadFeed(Position(0)) { try await reader.head() }
            let alone = Task {
                await withTaskGroup { group in
                    for projection in ProjectionCatalogue.all {
                        let projector = Projector(
                            projection, DatabaseAccess(url: url), head: head, log: Log("test", threshold: .error))
                        group.addTask { await projector.run() }
                    }
                }
            }
            // when: agents are published
            for index in 0..<60 { try await publishing.publish("acme.a\(index)", ["1.0.0", "1.1.0"]) }
            try await awaitHead(url, log)
            // then: nothing was applied twice, and those that share still do
            try await awaitWorkers(2, url)
            alone.cancel()
            for worker in workers { worker.cancel() }
            await alone.value
            for worker in workers { await worker.value }
            #expect(try await TestDatabase.wrongModels(url) == [])
        }
    }

    @Test func whoWorksOnOneModelSharesThatAlone() async throws {
        try await withLog { url, publishing, log in
            // given: a worker on all models, and one on agents
            let all = worker(url, "all")
            try await awaitWorkers(1, url)
            let one = worker(url, "one", on: [.agents])
            try await awaitWorkers(2, url, of: [.agents])
            let held = try await TestDatabase.query(
                url,
                """
                SELECT w.program || ' ' || count(*) FROM models.shares JOIN models.active USING (build)
                JOIN models.workers w USING (worker) GROUP BY w.program ORDER BY 1
                """)
            #expect(held == ["all \(ProjectionCatalogue.all.count)", "one 1"])
            // when: the one on all models is gone, then agents go on, and the others once somebody works on them
            all.cancel()
            await all.value
            for index in 0..<20 { try await publishing.publish("acme.a\(index)", ["1.0.0"]) }
            try await awaitRows(
                "agents", url,
                "SELECT position::text FROM models.positions JOIN models.active USING (build) WHERE projection = 'agents'",
                is: ["\(try await log.entries.head())"])
            let again = worker(url, "again")
            try await awaitHead(url, log)
            for worker in [one, again] { worker.cancel() }
            for worker in [one, again] { await worker.value }
            #expect(try await TestDatabase.wrongModels(url) == [])
        }
    }

    @Test func aWorkerThatWasForgottenJoinsAnew() async throws {
        try await withLog { url, publishing, log in
            // given: two workers that were held up until others had forgotten them
            let workers = [worker(url, "first"), worker(url, "second")]
            try await awaitWorkers(2, url)
            let before = try await TestDatabase.query(url, "SELECT max(worker)::text FROM models.workers")
            _ = try await TestDatabase.script(url, "DELETE FROM models.signs; DELETE FROM models.workers")
            // when: they are there again
            for index in 0..<20 { try await publishing.publish("acme.a\(index)", ["1.0.0"]) }
            try await awaitWorkers(2, url)
            // then: under other numbers, and nothing is applied twice
            let least = try await TestDatabase.query(
                url, "SELECT (min(worker) > \(before[0]))::text FROM models.workers")
            #expect(least == ["true"])
            try await awaitHead(url, log)
            for worker in workers { worker.cancel() }
            for worker in workers { await worker.value }
            #expect(try await TestDatabase.wrongModels(url) == [])
        }
    }

    @Test func whatIsParkedIsAppliedAsFarAsItsSliceIs() async throws {
        try await withLog { url, publishing, _ in
            // given: one worker has parked an agent and is far ahead of the other one, which has applied nothing
            for index in 0..<20 { try await publishing.publish("acme.a\(index)", ["1.0.0", "1.1.0"]) }
            try await share(.agents, url, among: 2)
            let key = try #require(
                (0..<20).compactMap { AgentKey("acme.a\($0)") }.first { StreamName.agent($0).slice % 2 == 0 })
            try await TestDatabase.scriptModels(
                url, "ALTER TABLE agent_versions ADD CONSTRAINT refuses CHECK (key <> '\(key)')")
            try await apply(url, worker: 1_001, isCareful: true)
            let parked = try await TestDatabase.query(url, "SELECT key FROM models.faults")
            #expect(parked == ["\(key)"])
            try await TestDatabase.scriptModels(url, "ALTER TABLE agent_versions DROP CONSTRAINT refuses")
            // when: it is tried again
            let outcomes = try await Parking(DatabaseAccess(url: url)).retry(.agents, key: key)
            // then: all of it is applied
            #expect(outcomes.count == 1 && outcomes.allSatisfy { $0.waitsAt == nil })
            let versions = try await TestDatabase.queryModels(
                url, "SELECT count(*)::text FROM agent_versions WHERE key = '\(key)'")
            #expect(versions == ["2"])
            try await apply(url, worker: 1_002)
            #expect(try await TestDatabase.wrongModels(url) == [])
        }
    }

    @Test func oneWorkerAppliesOnceOnTwoConnections() async throws {
        try await withLog { url, publishing, _ in
            // given: a transaction of a worker that is not over, as where its connection was lost
            try await publishing.publish("acme.a", ["1.0.0"])
            try await share(.agents, url, among: 1)
            let lost = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
            let (began, goOn) = (AsyncStream<Void>.makeStream(), Waiting())
            let first = Task {
                try await lost.run { connection in
                    let build = try #require(try Build.active(of: .agents, connection))
                    let writer = BuildWriter(projection: .agents, build: build, worker: 1_001)
                    try connection.transaction {
                        let state = try #require(try writer.begin(connection))
                        began.continuation.finish()
                        goOn.wait()
                        let batch = try EventBatch.read(
                            connection, from: state.cursors, limit: 1_000, most: 1_000, types: [])
                        _ = try writer.apply(batch, state, isCareful: false, connection)
                    }
                }
            }
            for await _ in began.stream {}
            // when: the same worker has gone on over another connection
            try await apply(url, worker: 1_001)
            goOn.end()
            // then: the first one is not applied
            await #expect(throws: BuildFault.self) { try await first.value }
            await lost.close()
            #expect(try await TestDatabase.wrongModels(url) == [])
        }
    }

    @Test func aModelStandsStillUntilAllSlicesArePastThePlace() async throws {
        try await withLog { url, publishing, _ in
            // given: two workers that have both said where they stand still
            for index in 0..<20 { try await publishing.publish("acme.a\(index)", ["1.0.0"]) }
            try await share(.agents, url, among: 2)
            let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
            try await session.run { connection in
                let build = try #require(try Build.active(of: .agents, connection))
                let writer = BuildWriter(projection: .agents, build: build)
                for place in [5, 9, 7] {
                    try writer.note("at \(place)", of: "", at: Position(Int64(place)), connection)
                }
            }
            await session.close()
            func told() async throws -> [String] {
                try await TestDatabase.query(url, "SELECT position || ' ' || reason FROM models.faults")
            }
            #expect(try await told() == ["5 at 5"])
            // when: one of them is past it, and then the other one
            try await apply(url, worker: 1_001)
            #expect(try await told() == ["5 at 5"])
            try await apply(url, worker: 1_002)
            // then: nothing is told any more
            #expect(try await told().isEmpty)
        }
    }
}

/// Holds a thread up.
private final class Waiting: @unchecked Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() { semaphore.wait() }

    func end() { semaphore.signal() }
}
