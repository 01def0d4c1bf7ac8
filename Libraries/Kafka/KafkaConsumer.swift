import CKafka
public import Reactor
import Synchronization

/// Where reading a partition begins.
public enum KafkaStart: Sendable, Hashable {
    /// At the oldest message that there is.
    case beginning
    /// After the newest one.
    case end
    /// At an offset. Where that is not, or no longer, in the partition, reading throws `outOfRange`.
    case at(Int64)

    fileprivate var offset: Int64 {
        switch self {
        case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .end: Int64(RD_KAFKA_OFFSET_END)
        case .at(let offset): offset
        }
    }
}

/// What has come from the partitions that a consumer reads.
public struct KafkaArrivals: Sendable {
    /// Messages; those of a partition in their order.
    public internal(set) var messages: [KafkaMessage] = []
    /// Partitions of which nothing more is there for now.
    public internal(set) var ended: [KafkaPartition] = []

    var isEmpty: Bool { messages.isEmpty && ended.isEmpty }
}

/// Reads partitions: those of `assign`, from offsets that the caller chooses, or those that a group gives it after
/// `subscribe`.
///
/// The caller pulls messages; librdkafka reads ahead into a buffer of 64 MiB. Only `commit` commits offsets. When
/// the group shares its partitions anew, messages that librdkafka has fetched and not handed over are dropped.
public final class KafkaConsumer: Sendable {
    /// The arrivals until the consumer is closed or the task is cancelled; one iterator at a time.
    public struct Batches: AsyncSequence {
        fileprivate let consumer: KafkaConsumer
        fileprivate let atMost: Int

        /// Pulls arrivals.
        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let consumer: KafkaConsumer
            fileprivate let atMost: Int

            /// The next arrivals, once there are any; nil once the consumer is closed or the task is cancelled.
            ///
            /// - Throws: `KafkaError` of one partition, such as `outOfRange` or `missing`, or a fatal one. After the
            ///   error of a partition the other partitions go on.
            public func next() async throws(KafkaError) -> KafkaArrivals? {
                try await consumer.next(atMost)
            }

            /// The next arrivals, exactly as `next()` returns them; the caller's isolation has no effect.
            public func next(isolation actor: isolated (any Actor)?) async throws(KafkaError) -> KafkaArrivals? {
                try await consumer.next(atMost)
            }
        }

        /// Begins to pull.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(consumer: consumer, atMost: atMost) }
    }

    private enum Event {
        case message(KafkaMessage)
        case end(KafkaPartition)
        case rebalance(Shares?)
        case failure(KafkaError)
        case noted
    }

    /// The partitions that a group gives to a consumer, as the library lists them.
    @safe private final class Shares: @unchecked Sendable {
        private let partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

        init(copying partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
            unsafe self.partitions = rd_kafka_topic_partition_list_copy(partitions)
        }

        func assign(_ handle: OpaquePointer) {
            unsafe rd_kafka_assign(handle, partitions)
        }

        deinit { unsafe rd_kafka_topic_partition_list_destroy(partitions) }
    }

    private struct Waiting {
        var isReady = false
        /// A fault that came behind messages, which are returned first.
        var fault: KafkaError?
        var continuation: CheckedContinuation<Void, Never>?
    }

    private let client: KafkaClient
    private let waiting = Mutex(Waiting())
    private let isAssigned = Atomic(false)

    /// Creates a consumer that reads nothing yet.
    ///
    /// - Parameters:
    ///   - group: the group that `subscribe` joins; nil where partitions are assigned.
    ///   - fetchedBytes: what is asked for of a partition at once; the less, the more evenly partitions are read.
    ///   - reactor: where it hears that something came.
    public init(
        _ configuration: KafkaConfiguration, group: String? = nil, fetchedBytes: Int = 1 << 20, on reactor: Reactor
    ) async throws(KafkaError) {
        client = try KafkaClient(
            .consumer, configuration,
            own: [
                ("fetch.message.max.bytes", "\(fetchedBytes)"),
                // The library wants one even where none is joined.
                ("group.id", group ?? configuration.clientID), ("enable.auto.commit", "false"),
                ("enable.auto.offset.store", "false"), ("auto.offset.reset", group == nil ? "error" : "earliest"),
                // A new assignment waits for the answers that are under way.
                ("fetch.wait.max.ms", "100"), ("enable.partition.eof", "true"), ("check.crcs", "true"),
                // The cooperative strategy can hang in this library.
                ("partition.assignment.strategy", "range"),
            ], on: reactor)
        await client.start { [weak self] in self?.wake() }
    }

    /// Runs `body` with a consumer of some partitions, and closes it.
    ///
    /// - Parameters:
    ///   - starts: where each partition is read from.
    ///   - fetchedBytes: as for `init`.
    public static func with<Value>(
        _ configuration: KafkaConfiguration, reading starts: [KafkaPartition: KafkaStart], fetchedBytes: Int = 1 << 20,
        on reactor: Reactor, _ body: (KafkaConsumer) async throws -> Value
    ) async throws -> Value {
        let consumer = try await KafkaConsumer(configuration, fetchedBytes: fetchedBytes, on: reactor)
        do {
            try await consumer.assign(starts)
            let value = try await body(consumer)
            await consumer.close()
            return value
        } catch {
            await consumer.close()
            throw error
        }
    }

    /// What the library last counted; nil before the first time.
    public var statistics: KafkaStatistics? { client.statistics }

    /// Reads these partitions, and no others. Call it once.
    ///
    /// librdkafka 2.0.2 ends the whole program by an assertion where partitions are assigned again, and then given up before
    /// it has stopped reading them for the first assignment.
    ///
    /// - Throws: `KafkaError`; of kind `other` where partitions were assigned before.
    public func assign(_ starts: [KafkaPartition: KafkaStart]) async throws(KafkaError) {
        guard !isAssigned.exchange(true, ordering: .relaxed) else {
            throw KafkaError(.other, "the consumer has partitions already; another consumer can read others")
        }
        try await unsafe client.call { (handle, _) throws(KafkaError) in
            let list = unsafe Self.list(starts.mapValues(\.offset))
            defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
            try unsafe Self.check(rd_kafka_assign(handle, list), "the partitions can't be read")
        }
    }

    /// Joins the group and reads the partitions of some topics that it gives to this consumer, each from where the group
    /// committed last, or else from the beginning.
    public func subscribe(_ topics: [String]) async throws(KafkaError) {
        try await unsafe client.call { (handle, _) throws(KafkaError) in
            let list = unsafe rd_kafka_topic_partition_list_new(Int32(topics.count))
            defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
            for topic in topics { unsafe rd_kafka_topic_partition_list_add(list, topic, -1) }
            try unsafe Self.check(rd_kafka_subscribe(handle, list), "the topics can't be read")
        }
    }

    /// Commits for the group the offset of the message that it reads next in each partition; returns once the broker
    /// has stored them.
    public func commit(_ offsets: [KafkaPartition: Int64]) async throws(KafkaError) {
        try await unsafe client.call { (handle, _) throws(KafkaError) in
            let list = unsafe Self.list(offsets)
            defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
            try unsafe Self.check(rd_kafka_commit(handle, list, 0), "the offsets can't be committed")
        }
    }

    /// What comes, a batch at a time.
    ///
    /// - Parameter atMost: the most messages of a batch.
    public func batches(of atMost: Int = 500) -> Batches { Batches(consumer: self, atMost: atMost) }

    /// Closes the consumer, which leaves its group. It waits on no thread of Swift's pool.
    public func close() async {
        await client.close { wake() }
    }

    private static func list(
        _ offsets: [KafkaPartition: Int64]
    ) -> UnsafeMutablePointer<rd_kafka_topic_partition_list_t> {
        guard let list = unsafe rd_kafka_topic_partition_list_new(Int32(offsets.count)) else {
            preconditionFailure("no memory for a list of partitions")
        }
        for (partition, offset) in offsets {
            let entry = unsafe rd_kafka_topic_partition_list_add(list, partition.topic, partition.number)
            unsafe entry?.pointee.offset = offset
        }
        return unsafe list
    }

    private static func check(_ code: rd_kafka_resp_err_t, _ what: String) throws(KafkaError) {
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, what) }
    }

    // MARK: Pulling

    private func next(_ atMost: Int) async throws(KafkaError) -> KafkaArrivals? {
        while !Task.isCancelled {
            let fault = waiting.withLock { waiting in
                waiting.isReady = false
                defer { waiting.fault = nil }
                return waiting.fault
            }
            if let fault { throw fault }
            var arrivals = KafkaArrivals()
            do {
                try await take(atMost, &arrivals)
            } catch {
                if error.kind == .closed { return nil }
                guard !arrivals.isEmpty else { throw error }
                waiting.withLock { $0.fault = error }
            }
            if !arrivals.isEmpty { return arrivals }
            await sleep()
        }
        return nil
    }

    private func take(_ atMost: Int, _ arrivals: inout KafkaArrivals) async throws(KafkaError) {
        while arrivals.messages.count < atMost, let event = try unsafe client.poll(read) {
            switch event {
            case .message(let message): arrivals.messages.append(message)
            case .end(let partition): arrivals.ended.append(partition)
            case .rebalance(let shares):
                try await unsafe client.call { (handle, _) throws(KafkaError) in
                    if let shares { unsafe shares.assign(handle) } else { unsafe rd_kafka_assign(handle, nil) }
                }
            case .failure(let error): throw error
            case .noted: break
            }
        }
    }

    private func read(_ event: OpaquePointer) -> Event {
        switch unsafe rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_FETCH:
            guard let message = unsafe rd_kafka_event_message_next(event) else { return .noted }
            let topic = unsafe rd_kafka_topic_name(message.pointee.rkt).map { unsafe String(cString: $0) } ?? ""
            return unsafe .message(KafkaMessage(message, topic: topic))
        case RD_KAFKA_EVENT_REBALANCE:
            guard unsafe rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS,
                let list = unsafe rd_kafka_event_topic_partition_list(event)
            else { return .rebalance(nil) }
            return unsafe .rebalance(Shares(copying: list))
        case RD_KAFKA_EVENT_ERROR:
            let code = unsafe rd_kafka_event_error(event)
            guard let place = unsafe rd_kafka_event_topic_partition(event) else {
                guard unsafe rd_kafka_event_error_is_fatal(event) == 0 else {
                    return unsafe .failure(KafkaClient.error(event))
                }
                unsafe client.note(event)
                return .noted
            }
            defer { unsafe rd_kafka_topic_partition_destroy(place) }
            let partition = unsafe KafkaPartition(String(cString: place.pointee.topic), place.pointee.partition)
            if code == RD_KAFKA_RESP_ERR__PARTITION_EOF { return .end(partition) }
            return unsafe .failure(
                KafkaClient.error(event, "partition \(partition.number) of '\(partition.topic)'"))
        default:
            unsafe client.note(event)
            return .noted
        }
    }

    /// Waits until the queue gets its first event after it was empty.
    private func sleep() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = waiting.withLock { waiting in
                    guard !waiting.isReady, !Task.isCancelled else { return false }
                    precondition(waiting.continuation == nil, "a consumer is pulled by one task at a time")
                    waiting.continuation = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
    }

    private func wake() {
        let continuation = waiting.withLock { waiting in
            waiting.isReady = true
            defer { waiting.continuation = nil }
            return waiting.continuation
        }
        continuation?.resume()
    }
}
