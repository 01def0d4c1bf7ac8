import CKafka

/// A fault of a broker, of the way to it, or of how the client is used.
public struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// What a caller can tell apart.
    public enum Kind: Sendable, Equatable {
        /// A setting is unknown, has an impossible value, or may not be set from outside.
        case setting
        /// No broker answers in time. Trying again may help.
        case unreachable
        /// The client may not do this.
        case forbidden
        /// There is no such topic or partition.
        case missing
        /// A topic of this name exists.
        case exists
        /// The broker does not have this operation.
        case unsupported
        /// The offset is not, or no longer, in the partition.
        case outOfRange
        /// The client is spent: close it and make another one.
        case fatal
        /// The topic was made anew: what was delivered to it is gone. The client is spent.
        case remade
        /// The client was closed.
        case closed
        /// Anything else; the description says it in the library's words.
        case other
    }

    /// What happened.
    public let kind: Kind
    /// The fault in words, with the library's name of it.
    public let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    init(_ code: rd_kafka_resp_err_t, _ what: String, _ detail: String? = nil) {
        let name = unsafe String(cString: rd_kafka_err2name(code))
        let words = unsafe detail ?? String(cString: rd_kafka_err2str(code))
        self.init(Self.kind(code), "\(what): \(words) (\(name))")
    }

    static let closed = KafkaError(.closed, "the client of Kafka is closed")

    private static func kind(_ code: rd_kafka_resp_err_t) -> Kind {
        switch code {
        case RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, RD_KAFKA_RESP_ERR__FENCED: .fatal
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
            .unreachable
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
            RD_KAFKA_RESP_ERR__AUTHENTICATION:
            .forbidden
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            .missing
        case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: .exists
        case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION: .unsupported
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: .outOfRange
        default: .other
        }
    }
}
