/// Why bytes are no JSON, or not the JSON that was asked for.
///
/// Holds no part of the input but the names on the path, so that it can be logged and answered.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in a few words for a person.
    public let reason: String
    /// How many bytes stand before the place.
    public let offset: Int
    /// Where in the document, as a JSON Pointer (RFC 6901); empty for the whole.
    public let path: String

    /// States a fault at a place.
    public init(_ reason: String, offset: Int, path: String) {
        self.reason = reason
        self.offset = offset
        self.path = path
    }

    public var description: String {
        "\(reason) (byte \(offset)\(path.isEmpty ? "" : ", at \(path)"))"
    }
}

/// Bounds on a document; what lies beyond is refused before it costs memory.
public struct JSONLimits: Sendable {
    /// Bytes of the document.
    public var bytes: Int
    /// Objects and arrays within each other.
    public var depth: Int
    /// Values in all.
    public var values: Int

    /// States the bounds; the defaults suit a command's body.
    public init(bytes: Int = 1 << 20, depth: Int = 32, values: Int = 65_536) {
        self.bytes = bytes
        self.depth = depth
        self.values = values
    }
}
