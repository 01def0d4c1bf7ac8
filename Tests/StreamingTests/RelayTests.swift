import EventLog
import Events
import Foundation
import Kafka
import Streaming
import TestSupport
import Testing

/// The log in a topic of Kafka.
@Suite struct RelayTests {
    // MARK: What stands there

    @Test func theTopicHoldsEveryEntryAsItIs() async throws {
        try await RelayFixture.with { fixture in
            // Given a log, a relay, and what comes while it runs
            let walker = Walker(fixture, seed: 21)
            try await walker.steps(300)
            let relay = try fixture.relay()
            try await relay.delivers(try await fixture.head())
            try await walker.steps(30)
            let head = try await fixture.head()
            try await relay.delivers(head)
            await relay.stop()
            // Then the topic holds the same, once each, and the row says how far
            #expect(try await fixture.holdsTheLog() == 0)
            let row = try await TestDatabase.query(
                fixture.url,
                "SELECT format('%s %s %s', next, holder, (SELECT max(l) FROM unnest(last) l)) FROM relay.topics")
            #expect(row == ["\(head)  \(head - 1)"])
            if TestBroker.isReal {
                let first = try await fixture.messages().first
                #expect(abs((first?.timestampMilliseconds ?? 0) - Int64(Date().timeIntervalSince1970 * 1000)) < 120_000)
            }
        }
    }

    @Test func aLogWithoutEntriesIsWaitedFor() async throws {
        try await RelayFixture.with { fixture in
            let relay = try fixture.relay()
            try await relay.hears { $0 == .isCaughtUp(0) }
            let walker = Walker(fixture, seed: 23)
            try await walker.steps(5)
            try await relay.delivers(try await fixture.head())
            await relay.stop()
            try await fixture.holdsTheLog()
        }
    }

    // MARK: One of several

    @Test func oneRelaysAndAnotherStandsByUntilItStops() async throws {
        try await RelayFixture.with { fixture in
            let walker = Walker(fixture, seed: 24)
            try await walker.steps(50)
            let one = try fixture.relay("one")
            try await one.delivers(try await fixture.head())
            let two = try fixture.relay("two")
            try await two.hears { $0 == .standsBy(holder: "one") }
            await one.stop()
            let next = try await fixture.head()
            try await two.hears { $0 == .sends(from: next) }
            try await walker.steps(50)
            try await two.delivers(try await fixture.head())
            await two.stop()
            #expect(try await fixture.holdsTheLog() == 0)
        }
    }

    @Test func whoLostTheTopicStoresNothingAndStandsBy() async throws {
        try await RelayFixture.with { fixture in
            // Given a relay, and another one that takes the topic from it and has sent nothing
            let walker = Walker(fixture, seed: 26)
            try await walker.steps(50)
            let one = try fixture.relay("one")
            try await one.delivers(try await fixture.head())
            try await TestDatabase.script(
                fixture.url,
                "UPDATE relay.topics SET epoch = epoch + 1, holder = 'other', seen = clock_timestamp(), next = 0, last = array_fill(-1::bigint, ARRAY[64])"
            )
            // When more comes, then the first one sends it at most once and stores none of it
            try await walker.steps(20)
            try await one.hears { $0 == .standsBy(holder: "other") }
            #expect(try await TestDatabase.query(fixture.url, "SELECT next::text FROM relay.topics") == ["0"])
            // When the other one is gone, then it begins where that one stood
            try await one.hears { $0 == .sends(from: 0) }
            try await one.delivers(try await fixture.head())
            await one.stop()
            #expect(try await fixture.holdsTheLog() > 0)
        }
    }

    @Test func relaysThatEndAtRandomLeaveNothingOutAndNothingOutOfOrder() async throws {
        try await RelayFixture.with { fixture in
            var random = SeededRandom(seed: 28)
            let walker = Walker(fixture, seed: 29)
            let writing = Task { try await walker.steps(1_500) }
            // Given two relays of which one after the other is stopped in the middle
            var senders = 0
            // Where others need the machine, one may be stopped before it has begun.
            for round in 0..<40 where round < 8 || senders < 2 {
                let relays = try (0..<2).map { try fixture.relay("\(round)-\($0)") }
                try await Task.sleep(for: .milliseconds(Int(random.next() % 1_500) + 50))
                for relay in relays { await relay.stop() }
                let hasSent = relays.contains { relay in
                    relay.news.value.contains { if case .sends = $0 { true } else { false } }
                }
                if hasSent { senders += 1 }
            }
            #expect(senders > 1)
            try await writing.value
            let last = try fixture.relay("last")
            try await last.delivers(try await fixture.head())
            await last.stop()
            try await fixture.holdsTheLog()
        }
    }

    // MARK: The topic

    @Test(.enabled(if: TestBroker.isReal, "a cluster that is played has no administration"))
    func aTopicIsMadeWhereThatIsAskedFor() async throws {
        try await RelayFixture.with { fixture in
            let name = "made-\(UUID().uuidString)"
            #expect(
                await fixture.fault(of: try fixture.relay(to: name))
                    == "there is no topic '\(name)', or this login may not see it; --create-topic makes one that is missing"
            )
            let relay = try fixture.relay(makes: true, to: name)
            try await relay.hears { $0 == .isCaughtUp(0) }
            await relay.stop()
            let admin = try await KafkaAdmin(try fixture.broker.configuration(), on: fixture.reactor)
            let settings = try await admin.settings(of: name)
            #expect(try await admin.topic(name)?.partitions == 64)
            await admin.close()
            #expect(settings["message.timestamp.type"] == "LogAppendTime")
            #expect(settings["cleanup.policy"] == "delete")
            #expect(settings["retention.ms"] == "-1")
            // One that is there is left as it is.
            let again = try fixture.relay(makes: true, to: name)
            try await again.hears { $0 == .isCaughtUp(0) }
            await again.stop()
        }
    }

    @Test(
        .enabled(if: TestBroker.isReal, "a cluster that is played has no settings of topics"),
        arguments: [
            (["cleanup.policy": "compact,delete", "message.timestamp.type": "LogAppendTime"], "cleanup.policy"),
            (["message.timestamp.type": "CreateTime"], "message.timestamp.type"),
            (
                ["unclean.leader.election.enable": "true", "message.timestamp.type": "LogAppendTime"],
                "unclean.leader.election.enable"
            ),
            (["max.message.bytes": "70000", "message.timestamp.type": "LogAppendTime"], "max.message.bytes"),
            (["min.insync.replicas": "2", "message.timestamp.type": "LogAppendTime"], "min.insync.replicas"),
        ])
    func aTopicThatIsSetOtherwiseIsRefused(_ settings: [String: String], _ name: String) async throws {
        try await RelayFixture.with(settings: settings) { fixture in
            let fault = await fixture.fault(of: try fixture.relay())
            #expect(fault.contains(name) && fault.contains(settings[name] ?? "?"), "\(fault)")
        }
    }

    @Test func aTopicWithOtherPartitionsIsRefused() async throws {
        try await RelayFixture.with(partitions: 8) { fixture in
            let fault = await fixture.fault(of: try fixture.relay())
            #expect(fault.contains("has 8 partitions and needs 64"), "\(fault)")
        }
    }

    @Test func aTopicOfAnotherLogIsRefused() async throws {
        try await RelayFixture.with { fixture in
            // Given a topic that holds a log
            let walker = Walker(fixture, seed: 30)
            try await walker.steps(20)
            let relay = try fixture.relay()
            try await relay.delivers(try await fixture.head())
            await relay.stop()
            try await RelayFixture.with { other in
                let otherWalker = Walker(other, seed: 31)
                try await otherWalker.steps(20)
                let fault = await fixture.fault(of: try other.relay(to: fixture.topic))
                #expect(fault.contains(fixture.log.id.hex) && fault.contains("another log"), "\(fault)")
            }
        }
    }

    @Test func aTopicWithWhatIsNoEntryIsRefused() async throws {
        try await RelayFixture.with { fixture in
            let walker = Walker(fixture, seed: 32)
            try await walker.steps(20)
            let producer = try await KafkaProducer(try fixture.broker.configuration(), on: fixture.reactor)
            try await producer.send(
                [KafkaRecord(partition: 7, key: nil, value: Array("hello".utf8))], to: fixture.topic
            ).confirmed()
            await producer.close()
            let fault = await fixture.fault(of: try fixture.relay())
            #expect(fault.contains("no entry of a log, in partition 7 at offset 0"), "\(fault)")
        }
    }

    /// Whether or not the log has grown past the topic since then, and whether or not its row was restored with it.
    @Test(arguments: [0, 5, 60], [true, false])
    func aTopicOfWhichARestoreHasUndoneAPartIsRefused(_ appended: Int, _ hasRow: Bool) async throws {
        try await RelayFixture.with { fixture in
            // Given a topic with entries that the log lacks, or has others in the place of
            try await Walker(fixture, seed: 33).steps(60)
            let relay = try fixture.relay()
            let head = try await fixture.head()
            try await relay.delivers(head)
            await relay.stop()
            try await fixture.restore(to: head - 20, append: appended)
            if !hasRow { try await TestDatabase.script(fixture.url, "DELETE FROM relay.topics") }
            let fault = await fixture.fault(of: try fixture.relay("two"))
            #expect(fault.contains("that the log does not have there"), "\(fault)")
        }
    }

    @Test(.enabled(if: TestBroker.isReal, "a cluster that is played deletes no topic"))
    func aTopicThatWasMadeAnewIsFilledWhereThatIsAskedFor() async throws {
        try await RelayFixture.with { fixture in
            // Given a relay that runs, and a topic that is deleted and made anew under it
            let walker = Walker(fixture, seed: 34)
            try await walker.steps(60)
            let relay = try fixture.relay()
            try await relay.delivers(try await fixture.head())
            try await fixture.broker.delete(fixture.topic)
            let admin = try await KafkaAdmin(try fixture.broker.configuration(), on: fixture.reactor)
            try await admin.makeTopic(
                fixture.topic, partitions: 64, replicas: 1, settings: ["message.timestamp.type": "LogAppendTime"])
            await admin.close()
            // When more is appended
            try await walker.steps(200)
            // Then it does not go on as if nothing were missing
            let fault = await fixture.fault(of: relay)
            // It may also have looked between the two.
            let isKnown = fault.contains("was made anew") || fault.contains("is gone")
            #expect(isKnown && fault.contains("--refill"), "\(fault)")
            #expect(await fixture.fault(of: try fixture.relay("two")).contains("lost its end. Delete it"))
            // When it is made once more and a relay is told to refill it, then it holds all, in order
            try await fixture.broker.delete(fixture.topic)
            let again = try fixture.relay("three", refills: true, makes: true)
            try await again.delivers(try await fixture.head())
            await again.stop()
            try await fixture.holdsTheLog()
            // When another one is started with the same words, then it goes on where that one stood.
            let next = try await fixture.head()
            let later = try fixture.relay("four", refills: true, makes: true)
            try await later.hears { $0 == .sends(from: next) }
            await later.stop()
            // When nothing is known of what stands there, then it is not filled again.
            try await TestDatabase.script(fixture.url, "DELETE FROM relay.topics")
            let unknown = await fixture.fault(of: try fixture.relay("five", refills: true))
            #expect(unknown.contains("is not empty"), "\(unknown)")
        }
    }
}
