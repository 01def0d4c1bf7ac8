/// A JSON document as a tree, for input whose shape is not known in advance.
///
/// Objects keep the order of their members. A document that is read has no name twice in one object.
public enum JSONValue: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number with its exact spelling.
    case number(JSONNumber)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// The members of an object in the order of the document.
    case object([Member])

    /// A member of an object.
    public struct Member: Sendable, Hashable {
        /// The name; compare its UTF-8, since Swift's `==` treats canonically equivalent spellings as equal.
        public let name: String
        /// The value.
        public let value: JSONValue

        /// Creates a member.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Reads one whole document.
    ///
    /// - Throws: `JSONError` where the bytes are not one JSON value, or exceed a limit.
    public init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        var reader = try JSONReader(bytes, limits: limits)
        self = try reader.value()
        try reader.end()
    }

    /// The value of a member; nil where this is no object or has no such member.
    public subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The string; nil for any other kind.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The truth value; nil for any other kind.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The number; nil for any other kind, and for a number with a fraction, with an exponent or beyond 64 bits.
    public var integer: Int64? {
        guard case .number(let number) = self else { return nil }
        return number.int64
    }

    /// The elements; nil for any other kind.
    public var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members; nil for any other kind.
    public var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// The name of the kind, as JSON Schema spells it.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
