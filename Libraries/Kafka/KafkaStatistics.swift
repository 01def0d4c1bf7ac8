import JSON

/// What the library counts of itself, as far as it helps to judge a client; see STATISTICS.md of librdkafka.
public struct KafkaStatistics: Sendable, Equatable {
    /// A broker that the client knows.
    public struct Broker: Sendable, Equatable {
        /// `HOST:PORT/NUMBER`.
        public let name: String
        /// True while the client is connected to it.
        public let isUp: Bool
        /// The mean time of an answer, in microseconds.
        public let roundTripMicroseconds: Int64
    }

    /// Messages in one direction.
    public struct Traffic: Sendable, Equatable {
        /// Their number.
        public let messages: Int64
        /// Their size in bytes.
        public let bytes: Int64
    }

    /// Records that wait to be sent or for their delivery reports.
    public let queuedRecords: Int64
    /// Their size in bytes.
    public let queuedBytes: Int64
    /// What was sent so far.
    public let sent: Traffic
    /// What was received so far.
    public let received: Traffic
    /// The brokers, by name.
    public let brokers: [Broker]
    /// How far a consumer is behind the end of each partition that it reads, in messages.
    public let lags: [KafkaPartition: Int64]

    private static let maximumBytes = 16 << 20

    /// Reads what the library wrote; nil where that is not understood.
    init?(_ json: [UInt8]) {
        let limits = JSONLimits(bytes: Self.maximumBytes, values: Self.maximumBytes)
        guard let root = try? JSONValue(json, limits: limits) else { return nil }
        func number(_ value: JSONValue?, _ name: String) -> Int64 { value?[name]?.integer ?? 0 }
        queuedRecords = number(root, "msg_cnt")
        queuedBytes = number(root, "msg_size")
        sent = Traffic(messages: number(root, "txmsgs"), bytes: number(root, "txmsg_bytes"))
        received = Traffic(messages: number(root, "rxmsgs"), bytes: number(root, "rxmsg_bytes"))
        // A group's coordinator is listed as well, as a connection without a number.
        brokers = (root["brokers"]?.members ?? []).filter { number($0.value, "nodeid") >= 0 }.map { broker in
            Broker(
                name: broker.name, isUp: broker.value["state"]?.string == "UP",
                roundTripMicroseconds: number(broker.value["rtt"], "avg"))
        }.sorted { $0.name < $1.name }
        var lags: [KafkaPartition: Int64] = [:]
        for topic in root["topics"]?.members ?? [] {
            for partition in topic.value["partitions"]?.members ?? [] {
                let lag = partition.value["consumer_lag"]?.integer ?? -1
                guard let number = Int32(partition.name), number >= 0, lag >= 0 else { continue }
                lags[KafkaPartition(topic.name, number)] = lag
            }
        }
        self.lags = lags
    }
}
