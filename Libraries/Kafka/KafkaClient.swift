import CKafka
import Reactor
import Synchronization
import System

/// A handle of librdkafka with the queue of its events, which a reactor watches by an eventfd.
///
/// Calls that never wait run on the caller's thread under a lock. Those that wait for a broker, and the end of the handle,
/// which can take as long as a name lookup, run on a thread of the client's own.
@safe final class KafkaClient: @unchecked Sendable {
    enum Kind {
        case producer
        case consumer
    }

    // Both are freed by the last job of `calls`; code that uses them off that thread holds the lock and has seen that the
    // client is open.
    private let handle: OpaquePointer
    private let queue: OpaquePointer
    private let kind: Kind
    private let signal: KafkaSignal
    private let calls: Worker
    private let report: @Sendable (KafkaNotice) -> Void
    private let isClosed = Mutex(false)
    private let heard = Mutex(Heard())

    /// What the library has said.
    private struct Heard {
        /// The last statistics as they came; read where somebody asks.
        var statistics: [UInt8]?
        /// Notices that are to be reported once no lock is held.
        var notices: [KafkaNotice] = []
    }

    /// - Parameters:
    ///   - own: settings that the kind of client depends on; nobody overrides them.
    /// - Throws: `KafkaError.Kind.setting` where the library refuses a setting.
    init(
        _ kind: Kind, _ configuration: KafkaConfiguration, own: [(String, String)], on reactor: Reactor
    ) throws(KafkaError) {
        let always = [
            ("bootstrap.servers", configuration.servers), ("client.id", configuration.clientID),
            ("socket.nagle.disable", "true"), ("log.queue", "true"),
            ("statistics.interval.ms", "\(configuration.statisticsMilliseconds)"),
        ]
        let passed = configuration.settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        signal = try KafkaSignal(on: reactor)
        let made = unsafe try Self.make(kind, always + passed + own)
        unsafe (handle, self.kind) = (made, kind)
        report = configuration.report
        calls = Worker(name: "kafka")
        // One queue for everything: of a consumer also what else the library has to say.
        if kind == .consumer { unsafe rd_kafka_poll_set_consumer(made) }
        let events: OpaquePointer? =
            kind == .consumer ? unsafe rd_kafka_queue_get_consumer(made) : unsafe rd_kafka_queue_get_main(made)
        guard let events = unsafe events else { preconditionFailure("a client of Kafka has no queue of events") }
        unsafe queue = events
        unsafe rd_kafka_set_log_queue(made, events)
        var one: UInt64 = 1
        unsafe rd_kafka_queue_io_event_enable(events, signal.number, &one, 8)
    }

    private static func make(_ kind: Kind, _ settings: [(String, String)]) throws(KafkaError) -> OpaquePointer {
        guard let conf = unsafe rd_kafka_conf_new() else { throw KafkaError(.other, "no memory for a client of Kafka") }
        var words = [CChar](repeating: 0, count: 512)
        for (name, value) in settings {
            guard unsafe rd_kafka_conf_set(conf, name, value, &words, words.count) == RD_KAFKA_CONF_OK else {
                unsafe rd_kafka_conf_destroy(conf)
                // The library's words repeat the value, which may be a secret.
                throw KafkaError(.setting, "the setting '\(name)' of Kafka is unknown or can't have this value")
            }
        }
        unsafe rd_kafka_conf_set_events(
            conf,
            RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_LOG
                | RD_KAFKA_EVENT_REBALANCE)
        let type = kind == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
        guard let handle = unsafe rd_kafka_new(type, conf, &words, words.count) else {
            unsafe rd_kafka_conf_destroy(conf)
            throw KafkaError(.other, "a client of Kafka can't be made: \(text(words))")
        }
        return unsafe handle
    }

    /// What the library wrote into a buffer.
    static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // Where nobody closed it: nobody uses it any more either.
        guard !isClosed.withLock({ $0 }) else { return }
        let signal = signal
        unsafe Self.end(handle, queue, kind, on: calls, isOrderly: false, signal) { Task { await signal.stop() } }
    }

    /// Begins to call a closure on the reactor's thread whenever the queue gets its first event.
    func start(_ ready: @escaping @Sendable () -> Void) async { await signal.start(ready) }

    /// Has the closure called again, which leaves events for later.
    func wake() { signal.wake() }

    /// Takes the next event and gives it to a closure, which must neither keep it nor wait; nil where there is none.
    func poll<Value>(_ body: (OpaquePointer) -> Value) throws(KafkaError) -> Value? {
        defer { reportHeard() }
        return try unsafe use { _ in
            guard let event = unsafe rd_kafka_queue_poll(queue, 0) else { return nil }
            defer { unsafe rd_kafka_event_destroy(event) }
            return unsafe body(event)
        }
    }

    /// Runs a call that never waits.
    func use<Value>(_ body: (OpaquePointer) -> Value) throws(KafkaError) -> Value {
        // The lock's closure can't throw a typed error.
        let value: Value? = isClosed.withLock { $0 ? nil : unsafe body(handle) }
        guard let value else { throw .closed }
        return value
    }

    /// True for an error that usually passes by itself: no broker has answered in time or is connected, or a partition
    /// has no leader for a moment, since it is new or its leader has changed.
    static func isPassing(_ code: rd_kafka_resp_err_t) -> Bool {
        [
            RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        ].contains(code)
    }

    /// Whether the task that asked for a call has been cancelled since.
    final class Waiting: Sendable {
        private let isCancelled = Atomic(false)

        fileprivate func cancel() { isCancelled.store(true, ordering: .relaxed) }

        /// Repeats an attempt while it fails with an error that passes (`isPassing`), for about `milliseconds` at most.
        ///
        /// One attempt gets at most 2 seconds. After the task was cancelled, no further one begins.
        func trying(milliseconds: Int32, _ attempt: (_ milliseconds: Int32) -> rd_kafka_resp_err_t)
            -> rd_kafka_resp_err_t
        {
            let deadline = Host.steadyClockMilliseconds() + Int64(milliseconds)
            while true {
                let left = deadline - Host.steadyClockMilliseconds()
                let code = attempt(Int32(max(1, min(left, 2_000))))
                guard KafkaClient.isPassing(code), left > 2_000, !isCancelled.load(ordering: .relaxed) else {
                    return code
                }
                pauseThread(milliseconds: 100)
            }
        }
    }

    /// Runs a call that may wait for a broker, after those that were asked for before it.
    func call<Value: Sendable>(
        _ body: @escaping @Sendable (OpaquePointer, Waiting) throws(KafkaError) -> Value
    ) async throws(KafkaError) -> Value {
        let waiting = Waiting()
        do {
            return try await withTaskCancellationHandler {
                try await calls.run { [self] in
                    guard !isClosed.withLock({ $0 }) else { throw KafkaError.closed }
                    return try unsafe body(handle, waiting)
                }
            } onCancel: {
                waiting.cancel()
            }
        } catch {
            throw error as? KafkaError ?? .closed
        }
    }

    /// Takes note of an event that says nothing about messages.
    func note(_ event: OpaquePointer) {
        switch unsafe rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_STATS:
            guard let text = unsafe rd_kafka_event_stats(event) else { return }
            let bytes = unsafe Array(String(cString: text).utf8)
            heard.withLock { $0.statistics = bytes }
        case RD_KAFKA_EVENT_LOG:
            var (facility, text, level) = unsafe (UnsafePointer<CChar>?.none, UnsafePointer<CChar>?.none, Int32(0))
            guard unsafe rd_kafka_event_log(event, &facility, &text, &level) == 0, let text = unsafe text else {
                return
            }
            let words = unsafe String(cString: text)
            // Said of every producer; what is meant by it stands there.
            guard !words.contains("enable.gapless.guarantee is experimental") else { return }
            // Levels of syslog: 4 is a warning.
            keep(KafkaNotice(weight: level <= 4 ? .trouble : .detail, text: words))
        case RD_KAFKA_EVENT_ERROR:
            keep(unsafe KafkaNotice(weight: .trouble, text: Self.error(event).description))
        default: break
        }
    }

    /// The last statistics; nil before the first.
    var statistics: KafkaStatistics? { heard.withLock { $0.statistics }.flatMap(KafkaStatistics.init) }

    private func keep(_ notice: KafkaNotice) { heard.withLock { $0.notices.append(notice) } }

    /// Called without the lock, so that the callbacks may use the client.
    private func reportHeard() {
        let notices = heard.withLock { heard in
            defer { heard.notices = [] }
            return heard.notices
        }
        for notice in notices { report(notice) }
    }

    /// The error that an event tells of.
    static func error(_ event: OpaquePointer, _ what: String = "Kafka") -> KafkaError {
        let detail = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) }
        if unsafe rd_kafka_event_error_is_fatal(event) != 0 {
            let words = "\(what): \(detail ?? "a fatal error")"
            // Of what makes it give up, the library has the words alone.
            let isForbidden = [
                RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            ]
            .contains { words.contains(unsafe String(cString: rd_kafka_err2str($0))) }
            return KafkaError(isForbidden ? .forbidden : .fatal, words)
        }
        return unsafe KafkaError(rd_kafka_event_error(event), what, detail)
    }

    /// Closes the client after the calls that are under way; records that are not delivered yet may be lost. A second
    /// call returns at once.
    ///
    /// - Parameter begun: called once new calls fail with `closed`, before the handle is freed.
    func close(begun: () -> Void = {}) async {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        begun()
        await signal.stop()
        await withCheckedContinuation { continuation in
            unsafe Self.end(handle, queue, kind, on: calls, isOrderly: true, signal) { continuation.resume() }
        }
    }

    /// The handle on its way to the thread that frees it; nobody else has it by then.
    @safe private struct Leaving: @unchecked Sendable {
        let handle: OpaquePointer
        let queue: OpaquePointer
    }

    private static func end(
        _ handle: OpaquePointer, _ queue: OpaquePointer, _ kind: Kind, on calls: Worker, isOrderly: Bool,
        _ signal: KafkaSignal, _ done: @escaping @Sendable () -> Void
    ) {
        let leaving = unsafe Leaving(handle: handle, queue: queue)
        calls.enqueue {
            unsafe rd_kafka_queue_io_event_enable(leaving.queue, -1, nil, 0)
            // The library may have begun to write to it.
            withExtendedLifetime(signal) {}
            unsafe rd_kafka_queue_destroy(leaving.queue)
            // A consumer that is closed in order leaves its group, so the other members need not wait for its session
            // to end. It gives up its partitions first: librdkafka waits for an assignment that it announced and nobody
            // took.
            if kind == .consumer, isOrderly {
                unsafe rd_kafka_assign(leaving.handle, nil)
                unsafe rd_kafka_consumer_close(leaving.handle)
            }
            unsafe rd_kafka_destroy_flags(
                leaving.handle, isOrderly ? 0 : Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
            done()
        }
        calls.stop()
    }
}
