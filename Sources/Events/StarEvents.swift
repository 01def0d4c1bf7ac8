public import JSON

/// `star.added.v1`: the person that the stream names likes the agent that it names.
public struct StarAdded: EventPayload {
    public static let type = "star.added.v1"

    /// States it; the stream says all.
    public init() {}

    public func encode(_ data: inout JSONWriter.Members) {}

    public init(from reader: inout JSONReader) throws(JSONError) {
        try reader.object { _, reader throws(JSONError) in throw reader.unknownMember() }
    }
}

/// `star.removed.v1`: and does not any more.
public struct StarRemoved: EventPayload {
    public static let type = "star.removed.v1"

    /// States it; the stream says all.
    public init() {}

    public func encode(_ data: inout JSONWriter.Members) {}

    public init(from reader: inout JSONReader) throws(JSONError) {
        try reader.object { _, reader throws(JSONError) in throw reader.unknownMember() }
    }
}
