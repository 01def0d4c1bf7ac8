/// Header fields in the order they came; names compare without case.
public struct HTTPFields: Sendable, ExpressibleByDictionaryLiteral {
    /// One field line.
    public struct Field: Sendable {
        /// The name, in lower case.
        public let name: String
        /// The value without white space around it.
        public let value: String
    }

    /// All fields.
    public private(set) var fields: [Field] = []

    /// No fields.
    public init() {}

    /// Fields in the order given.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    /// Adds a field. Values come from the program, so a line break in one is a fault of the program.
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

/// The head of a request: method, target and fields, taken apart but not yet interpreted.
public struct HTTPRequestHead: Sendable {
    /// The method as it came, such as `GET`.
    public let method: String
    /// The segments of the path, percent-decoded after the split, so that an encoded slash stays data.
    public let segments: [String]
    /// The parameters of the query in order, decoded.
    public let query: [Parameter]
    /// The target as it came.
    public let target: String
    /// True for HTTP/1.1, false for HTTP/1.0.
    public let isVersion11: Bool
    /// The fields.
    public let fields: HTTPFields
    /// How the body is framed.
    public let framing: Framing
    /// True where the connection may carry another request.
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
        /// There is none.
        case none
        /// So many bytes.
        case length(Int)
        /// In chunks.
        case chunked
    }

    /// True where the client waits for a word before it sends the body.
    public var expectsContinue: Bool {
        isVersion11 && fields["expect"]?.lowercased() == "100-continue"
    }
}

/// Why a request is not taken: a status and a reason, both for the client.
public struct HTTPRefusal: Error, Sendable, Equatable {
    /// The status to answer with.
    public let status: Int
    /// What is wrong, in a few words.
    public let reason: String

    /// States a refusal.
    public init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
