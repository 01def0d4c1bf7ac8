import Foundation
import Kafka
import Reactor
import TestSupport
import Testing

extension KafkaTests {
    @Test func readingBeginsWhereTheCallerSaysAndLosesNothing() async throws {
        try await Self.withReactor { reactor in
            let topic = try await broker.topic(partitions: 1)
            try await send((0..<3_000).map { Self.record($0) }, to: topic, on: reactor)
            let partition = KafkaPartition(topic, 0)
            for start: Int64 in [500, 7, 2_500, 1_000] {
                let consumer = try await KafkaConsumer(try broker.configuration(), on: reactor)
                try await consumer.assign([partition: .at(start)])
                // The next message is the one asked for, and all others follow.
                let read = try await Self.read(Int(3_000 - start), from: consumer, of: 100)
                #expect(read.map(\.offset) == Array(start..<3_000))
                // The library would not survive another assignment that ends at once.
                let error = await #expect(throws: KafkaError.self) {
                    try await consumer.assign([partition: .beginning])
                }
                #expect(error?.kind == .other)
                await consumer.close()
            }
        }
    }

    @Test func theEndOfAPartitionIsSaidAndAnOffsetBeyondItIsRefused() async throws {
        try await Self.withReactor { reactor in
            let topic = try await broker.topic(partitions: 2)
            try await send([Self.record(0)], to: topic, on: reactor)
            let consumer = try await KafkaConsumer(try broker.configuration(), on: reactor)
            try await consumer.assign([KafkaPartition(topic, 0): .beginning, KafkaPartition(topic, 1): .beginning])
            var ended: Set<Int32> = []
            var messages = 0
            for try await arrivals in consumer.batches() {
                messages += arrivals.messages.count
                ended.formUnion(arrivals.ended.map(\.number))
                if ended.count == 2 { break }
            }
            #expect(messages == 1)
            await consumer.close()
            let beyond = try await KafkaConsumer(try broker.configuration(), on: reactor)
            try await beyond.assign([KafkaPartition(topic, 0): .at(5)])
            let error = await #expect(throws: KafkaError.self) { _ = try await Self.read(1, from: beyond) }
            #expect(error?.kind == .outOfRange)
            await beyond.close()
        }
    }

    @Test func pullingEndsWithTheTaskAndWithTheConsumer() async throws {
        try await Self.withReactor { reactor in
            let topic = try await broker.topic(partitions: 1)
            let consumer = try await KafkaConsumer(try broker.configuration(), on: reactor)
            try await consumer.assign([KafkaPartition(topic, 0): .end])
            let cancelled = Task { try await Self.read(1, from: consumer).count }
            try await Task.sleep(for: .milliseconds(100))
            cancelled.cancel()
            #expect(try await cancelled.value == 0)
            let closed = Task { try await Self.read(1, from: consumer).count }
            try await Task.sleep(for: .milliseconds(100))
            await consumer.close()
            #expect(try await closed.value == 0)
        }
    }

    @Test func aGroupSharesPartitionsAndGoesOnWhereItCommitted() async throws {
        try await Self.withReactor { reactor in
            let topic = try await broker.topic(partitions: 4)
            try await send((0..<400).map { Self.record($0, partition: Int32($0 % 4)) }, to: topic, on: reactor)
            let group = "group-\(topic)"
            // Given two members that together have read and committed all
            let tally = Tally()
            try await withThrowingTaskGroup { tasks in
                for member in ["one", "two"] {
                    let configuration = try broker.configuration(member)
                    tasks.addTask {
                        let consumer = try await KafkaConsumer(configuration, group: group, on: reactor)
                        try await consumer.subscribe([topic])
                        for try await arrivals in consumer.batches(of: 10) {
                            await tally.add(arrivals, of: member)
                            let last = Dictionary(
                                arrivals.messages.map { ($0.partition, $0.offset + 1) }, uniquingKeysWith: max)
                            // A member whose partitions were given to the other may not commit them any more.
                            if !last.isEmpty { try? await consumer.commit(last) }
                        }
                        await consumer.close()
                    }
                }
                // One that is alone for a while may read all: more comes until both have read something.
                for extra in 0..<300 where await !tally.isWhole(400, members: 2) {
                    let more = (0..<4).map { Self.record(10_000 + 4 * extra + $0, partition: Int32($0)) }
                    try await send(more, to: topic, on: reactor)
                    try await Task.sleep(for: .milliseconds(100))
                }
                #expect(await tally.isWhole(400, members: 2))
                tasks.cancelAll()
                try await tasks.waitForAll()
            }
            // When something new comes, then a third one reads that alone
            try await send([Self.record(1_000)], to: topic, on: reactor)
            let third = try await KafkaConsumer(try broker.configuration("three"), group: group, on: reactor)
            try await third.subscribe([topic])
            var read: [KafkaMessage] = []
            while !read.contains(where: { $0.value == Array("value 1000".utf8) }) {
                read += try await Self.read(1, from: third)
            }
            // What was read and not committed before the other member came is read again, and no more than that.
            #expect(read.count < 400)
            await third.close()
        }
    }

    /// What the members of a group have read.
    private actor Tally {
        private var members: Set<String> = []
        private var values: Set<[UInt8]> = []

        func add(_ arrivals: KafkaArrivals, of member: String) {
            if !arrivals.messages.isEmpty { members.insert(member) }
            for message in arrivals.messages { values.insert(message.value ?? []) }
        }

        func isWhole(_ count: Int, members: Int) -> Bool { values.count >= count && self.members.count == members }
    }

    @Test func aMemberThatIsClosedWhileItsGroupShares() async throws {
        try await Self.withReactor { reactor in
            // Given members that come and go while shares are given out, and some that never take theirs
            let topic = try await broker.topic(partitions: 4)
            let group = "group-\(topic)"
            for round in 0..<4 {
                let members = try await withThrowingTaskGroup { tasks in
                    for member in 0..<3 {
                        let configuration = try broker.configuration("member-\(round)-\(member)")
                        tasks.addTask {
                            let consumer = try await KafkaConsumer(configuration, group: group, on: reactor)
                            try await consumer.subscribe([topic])
                            return consumer
                        }
                    }
                    return try await tasks.reduce(into: []) { $0.append($1) }
                }
                let pulling = members.dropFirst().map { member in
                    Task { for try await _ in member.batches() {} }
                }
                try await Task.sleep(for: .milliseconds(50 + 150 * round))
                // When they are closed by somebody else, then that ends, and so does the pulling.
                for member in members { await member.close() }
                for task in pulling { try await task.value }
            }
        }
    }
}
