public import JSON

/// Which event a payload without fields states.
public protocol BareKind: Sendable {
    /// The type with its version.
    static var type: String { get }
}

/// The data of an event whose stream says all.
public struct BarePayload<Kind: BareKind>: EventPayload {
    public static var type: String { Kind.type }

    /// States it.
    public init() {}

    public func encode(_ data: inout JSONWriter.Members) {}

    public init(from reader: inout JSONReader) throws(JSONError) {
        try reader.object { _, reader throws(JSONError) in throw reader.unknownMember() }
    }
}

/// The kinds of payloads without fields.
public enum BareKinds {
    /// A star is given.
    public enum StarAdded: BareKind { public static let type = "star.added.v1" }
    /// A star is taken back.
    public enum StarRemoved: BareKind { public static let type = "star.removed.v1" }
    /// A vote on a review is taken back.
    public enum ReviewVoteWithdrawn: BareKind { public static let type = "review.vote-withdrawn.v1" }
    /// A review is taken back.
    public enum ReviewWithdrawn: BareKind { public static let type = "review.withdrawn.v1" }
}

/// `star.added.v1`: the person that the stream names likes the agent that it names.
public typealias StarAdded = BarePayload<BareKinds.StarAdded>
/// `star.removed.v1`: and does not any more.
public typealias StarRemoved = BarePayload<BareKinds.StarRemoved>
/// `review.vote-withdrawn.v1`: the voter that the stream names says nothing any more of the review that it names.
public typealias ReviewVoteWithdrawn = BarePayload<BareKinds.ReviewVoteWithdrawn>
/// `review.withdrawn.v1`: the person that the stream names takes back what was said of the agent.
public typealias ReviewWithdrawn = BarePayload<BareKinds.ReviewWithdrawn>
