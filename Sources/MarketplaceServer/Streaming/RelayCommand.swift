import CommandLine
import EventLog
import Logging
import Reactor
import Streaming
import System

/// `marketplace relay`: sends the log to a topic of Kafka, in a process of its own.
struct RelayCommand {
    private let invocation: Invocation
    private let configuration: Relay.Configuration
    private let services: Services
    private let database: DatabaseAccess
    private let log: Log

    init(_ invocation: Invocation, _ log: Log) throws {
        guard let topic = try invocation.topic("relay", log) else {
            throw UsageError("`marketplace relay` needs --kafka HOST:PORT.")
        }
        guard let database = try invocation.database([.relays], takesLibpq: true) else {
            throw UsageError(
                "`marketplace relay` needs a database: --logins, --database-url, --database-url-file, MENTATLAB_DATABASE_URL or libpq's variables."
            )
        }
        var configuration = Relay.Configuration(topic)
        configuration.makesTopic = invocation.flags.contains("create-topic")
        configuration.refills = invocation.flags.contains("refill")
        self.invocation = invocation
        self.configuration = configuration
        self.database = database
        self.log = log
        services = Services(database, following: .relays, part: "relay", log: log)
    }

    func run(_ signals: Signals) async throws -> Int32 {
        let topic = configuration.topic.name
        let relay = Relay(
            database, configuration, head: services.head, on: try services.kafkaLoop(), name: Services.processName,
            log: log.component("relay")
        ) { news in
            switch news {
            case .standsBy(let holder): Host.write("standing by: \(holder) relays to \(topic)\n", to: 1)
            case .sends(let position): Host.write("relaying to \(topic) from position \(position)\n", to: 1)
            case .isCaughtUp: break
            }
        }
        services.measureProcess(part: Commands.relay.name)
        services.measureTopics()
        let metrics = try await MetricsPort(invocation, services.measures, log)
        let relaying = Task { [services] in
            try await services.awaitSchema(as: .relays)
            try await relay.run()
        }
        let ending = Task {
            _ = await signals.next()
            relaying.cancel()
            _ = await signals.next()
            Host.exit(130)
        }
        defer { ending.cancel() }
        do {
            try await relaying.value
        } catch is CancellationError {
            // Before it began.
        }
        await metrics.shutDown()
        log.info("stopped")
        return 0
    }
}
