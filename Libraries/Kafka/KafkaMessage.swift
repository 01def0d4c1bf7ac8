import CKafka

/// A partition of a topic.
public struct KafkaPartition: Sendable, Hashable {
    /// The topic's name.
    public let topic: String
    /// The number of the partition, from 0.
    public let number: Int32

    /// Names a partition.
    public init(_ topic: String, _ number: Int32) {
        self.topic = topic
        self.number = number
    }
}

/// A header of a message: a name, and bytes that mean what those who write and read them agree on.
public struct KafkaHeader: Sendable, Equatable {
    /// The name; several headers may have the same.
    public let name: String
    /// The value; nil for none, which is not the same as an empty one.
    public let value: [UInt8]?

    /// Creates a header.
    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// What is sent.
public struct KafkaRecord: Sendable {
    /// The number of the partition.
    public let partition: Int32
    /// The key; nil for none.
    public let key: [UInt8]?
    /// The value; nil for none.
    public let value: [UInt8]?
    /// The headers, in order.
    public let headers: [KafkaHeader]

    /// Creates a record.
    public init(partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader] = []) {
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// About how much of the bound of bytes in flight it takes.
    var size: Int {
        (key?.count ?? 0) + (value?.count ?? 0)
            + headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
    }
}

/// What was read from a partition.
public struct KafkaMessage: Sendable {
    /// Where it stood.
    public let partition: KafkaPartition
    /// Its offset, which no other message of the partition has.
    public let offset: Int64
    /// The time that the broker stamped it with, or its producer, in milliseconds of Unix time; nil for none.
    public let timestampMilliseconds: Int64?
    /// The key; nil for none.
    public let key: [UInt8]?
    /// The value; nil for none.
    public let value: [UInt8]?
    /// The headers, in order.
    public let headers: [KafkaHeader]

    /// The value of the last header of a name; nil where there is none.
    public func header(_ name: String) -> [UInt8]? {
        headers.last { $0.name == name }?.value
    }

    /// Copies a message of the library, which frees it afterwards.
    init(_ message: UnsafePointer<rd_kafka_message_t>, topic: String) {
        partition = unsafe KafkaPartition(topic, message.pointee.partition)
        offset = unsafe message.pointee.offset
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let stamp = unsafe rd_kafka_message_timestamp(message, &kind)
        timestampMilliseconds = kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : stamp
        key = unsafe Self.bytes(message.pointee.key, message.pointee.key_len)
        value = unsafe Self.bytes(message.pointee.payload, message.pointee.len)
        var headers: [KafkaHeader] = []
        var list: OpaquePointer?
        if unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list = unsafe list {
            var (name, value, size) = unsafe (UnsafePointer<CChar>?.none, UnsafeRawPointer?.none, 0)
            while unsafe rd_kafka_header_get_all(list, headers.count, &name, &value, &size)
                == RD_KAFKA_RESP_ERR_NO_ERROR
            {
                let text = unsafe name.map { unsafe String(cString: $0) } ?? ""
                unsafe headers.append(KafkaHeader(text, Self.bytes(value, size)))
            }
        }
        self.headers = headers
    }

    private static func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        guard let start = unsafe start else { return nil }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}
