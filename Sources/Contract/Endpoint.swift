package import Events
import Text

/// An endpoint, declared once: the fronts route and check by it, the description of the API is made from it, and
/// mentatctl sends requests by it.
///
/// `Input` is what path and query say, `Sent` the body of the request, `Given` the body of the answer.
package struct Endpoint<Input: Parameters, Sent: Sendable, Given: Sendable>: AnyEndpoint {
    package let declaration: EndpointDeclaration
    /// The body of a request; `NoBody` where it has none, or one that is not a JSON document.
    package let sent: Form<Sent>
    /// The body of an answer, likewise.
    package let given: Form<Given>

    /// The target of a request: the path with its query, below the origin.
    package func target(_ input: Input) -> String {
        let text = Input.parameters.write(input)
        let path = declaration.path.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            segment.hasPrefix("{")
                ? PercentEncoding.encoded(text.path[String(segment.dropFirst().dropLast())] ?? "")
                : String(segment)
        }.joined(separator: "/")
        guard !text.query.isEmpty else { return path }
        let query = text.query.map { "\($0.name)=\(PercentEncoding.encoded($0.value))" }
        return "\(path)?\(query.joined(separator: "&"))"
    }
}

/// An endpoint of any input and bodies.
package protocol AnyEndpoint: Sendable {
    var declaration: EndpointDeclaration { get }
}

/// What there is to say of an endpoint besides its types.
package struct EndpointDeclaration: Sendable {
    /// The method.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// Which credential it takes.
    package enum Credential: Sendable, Equatable {
        /// A token is not needed; if one is sent, the endpoint ignores it.
        case none
        /// A token is not needed; if one is sent, the endpoint uses it.
        case optional
        /// A token with one of these scopes, or any token where the list is empty. A token that lacks them is refused
        /// before the body is read; the domain asks for the exact right later.
        case token([Scope])
    }

    /// Who may cache an answer. An answer to a credential is never cached.
    package enum Caching: Sendable {
        /// Nobody.
        case never
        /// A client, which asks each time whether it is still the same.
        case revalidated
        /// As `revalidated`; the front caches it as well, until an event changes what it shows.
        case kept
        /// As `revalidated`; the bytes at this path never change.
        case immutable
    }

    /// How much of the server a request takes; limits of rates go by it.
    package enum Cost: String, Sendable {
        /// A look at memory or a small file.
        case light
        /// A read of a few rows by key.
        case read
        /// A read whose work depends on what is looked for.
        case search
        /// A decision and an append.
        case command
        /// A command with files.
        case upload
    }

    /// A body that is sent.
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
        /// By media type; none where there is no body.
        package let content: [(mediaType: String, schema: Schema)]
        /// Fields besides those of every answer, in lower case, with what they say.
        package let fields: [(name: String, description: String)]
    }

    package let name: String
    package let method: Method
    /// The path from the root, with `{name}` for a segment.
    package let path: String
    package let summary: String
    package let notes: String?
    package let parameters: [ParameterDeclaration]
    package let credential: Credential
    package let body: Body?
    package let answers: [Answer]
    /// Problems besides those that its parameters, credential and body bring along.
    package let problems: [ProblemCode]
    package let caching: Caching
    package let cost: Cost

    /// True for a command that a repeat with the same Idempotency-Key does not carry out again. Reported lines have ids
    /// of their own instead.
    package var isKeyed: Bool { (cost == .command || cost == .upload) && body?.mediaType != Self.lines }

    /// The media type of a JSON document a line.
    static let lines = "application/x-ndjson"

    /// The names of the parameters that the query may have.
    package var queryNames: [String] { parameters.filter { $0.place == .query }.map(\.name) }

    /// Every problem that it may answer with, apart from those that every endpoint may.
    package var allProblems: [ProblemCode] {
        var all = parameters.map(\.problem) + problems + [.malformedRequest, .invalidParameter]
        if case .token = credential { all += [.notAuthenticated, .outOfScope] }
        if body != nil { all += [.requestTimeout, .contentTooLarge, .unsupportedMediaType, .invalidBody] }
        if queryNames.contains("min_position") { all.append(.positionNotReached) }
        if cost == .command || cost == .upload { all.append(.outcomeUnknown) }
        if isKeyed { all.append(.idempotencyKeyReused) }
        if cost != .light { all += [.busy, .unavailable] }
        return ProblemCode.allCases.filter(all.contains)
    }
}

/// What a request without parameters says.
package struct NoParameters: Parameters {
    package init() {}

    package static let parameters = ParameterForm.of(Self.init)
}

/// Stands for the body of an endpoint that has none, or one that is not a JSON document.
package struct NoBody: Sendable {
    package init() {}

    static let form = Form.object("NoBody", Self.init)
}
