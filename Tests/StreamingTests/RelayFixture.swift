import Crypto
import EventLog
import Events
import Following
import Foundation
import Kafka
import Logging
import Postgres
import Reactor
import Streaming
import System
import TestSupport
import Testing

/// A log with a topic of its own, and relays between them.
struct RelayFixture {
    let url: String
    let log: EventLog
    let topic: String
    let reactor: Reactor
    var broker = TestBroker.shared

    static func with(
        settings: [String: String] = ["message.timestamp.type": "LogAppendTime"],
        partitions: Int = LogTopic.partitions, _ body: (RelayFixture) async throws -> Void
    ) async throws {
        try await TestDatabase.with { url in
            let topic = try await TestBroker.shared.topic(partitions: partitions, settings: settings)
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let reactor = try Reactor(name: "relay")
            try await body(RelayFixture(url: url, log: log, topic: topic, reactor: reactor))
            await log.close()
            reactor.stop()
        }
    }

    /// The same with a topic of the same name at another broker.
    func at(_ servers: String) -> RelayFixture {
        var other = self
        other.broker = TestBroker(servers: servers)
        return other
    }

    /// A relay that runs.
    struct Running {
        let task: Task<Void, any Error>
        let news: Shared<[Relay.News]>

        /// Waits for news.
        func hears(_ isMeant: (Relay.News) -> Bool) async throws {
            try await eventually("the relay tells it, but \(news.value)") { news.value.contains(where: isMeant) }
        }

        /// Waits until so many entries are delivered.
        func delivers(_ count: Int64) async throws {
            try await hears { news in
                guard case .isCaughtUp(let next) = news else { return false }
                return next >= count
            }
        }

        func stop() async {
            task.cancel()
            _ = try? await task.value
        }
    }

    func relay(_ name: String = "one", refills: Bool = false, makes: Bool = false, to other: String? = nil) throws
        -> Running
    {
        var configuration = Relay.Configuration(
            LogTopic.Address(try broker.configuration("relay-\(name)"), name: other ?? topic))
        configuration.refills = refills
        configuration.makesTopic = makes
        let reader = EventReader(
            pool: PostgresPool(PostgresConfiguration(url: url, applicationName: "tests"), sessions: 1))
        let news = Shared<[Relay.News]>([])
        let relay = Relay(
            DatabaseAccess(url: url), configuration, head: HeadFeed(Position(0)) { try await reader.head() },
            on: reactor, name: name, log: Log("test", threshold: .error)
        ) { news.value.append($0) }
        return Running(task: Task { try await relay.run() }, news: news)
    }

    /// Why a relay gives up.
    func fault(of relay: Running) async -> String {
        do {
            try await relay.task.value
            return ""
        } catch {
            return "\(error)"
        }
    }

    func head() async throws -> Int64 { try await log.entries.head().value }

    /// Puts the log back to a position, as a restore from an older copy does, and appends other entries.
    func restore(to position: Int64, append count: Int) async throws {
        try await TestDatabase.script(
            url,
            """
            DELETE FROM log.contents WHERE position >= \(position);
            DELETE FROM log.streams WHERE position >= \(position);
            DELETE FROM log.events WHERE position >= \(position);
            """)
        let restored = try await EventLog.open(EventLog.Configuration(url: url))
        for _ in 0..<count {
            let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
            let person = PersonID(random: SecureRandom.bytes(16))
            let envelope = Envelope(
                id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: restored.id,
                stream: .user(person), time: now, recordedTime: now, origin: .init(),
                event: UserRegistered(kind: .person))
            _ = try await restored.append(
                Append(
                    expected: [.user(person): StreamVersion(0)],
                    events: [.init(envelope: envelope, version: StreamVersion(1))]))
        }
        await restored.close()
    }

    /// All messages of the topic, those of a partition in their order.
    func messages() async throws -> [KafkaMessage] {
        let consumer = try await KafkaConsumer(try broker.configuration(), on: reactor)
        try await consumer.assign(
            Dictionary(
                uniqueKeysWithValues: (0..<Int32(LogTopic.partitions)).map { (KafkaPartition(topic, $0), .beginning) }))
        var messages: [KafkaMessage] = []
        var ended: Set<Int32> = []
        for try await arrivals in consumer.batches() {
            messages += arrivals.messages
            ended.formUnion(arrivals.ended.map(\.number))
            if ended.count == LogTopic.partitions { break }
        }
        await consumer.close()
        return messages
    }

    /// What is wrong with the topic, and what stands there again.
    struct Judgment: Equatable {
        /// Entries of the log that are nowhere, or with other bytes, key or headers.
        var missing = 0
        /// Entries that stand first behind a later one of their slice.
        var outOfOrder = 0
        /// Messages that are of no use.
        var repeats = 0
    }

    private struct Row: Equatable {
        let slice: Int
        let stream: String
        let bytes: [UInt8]
    }

    /// The log, by position.
    private func rows() async throws -> [Int64: Row] {
        let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
        let all = PostgresStatement(
            "test_log", Array("SELECT position, slice::integer, stream, entry FROM log.events".utf8))
        let rows = try await session.run { connection in
            try connection.execute(all).map { row in
                (
                    try row.integer(0),
                    Row(slice: Int(try row.integer(1)), stream: try row.text(2), bytes: try row.bytes(3))
                )
            }
        }
        await session.close()
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// Compares the topic with the log.
    func judge(_ sourceLocation: SourceLocation = #_sourceLocation) async throws -> Judgment {
        let rows = try await rows()
        let previous = Dictionary(grouping: rows, by: \.value.slice).values.reduce(into: [Int64: Int64]()) {
            let positions = $1.map(\.key).sorted()
            for (one, next) in zip(positions, positions.dropFirst()) { $0[next] = one }
        }
        var (judgment, seen, highest) = (Judgment(), Set<Int64>(), [Int32: Int64]())
        for message in try await messages() {
            let place = try #require(LogTopic.Place(message), sourceLocation: sourceLocation)
            let position = place.position.value
            guard seen.insert(position).inserted else {
                judgment.repeats += 1
                continue
            }
            if position < highest[message.partition.number] ?? -1 { judgment.outOfOrder += 1 }
            highest[message.partition.number] = position
            // Everything that is said of it.
            let found = Row(
                slice: Int(message.partition.number), stream: String(decoding: message.key ?? [], as: UTF8.self),
                bytes: message.value ?? [])
            #expect(found == rows[position], "at \(position)", sourceLocation: sourceLocation)
            #expect(place.previous?.value == previous[position], "at \(position)", sourceLocation: sourceLocation)
            #expect(place.log == log.id, sourceLocation: sourceLocation)
            #expect(message.header("content-type") == Array("application/cloudevents+json".utf8))
            #expect(message.headers.count == (place.previous == nil ? 3 : 4), sourceLocation: sourceLocation)
        }
        judgment.missing = rows.count - seen.count
        return judgment
    }

    /// Checks that the topic holds the log, and counts what stands there again.
    @discardableResult
    func holdsTheLog(_ sourceLocation: SourceLocation = #_sourceLocation) async throws -> Int {
        let judgment = try await judge(sourceLocation)
        #expect(judgment.missing == 0 && judgment.outOfOrder == 0, "\(judgment)", sourceLocation: sourceLocation)
        return judgment.repeats
    }
}

/// Appends to the log of a fixture what the domain could have decided.
actor Walker {
    private var walk: RandomWalk
    private var hasBegun = false

    init(_ fixture: RelayFixture, seed: UInt64) {
        walk = RandomWalk(fixture.log, fixture.url, seed: seed, agents: 40, gathering: 20)
    }

    func steps(_ count: Int) async throws {
        // The walk leaves the actor for as long as it appends.
        var walk = walk
        if !hasBegun { try await walk.begin() }
        hasBegun = true
        for _ in 0..<count { try await walk.step() }
        try await walk.flush()
        self.walk = walk
    }
}
