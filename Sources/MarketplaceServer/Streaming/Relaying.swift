import EventLog
import Events
import Following
import Logging
import Postgres
import Reactor
import Streaming
import Synchronization
import System

/// Relays the log beside everything else of a process: what keeps it from relaying keeps nothing else from working.
final class Relaying: Sendable {
    /// What somebody has to do something about.
    private final class Fault: Sendable {
        private let words = Mutex<String?>(nil)

        var text: String? { words.withLock { $0 } }

        /// Sets it; returns true where that is news.
        func set(_ text: String?) -> Bool {
            words.withLock { words in
                defer { words = text }
                return words != text
            }
        }
    }

    private static let pauseSeconds = 5
    /// How long an entry may wait for the topic before that is said.
    private static let patienceMilliseconds: Int64 = 30_000

    private let relay: Relay
    private let log: Log
    private let fault: Fault
    private let late: Feed<String?>

    /// - Parameters:
    ///   - looking: a session that may read how far the topic is.
    init(
        _ database: DatabaseAccess, _ configuration: Relay.Configuration, head: HeadFeed, looking pool: PostgresPool,
        on reactor: Reactor, name: String, log: Log
    ) {
        let (topic, fault) = (configuration.topic.name, Fault())
        self.fault = fault
        self.log = log
        relay = Relay(
            database, configuration, head: head, on: reactor, name: name, log: log
        ) { news in
            // A relay that sends, or stands by for one that does, has no fault.
            _ = fault.set(nil)
            guard case .sends(let position) = news else { return }
            log.info("relaying", ["topic": topic, "from": "\(position)"])
        }
        let entries = EventReader(pool: pool)
        late = Feed(nil) { try await Self.lateness(of: topic, pool, entries) }
    }

    /// Relays until the task is cancelled. After a `TopicFault`, which an operator has to repair, it tries again every
    /// five seconds.
    func run() async {
        while !Task.isCancelled {
            do {
                try await relay.run()
            } catch {
                if fault.set(error.description) { log.error("the log is not relayed", ["reason": error.description]) }
                try? await Task.sleep(for: .seconds(Self.pauseSeconds))
            }
        }
    }

    /// What keeps the log from being relayed, in words; nil where nothing does.
    func trouble(atMostMillisecondsOld age: Int64) async throws -> String? {
        if let fault = fault.text { return "the log is not relayed: \(fault)" }
        return try await late.value(atMostMillisecondsOld: age)
    }

    private static func lateness(
        of topic: String, _ pool: PostgresPool, _ entries: EventReader
    ) async throws -> String? {
        let row = try await pool.runRepeatable { try RelayedTopic.all($0) }.first { $0.topic == topic }
        let next = row?.next ?? Position(0)
        guard let recorded = try await entries.time(of: next) else { return nil }
        let waits = Services.now().milliseconds - recorded.milliseconds
        return waits < patienceMilliseconds
            ? nil : "an entry has waited for the topic '\(topic)' for \(waits / 1_000) s"
    }
}
