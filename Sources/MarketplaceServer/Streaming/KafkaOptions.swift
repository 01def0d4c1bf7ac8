import CommandLine
import Kafka
import Logging
import Streaming
import System

extension Invocation {
    /// The options that say which topic of which brokers is meant.
    static let kafkaOptions: [Subcommand.Option] = [
        .value("kafka", "HOST:PORT", "brokers of Kafka to begin with, separated by commas"),
        .value(
            "kafka-settings-file", "FILE", "a file of settings of librdkafka for TLS and SASL, one name=value a line"),
        .value("topic", "NAME", "the topic that holds the log (\(LogTopic.defaultName))"),
    ]

    /// The topic that is named; nil where no brokers are.
    ///
    /// - Parameter part: how the program is named to the brokers.
    func topic(_ part: String, _ log: Log) throws -> LogTopic.Address? {
        guard let servers = values["kafka"] else {
            for name in ["kafka-settings-file", "topic"] where values[name] != nil {
                throw UsageError("--\(name) needs --kafka.")
            }
            return nil
        }
        let topic = values["topic"] ?? LogTopic.defaultName
        guard topic.wholeMatch(of: /[A-Za-z0-9._-]{1,249}/) != nil, topic != ".", topic != ".." else {
            throw UsageError("--topic is '\(topic)'; a topic's name is 1 to 249 letters, digits, '.', '_' and '-'.")
        }
        for server in servers.split(separator: ",", omittingEmptySubsequences: false) {
            guard server.wholeMatch(of: /(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}/) != nil else {
                throw UsageError("--kafka names '\(server)', which is no HOST:PORT.")
            }
        }
        let lines = log.component("kafka")
        do {
            return LogTopic.Address(
                try KafkaConfiguration(
                    servers: servers, clientID: "marketplace-\(part)",
                    settings: try values["kafka-settings-file"].map(Self.settings) ?? [:]
                ) { notice in
                    switch notice.weight {
                    case .detail: lines.debug(notice.text)
                    case .trouble: lines.warning(notice.text)
                    }
                }, name: topic)
        } catch let error as KafkaError {
            throw UsageError("--kafka-settings-file: \(error).")
        }
    }

    /// Where entries come from.
    static let sourceOption = Subcommand.Option.value(
        "from", "SOURCE", "where entries come from (log)", choices: ["log", "kafka"])

    /// The topic that entries come from, as `--from` says; nil for the log.
    func sourceTopic(_ part: String, _ log: Log) throws -> LogTopic.Address? {
        guard let topic = try topic(part, log) else {
            guard values["from"] != "kafka" else { throw UsageError("--from kafka needs --kafka HOST:PORT.") }
            return nil
        }
        guard values["from"] == "kafka" else { throw UsageError("--kafka needs --from kafka here.") }
        return topic
    }

    private static func settings(in file: String) throws -> [String: String] {
        let bytes = try FileSystem.read(file, limit: 65_536)
        return try KafkaConfiguration.settings(in: String(decoding: bytes, as: UTF8.self))
    }
}
