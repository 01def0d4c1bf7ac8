import Foundation
import Kafka
import Reactor
import TestSupport
import Testing

/// The client against a broker. Without `KAFKA_HOME` that is one which librdkafka plays.
@Suite struct KafkaTests {
    let broker = TestBroker.shared
    /// Nobody listens there.
    static let nobody = "127.0.0.1:1"

    static func withReactor<Value>(_ body: (Reactor) async throws -> Value) async throws -> Value {
        let reactor = try Reactor(name: "test")
        defer { reactor.stop() }
        return try await body(reactor)
    }

    static func record(_ number: Int, partition: Int32 = 0) -> KafkaRecord {
        KafkaRecord(partition: partition, key: Array("key \(number)".utf8), value: Array("value \(number)".utf8))
    }

    /// Pulls until so many messages are there.
    static func read(
        _ count: Int, from consumer: KafkaConsumer, of atMost: Int = 500
    ) async throws -> [KafkaMessage] {
        var messages: [KafkaMessage] = []
        for try await arrivals in consumer.batches(of: atMost) {
            messages += arrivals.messages
            if messages.count >= count { break }
        }
        return messages
    }

    func send(_ records: [KafkaRecord], to topic: String, on reactor: Reactor) async throws {
        let producer = try await KafkaProducer(try broker.configuration(), on: reactor)
        try await producer.send(records, to: topic).confirmed()
        await producer.close()
    }

    // MARK: Records

    @Test func recordsComeBackAsTheyWereSent() async throws {
        try await Self.withReactor { reactor in
            // Given records with everything, with nothing, and with empty parts
            let topic = try await broker.topic(partitions: 3)
            let headers = [
                KafkaHeader("one", Array("1".utf8)), KafkaHeader("none", nil), KafkaHeader("empty", []),
                KafkaHeader("one", [0, 255]),
            ]
            let records = [
                KafkaRecord(partition: 0, key: [1, 2], value: [0, 255, 10], headers: headers),
                KafkaRecord(partition: 0, key: nil, value: nil),
                KafkaRecord(partition: 0, key: [], value: []),
                KafkaRecord(partition: 2, key: [9], value: [UInt8](repeating: 7, count: 65_535)),
            ]
            // When they are sent and read
            try await send(records, to: topic, on: reactor)
            let consumer = try await KafkaConsumer(try broker.configuration(), on: reactor)
            try await consumer.assign(
                Dictionary(uniqueKeysWithValues: (0..<3).map { (KafkaPartition(topic, $0), .beginning) }))
            let read = try await Self.read(4, from: consumer)
            await consumer.close()
            // Then each partition has its own, in order and unchanged
            let first = read.filter { $0.partition.number == 0 }
            #expect(first.map(\.offset) == [0, 1, 2])
            #expect(first.map(\.key) == [[1, 2], nil, []])
            #expect(first.map(\.value) == [[0, 255, 10], nil, []])
            #expect(first[0].headers == headers)
            #expect(first[0].header("one") == [0, 255])
            #expect(first[1].headers.isEmpty)
            let third = read.filter { $0.partition.number == 2 }
            #expect(third.map(\.value) == [[UInt8](repeating: 7, count: 65_535)])
            #expect(abs((third[0].timestampMilliseconds ?? 0) - Int64(Date().timeIntervalSince1970 * 1000)) < 60_000)
        }
    }

    @Test func recordsOfAPartitionKeepTheOrderInWhichTheyWereSent() async throws {
        try await Self.withReactor { reactor in
            let topic = try await broker.topic(partitions: 2)
            let producer = try await KafkaProducer(try broker.configuration(), on: reactor, maximumRecords: 100)
            var deliveries: [KafkaProducer.Delivery] = []
            for start in stride(from: 0, to: 2_000, by: 20) {
                let records = (start..<start + 20).map { Self.record($0, partition: Int32($0 % 2)) }
                deliveries.append(try await producer.send(records, to: topic))
            }
            for delivery in deliveries { try await delivery.confirmed() }
            await producer.close()
            let consumer = try await KafkaConsumer(try broker.configuration(), on: reactor)
            try await consumer.assign([KafkaPartition(topic, 0): .beginning, KafkaPartition(topic, 1): .beginning])
            let read = try await Self.read(2_000, from: consumer)
            await consumer.close()
            for partition in 0..<2 {
                let values = read.filter { $0.partition.number == Int32(partition) }.map { $0.value ?? [] }
                #expect(
                    values == stride(from: partition, to: 2_000, by: 2).map { Array("value \($0)".utf8) })
            }
        }
    }

    // MARK: What can't be delivered

    @Test func sendingWaitsForRoomAndClosingEndsTheWait() async throws {
        try await Self.withReactor { reactor in
            // Given a producer that reaches no broker and may have ten records on their way
            let configuration = try KafkaConfiguration(servers: Self.nobody, clientID: "tests")
            let producer = try await KafkaProducer(configuration, on: reactor, maximumRecords: 10)
            let first = try await producer.send((0..<10).map { Self.record($0) }, to: "anywhere")
            // When an eleventh is sent
            let isSent = Shared(false)
            let second = Task {
                defer { isSent.value = true }
                _ = try await producer.send([Self.record(10)], to: "anywhere")
            }
            try await Task.sleep(for: .milliseconds(300))
            // Then it waits, until the producer is closed
            #expect(!isSent.value)
            let confirming = Task { try await first.confirmed() }
            await producer.close()
            for task in [second, confirming] {
                let error = await #expect(throws: KafkaError.self) { try await task.value }
                #expect(error?.kind == .closed)
            }
            let late = await #expect(throws: KafkaError.self) {
                _ = try await producer.send([Self.record(11)], to: "anywhere")
            }
            #expect(late?.kind == .closed)
        }
    }

    @Test func aRecordThatCanNotBeDeliveredEndsTheProducer() async throws {
        try await Self.withReactor { reactor in
            let topic = try await broker.topic(partitions: 1)
            let producer = try await KafkaProducer(try broker.configuration(), on: reactor)
            let first = try await producer.send([Self.record(0)], to: topic)
            try await first.confirmed()
            // When one is larger than any broker takes
            let large = KafkaRecord(partition: 0, key: nil, value: [UInt8](repeating: 0, count: 2_000_000))
            await #expect(throws: KafkaError.self) { _ = try await producer.send([large], to: topic) }
            // Then nothing is sent behind it, and what was delivered before stays so
            await #expect(throws: KafkaError.self) { _ = try await producer.send([Self.record(1)], to: topic) }
            try await first.confirmed()
            await producer.close()
        }
    }

    @Test(.enabled(if: TestBroker.isReal, "a cluster that is played has no settings of topics"))
    func aRecordThatTheBrokerRefusesEndsTheProducerBeforeAnyGap() async throws {
        try await Self.withReactor { reactor in
            // Given a topic whose broker takes a thousand bytes at most
            let topic = try await broker.topic(partitions: 1, settings: ["max.message.bytes": "1000"])
            let producer = try await KafkaProducer(try broker.configuration(), on: reactor)
            try await producer.send([Self.record(0)], to: topic).confirmed()
            // When a larger one stands between small ones
            let large = KafkaRecord(partition: 0, key: nil, value: [UInt8](repeating: 1, count: 5_000))
            let delivery = try await producer.send([large], to: topic)
            let error = await #expect(throws: KafkaError.self) { try await delivery.confirmed() }
            #expect(error != nil)
            await #expect(throws: KafkaError.self) {
                try await producer.send([Self.record(2)], to: topic).confirmed()
            }
            await producer.close()
            // Then the partition ends before it
            let admin = try await KafkaAdmin(try broker.configuration(), on: reactor)
            #expect(try await admin.offsets(of: topic, partitions: 1).map(\.next) == [1])
            await admin.close()
        }
    }

    @Test func clientsThatReachNobodyAreClosedAllTheSame() async throws {
        try await Self.withReactor { reactor in
            let configuration = try KafkaConfiguration(servers: Self.nobody, clientID: "tests")
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        let producer = try await KafkaProducer(configuration, on: reactor)
                        _ = try await producer.send([Self.record(0)], to: "anywhere")
                        let consumer = try await KafkaConsumer(configuration, group: "some", on: reactor)
                        try await consumer.subscribe(["anywhere"])
                        await producer.close()
                        await consumer.close()
                        await consumer.close()
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aClientThatNobodyClosesIsGoneWithItsLastUse() async throws {
        try await Self.withReactor { reactor in
            let configuration = try KafkaConfiguration(servers: Self.nobody, clientID: "tests")
            weak var gone: KafkaProducer?
            do {
                let producer = try await KafkaProducer(configuration, on: reactor)
                gone = producer
                _ = try await producer.send([Self.record(0)], to: "anywhere")
            }
            // The reactor may hold it for the moment in which it hears something.
            try await eventually("it is let go") { gone == nil }
        }
    }

    // MARK: Administration

    @Test(.enabled(if: TestBroker.isReal, "a cluster that is played has no administration"))
    func topicsAreMadeAndLookedAt() async throws {
        try await Self.withReactor { reactor in
            let admin = try await KafkaAdmin(try broker.configuration(), on: reactor)
            let name = "made-\(UUID().uuidString)"
            #expect(try await admin.topic(name) == nil)
            let missing = await #expect(throws: KafkaError.self) { _ = try await admin.settings(of: name) }
            #expect(missing?.kind == .missing)
            try await admin.makeTopic(
                name, partitions: 5, replicas: 1, settings: ["message.timestamp.type": "LogAppendTime"])
            while try await admin.topic(name) == nil { try await Task.sleep(for: .milliseconds(20)) }
            let topic = try await admin.topic(name)
            #expect(topic?.partitions == 5)
            #expect(topic?.replicas == 1)
            let settings = try await admin.settings(of: name)
            #expect(settings["message.timestamp.type"] == "LogAppendTime")
            #expect(settings["cleanup.policy"] == "delete")
            let exists = await #expect(throws: KafkaError.self) {
                try await admin.makeTopic(name, partitions: 5, settings: [:])
            }
            #expect(exists?.kind == .exists)
            try await send([Self.record(0, partition: 3)], to: name, on: reactor)
            #expect(
                try await admin.offsets(of: name, partitions: 5).map(\.next) == [0, 0, 0, 1, 0])
            await admin.close()
        }
    }

    @Test func administrationOfNobodySaysSo() async throws {
        try await Self.withReactor { reactor in
            let notices = Shared<[String]>([])
            let configuration = try KafkaConfiguration(servers: Self.nobody, clientID: "tests") { notice in
                notices.value.append(notice.text)
            }
            let admin = try await KafkaAdmin(configuration, on: reactor)
            let error = await #expect(throws: KafkaError.self) { _ = try await admin.topic("any") }
            #expect(error?.kind == .unreachable)
            #expect(notices.value.contains { $0.contains("127.0.0.1:1") })
            await admin.close()
        }
    }

    @Test func statisticsAreValues() async throws {
        try await Self.withReactor { reactor in
            let topic = try await broker.topic(partitions: 1)
            var configuration = try broker.configuration()
            configuration.statisticsMilliseconds = 100
            let producer = try await KafkaProducer(configuration, on: reactor)
            try await producer.send((0..<50).map { Self.record($0) }, to: topic).confirmed()
            while (producer.statistics?.sent.messages ?? 0) < 50 || producer.statistics?.queuedRecords != 0 {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(producer.statistics?.brokers.contains { $0.isUp } == true)
            await producer.close()
            let consumer = try await KafkaConsumer(configuration, on: reactor)
            try await consumer.assign([KafkaPartition(topic, 0): .beginning])
            let pulling = Task { for try await _ in consumer.batches() {} }
            while (consumer.statistics?.received.messages ?? 0) < 50 { try await Task.sleep(for: .milliseconds(50)) }
            await consumer.close()
            try await pulling.value
        }
    }

    // MARK: Settings

    @Test(arguments: [
        "acks", "plugin.library.paths", "enable.idempotence", "ssl.engine.location", "debug", "sasl.kerberos.kinit.cmd",
    ])
    func settingsOnWhichOrderOrSafetyDependsAreRefused(_ name: String) {
        let error = #expect(throws: KafkaError.self) {
            _ = try KafkaConfiguration(servers: "x:1", clientID: "tests", settings: [name: "1"])
        }
        #expect(error?.kind == .setting)
        #expect(error?.description.contains("'\(name)'") == true)
    }

    @Test func aSettingThatTheLibraryRefusesIsNamedWithoutItsValue() async throws {
        try await Self.withReactor { reactor in
            for (name, value) in [("sasl.nonsense", "secret"), ("security.protocol", "secret")] {
                let configuration = try KafkaConfiguration(
                    servers: "x:1", clientID: "tests", settings: [name: value])
                let error = await #expect(throws: KafkaError.self) {
                    _ = try await KafkaProducer(configuration, on: reactor)
                }
                #expect(error?.kind == .setting)
                #expect(error?.description.contains("'\(name)'") == true)
                #expect(error?.description.contains("secret") == false)
            }
        }
    }

    @Test func aFileOfSettingsIsRead() throws {
        let text = "# how to get there\n\nsecurity.protocol = SASL_SSL\nsasl.password=a=b c \n  sasl.username=u"
        #expect(
            try KafkaConfiguration.settings(in: text)
                == ["security.protocol": "SASL_SSL", "sasl.password": "a=b c", "sasl.username": "u"])
        for (text, line) in [("a=1\nsecret", "line 2"), ("=1", "line 1"), ("a=1\na=2", "line 2")] {
            let error = #expect(throws: KafkaError.self) { _ = try KafkaConfiguration.settings(in: text) }
            #expect(error?.description.contains(line) == true)
            #expect(error?.description.contains("secret") == false)
        }
    }
}
