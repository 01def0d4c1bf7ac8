import Events
import Kafka
import Logging
import Reactor
import System

/// Whether a topic can hold the log, and holds what was relayed to it.
struct TopicCheck: Sendable {
    private static let readingMilliseconds: Int64 = 30_000
    private static let patienceMilliseconds: Int64 = 5_000
    /// What the largest batch of a producer takes.
    private static let batchBytes = 1_000_000
    private static let copies = 3
    /// What helps where a topic does not have what was delivered to it.
    static let remedy = "`marketplace relay --create-topic --refill` makes it and sends the whole log"

    let address: LogTopic.Address
    let reactor: Reactor
    let log: Log

    private var topic: String { address.name }

    // MARK: Settings

    /// Makes the topic where it is missing, as it should be.
    func makeMissing() async throws {
        try await withAdmin { admin in
            guard try await admin.topic(topic) == nil else { return }
            let copies = min(Self.copies, try await admin.brokers())
            let settings = [
                "cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime", "retention.ms": "-1",
                "retention.bytes": "-1", "unclean.leader.election.enable": "false",
                "min.insync.replicas": copies < Self.copies ? "1" : "2", "max.message.bytes": "\(2 * Self.batchBytes)",
            ]
            do {
                try await admin.makeTopic(topic, partitions: LogTopic.partitions, replicas: copies, settings: settings)
                log.info("made the topic", ["topic": topic, "copies": "\(copies)"])
                if copies < Self.copies {
                    log.warning(
                        "the topic has \(copies) copies, since so many brokers were up; kafka-reassign-partitions adds more"
                    )
                }
            } catch let error as KafkaError where error.kind == .exists {
                // Another relay was faster, or this login does not see the topic.
            }
            // It is known everywhere a little later.
            let deadline = Host.steadyClockMilliseconds() + Self.readingMilliseconds
            while try await admin.topic(topic) == nil, Host.steadyClockMilliseconds() < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Throws a `TopicFault` where the topic is missing or set so that the log can't stand there; warns of what is not as it
    /// should be.
    ///
    /// - Parameters:
    ///   - isFilled: true where something was delivered to it.
    ///   - warns: false where the same was warned of already.
    func checkSettings(isFilled: Bool, warns: Bool) async throws {
        try await withAdmin { admin in
            var found = try await admin.topic(topic)
            // A broker that has just started does not know everything yet.
            let deadline = Host.steadyClockMilliseconds() + Self.patienceMilliseconds
            while found == nil, isFilled, Host.steadyClockMilliseconds() < deadline {
                try await Task.sleep(for: .milliseconds(250))
                found = try await admin.topic(topic)
            }
            guard let found else {
                if isFilled {
                    throw TopicFault("the topic '\(topic)' is gone, or this login may not see it. \(Self.remedy)")
                }
                throw TopicFault(
                    "there is no topic '\(topic)', or this login may not see it; --create-topic makes one that is missing"
                )
            }
            guard found.partitions == LogTopic.partitions else {
                throw TopicFault(
                    "the topic '\(topic)' has \(found.partitions) partitions and needs \(LogTopic.partitions), one for each slice of the log; name another topic"
                )
            }
            let settings: [String: String]
            do {
                settings = try await admin.settings(of: topic)
            } catch let error as KafkaError where error.kind == .forbidden || error.kind == .unsupported {
                log.warning("the topic's settings are not checked", ["topic": topic, "error": "\(error)"])
                return
            }
            let (faults, warnings) = Self.judge(settings, copies: found.replicas)
            for warning in warnings where warns { log.warning("the topic '\(topic)': \(warning)") }
            guard faults.isEmpty else {
                throw TopicFault(
                    "the topic '\(topic)': \(faults.joined(separator: "; ")). Change it with kafka-configs")
            }
        }
    }

    /// What keeps the log from standing in a topic, and what is unwise, each in words.
    static func judge(_ settings: [String: String], copies: Int) -> (faults: [String], warnings: [String]) {
        var (faults, warnings): ([String], [String]) = ([], [])
        func number(_ name: String) -> Int64? { settings[name].flatMap { Int64($0) } }
        if let policy = settings["cleanup.policy"], policy.contains("compact") {
            faults.append("cleanup.policy is '\(policy)', which drops entries; it has to be 'delete'")
        }
        if let kind = settings["message.timestamp.type"], kind != "LogAppendTime" {
            faults.append("message.timestamp.type is '\(kind)'; it has to be 'LogAppendTime'")
        }
        if settings["unclean.leader.election.enable"] == "true" {
            faults.append("unclean.leader.election.enable is 'true', which loses entries; it has to be 'false'")
        }
        if let bytes = number("max.message.bytes"), bytes < batchBytes {
            faults.append("max.message.bytes is \(bytes); it has to be at least \(batchBytes)")
        }
        let insync = number("min.insync.replicas") ?? 1
        if insync > copies {
            faults.append("min.insync.replicas is \(insync) and there are \(copies) copies, so nothing can be written")
        } else if copies >= Self.copies, insync < 2 {
            faults.append("min.insync.replicas is \(insync) of \(copies) copies; it has to be at least 2")
        }
        if copies < Self.copies {
            warnings.append("it has \(copies) copies, so it does not outlive its brokers; \(Self.copies) are usual")
        }
        let retention = [("retention.ms", "milliseconds"), ("retention.bytes", "bytes of a partition")]
        for (name, unit) in retention {
            guard let kept = number(name), kept >= 0 else { continue }
            warnings.append("\(name) is \(kept) \(unit): who is slower reads from the log what is gone")
        }
        return (faults, warnings)
    }

    private func withAdmin<Value>(_ body: (KafkaAdmin) async throws -> Value) async throws -> Value {
        try await KafkaAdmin.with(address.brokers, on: reactor, body)
    }

    // MARK: What is there

    /// Throws a `TopicFault` where the topic is of another log, holds what this one does not, or lacks what was relayed to it;
    /// returns the offset that the next message of each partition gets.
    ///
    /// - Parameters:
    ///   - ends: by slice, the offset that the partition is known to have reached.
    ///   - entry: reads the bytes of the log's entry at a position; nil where there is none.
    func checkEnds(
        _ log: LogID, ends: [Int64], entry: (Position) async throws -> [UInt8]?
    ) async throws -> [Int64] {
        let offsets = try await withAdmin { try await $0.offsets(of: topic, partitions: LogTopic.partitions) }
        for slice in offsets.indices where offsets[slice].next < ends[slice] { throw lost(slice) }
        // The last message of each tells whose topic it is: entries of another log, or of a time that a restore has undone, would
        // stand behind those of this one.
        let present = offsets.indices.filter { offsets[$0].next > offsets[$0].first }
        let last = try await lastEntries(
            log, present.map { ($0, max(offsets[$0].first, offsets[$0].next - 1)) }, offsets)
        for (position, bytes) in last where try await entry(position) != bytes {
            throw TopicFault(
                "the topic '\(topic)' holds an entry at position \(position) that the log does not have there: the log was restored from an older copy. Relay to another topic"
            )
        }
        return offsets.map(\.next)
    }

    /// The topic does not have what was delivered to a partition.
    private func lost(_ slice: Int) -> TopicFault {
        TopicFault(
            "the topic '\(topic)' lacks entries of partition \(slice) that were delivered: it was made anew or lost its end. Delete it. \(Self.remedy)"
        )
    }

    /// True where nothing was ever sent to the topic.
    func isEmpty() async throws -> Bool {
        try await withAdmin { try await $0.offsets(of: topic, partitions: LogTopic.partitions) }
            .allSatisfy { $0.next == 0 }
    }

    /// The last entry of each partition, from an offset on.
    private func lastEntries(
        _ log: LogID, _ starts: [(slice: Int, offset: Int64)], _ offsets: [KafkaAdmin.Offsets]
    ) async throws -> [(Position, [UInt8])] {
        guard !starts.isEmpty else { return [] }
        let begins = Dictionary(
            uniqueKeysWithValues: starts.map { (address.partition($0.slice), KafkaStart.at($0.offset)) })
        return try await KafkaConsumer.with(address.brokers, reading: begins, on: reactor) { consumer in
            let found = try await withThrowingTaskGroup { group in
                group.addTask { try await read(log, starts.map(\.slice), offsets, consumer) }
                group.addTask {
                    try await Task.sleep(for: .milliseconds(Self.readingMilliseconds))
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            guard let found else { throw TopicUnread(topic: topic) }
            return found
        }
    }

    private func read(
        _ log: LogID, _ slices: [Int], _ offsets: [KafkaAdmin.Offsets], _ consumer: KafkaConsumer
    ) async throws -> [(Position, [UInt8])]? {
        var last: [Int: (Position, [UInt8])] = [:]
        var left = Set(slices)
        for try await arrivals in consumer.batches() {
            for message in arrivals.messages {
                let slice = Int(message.partition.number)
                guard let place = LogTopic.Place(message) else {
                    throw TopicFault(
                        "the topic '\(topic)' holds a message that is no entry of a log, in partition \(slice) at offset \(message.offset). The log needs a topic of its own"
                    )
                }
                guard place.log == log else {
                    throw TopicFault(
                        "the topic '\(topic)' holds another log, \(place.log.hex); this one is \(log.hex). Name another topic"
                    )
                }
                last[slice] = (place.position, message.value ?? [])
                if message.offset + 1 >= offsets[slice].next { left.remove(slice) }
            }
            for ended in arrivals.ended { left.remove(Int(ended.number)) }
            if left.isEmpty { return Array(last.values) }
        }
        throw CancellationError()
    }
}

/// The end of a topic could not be read in time; trying again may help.
private struct TopicUnread: Error, CustomStringConvertible {
    let topic: String
    var description: String { "the end of the topic '\(topic)' can't be read in time" }
}
