import EventLog
public import Events
public import Kafka

/// How the log stands in a topic of Kafka.
///
/// A partition holds a slice of the log, in order: key is the name of the stream, value the bytes of the entry, which are a
/// structured message of CloudEvents. Each message names the log, its position, and the position before it in the slice. An
/// entry may stand there several times; where it stands first is in order.
public enum LogTopic {
    /// The number of partitions, which is that of the log's slices.
    public static let partitions = 64
    /// The topic that is meant where none is named.
    public static let defaultName = "mentatlab.events"

    private enum Header {
        static let log = "ml_log"
        static let position = "ml_position"
        static let previous = "ml_previous"
        static let contentType = "content-type"
    }

    private static let type = KafkaHeader(Header.contentType, Array("application/cloudevents+json".utf8))

    /// What names the log in every message.
    static func name(of log: LogID) -> KafkaHeader { KafkaHeader(Header.log, Array(log.hex.utf8)) }

    /// The message of an entry.
    ///
    /// - Parameters:
    ///   - log: names the log, as `name(of:)` gives it.
    ///   - previous: the position before it in its slice; nil for the first one.
    static func record(_ entry: LogOnConnection.Placed, of log: KafkaHeader, previous: Position?) -> KafkaRecord {
        var headers: [KafkaHeader] = []
        headers.reserveCapacity(4)
        headers.append(log)
        headers.append(KafkaHeader(Header.position, Array(entry.position.description.utf8)))
        if let previous { headers.append(KafkaHeader(Header.previous, Array(previous.description.utf8))) }
        headers.append(type)
        return KafkaRecord(
            partition: Int32(entry.slice), key: Array(entry.stream.utf8), value: entry.bytes, headers: headers)
    }

    /// A topic of some brokers.
    public struct Address: Sendable {
        /// How the brokers are reached.
        public let brokers: KafkaConfiguration
        /// The topic's name.
        public let name: String

        /// Names a topic.
        public init(_ brokers: KafkaConfiguration, name: String = defaultName) {
            self.brokers = brokers
            self.name = name
        }

        /// The partition of a slice.
        func partition(_ slice: Int) -> KafkaPartition { KafkaPartition(name, Int32(slice)) }
    }

    /// What a message says of the entry that it holds.
    public struct Place: Sendable, Equatable {
        /// The log.
        public let log: LogID
        /// The position of the entry.
        public let position: Position
        /// The position before it in the slice; nil for the first one.
        public let previous: Position?

        /// Reads the headers of a message; nil where they are not those of an entry.
        public init?(_ message: KafkaMessage) {
            guard let name = message.header(Header.log), let log = LogID(String(decoding: name, as: UTF8.self)),
                let number = message.header(Header.position), let position = LogTopic.position(number)
            else { return nil }
            self.log = log
            self.position = position
            guard let before = message.header(Header.previous) else {
                previous = nil
                return
            }
            guard let before = LogTopic.position(before), before < position else { return nil }
            previous = before
        }
    }

    /// A position in decimal text.
    private static func position(_ text: [UInt8]) -> Position? {
        guard (1...19).contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }),
            text.count == 1 || text[0] != 0x30, let number = Int64(String(decoding: text, as: UTF8.self))
        else { return nil }
        return Position(number)
    }
}
