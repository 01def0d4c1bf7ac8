/// The reason why bytes are not JSON, or not the JSON that the caller asked for.
///
/// It holds no part of the input other than the names on the path, so it may be logged and shown to the client.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in a few words for a person.
    public let reason: String
    /// The number of bytes before the place.
    public let offset: Int
    /// The place in the document as a JSON Pointer (RFC 6901), in which names keep the document's spelling, escapes
    /// included; empty for the whole document.
    public let path: String

    /// Describes an error at a place.
    public init(_ reason: String, offset: Int, path: String) {
        self.reason = reason
        self.offset = offset
        self.path = path
    }

    public var description: String {
        "\(reason) (byte \(offset)\(path.isEmpty ? "" : ", at \(path)"))"
    }
}

/// Limits of a document; the reader refuses it at the first byte or value beyond.
public struct JSONLimits: Sendable {
    /// The size of the document in bytes.
    public var bytes: Int
    /// The number of nested objects and arrays.
    public var depth: Int
    /// The number of values at all levels together.
    public var values: Int

    /// Sets the limits; the defaults suit the body of a command.
    public init(bytes: Int = 1 << 20, depth: Int = 32, values: Int = 65_536) {
        self.bytes = bytes
        self.depth = depth
        self.values = values
    }
}
