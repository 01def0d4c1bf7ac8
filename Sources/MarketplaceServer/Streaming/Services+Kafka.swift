import Crypto
import EventLog
import Logging
import Postgres
import Reactor
import Streaming
import System

/// What of this process relays to topics and reads them.
extension Services {
    /// How this process is named among relays, or among those that share builds: so that people find it, and as no other one.
    static var processName: String { "\(Host.name):\(Host.processID)/\(Hex.encode(SecureRandom.bytes(4)))" }

    /// What gives the log to projectors as it comes from a topic.
    func source(_ topic: LogTopic.Address) throws -> TopicSource {
        let pool = PostgresPool(
            database.configuration(.projectors, "marketplace-topic", statementTimeoutMilliseconds: 10_000), sessions: 1)
        return TopicSource(
            topic, pool, head: head, on: try kafkaLoop(), log: log.component("topic"))
    }

    /// What relays the log to a topic beside the other parts of a process.
    func relaying(_ configuration: Relay.Configuration) throws -> Relaying {
        let pool = PostgresPool(
            database.configuration(.queries, "marketplace-relay-look", statementTimeoutMilliseconds: 10_000),
            sessions: 1)
        return Relaying(
            database, configuration, head: head, looking: pool, on: try kafkaLoop(), name: Self.processName,
            log: log.component("relay"))
    }

    /// The loop that hears from Kafka.
    func kafkaLoop() throws -> Reactor { measures.watch(try Reactor(name: "kafka"), as: "kafka") }
}
