import CKafka
public import Reactor

/// Reads and creates topics.
///
/// Requests of one client run one after the other. Each waits for the brokers about 10 seconds at most (`makeTopic` and
/// `settings(of:)` 15) and then throws `KafkaError`, as a rule of kind `unreachable`.
public final class KafkaAdmin: Sendable {
    /// A topic as the brokers know it.
    public struct Topic: Sendable, Equatable {
        /// The number of its partitions.
        public let partitions: Int
        /// The fewest copies that one of its partitions has.
        public let replicas: Int
    }

    /// The offsets that a partition has: from the first one up to, but not including, `next`.
    public struct Offsets: Sendable, Equatable {
        /// The offset of the oldest message that is left, or `next` where none is.
        public let first: Int64
        /// The offset that the next message gets.
        public let next: Int64
    }

    private static let timeoutMilliseconds: Int32 = 10_000
    private static let turnEvents = 64

    private let client: KafkaClient

    /// Creates a client; it connects by itself.
    public init(_ configuration: KafkaConfiguration, on reactor: Reactor) async throws(KafkaError) {
        client = try KafkaClient(.producer, configuration, own: [], on: reactor)
        await client.start { [weak self] in self?.hear() }
    }

    private func hear() {
        for _ in 0..<Self.turnEvents {
            let wasThere = unsafe try? client.poll { event in
                unsafe client.note(event)
                return true
            }
            guard wasThere != nil else { return }
        }
        client.wake()
    }

    /// Runs `body` with a client, and closes it.
    public static func with<Value>(
        _ configuration: KafkaConfiguration, on reactor: Reactor, _ body: (KafkaAdmin) async throws -> Value
    ) async throws -> Value {
        let admin = try await KafkaAdmin(configuration, on: reactor)
        do {
            let value = try await body(admin)
            await admin.close()
            return value
        } catch {
            await admin.close()
            throw error
        }
    }

    /// Closes the client. It waits on no thread of Swift's pool.
    public func close() async { await client.close() }

    /// The number of brokers.
    public func brokers() async throws(KafkaError) -> Int {
        try await unsafe client.call { (handle, waiting) throws(KafkaError) in
            try unsafe Self.metadata(handle, waiting) { unsafe Int($0.pointee.broker_cnt) }
        }
    }

    /// A topic; nil where there is none of this name. The call never creates it, even where the brokers create topics
    /// by themselves.
    public func topic(_ name: String) async throws(KafkaError) -> Topic? {
        try await unsafe client.call { (handle, waiting) throws(KafkaError) in
            try unsafe Self.metadata(handle, waiting) { list throws(KafkaError) in
                let topics = unsafe UnsafeBufferPointer(start: list.pointee.topics, count: Int(list.pointee.topic_cnt))
                for index in topics.indices {
                    let topic = unsafe topics[index]
                    guard unsafe String(cString: topic.topic) == name else { continue }
                    guard unsafe topic.err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART else { return nil }
                    guard unsafe topic.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                        throw unsafe KafkaError(topic.err, "the topic '\(name)'")
                    }
                    let count = unsafe Int(topic.partition_cnt)
                    let replicas = unsafe UnsafeBufferPointer(start: topic.partitions, count: count)
                        .map { unsafe Int($0.replica_cnt) }.min()
                    return Topic(partitions: count, replicas: replicas ?? 0)
                }
                return nil
            }
        }
    }

    /// Reads the metadata of all topics: a request for a single topic would create it on brokers with
    /// `auto.create.topics.enable`.
    private static func metadata<Value>(
        _ handle: OpaquePointer, _ waiting: KafkaClient.Waiting,
        _ read: (UnsafePointer<rd_kafka_metadata>) throws(KafkaError) -> Value
    ) throws(KafkaError) -> Value {
        var list: UnsafePointer<rd_kafka_metadata>?
        let code = waiting.trying(milliseconds: timeoutMilliseconds) { part in
            unsafe rd_kafka_metadata(handle, 1, nil, &list, part)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let list = unsafe list else {
            throw KafkaError(code, "the brokers can't be asked")
        }
        defer { unsafe rd_kafka_metadata_destroy(list) }
        return try unsafe read(list)
    }

    /// Makes a topic.
    ///
    /// - Parameters:
    ///   - replicas: the copies of each partition; nil for what the brokers are set to.
    ///   - settings: of the topic, such as `cleanup.policy`.
    /// - Throws: `exists`, `forbidden`, and what else keeps it from being made.
    public func makeTopic(
        _ name: String, partitions: Int, replicas: Int? = nil, settings: [String: String]
    ) async throws(KafkaError) {
        try await unsafe client.call { (handle, waiting) throws(KafkaError) in
            let what = "the topic '\(name)' can't be made"
            var words = [CChar](repeating: 0, count: 512)
            var topic = unsafe rd_kafka_NewTopic_new(
                name, Int32(partitions), Int32(replicas ?? -1), &words, words.count)
            guard let made = unsafe topic else { throw KafkaError(.other, "\(what): \(KafkaClient.text(words))") }
            defer { unsafe rd_kafka_NewTopic_destroy(made) }
            for (setting, value) in settings { unsafe rd_kafka_NewTopic_set_config(made, setting, value) }
            try unsafe Self.carryOut(handle, waiting, what) { options, queue in
                unsafe rd_kafka_CreateTopics(handle, &topic, 1, options, queue)
            } read: { event throws(KafkaError) in
                var count = 0
                let results = unsafe rd_kafka_CreateTopics_result_topics(
                    rd_kafka_event_CreateTopics_result(event), &count)
                guard count == 1, let result = unsafe results?[0] else { return }
                let code = unsafe rd_kafka_topic_result_error(result)
                guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
                throw unsafe KafkaError(
                    code, what, rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) })
            }
        }
    }

    /// The settings of a topic by their names in Kafka, with the brokers' values where the topic sets none. Settings
    /// without a value, such as secret ones, are left out.
    ///
    /// - Throws: `KafkaError` of kind `missing` or `forbidden`, or `unsupported` where the brokers have no such
    ///   request.
    public func settings(of name: String) async throws(KafkaError) -> [String: String] {
        try await unsafe client.call { (handle, waiting) throws(KafkaError) in
            let what = "the settings of the topic '\(name)' can't be read"
            var resource = unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)
            defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
            return try unsafe Self.carryOut(handle, waiting, what) { options, queue in
                unsafe rd_kafka_DescribeConfigs(handle, &resource, 1, options, queue)
            } read: { event throws(KafkaError) in
                var count = 0
                let resources = unsafe rd_kafka_DescribeConfigs_result_resources(
                    rd_kafka_event_DescribeConfigs_result(event), &count)
                guard count == 1, let found = unsafe resources?[0] else { return [:] }
                let code = unsafe rd_kafka_ConfigResource_error(found)
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                    throw unsafe KafkaError(
                        code, what, rd_kafka_ConfigResource_error_string(found).map { unsafe String(cString: $0) })
                }
                let entries = unsafe rd_kafka_ConfigResource_configs(found, &count)
                var settings: [String: String] = [:]
                for index in 0..<count {
                    guard let entry = unsafe entries?[index], let value = unsafe rd_kafka_ConfigEntry_value(entry)
                    else {
                        continue
                    }
                    unsafe settings[String(cString: rd_kafka_ConfigEntry_name(entry))] = String(cString: value)
                }
                return settings
            }
        }
    }

    /// The offsets of a topic's partitions, in their order.
    public func offsets(of name: String, partitions: Int) async throws(KafkaError) -> [Offsets] {
        let first = try await offsets(of: name, partitions, at: Int64(RD_KAFKA_OFFSET_BEGINNING))
        let next = try await offsets(of: name, partitions, at: Int64(RD_KAFKA_OFFSET_END))
        return zip(first, next).map { Offsets(first: $0, next: max($0, $1)) }
    }

    /// The offset of the first message of each partition that is not older than a time.
    ///
    /// - Parameters:
    ///   - partitions: the number of the topic's partitions.
    ///   - time: in milliseconds since 1970.
    /// - Returns: one offset for each partition, from partition 0 on; where there is no such message, the offset that
    ///   the next message gets.
    public func offsets(
        of name: String, partitions: Int, sinceMilliseconds time: Int64
    ) async throws(KafkaError) -> [Int64] {
        // Asked for first, so that what comes meanwhile is not passed over.
        let next = try await offsets(of: name, partitions, at: Int64(RD_KAFKA_OFFSET_END))
        let since = try await offsets(of: name, partitions, at: max(0, time))
        return zip(since, next).map { $0 < 0 ? $1 : $0 }
    }

    private func offsets(of name: String, _ partitions: Int, at time: Int64) async throws(KafkaError) -> [Int64] {
        try await unsafe client.call { (handle, waiting) throws(KafkaError) in
            let what = "the offsets of the topic '\(name)' can't be read"
            guard let list = unsafe rd_kafka_topic_partition_list_new(Int32(partitions)) else {
                throw KafkaError(.other, what)
            }
            defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
            for partition in 0..<Int32(partitions) {
                unsafe rd_kafka_topic_partition_list_add(list, name, partition)
            }
            let code = waiting.trying(milliseconds: Self.timeoutMilliseconds) { part in
                // What was asked for is overwritten by the answer.
                for index in 0..<partitions { unsafe list.pointee.elems[index].offset = time }
                let code = unsafe rd_kafka_offsets_for_times(handle, list, part)
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return code }
                // Of a topic that was made a moment ago a partition may have no leader yet.
                return (0..<partitions).lazy.map { unsafe list.pointee.elems[$0].err }
                    .first { KafkaClient.isPassing($0) } ?? code
            }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, what) }
            var offsets: [Int64] = []
            for index in 0..<partitions {
                let entry = unsafe list.pointee.elems[index]
                guard unsafe entry.err == RD_KAFKA_RESP_ERR_NO_ERROR else { throw unsafe KafkaError(entry.err, what) }
                unsafe offsets.append(entry.offset)
            }
            return offsets
        }
    }

    /// Asks a broker and waits for its answer.
    private static func carryOut<Value>(
        _ handle: OpaquePointer, _ waiting: KafkaClient.Waiting, _ what: String,
        _ ask: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void,
        read: (OpaquePointer) throws(KafkaError) -> Value
    ) throws(KafkaError) -> Value {
        let options = unsafe rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_ANY)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        var words = [CChar](repeating: 0, count: 256)
        unsafe rd_kafka_AdminOptions_set_request_timeout(options, timeoutMilliseconds, &words, words.count)
        let queue = unsafe rd_kafka_queue_new(handle)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        unsafe ask(options, queue)
        var answer: OpaquePointer?
        _ = waiting.trying(milliseconds: timeoutMilliseconds + 5_000) { part in
            unsafe answer = rd_kafka_queue_poll(queue, part)
            return unsafe answer == nil ? RD_KAFKA_RESP_ERR__TIMED_OUT : RD_KAFKA_RESP_ERR_NO_ERROR
        }
        guard let event = unsafe answer else {
            throw KafkaError(.unreachable, "\(what): the brokers do not answer")
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        guard unsafe rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw unsafe KafkaClient.error(event, what)
        }
        return try unsafe read(event)
    }
}
