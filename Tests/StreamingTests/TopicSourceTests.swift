import EventLog
import Events
import Following
import Foundation
import Kafka
import Logging
import Postgres
import Projections
import Streaming
import TestSupport
import Testing

/// The read models as they come from a topic.
@Suite struct TopicSourceTests {
    /// Projectors of all models that run, from a source.
    private struct Projecting {
        let source: TopicSource
        let task: Task<Void, Never>

        func stop() async {
            task.cancel()
            await task.value
        }
    }

    private static let log = Log("test", threshold: .error)

    private func source(
        _ fixture: RelayFixture, servers: String? = nil, topic: String? = nil
    ) throws -> (source: TopicSource, head: HeadFeed) {
        let pool = PostgresPool(PostgresConfiguration(url: fixture.url, applicationName: "tests"), sessions: 1)
        let reader = EventReader(pool: pool)
        let head = HeadFeed(Position(0)) { try await reader.head() }
        let source = TopicSource(
            LogTopic.Address(
                try KafkaConfiguration(servers: servers ?? fixture.broker.servers, clientID: "tests"),
                name: topic ?? fixture.topic), pool, head: head, on: fixture.reactor, log: Self.log)
        return (source, head)
    }

    private func project(
        _ fixture: RelayFixture, servers: String? = nil, topic: String? = nil
    ) throws -> Projecting {
        let database = DatabaseAccess(url: fixture.url)
        let (source, head) = try source(fixture, servers: servers, topic: topic)
        let task = Task {
            await withTaskGroup { group in
                group.addTask { await source.run() }
                for projection in ProjectionCatalogue.all {
                    // So few at once that the first batch, which is the log's, is not all there is.
                    let projector = Projector(
                        projection, database, head: head, source: source, log: Self.log, batchEntries: 40)
                    group.addTask { await projector.run() }
                }
            }
        }
        return Projecting(source: source, task: task)
    }

    /// Waits until all models have all of the log.
    private func caughtUp(_ fixture: RelayFixture) async throws {
        let head = try await fixture.head()
        for _ in 0..<2_400 {
            let cursors = try await TestDatabase.query(
                fixture.url, "SELECT min(position)::text FROM models.positions"
            )
            if cursors == ["\(head)"] { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        let cursors = try await TestDatabase.query(
            fixture.url,
            """
            SELECT projection || ' ' || position FROM models.positions JOIN models.active USING (build)
            """)
        Issue.record("the models do not reach \(head): \(cursors)")
    }

    /// Waits until the topic is given up.
    private func givesUp(_ projecting: Projecting) async throws {
        try await eventually("an entry is refused") { projecting.source.counts.refusals > 0 }
    }

    private func withRelayed(
        _ steps: Int, seed: UInt64, _ body: (RelayFixture, Walker, RelayFixture.Running) async throws -> Void
    ) async throws {
        try await RelayFixture.with { fixture in
            let walker = Walker(fixture, seed: seed)
            try await walker.steps(steps)
            let relay = try fixture.relay()
            try await relay.delivers(try await fixture.head())
            try await body(fixture, walker, relay)
            await relay.stop()
        }
    }

    @Test func modelsThatComeFromTheTopicAreThoseOfTheLog() async throws {
        try await withRelayed(600, seed: 51) { fixture, walker, relay in
            // Given models that begin with nothing, and a topic that has the whole log
            let projecting = try project(fixture)
            try await caughtUp(fixture)
            // When more comes while they run
            try await walker.steps(300)
            try await caughtUp(fixture)
            // Then some of it is read from the topic, as soon as that is not later than the log: on a busy machine it
            // may be at first, and then what is later is right to come from there
            for _ in 0..<200 where projecting.source.counts.entries == 0 {
                try await relay.delivers(try await fixture.head())
                try await walker.steps(10)
                try await caughtUp(fixture)
            }
            #expect(projecting.source.counts.entries > 0)
            // And they are right
            await projecting.stop()
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
        }
    }

    /// Rebuilds all models from a topic, until some of it was read there: on a busy machine the log may be faster at first.
    private func rebuild(_ fixture: RelayFixture, until isDone: (TopicSource.Counts) -> Bool) async throws {
        let (source, _) = try source(fixture)
        let running = Task { await source.run() }
        var options = BuildOptions(program: "tests")
        (options.source, options.batchEntries) = (source, 40)
        for _ in 0..<20 where !isDone(source.counts) {
            _ = try await Rebuild(DatabaseAccess(url: fixture.url), options).run(ProjectionCatalogue.all)
        }
        running.cancel()
        await running.value
        #expect(isDone(source.counts), "\(source.counts)")
    }

    @Test func aRebuildReadsTheTopic() async throws {
        try await withRelayed(400, seed: 59) { fixture, _, _ in
            try await rebuild(fixture) { $0.entries > 0 }
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
        }
    }

    @Test func aRebuildDoesNotBelieveATopicThatIsAheadOfARestoredLog() async throws {
        try await withRelayed(100, seed: 60) { fixture, _, relay in
            await relay.stop()
            // In pieces of 40 entries there is one in the middle of what the log has no more.
            try await fixture.restore(to: try await fixture.head() - 90, append: 90)
            try await rebuild(fixture) { $0.refusals > 0 }
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
        }
    }

    @Test func whatTheTopicDoesNotHaveComesFromTheLog() async throws {
        try await RelayFixture.with { fixture in
            // Given a topic in which every entry of some stretches is missing, as after its retention has passed
            let walker = Walker(fixture, seed: 52)
            try await walker.steps(400)
            let relay = try fixture.relay()
            let head = try await fixture.head()
            try await relay.delivers(head)
            await relay.stop()
            let whole = try await fixture.messages()
            let topic = try await fixture.broker.topic(
                partitions: LogTopic.partitions, settings: ["message.timestamp.type": "LogAppendTime"])
            let producer = try await KafkaProducer(try fixture.broker.configuration(), on: fixture.reactor)
            let kept = whole.filter { message in
                guard let place = LogTopic.Place(message) else { return false }
                return !(0..<50).contains(place.position.value) && place.position.value % 97 > 20
            }
            try await producer.send(
                kept.map {
                    KafkaRecord(partition: $0.partition.number, key: $0.key, value: $0.value, headers: $0.headers)
                }, to: topic
            ).confirmed()
            await producer.close()
            // When the models come from it
            let projecting = try project(fixture, topic: topic)
            try await caughtUp(fixture)
            await projecting.stop()
            // Then they are right
            #expect(projecting.source.counts.absences > 0)
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
        }
    }

    @Test(.enabled(if: TestBroker.isReal, "a cluster that is played keeps everything"))
    func whatRetentionHasTakenComesFromTheLog() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "broker-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let broker = try await PrivateBroker(
            folder, port: try Process.freePort(),
            settings: [
                "log.initial.task.delay.ms=100", "log.retention.check.interval.ms=200",
                "log.segment.delete.delay.ms=0",
            ])
        try await RelayFixture.with { fixture in
            // Given a topic that keeps what is younger than a second, and projectors that come later than that
            let fixture = fixture.at(broker.servers)
            try await fixture.broker.make(
                fixture.topic, partitions: LogTopic.partitions,
                settings: [
                    "message.timestamp.type": "LogAppendTime", "retention.ms": "1000", "segment.ms": "500",
                ])
            let walker = Walker(fixture, seed: 57)
            try await walker.steps(300)
            let relay = try fixture.relay()
            try await relay.delivers(try await fixture.head())
            var isGone = false
            for _ in 0..<600 where !isGone {
                try await walker.steps(2)
                isGone = try await KafkaAdmin.with(fixture.broker.configuration(), on: fixture.reactor) { admin in
                    try await admin.offsets(of: fixture.topic, partitions: LogTopic.partitions).contains {
                        $0.first > 0
                    }
                }
            }
            #expect(isGone)
            // When they begin, and go on while more comes and goes
            let projecting = try project(fixture)
            try await walker.steps(300)
            try await caughtUp(fixture)
            await projecting.stop()
            await relay.stop()
            // Then the models are right
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
        }
        try await broker.stop()
    }

    @Test func withoutBrokersTheLogIsRead() async throws {
        try await RelayFixture.with { fixture in
            let walker = Walker(fixture, seed: 53)
            try await walker.steps(100)
            let projecting = try project(fixture, servers: "127.0.0.1:1")
            try await caughtUp(fixture)
            try await walker.steps(100)
            try await caughtUp(fixture)
            await projecting.stop()
            #expect(projecting.source.counts.entries == 0)
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
        }
    }

    @Test func aTopicOfAnotherLogIsNotRead() async throws {
        try await withRelayed(50, seed: 54) { other, _, _ in
            try await RelayFixture.with { fixture in
                try await Walker(fixture, seed: 55).steps(100)
                let projecting = try project(fixture, topic: other.topic)
                try await caughtUp(fixture)
                try await givesUp(projecting)
                await projecting.stop()
                #expect(projecting.source.counts.entries == 0)
                #expect(try await TestDatabase.wrongModels(fixture.url) == [])
            }
        }
    }

    @Test func aMessageThatIsNoEntryEndsTheReadingOfTheTopic() async throws {
        try await withRelayed(50, seed: 56) { fixture, walker, _ in
            let producer = try await KafkaProducer(try fixture.broker.configuration(), on: fixture.reactor)
            try await producer.send(
                (0..<64).map { KafkaRecord(partition: $0, key: nil, value: Array("hello".utf8)) }, to: fixture.topic
            ).confirmed()
            await producer.close()
            let projecting = try project(fixture)
            try await walker.steps(50)
            try await caughtUp(fixture)
            try await givesUp(projecting)
            await projecting.stop()
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
        }
    }

    @Test func aTopicThatIsAheadOfARestoredLogIsNotBelieved() async throws {
        try await withRelayed(100, seed: 57) { fixture, _, relay in
            // Given a log that was restored from an older copy, and has other entries since then
            await relay.stop()
            try await fixture.restore(to: try await fixture.head() - 20, append: 20)
            // When the models come from the topic
            let projecting = try project(fixture)
            try await caughtUp(fixture)
            try await givesUp(projecting)
            await projecting.stop()
            // Then they hold what the log has
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
        }
    }
}
