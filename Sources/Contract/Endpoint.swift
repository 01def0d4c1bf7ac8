package import Events
import Text

/// An endpoint of the HTTP API, declared once.
///
/// The fronts route and check requests by it, the description of the API is made from it, and mentatctl sends requests
/// by it. `Input` holds the parameters of path and query, `Sent` the body of the request, `Given` the body of the
/// answer.
package struct Endpoint<Input: Parameters, Sent: Sendable, Given: Sendable>: AnyEndpoint {
    package let declaration: EndpointDeclaration
    /// The form of a request's body; `NoBody` where there is none, or where it is not a JSON document.
    package let sent: Form<Sent>
    /// The form of an answer's body; `NoBody` where there is none, or where it is not a JSON document.
    package let given: Form<Given>
    /// Writes an answer's rows as CSV; nil where it is no table.
    package var table: (@Sendable (Given) -> [UInt8])?

    /// The target of a request: path and query, percent-encoded.
    package func target(_ input: Input) -> String {
        let text = Input.parameters.write(input)
        var path = ""
        var rest = declaration.path[...]
        while let opening = rest.utf8.firstIndex(of: UInt8(ascii: "{")),
            let closing = rest.utf8.firstIndex(of: UInt8(ascii: "}"))
        {
            path += rest[..<opening]
            path += PercentEncoding.encoded(text.path[String(rest[rest.index(after: opening)..<closing])] ?? "")
            rest = rest[rest.index(after: closing)...]
        }
        path += rest
        guard !text.query.isEmpty else { return path }
        let query = text.query.map { "\($0.name)=\(PercentEncoding.encoded($0.value))" }
        return "\(path)?\(query.joined(separator: "&"))"
    }
}

/// An endpoint with any types of parameters and bodies.
package protocol AnyEndpoint: Sendable {
    var declaration: EndpointDeclaration { get }
}

/// The declaration of an endpoint apart from its types.
package struct EndpointDeclaration: Sendable {
    /// The method.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// The credential that the endpoint takes.
    package enum Credential: Sendable, Equatable {
        /// A token is not needed; if one is sent, the endpoint ignores it.
        case none
        /// A token is not needed; if one is sent, the endpoint uses it.
        case optional
        /// A token with one of these scopes, or any token where the list is empty.
        ///
        /// A token without the scope is refused before the body is read; the domain checks the exact right later.
        case token([Scope])
    }

    /// The rule for caching an answer; an answer to a request with a credential is never cached.
    package enum Caching: Sendable {
        /// Not cached.
        case never
        /// Clients may cache it and ask each time whether it has changed.
        case revalidated
        /// As `revalidated`; the front caches it as well, until an event changes its content.
        case kept
        /// Anybody, for five minutes: it never changes, but may be withheld.
        case brief
    }

    /// The cost of a request, by which rate limits count.
    package enum Cost: String, Sendable {
        /// Needs memory or a small file only.
        case light
        /// Reads a few rows by key.
        case read
        /// Reads an amount of data that depends on the query.
        case search
        /// Decides and appends.
        case command
        /// Stores files, decides and appends.
        case upload
        /// Applies what has happened to an agent until a moment, one entry after the other.
        case past
    }

    /// Whose rules a request and its answers follow where they differ.
    package enum Dialect: Sendable {
        /// Those of this marketplace: a parameter that is not known is refused, and an error is a problem document.
        case marketplace
        /// Those of the MCP Registry API: a parameter that is not known is ignored, and an error is a JSON document with a
        /// member `error`, beside those of a problem.
        case registry
        /// Those of pages for people: a parameter that is not known is ignored, and an error is a page that says what to do.
        case page
    }

    /// The body of a request.
    package struct Body: Sendable {
        package let mediaType: String
        package let schema: Schema
        package let isRequired: Bool
        package let maximumBytes: Int
    }

    /// A successful answer.
    package struct Answer: Sendable {
        package let status: Int
        package let description: String
        /// The schemas by media type; empty where there is no body.
        package let content: [(mediaType: String, schema: Schema)]
        /// Header fields besides those of every answer: name in lower case, and description.
        package let fields: [(name: String, description: String)]
    }

    package let name: String
    package let method: Method
    /// The path from the root, with `{name}` for a parameter.
    package let path: String
    package let summary: String
    package let notes: String?
    package let parameters: [ParameterDeclaration]
    package let credential: Credential
    package let body: Body?
    package let answers: [Answer]
    /// Problems besides those that follow from parameters, credential, body and cost.
    package let problems: [ProblemCode]
    package let caching: Caching
    package let cost: Cost
    /// The limit that a request counts towards; nil where it counts towards none: reads, reports of downloads, and
    /// revoking tokens.
    package let meter: Meter?
    /// Whose rules it follows.
    package var dialect = Dialect.marketplace

    /// True for a command that takes an Idempotency-Key: a repeat with the same key is not carried out again.
    ///
    /// Reported lines have ids of their own instead.
    package var isKeyed: Bool { (cost == .command || cost == .upload) && body?.mediaType != Self.lines }

    /// True for a read that takes no credential, so that web pages of any origin may send it (Fetch, CORS protocol).
    package var isOpenRead: Bool { method == .get && credential == .none }

    /// The media type of one JSON document a line.
    static let lines = "application/x-ndjson"

    /// The media type of server-sent events (WHATWG HTML, 9.2).
    package static let eventStream = "text/event-stream"

    /// The media type of a table (RFC 4180).
    package static let csv = "text/csv; charset=utf-8; header=present"

    /// The media type of a feed (RFC 4287).
    package static let feed = "application/atom+xml; charset=utf-8"

    /// The media type of a text.
    package static let plainText = "text/plain; charset=utf-8"

    /// The names of the parameters of the query.
    package var queryNames: [String] { parameters.filter { $0.place == .query }.map(\.name) }

    /// True where the endpoint can tell what it would have answered in the past.
    package var keepsPast: Bool { queryNames.contains("as_of") }

    /// All problems that the endpoint may answer with, apart from those that every endpoint may.
    package var allProblems: [ProblemCode] {
        var all = parameters.map(\.problem) + problems + [.malformedRequest, .invalidParameter, .misdirected]
        if case .token = credential { all += [.notAuthenticated, .outOfScope] }
        if body != nil { all += [.requestTimeout, .contentTooLarge, .unsupportedMediaType, .invalidBody] }
        if queryNames.contains("min_position") { all += [.positionNotReached, .positionUnknown] }
        if keepsPast { all += [.positionNotReached, .positionUnknown, .pastTooLong] }
        if method == .get, !keepsPast, dialect == .marketplace { all.append(.pastNotKept) }
        if cost == .command || cost == .upload { all.append(.outcomeUnknown) }
        if isKeyed { all.append(.idempotencyKeyReused) }
        if meter != nil { all.append(.rateLimited) }
        if cost != .light { all += [.busy, .unavailable] }
        if keepsPast || cost == .past { all.append(.tooManyAtOnce) }
        return ProblemCode.allCases.filter(all.contains)
    }
}

/// The parameters of a request that has none.
package struct NoParameters: Parameters {
    package init() {}

    package static let parameters = ParameterForm.of(Self.init)
}

/// The body of an endpoint that has none, or whose body is not a JSON document.
package struct NoBody: Sendable {
    package init() {}

    static let form = Form.object("NoBody", Self.init)
}
