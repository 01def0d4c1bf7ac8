import CKafka
public import Reactor
import Synchronization

/// Sends records and tells when the brokers have them.
///
/// It is idempotent and gapless: a partition holds the records in the order in which they were sent, each once and
/// without a gap. The first record that can't be delivered ends the producer: all unconfirmed deliveries fail, and so
/// does every later `send`. The caller then closes it, creates another one, and goes on after the last confirmed
/// delivery. A broker that can't be reached ends nothing; deliveries wait for it. A topic that was deleted and created
/// again ends the producer, since its offsets have gone back.
public final class KafkaProducer: Sendable {
    private struct Flight {
        var left: Int
        let size: Int
        var waiting: [CheckedContinuation<Result<Void, KafkaError>, Never>] = []
    }

    private struct State {
        /// Deliveries that are not confirmed, by number. Numbers begin with 1: the library takes an opaque of 0 for none.
        var flights: [UInt: Flight] = [:]
        var nextFlight: UInt = 1
        var records = 0
        var bytes = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        var failure: KafkaError?
        /// The offset that the next record of each partition gets at least.
        var ends: [KafkaPartition: Int64]
        /// The deliveries that were not confirmed when the producer ended.
        var failed: Set<UInt> = []
    }

    /// Some records that were sent together.
    public struct Delivery: Sendable {
        fileprivate let producer: KafkaProducer
        fileprivate let number: UInt

        /// True once the brokers have all of them; waits for nothing.
        public var isConfirmed: Bool { producer.isConfirmed(number) }

        /// Waits until the brokers have all of them, as the topic's `min.insync.replicas` asks for.
        ///
        /// Cancelling the calling task has no effect; closing the producer ends the wait.
        ///
        /// - Throws: `KafkaError` where one was not delivered: of the others some may be.
        public func confirmed() async throws(KafkaError) {
            try await producer.confirm(number)
        }
    }

    /// The most records that are on their way, unless told otherwise.
    public static let maximumRecords = 50_000
    /// The most bytes that are on their way, unless told otherwise.
    public static let maximumBytes = 32 << 20
    private static let turnEvents = 64

    private let client: KafkaClient
    private let maximumRecords: Int
    private let maximumBytes: Int
    private let state: Mutex<State>

    /// Creates a producer; it connects by itself.
    ///
    /// - Parameters:
    ///   - reactor: where it hears of deliveries.
    ///   - ends: the lowest offset that the next record of each partition can get, as far as it is known. A record at a
    ///     lower one shows that the topic was created again, and ends the producer with `remade`.
    ///   - maximumRecords: the most records on their way; a `send` that would exceed it waits. A `send` of more records
    ///     than this waits until no other record is on its way.
    ///   - maximumBytes: the most bytes of keys, values and headers on their way, by the same rule.
    public init(
        _ configuration: KafkaConfiguration, on reactor: Reactor, ends: [KafkaPartition: Int64] = [:],
        maximumRecords: Int = maximumRecords, maximumBytes: Int = maximumBytes
    ) async throws(KafkaError) {
        self.maximumRecords = maximumRecords
        self.maximumBytes = maximumBytes
        state = Mutex(State(ends: ends))
        client = try KafkaClient(
            .producer, configuration,
            own: [
                ("enable.idempotence", "true"), ("enable.gapless.guarantee", "true"), ("acks", "all"),
                // Never given up: who sends decides for how long it waits.
                ("message.timeout.ms", "0"),
                // The bounds are kept here; the library's own are never reached.
                ("queue.buffering.max.messages", "10000000"), ("queue.buffering.max.kbytes", "2097151"),
                ("linger.ms", "25"),
            ], on: reactor)
        await client.start { [weak self] in self?.hear() }
    }

    /// What the library last counted; nil before the first time.
    public var statistics: KafkaStatistics? { client.statistics }

    /// The offset that the next record of each partition gets at least, as far as this producer knows.
    public var ends: [KafkaPartition: Int64] { state.withLock { $0.ends } }

    /// Hands records over, which are sent in this order; returns before they are delivered.
    ///
    /// It waits while more are on their way than the bounds allow. Calls by one task are sent in their order.
    ///
    /// - Parameter records: at least one.
    /// - Throws: `KafkaError`: then the producer is spent, and of the records some may have been sent.
    public func send(_ records: [KafkaRecord], to topic: String) async throws(KafkaError) -> Delivery {
        precondition(!records.isEmpty, "a delivery of nothing")
        let size = records.reduce(0) { $0 + $1.size }
        let number = try await takeOff(records.count, size)
        let failure = unsafe try client.use { handle -> KafkaError? in
            guard let name = unsafe rd_kafka_topic_new(handle, topic, nil) else {
                return KafkaError(rd_kafka_last_error(), "the topic '\(topic)'")
            }
            defer { unsafe rd_kafka_topic_destroy(name) }
            // One for all records, of which there are many.
            return unsafe withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { units in
                unsafe units.initialize(repeating: rd_kafka_vu_t())
                for record in records {
                    if let failure = unsafe Self.send(record, to: name, number, handle, units) { return failure }
                }
                return nil
            }
        }
        if let failure {
            fail(failure)
            throw failure
        }
        return Delivery(producer: self, number: number)
    }

    private static func send(
        _ record: KafkaRecord, to topic: OpaquePointer, _ number: UInt, _ handle: OpaquePointer,
        _ units: UnsafeMutableBufferPointer<rd_kafka_vu_t>
    ) -> KafkaError? {
        let headers = unsafe rd_kafka_headers_new(record.headers.count)
        for header in record.headers {
            let count = header.value?.count ?? 0
            unsafe (header.value ?? []).withUnsafeBytes { bytes in
                let start = unsafe header.value == nil ? nil : bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
                _ = unsafe rd_kafka_header_add(headers, header.name, -1, start, count)
            }
        }
        let error = unsafe (record.key ?? []).withUnsafeBytes { key in
            unsafe (record.value ?? []).withUnsafeBytes { value in
                unsafe units[0].vtype = RD_KAFKA_VTYPE_RKT
                unsafe units[0].u.rkt = topic
                unsafe units[1].vtype = RD_KAFKA_VTYPE_PARTITION
                unsafe units[1].u.i32 = record.partition
                unsafe units[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS
                unsafe units[2].u.i = RD_KAFKA_MSG_F_COPY
                unsafe units[3].vtype = RD_KAFKA_VTYPE_KEY
                unsafe units[3].u.mem.ptr = Self.start(key, isThere: record.key != nil)
                unsafe units[3].u.mem.size = key.count
                unsafe units[4].vtype = RD_KAFKA_VTYPE_VALUE
                unsafe units[4].u.mem.ptr = Self.start(value, isThere: record.value != nil)
                unsafe units[4].u.mem.size = value.count
                unsafe units[5].vtype = RD_KAFKA_VTYPE_OPAQUE
                unsafe units[5].u.ptr = UnsafeMutableRawPointer(bitPattern: number)
                unsafe units[6].vtype = RD_KAFKA_VTYPE_HEADERS
                unsafe units[6].u.headers = headers
                return unsafe rd_kafka_produceva(handle, units.baseAddress, units.count)
            }
        }
        guard let error = unsafe error else { return nil }
        defer { unsafe rd_kafka_error_destroy(error) }
        // The library takes the headers where it takes the record alone.
        unsafe rd_kafka_headers_destroy(headers)
        return unsafe KafkaError(
            rd_kafka_error_code(error), "a record for partition \(record.partition) can't be sent",
            String(cString: rd_kafka_error_string(error)))
    }

    /// The library takes a null pointer for nothing, which is not the same as no bytes.
    private static func start(_ bytes: UnsafeRawBufferPointer, isThere: Bool) -> UnsafeMutableRawPointer? {
        guard isThere else { return nil }
        return unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress) ?? UnsafeMutableRawPointer(bitPattern: 1)
    }

    /// Closes the producer: deliveries that are not confirmed fail. It waits on no thread of Swift's pool.
    public func close() async {
        fail(.closed)
        await client.close()
    }

    // MARK: On their way

    /// Waits for room and counts records as on their way.
    private func takeOff(_ records: Int, _ size: Int) async throws(KafkaError) -> UInt {
        while true {
            let number: Result<UInt?, KafkaError> = state.withLock { state in
                if let failure = state.failure { return .failure(failure) }
                // What is larger than the bounds goes alone.
                let isFull =
                    state.records > 0
                    && (state.records + records > maximumRecords || state.bytes + size > maximumBytes)
                guard !isFull else { return .success(nil) }
                defer { state.nextFlight += 1 }
                state.records += records
                state.bytes += size
                state.flights[state.nextFlight] = Flight(left: records, size: size)
                return .success(state.nextFlight)
            }
            if let number = try number.get() { return number }
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.failure == nil, state.records > 0 else { return false }
                    state.waiters.append(continuation)
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        }
    }

    fileprivate func isConfirmed(_ number: UInt) -> Bool {
        state.withLock { $0.flights[number] == nil && !$0.failed.contains(number) }
    }

    private func confirm(_ number: UInt) async throws(KafkaError) {
        let result = await withCheckedContinuation { continuation in
            let known: Result<Void, KafkaError>? = state.withLock { state in
                if state.flights[number] != nil {
                    state.flights[number]?.waiting.append(continuation)
                    return nil
                }
                // What is neither on its way nor failed was delivered.
                return state.failed.contains(number) ? .failure(state.failure ?? .closed) : .success(())
            }
            if let known { continuation.resume(returning: known) }
        }
        try result.get()
    }

    /// Hears what happened, on the reactor's thread.
    private func hear() {
        for _ in 0..<Self.turnEvents {
            // In runs, since the records of an event are mostly of one partition and one delivery.
            var landed: [(number: UInt, count: Int)] = []
            var delivered: [(partition: KafkaPartition, offsets: [Int64])] = []
            var failure: KafkaError?
            let wasThere = unsafe try? client.poll { event in
                switch unsafe rd_kafka_event_type(event) {
                case RD_KAFKA_EVENT_DR:
                    // The records of an event are of one topic.
                    var topic: String?
                    while let message = unsafe rd_kafka_event_message_next(event) {
                        let error = unsafe message.pointee.err
                        if error == RD_KAFKA_RESP_ERR_NO_ERROR {
                            let number = unsafe UInt(bitPattern: message.pointee._private)
                            if landed.last?.number != number { landed.append((number, 0)) }
                            landed[landed.count - 1].count += 1
                            let name = unsafe topic ?? String(cString: rd_kafka_topic_name(message.pointee.rkt))
                            topic = name
                            let partition = unsafe message.pointee.partition
                            if delivered.last?.partition.number != partition {
                                delivered.append((KafkaPartition(name, partition), []))
                            }
                            unsafe delivered[delivered.count - 1].offsets.append(message.pointee.offset)
                        } else if failure == nil {
                            failure = unsafe KafkaError(
                                error, "a record was not delivered to partition \(message.pointee.partition)")
                        }
                    }
                case RD_KAFKA_EVENT_ERROR where unsafe rd_kafka_event_error_is_fatal(event) != 0:
                    failure = unsafe KafkaClient.error(event)
                default: unsafe client.note(event)
                }
                return true
            }
            guard wasThere != nil else { return }
            // Offsets that went back belong to a topic that was created again: its records do not count as delivered.
            if let failure = failure ?? advance(delivered) {
                fail(failure)
            } else {
                land(landed)
            }
        }
        // Others wait for the thread as well.
        client.wake()
    }

    /// Takes note of offsets; a failure where they go back.
    private func advance(_ delivered: [(partition: KafkaPartition, offsets: [Int64])]) -> KafkaError? {
        state.withLock { state in
            for (partition, offsets) in delivered {
                var end = state.ends[partition] ?? 0
                // A repeat that the broker dropped has no offset.
                for offset in offsets where offset >= 0 {
                    guard offset >= end else {
                        return KafkaError(
                            .remade,
                            "partition \(partition.number) of '\(partition.topic)' had \(end) records and is at \(offset) now: the topic was made anew"
                        )
                    }
                    end = offset + 1
                }
                state.ends[partition] = end
            }
            return nil
        }
    }

    private func land(_ landed: [(number: UInt, count: Int)]) {
        guard !landed.isEmpty else { return }
        let (confirmed, rooms) = state.withLock { state in
            var confirmed: [CheckedContinuation<Result<Void, KafkaError>, Never>] = []
            for (number, count) in landed {
                guard let flight = state.flights[number] else { continue }
                state.records -= count
                if flight.left == count {
                    state.bytes -= flight.size
                    confirmed += flight.waiting
                    state.flights[number] = nil
                } else {
                    state.flights[number]?.left -= count
                }
            }
            let rooms = state.waiters
            state.waiters = []
            return (confirmed, rooms)
        }
        for continuation in confirmed { continuation.resume(returning: .success(())) }
        for room in rooms { room.resume() }
    }

    /// Ends the producer: everything that waits, and comes later, gets the first failure.
    private func fail(_ failure: KafkaError) {
        let (flights, rooms) = state.withLock { state in
            if state.failure == nil { state.failure = failure }
            state.failed.formUnion(state.flights.keys)
            defer { (state.flights, state.waiters) = ([:], []) }
            return (state.flights, state.waiters)
        }
        for flight in flights.values {
            for continuation in flight.waiting { continuation.resume(returning: .failure(failure)) }
        }
        for room in rooms { room.resume() }
    }
}
