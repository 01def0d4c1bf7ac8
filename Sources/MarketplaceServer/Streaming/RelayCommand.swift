import CommandLine
import EventLog
import Events
import JSON
import Logging
import Postgres
import Reactor
import Streaming
import System

/// `marketplace relay`: sends the log to a topic of Kafka, in a process of its own.
struct RelayCommand {
    private let configuration: Relay.Configuration
    private let services: Services
    private let database: DatabaseAccess
    private let log: Log

    init(_ invocation: Invocation, _ log: Log) throws {
        guard var configuration = try invocation.topic("relay", log) else {
            throw UsageError("`marketplace relay` needs --kafka HOST:PORT.")
        }
        guard let database = try invocation.database([.relays], takesLibpq: true) else {
            throw UsageError(
                "`marketplace relay` needs a database: --logins, --database-url, --database-url-file, MENTATLAB_DATABASE_URL or libpq's variables."
            )
        }
        configuration.makesTopic = invocation.flags.contains("create-topic")
        configuration.refills = invocation.flags.contains("refill")
        self.configuration = configuration
        self.database = database
        self.log = log
        services = Services(database, following: .relays, part: "relay", log: log)
    }

    func run(_ signals: Signals) async throws -> Int32 {
        let topic = configuration.topic
        let relay = Relay(
            database, configuration, head: services.head, on: try Reactor(name: "kafka"), name: Services.relayName,
            log: log.component("relay")
        ) { news in
            switch news {
            case .standsBy(let holder): Host.write("standing by: \(holder) relays to \(topic)\n", to: 1)
            case .sends(let position): Host.write("relaying to \(topic) from position \(position)\n", to: 1)
            case .isCaughtUp: break
            }
        }
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
        log.info("stopped")
        return 0
    }
}

/// `marketplace relay status`: how far the log is in topics of Kafka, and who relays it.
struct RelayStatusCommand {
    private let invocation: Invocation

    init(_ invocation: Invocation) { self.invocation = invocation }

    func run() async throws -> Int32 {
        let database = try invocation.databaseBeside(
            try DataFolder(invocation.values["data"] ?? ".mentatlab"), [.readers])
        let session = PostgresSession(database.configuration(.readers, "marketplace-status"))
        let topics = try await session.run { try RelayedTopic.all($0) }
        await session.close()
        guard !invocation.flags.contains("json") else {
            try printDocument { writer in
                writer.object { object in
                    object.member("topics") { array in
                        array.array(topics) { topic, writer in
                            writer.object { object in
                                object.member("epoch", topic.epoch)
                                object.member("head", topic.head.value)
                                object.member("holder", topic.holder)
                                object.member("lag", topic.head.value - topic.next.value)
                                object.member("moved", topic.moved.description)
                                object.member("next", topic.next.value)
                                object.member("topic", topic.topic)
                            }
                        }
                    }
                }
            }
            return 0
        }
        for topic in topics {
            let ago = max(0, Services.now().milliseconds - topic.moved.milliseconds) / 1_000
            let holder = topic.holder.map { "relayed by \($0)" } ?? "nobody relays"
            try printPart(
                "\(topic.topic): at \(topic.next), \(topic.head.value - topic.next.value) behind; \(holder); moved \(ago) s ago\n"
            )
        }
        if topics.isEmpty { Host.write("the log is relayed to no topic\n", to: 2) }
        return 0
    }
}
