/// Header fields in their order. The list stores names in lower case, and lookups need the lower-case name.
public struct HTTPFields: Sendable, ExpressibleByDictionaryLiteral {
    /// One field line.
    public struct Field: Sendable {
        /// The name, in lower case.
        public let name: String
        /// The value without white space around it, for a field that was received.
        public let value: String
    }

    /// All fields in order.
    public private(set) var fields: [Field] = []

    /// Creates an empty list.
    public init() {}

    /// Creates a list of fields in the order given.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    /// Adds a field; traps where the value holds CR, LF or NUL.
    ///
    /// The parser refuses such values of clients before, so only a fault of the program traps. The name is not checked.
    public mutating func append(_ name: String, _ value: String) {
        precondition(!value.utf8.contains { $0 == 0x0a || $0 == 0x0d || $0 == 0 }, "a line break in field \(name)")
        fields.append(Field(name: name.lowercased(), value: value))
    }

    /// The first value of a field; the name is given in lower case.
    public subscript(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// All values of a field; the name is given in lower case.
    public func all(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }
}

/// The head of a request: method, target and fields, parsed but not interpreted.
public struct HTTPRequestHead: Sendable {
    /// The method as received, such as `GET`; methods are case-sensitive.
    public let method: String
    /// The segments of the path. The path is split before it is percent-decoded, so an encoded slash is part of a
    /// segment.
    public let segments: [String]
    /// The parameters of the query in order, percent-decoded, with `+` as a space.
    public let query: [Parameter]
    /// The target as received.
    public let target: String
    /// The authority that the request is meant for: of a target in absolute form its own, else the field Host (RFC 9112
    /// 3.2.2). Nil where an HTTP/1.0 request names none.
    public let authority: String?
    /// True for HTTP/1.1 and later minor versions (RFC 9110 2.5), false for HTTP/1.0.
    public let isVersion11: Bool
    /// The header fields.
    public let fields: HTTPFields
    /// How the body is framed.
    public let framing: Framing
    /// True where the connection may carry another request after this one.
    public let keepsAlive: Bool

    /// A parameter of the query.
    public struct Parameter: Sendable {
        /// The name.
        public let name: String
        /// The value; empty where there is no equals sign.
        public let value: String
    }

    /// How long the body is (RFC 9112 6).
    public enum Framing: Sendable, Equatable {
        /// There is no body, or an empty one.
        case none
        /// A body of this many bytes.
        case length(Int)
        /// A chunked body, whose length is not known in advance.
        case chunked
    }

    /// True where the client waits for `100 Continue` before it sends the body (RFC 9110 10.1.1).
    public var expectsContinue: Bool {
        isVersion11 && fields["expect"]?.lowercased() == "100-continue"
    }
}

/// The refusal of a request: a status and a reason, both for the client.
public struct HTTPRefusal: Error, Sendable, Equatable {
    /// The status to answer with.
    public let status: Int
    /// What is wrong, in a few words without a full stop.
    public let reason: String

    /// Describes a refusal.
    public init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
