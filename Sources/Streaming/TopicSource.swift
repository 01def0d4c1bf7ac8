import EventLog
public import Events
public import Following
import Kafka
public import Logging
public import Postgres
public import Reactor
import Synchronization
import System

/// The log as it comes from a topic, for everything in a process that goes along it.
///
/// One consumer reads all partitions from about where the first caller is, and puts the entries in the order of their positions;
/// repeats are dropped. What the topic does not have in time (no broker answers, retention has passed, a caller is elsewhere) the
/// callers read from the log, and come back. A topic that holds something else than this log is given up, and looked at again
/// now and then.
public final class TopicSource: EntrySource {
    private struct Bounds: Sendable, Equatable {
        let first: Position
        let next: Position
        let isFull: Bool

        init(_ window: EntryWindow) {
            first = window.first
            next = window.next
            isFull = window.isFull
        }
    }

    /// The bounds of the run at hand, for those who wait.
    private final class Present: Sendable {
        let bounds = Mutex<Bounds?>(nil)
    }

    private struct State {
        /// The entries at hand; nil before the first caller.
        var window: EntryWindow?
        /// True after something was missed that the log had, until something comes again.
        var isStalled = false
        /// When the run last went on or began.
        var movedMilliseconds: Int64 = 0
        /// True after a caller has found that the topic does not hold what the log has.
        var isRefused = false
        /// True after something was taken since the consumer was made.
        var hasTaken = false
        var counts = Counts()

        /// What is at hand from a position on. The first caller decides where the window begins, and so does one that is far
        /// ahead of it; one that has read all of it makes room.
        mutating func find(_ position: Position, _ limit: Int) -> EntryWindow.Found {
            // Taken out, so that it is changed in place.
            var window =
                window.take()
                ?? EntryWindow(
                    from: position, maximumEntries: TopicSource.maximumEntries, maximumBytes: TopicSource.maximumBytes)
            defer { self.window = window }
            if position.value - window.next.value > Int64(TopicSource.maximumEntries) { window.restart(from: position) }
            let found = window.find(position, limit: limit)
            if case .soon = found, window.isFull { window.halve() }
            return found
        }
    }

    /// How many entries went to callers, counted for each of them.
    public struct Counts: Sendable {
        /// Entries from the topic.
        public internal(set) var entries = 0
        /// How often a caller was sent to the log.
        public internal(set) var absences = 0
        /// How often the topic was given up.
        public internal(set) var refusals = 0
    }

    /// The topic holds something that it must not.
    private struct Foreign: Error, CustomStringConvertible {
        let description: String
    }

    private static let maximumEntries = 20_000
    private static let maximumBytes = 32 << 20
    /// What is asked for of a partition at once: so little that all of them together are within the bounds.
    private static let fetchedBytes = 128 << 10
    private static let batchMessages = 1_000
    /// How long entries behind a gap wait for it to close.
    private static let gapMilliseconds: Int64 = 500
    /// How long a caller waits for an entry that the log has.
    private static let patienceMilliseconds: Int64 = 1_000
    /// How far the clocks of brokers and database may be apart.
    private static let clockMilliseconds: Int64 = 60_000
    private static let firstPauseMilliseconds: Int64 = 100
    private static let longestPauseMilliseconds: Int64 = 5_000
    private static let distrustSeconds = 60
    private static let unopenedMilliseconds: Int64 = 500

    private let address: LogTopic.Address
    private let entries: EventReader
    private let pool: PostgresPool
    private let head: HeadFeed
    private let reactor: Reactor
    private let log: Log
    private let state: Mutex<State>
    private let present = Present()
    private let bounds: Feed<Bounds?>

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - pool: a session that may read the log.
    ///   - head: the log's head.
    ///   - reactor: where it hears from brokers.
    public init(
        _ address: LogTopic.Address, _ pool: PostgresPool, head: HeadFeed, on reactor: Reactor, log: Log
    ) {
        self.address = address
        self.pool = pool
        entries = EventReader(pool: pool)
        self.head = head
        self.reactor = reactor
        self.log = log
        state = Mutex(State())
        bounds = Feed(nil) { [present] in present.bounds.withLock { $0 } }
    }

    private var topic: String { address.name }

    /// What went to callers so far.
    public var counts: Counts { state.withLock { $0.counts } }

    // MARK: Giving

    public func entries(from position: Position, limit: Int) async throws -> Sourced {
        while true {
            let (found, isStalled, reached) = state.withLock { state in
                (state.find(position, limit), state.isStalled, state.window.map(Bounds.init))
            }
            switch found {
            case .entries(let entries):
                state.withLock { $0.counts.entries += entries.count }
                return .entries(entries)
            case .before(let first): return absent(before: first)
            case .soon:
                publish(reached)
                let limit = Self.patienceMilliseconds
                if isStalled {
                    _ = try await head.passes(position, withinMilliseconds: limit, isUrgent: false)
                } else {
                    let hasCome = try await bounds.wait(withinMilliseconds: limit, isUrgent: false) { bounds in
                        bounds.map { $0.isFull || $0.first > position || $0.next > position } ?? false
                    }
                    if hasCome { continue }
                }
                // The topic is behind the log, or nothing was appended.
                guard try await head.value(atMostMillisecondsOld: limit) > position else { return .nothing }
                let isStillSoon = state.withLock { state in
                    guard case .soon = state.find(position, 1) else { return false }
                    state.isStalled = true
                    return true
                }
                if isStillSoon { return absent(before: nil) }
            }
        }
    }

    private func publish(_ reached: Bounds?) {
        present.bounds.withLock { $0 = reached }
        bounds.announce { $0 = reached }
    }

    private func absent(before position: Position?) -> Sourced {
        state.withLock { $0.counts.absences += 1 }
        return .absent(before: position)
    }

    public func refuse(_ position: Position) {
        state.withLock { state in
            state.isRefused = true
            state.isStalled = true
            state.window = nil
            state.counts.refusals += 1
        }
        log.error(
            "the topic is given up: it does not hold what the log has",
            ["topic": topic, "position": position.description])
    }

    // MARK: Taking

    /// Reads the topic for as long as the task lives.
    public func run() async {
        var pauseMilliseconds = Self.firstPauseMilliseconds
        while !Task.isCancelled {
            do {
                try await read()
            } catch {
                if Task.isCancelled { return }
                let isForeign = error is Foreign
                let wentWell = state.withLock { state in
                    defer { state.hasTaken = false }
                    if isForeign, !state.isRefused { state.counts.refusals += 1 }
                    return state.hasTaken
                }
                if wentWell { pauseMilliseconds = Self.firstPauseMilliseconds }
                if isForeign {
                    log.error("the topic is not read, and the log is", ["topic": topic, "reason": "\(error)"])
                } else {
                    log.warning("the topic can't be read and is tried again", ["topic": topic, "error": "\(error)"])
                }
                state.withLock { state in
                    state.isStalled = true
                    state.window = nil
                }
                try? await Task.sleep(
                    for: isForeign ? .seconds(Self.distrustSeconds) : .milliseconds(pauseMilliseconds))
                state.withLock { $0.isRefused = false }
                pauseMilliseconds = min(Self.longestPauseMilliseconds, pauseMilliseconds * 2)
            }
        }
    }

    /// Reads from where the first caller is until something fails.
    private func read() async throws {
        guard let position = try await anchor() else { return }
        guard let id = try await logID() else { return }
        let starts = try await starts(position)
        try await KafkaConsumer.with(
            address.brokers, reading: starts, fetchedBytes: Self.fetchedBytes, on: reactor
        ) { consumer in
            state.withLock { $0.movedMilliseconds = Host.steadyClockMilliseconds() }
            for try await arrivals in consumer.batches(of: Self.batchMessages) {
                try take(arrivals, id)
                try await room()
            }
        }
    }

    /// The id of the log, once it was opened: without it nothing tells whose entries a topic holds. Nil where the task is
    /// cancelled.
    private func logID() async throws -> LogID? {
        while !Task.isCancelled {
            if let id = try await pool.runRepeatable({ try LogOnConnection.id($0) }) { return id }
            try await Task.sleep(for: .milliseconds(Self.unopenedMilliseconds))
        }
        return nil
    }

    /// Where the window is to begin, once somebody has asked; nil where the task is cancelled.
    private func anchor() async throws -> Position? {
        while !Task.isCancelled {
            if let window = state.withLock({ $0.window }) { return window.next }
            try await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }

    /// Where each partition is read from so that nothing from a position on is left out.
    private func starts(_ position: Position) async throws -> [KafkaPartition: KafkaStart] {
        let before = Position(max(0, position.value - 1))
        let recorded = try await entries.time(of: before)
        return try await KafkaAdmin.with(address.brokers, on: reactor) { admin in
            guard let found = try await admin.topic(topic), found.partitions == LogTopic.partitions else {
                throw TopicFault("there is no topic '\(topic)' with \(LogTopic.partitions) partitions")
            }
            let offsets = try await admin.offsets(
                of: topic, partitions: LogTopic.partitions,
                sinceMilliseconds: (recorded?.milliseconds ?? 0) - Self.clockMilliseconds)
            return Dictionary(
                uniqueKeysWithValues: offsets.enumerated().map { (address.partition($0.offset), .at($0.element)) })
        }
    }

    private func take(_ arrivals: KafkaArrivals, _ id: LogID) throws {
        if state.withLock({ $0.isRefused }) {
            throw Foreign(description: "it does not hold what the log has")
        }
        var taken: [SourcedEntry] = []
        for message in arrivals.messages {
            guard let place = LogTopic.Place(message), let value = message.value else {
                throw Foreign(
                    description:
                        "partition \(message.partition.number) holds a message that is no entry, at offset \(message.offset)"
                )
            }
            guard place.log == id else {
                throw Foreign(description: "it holds another log, \(place.log.hex)")
            }
            let isWanted = state.withLock { $0.window?.wants(place.position) ?? false }
            // An entry that this program can't decode is not taken from the topic; readers get it from the log.
            guard isWanted, let envelope = try? Envelope(bytes: value), envelope.log == id else { continue }
            guard envelope.stream.slice == Int(message.partition.number) else {
                throw Foreign(
                    description:
                        "partition \(message.partition.number) holds an entry of another slice, at offset \(message.offset)"
                )
            }
            let entry = SourcedEntry(
                position: place.position, slice: Int(message.partition.number), envelope: envelope, bytes: value.count)
            taken.append(entry)
        }
        let now = Host.steadyClockMilliseconds()
        let reached = state.withLock { state -> Bounds? in
            guard var window = state.window.take() else { return nil }
            let (before, hadGap) = (window.next, window.hasGap)
            for entry in taken where window.wants(entry.position) { window.add(entry) }
            // The gap is as old as the first entry behind it.
            if window.next > before || !hadGap { state.movedMilliseconds = now }
            if window.hasGap, now - state.movedMilliseconds > Self.gapMilliseconds {
                window.skipGap()
                state.movedMilliseconds = now
            }
            if !taken.isEmpty { (state.isStalled, state.hasTaken) = (false, true) }
            state.window = window
            return Bounds(window)
        }
        publish(reached)
    }

    /// Waits until the window takes more: until somebody has read it to its end.
    private func room() async throws {
        while state.withLock({ $0.window?.isFull ?? false }) { try await Task.sleep(for: .milliseconds(5)) }
    }
}
