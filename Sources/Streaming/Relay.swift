public import EventLog
import Events
public import Following
import Kafka
public import Logging
import Postgres
public import Reactor
import Synchronization
import System

/// Sends the log to a topic of Kafka, in order and without loss, for as long as its task lives.
///
/// One of several relays sends; the others stand by. One of them takes over some seconds after the sender was killed,
/// and within a second after it stopped. It begins with the first position that is not known to be delivered, so the
/// topic may hold some entries twice. In each partition the first copies are at any time in the order of the log and
/// without a gap, also while a relay that was overtaken still sends.
public final class Relay: Sendable {
    /// What a relay is told.
    public struct Configuration: Sendable {
        /// The topic.
        public let topic: LogTopic.Address
        /// True to make the topic where it is missing.
        public var makesTopic = false
        /// True to send the whole log again, to a topic that is empty.
        public var refills = false

        /// Says where to relay to.
        public init(_ topic: LogTopic.Address) { self.topic = topic }
    }

    /// What a relay reports of itself.
    public enum News: Sendable, Equatable {
        /// It waits for the end of another one.
        case standsBy(holder: String)
        /// It sends, from a position on.
        case sends(from: Int64)
        /// All that the log had at some moment is delivered: so many entries.
        case isCaughtUp(Int64)
    }

    /// Another relay has taken the topic.
    private struct Overtaken: Error {}

    /// Nothing was delivered for a while, which may go better for another relay.
    private struct HandsOver: Error, CustomStringConvertible {
        let description = "nothing is delivered; another relay may try"
    }

    /// Since when something waits to be delivered; nil while nothing does.
    private final class Patience: Sendable {
        private let since = Mutex<Int64?>(nil)

        func begin() { since.withLock { $0 = $0 ?? Host.steadyClockMilliseconds() } }
        func end() { since.withLock { $0 = nil } }
        func isOver() -> Bool {
            since.withLock { $0.map { Host.steadyClockMilliseconds() - $0 > patienceMilliseconds } ?? false }
        }
    }

    /// How long a relay holds the topic while nothing is delivered.
    private static let patienceMilliseconds: Int64 = 30_000
    /// How long one that hands over leaves the topic to others.
    private static let restMilliseconds: Int64 = 2_000
    /// After a term of this length the pause before the next try is the shortest again.
    private static let goodMilliseconds: Int64 = 10_000

    private static let pageEntries = 2_000
    private static let pageBytes = 4 << 20
    /// Pages that are sent and not confirmed. Where entries are large, the producer's bound of bytes is reached before.
    private static let pages = 24
    /// What was delivered is stored once it is so many pages: brokers have work meanwhile, and little is sent again after a kill.
    private static let storedPages = 8
    private static let standbyMilliseconds: Int64 = 500
    private static let firstPauseMilliseconds: Int64 = 100
    private static let longestPauseMilliseconds: Int64 = 5_000

    private let configuration: Configuration
    private let check: TopicCheck
    private let store: RelayStore
    private let reading: PostgresSession
    private let head: HeadFeed
    private let reactor: Reactor
    private let log: Log
    private let tell: @Sendable (News) -> Void
    private let hasToRefill: Atomic<Bool>

    /// Creates a relay that works in the role of relays.
    ///
    /// - Parameters:
    ///   - head: the log's head.
    ///   - reactor: where it hears from brokers.
    ///   - name: names this relay among all that may run.
    ///   - tell: gets what becomes of it.
    public init(
        _ database: DatabaseAccess, _ configuration: Configuration, head: HeadFeed, on reactor: Reactor, name: String,
        log: Log, tell: @escaping @Sendable (News) -> Void = { _ in }
    ) {
        self.configuration = configuration
        let own = database.configuration(.relays, "marketplace-relay", statementTimeoutMilliseconds: 10_000)
        store = RelayStore(session: PostgresSession(own), topic: configuration.topic.name, holder: name)
        reading = PostgresSession(
            database.configuration(.relays, "marketplace-relay-log", settings: PostgresConfiguration.alongIndexes))
        check = TopicCheck(address: configuration.topic, reactor: reactor, log: log)
        self.head = head
        self.reactor = reactor
        self.log = log
        self.tell = tell
        hasToRefill = Atomic(configuration.refills)
    }

    /// Relays until the task is cancelled.
    ///
    /// - Throws: `TopicFault` for what an operator has to repair first: a topic that is missing, wrongly set or holds
    ///   other entries, and brokers that refuse a setting or this login.
    public func run() async throws(TopicFault) {
        var pauseMilliseconds = Self.firstPauseMilliseconds
        var isChecked = false
        var holder: String?
        while !Task.isCancelled {
            let began = Host.steadyClockMilliseconds()
            do {
                if !isChecked {
                    // One that is missing although something was delivered to it was deleted: that is said, and not made up for.
                    let isNew = try await store.present().map { $0.next.value == 0 } ?? true
                    if configuration.makesTopic, isNew || configuration.refills { try await check.makeMissing() }
                    try await check.checkSettings(isFilled: !isNew && !configuration.refills, warns: true)
                    isChecked = true
                }
                guard let term = try await store.take() else {
                    let present = try await store.present()?.holder
                    if let present, present != holder { tell(.standsBy(holder: present)) }
                    holder = present
                    try await Task.sleep(for: .milliseconds(Self.standbyMilliseconds))
                    continue
                }
                holder = nil
                try await hold(term)
            } catch let fault as TopicFault {
                await close()
                throw fault
            } catch let error as KafkaError where error.kind == .setting || error.kind == .forbidden {
                await close()
                let rights =
                    error.kind == .setting
                    ? ""
                    : "; the relay needs Describe, DescribeConfigs, Read and Write on the topic '\(configuration.topic.name)', and IdempotentWrite on the cluster where brokers ask for it"
                throw TopicFault(error.description + rights)
            } catch {
                if Task.isCancelled { break }
                if error is Overtaken {
                    log.warning("another relay has taken over", ["topic": configuration.topic.name])
                } else {
                    log.error("the relay can't go on and tries again", ["error": "\(error)"])
                }
                if Host.steadyClockMilliseconds() - began > Self.goodMilliseconds {
                    pauseMilliseconds = Self.firstPauseMilliseconds
                }
                let pause = error is HandsOver ? Self.restMilliseconds : pauseMilliseconds
                try? await Task.sleep(for: .milliseconds(pause))
                pauseMilliseconds = min(Self.longestPauseMilliseconds, pauseMilliseconds * 2)
            }
        }
        await close()
    }

    private func close() async {
        await store.session.close()
        await reading.close()
    }

    // MARK: Holding

    private func hold(_ term: RelayStore.Term) async throws {
        let patience = Patience()
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { try await self.giveSigns(term, patience) }
                group.addTask { try await self.relay(term, patience) }
                defer { group.cancelAll() }
                try await group.next()
            }
            await leave(term)
        } catch {
            if !(error is Overtaken) { await leave(term) }
            throw error
        }
    }

    /// Lets others go on at once; where the database does not answer, they wait.
    private func leave(_ term: RelayStore.Term) async {
        // The end is no part of a task that was cancelled.
        await Task { try? await store.leave(term) }.value
    }

    /// Says that this relay is there; throws once it no longer holds the topic, or should let another one try.
    private func giveSigns(_ term: RelayStore.Term, _ patience: Patience) async throws {
        while true {
            try await Task.sleep(for: .milliseconds(RelayStore.signMilliseconds))
            if patience.isOver() { throw HandsOver() }
            do {
                guard try await store.keep(term) else { throw Overtaken() }
            } catch let error as PostgresError where error.isTransient {
                // It may be back before others could take over; if not, they have, and the next sign tells.
                log.warning("the relay can't give a sign", ["error": "\(error)"])
            }
        }
    }

    // MARK: Sending

    /// Sends from where the topic ends; after most errors of Kafka it waits, makes another producer and goes on.
    private func relay(_ term: RelayStore.Term, _ patience: Patience) async throws {
        guard let id = try await reading.run({ try LogOnConnection.id($0) }) else {
            throw EventLogError.unavailable("the log was not opened yet")
        }
        var progress = term.progress
        var stored = progress.next
        var pauseMilliseconds = Self.firstPauseMilliseconds
        while true {
            let began = progress.next
            patience.begin()
            do {
                try await check.checkSettings(isFilled: progress.next.value > 0 && !configuration.refills, warns: false)
                if hasToRefill.load(ordering: .relaxed) {
                    if try await check.isEmpty() {
                        progress = .none
                        guard try await store.advance(term, to: progress) else { throw Overtaken() }
                    } else if progress.next.value == 0 {
                        throw TopicFault(
                            "the topic '\(configuration.topic.name)' is not empty, so entries would stand behind later ones; delete it before --refill"
                        )
                    }
                    // Otherwise this relay or another one has begun to refill it, and goes on.
                    hasToRefill.store(false, ordering: .relaxed)
                }
                let ends = try await check.checkEnds(id, ends: progress.ends) { position in
                    try await self.reading.run { connection in
                        guard try LogOnConnection.head(connection) > position else { return nil }
                        return try LogOnConnection.placed(connection, from: position, limit: 1, maximumBytes: 1)
                            .first?.bytes
                    }
                }
                let producer = try await KafkaProducer(
                    configuration.topic.brokers, on: reactor,
                    ends: Dictionary(
                        uniqueKeysWithValues: ends.enumerated().map {
                            (configuration.topic.partition($0.offset), $0.element)
                        })
                )
                tell(.sends(from: progress.next.value))
                try await withTaskCancellationHandler {
                    do {
                        try await send(by: producer, id, term, &progress, &stored, patience)
                    } catch {
                        await producer.close()
                        // What is known to be delivered is not sent again; the end is no part of a task that was cancelled.
                        if progress.next > stored {
                            await Task { [progress] in _ = try? await store.advance(term, to: progress) }.value
                        }
                        throw error
                    }
                } onCancel: {
                    // Ends the wait for a delivery.
                    Task { await producer.close() }
                }
            } catch let error as KafkaError {
                try Task.checkCancellation()
                if error.kind == .remade { throw TopicFault("\(error). Delete it. \(TopicCheck.remedy)") }
                // What only whoever runs the brokers can change does not come by trying again.
                guard error.kind != .setting, error.kind != .forbidden else { throw error }
                log.warning("the relay begins anew", ["from": progress.next.description, "error": "\(error)"])
                if progress.next > began { pauseMilliseconds = Self.firstPauseMilliseconds }
                try await Task.sleep(for: .milliseconds(pauseMilliseconds))
                pauseMilliseconds = min(Self.longestPauseMilliseconds, pauseMilliseconds * 2)
            }
        }
    }

    /// A page that is sent and not confirmed, and up to where it goes.
    private struct Sent {
        let delivery: KafkaProducer.Delivery
        let progress: RelayProgress
    }

    /// Sends with one producer until that fails, and throws its error; `progress` then holds what was delivered.
    private func send(
        by producer: KafkaProducer, _ id: LogID, _ term: RelayStore.Term, _ progress: inout RelayProgress,
        _ stored: inout Position, _ patience: Patience
    ) async throws {
        let name = LogTopic.name(of: id)
        var ahead = progress
        var sent: [Sent] = []
        var unstored = 0
        var wasCaughtUp = false
        while true {
            let delivered = sent.prefix { $0.delivery.isConfirmed }
            if let last = delivered.last {
                let ends = producer.ends
                progress = last.progress
                progress.ends = (0..<LogTopic.partitions).map { ends[configuration.topic.partition($0)] ?? 0 }
                sent.removeFirst(delivered.count)
                unstored += delivered.count
                patience.end()
                if !sent.isEmpty { patience.begin() }
            }
            if unstored >= Self.storedPages || unstored > 0 && sent.isEmpty {
                guard try await store.advance(term, to: progress) else { throw Overtaken() }
                (unstored, stored) = (0, progress.next)
            }
            if sent.count < Self.pages {
                let page = try await read(from: ahead.next)
                if !page.isEmpty {
                    var records: [KafkaRecord] = []
                    records.reserveCapacity(page.count)
                    for entry in page {
                        records.append(LogTopic.record(entry, of: name, previous: ahead.last[entry.slice]))
                        ahead.last[entry.slice] = entry.position
                        ahead.next = entry.position.next
                    }
                    // Where there is no room, this waits for deliveries as well.
                    patience.begin()
                    sent.append(
                        Sent(delivery: try await producer.send(records, to: configuration.topic.name), progress: ahead))
                    wasCaughtUp = false
                    // A page that was not cut is the last one for now.
                    let bytes = page.reduce(0) { $0 + $1.bytes.count }
                    let isCut = page.count == Self.pageEntries || bytes + Envelope.maximumBytes > Self.pageBytes
                    if isCut { continue }
                }
            }
            if let first = sent.first {
                try await first.delivery.confirmed()
            } else {
                patience.end()
                if !wasCaughtUp { tell(.isCaughtUp(progress.next.value)) }
                wasCaughtUp = true
                _ = try await head.passes(progress.next, withinMilliseconds: nil, isUrgent: false)
            }
        }
    }

    private func read(from position: Position) async throws -> [LogOnConnection.Placed] {
        try await reading.run {
            try LogOnConnection.placed(
                $0, from: position, limit: Self.pageEntries, maximumBytes: Self.pageBytes)
        }
    }
}
