package import Events
import JSON

/// Every endpoint of the marketplace. Each feature declares its own in an extension.
package enum Endpoints {
    /// What stands before the path of every endpoint of the API.
    package static let base = "/api/v1/marketplace"

    /// All of them, in the order of the description.
    package static let all: [any AnyEndpoint] =
        search + agents + dependents + statistics + popular + reputation + versions + publishing + releases + listings
        + reviews
        + stars + roles
        + invitations + accounts
        + tokens
        + flags
        + moderation + activity + downloads + past + log + index + servers + service
}

/// The answer to a command: it names the position of the last event.
package protocol CommandAnswer: Body {
    /// Nil where no event was appended (only the vault changed), and in the answer that is stored under the
    /// Idempotency-Key.
    var position: Position? { get set }
}

extension Endpoint where Given: Body, Sent == NoBody {
    /// An endpoint that answers from read models or the vault, and changes nothing.
    ///
    /// - Parameters:
    ///   - path: below the base of the API.
    ///   - fields: fields of the answer that others have not, with what they say.
    ///   - otherContent: other media types of the answer.
    static func query(
        _ name: String, _ path: String, _ summary: String, notes: String? = nil,
        credential: EndpointDeclaration.Credential = .none, caching: EndpointDeclaration.Caching = .revalidated,
        cost: EndpointDeclaration.Cost = .read, fields: [(String, String)] = [], problems: [ProblemCode] = [],
        otherContent: [(mediaType: String, schema: Schema)] = []
    ) -> Endpoint {
        query(
            name, root: Endpoints.base + path, summary, notes: notes, credential: credential, caching: caching,
            cost: cost, fields: fields, problems: problems, otherContent: otherContent)
    }

    /// The same with a path from the root.
    static func query(
        _ name: String, root path: String, _ summary: String, notes: String? = nil,
        credential: EndpointDeclaration.Credential = .none, caching: EndpointDeclaration.Caching,
        cost: EndpointDeclaration.Cost = .read, fields: [(String, String)] = [], problems: [ProblemCode] = [],
        otherContent: [(mediaType: String, schema: Schema)] = [],
        dialect: EndpointDeclaration.Dialect = .marketplace
    ) -> Endpoint {
        precondition(credential == .none || caching == .never, "\(name) would keep an answer to a credential")
        let names = Input.parameters.declarations.map(\.name)
        var fields = fields
        if names.contains("cursor"), credential == .none { fields.append(("link", "The next page (RFC 8288).")) }
        let answer = EndpointDeclaration.Answer(
            status: 200, description: summary, content: [("application/json", Given.form.schema)] + otherContent,
            fields: fields)
        return Endpoint(
            declaration: EndpointDeclaration(
                name: name, method: .get, path: path, summary: summary, notes: notes,
                parameters: Input.parameters.declarations, credential: credential, body: nil, answers: [answer],
                problems: problems, caching: caching, cost: cost, meter: nil, dialect: dialect), sent: NoBody.form,
            given: Given.form)
    }

    /// A command that takes lines of JSON.
    static func lines(
        _ name: String, _ path: String, _ summary: String, notes: String,
        credential: EndpointDeclaration.Credential, line: Schema, maximumBytes: Int
    ) -> Endpoint where Given: CommandAnswer {
        let body = EndpointDeclaration.Body(
            mediaType: EndpointDeclaration.lines, schema: line, isRequired: true, maximumBytes: maximumBytes)
        return command(
            name, .post, path, summary, notes: notes, credential: credential, body: body, cost: .command, meter: nil,
            problems: [], sent: NoBody.form)
    }

    /// A command that takes files as the parts of a form.
    static func upload(
        _ name: String, _ path: String, _ summary: String, notes: String,
        credential: EndpointDeclaration.Credential, parts: [(name: String, isRequired: Bool)], maximumBytes: Int,
        problems: [ProblemCode]
    ) -> Endpoint where Given: CommandAnswer {
        let members = parts.map { MemberSchema(name: $0.name, schema: .string(), isRequired: $0.isRequired) }
        let body = EndpointDeclaration.Body(
            mediaType: "multipart/form-data", schema: .object(nil, members), isRequired: true,
            maximumBytes: maximumBytes)
        return command(
            name, .post, path, summary, notes: notes, credential: credential, body: body, cost: .upload,
            meter: .versions, problems: problems, sent: NoBody.form)
    }

    /// A command without a body.
    static func command(
        _ name: String, _ method: EndpointDeclaration.Method, _ path: String, _ summary: String, notes: String? = nil,
        credential: EndpointDeclaration.Credential, meter: Meter? = .changes, problems: [ProblemCode] = []
    ) -> Endpoint where Given: CommandAnswer {
        command(
            name, method, path, summary, notes: notes, credential: credential, body: nil, cost: .command, meter: meter,
            problems: problems, sent: NoBody.form)
    }
}

extension Endpoint where Given: CommandAnswer, Sent: Body {
    /// A command with a JSON document.
    ///
    /// - Parameter characters: the most characters that people write in it. They bound the body, together with 4 KiB for
    ///   all else; a longer one is refused before it is read.
    static func command(
        _ name: String, _ method: EndpointDeclaration.Method, _ path: String, _ summary: String, notes: String? = nil,
        credential: EndpointDeclaration.Credential, meter: Meter? = .changes, isBodyOptional: Bool = false,
        characters: Int = 0, problems: [ProblemCode] = []
    ) -> Endpoint {
        let body = EndpointDeclaration.Body(
            mediaType: "application/json", schema: Sent.form.schema, isRequired: !isBodyOptional,
            // JSON spells no character with more than 12 bytes.
            maximumBytes: 4_096 + 12 * characters)
        return command(
            name, method, path, summary, notes: notes, credential: credential, body: body, cost: .command, meter: meter,
            problems: problems, sent: Sent.form)
    }
}

extension Endpoint where Given: CommandAnswer {
    private static func command(
        _ name: String, _ method: EndpointDeclaration.Method, _ path: String, _ summary: String, notes: String?,
        credential: EndpointDeclaration.Credential, body: EndpointDeclaration.Body?, cost: EndpointDeclaration.Cost,
        meter: Meter?, problems: [ProblemCode], sent: Form<Sent>
    ) -> Endpoint {
        let content = [(mediaType: "application/json", schema: Given.form.schema)]
        let answers = [(200, "Nothing changed."), (201, "It is done.")].map { status, description in
            EndpointDeclaration.Answer(status: status, description: description, content: content, fields: [])
        }
        return Endpoint(
            declaration: EndpointDeclaration(
                name: name, method: method, path: Endpoints.base + path, summary: summary, notes: notes,
                parameters: Input.parameters.declarations, credential: credential, body: body, answers: answers,
                problems: problems, caching: .never, cost: cost, meter: meter), sent: sent, given: Given.form)
    }
}

extension Endpoint where Sent == NoBody, Given == NoBody {
    /// An endpoint that answers with a file, or the part of it that the client asks for.
    static func file(
        _ name: String, _ path: String, _ summary: String, mediaTypes: [String], problems: [ProblemCode] = []
    ) -> Endpoint {
        let content = mediaTypes.map { (mediaType: $0, schema: Schema([])) }
        let answers = [
            EndpointDeclaration.Answer(status: 200, description: "The file.", content: content, fields: []),
            EndpointDeclaration.Answer(
                status: 206, description: "The part that Range asks for.", content: content,
                fields: [("content-range", "Which part, and the size of the file.")]),
        ]
        return Endpoint(
            declaration: EndpointDeclaration(
                name: name, method: .get, path: Endpoints.base + path, summary: summary, notes: nil,
                parameters: Input.parameters.declarations, credential: .none, body: nil, answers: answers,
                problems: problems + [.rangeNotSatisfiable, .busy], caching: .brief, cost: .light,
                meter: nil),
            sent: NoBody.form, given: NoBody.form)
    }

    /// An endpoint that answers with a plain text.
    ///
    /// - Parameter path: from the root.
    static func text(_ name: String, _ path: String, _ summary: String, problems: [ProblemCode]) -> Endpoint {
        let answer = EndpointDeclaration.Answer(
            status: 200, description: summary, content: [(EndpointDeclaration.plainText, .string())], fields: [])
        return Endpoint(
            declaration: EndpointDeclaration(
                name: name, method: .get, path: path, summary: summary, notes: nil,
                parameters: Input.parameters.declarations, credential: .none, body: nil, answers: [answer],
                problems: problems, caching: .revalidated, cost: .light, meter: nil), sent: NoBody.form,
            given: NoBody.form)
    }

    /// A picture that pages of others show.
    ///
    /// - Parameter path: from the root.
    static func picture(
        _ name: String, _ path: String, _ summary: String, mediaTypes: [String] = ["image/svg+xml"],
        problems: [ProblemCode] = []
    ) -> Endpoint {
        page(name, path, summary, cost: .search, mediaTypes: mediaTypes, problems: problems)
    }

    /// A document that programs read which go through all pages.
    ///
    /// - Parameter path: from the root.
    static func markup(_ name: String, _ path: String, _ summary: String) -> Endpoint {
        page(name, path, summary, cost: .search, mediaTypes: ["application/xml"])
    }

    /// A feed (RFC 4287).
    ///
    /// - Parameter path: from the root.
    static func feed(_ name: String, _ path: String, _ summary: String) -> Endpoint {
        page(name, path, summary, cost: .search, mediaTypes: [EndpointDeclaration.feed])
    }

    /// A page for people.
    ///
    /// - Parameter path: from the root.
    static func page(
        _ name: String, _ path: String, _ summary: String, cost: EndpointDeclaration.Cost = .read,
        mediaTypes: [String] = PageForm.allCases.map(\.mediaType), problems: [ProblemCode] = []
    ) -> Endpoint {
        let answer = EndpointDeclaration.Answer(
            status: 200, description: summary, content: mediaTypes.map { ($0, .string()) }, fields: [])
        return Endpoint(
            declaration: EndpointDeclaration(
                name: name, method: .get, path: path, summary: summary, notes: nil,
                parameters: Input.parameters.declarations, credential: .none, body: nil, answers: [answer],
                problems: problems, caching: .kept, cost: cost, meter: nil, dialect: .page), sent: NoBody.form,
            given: NoBody.form)
    }

    /// An endpoint that answers with server-sent events, for as long as the client listens.
    static func events(
        _ name: String, _ path: String, _ summary: String, notes: String, problems: [ProblemCode]
    ) -> Endpoint {
        let answer = EndpointDeclaration.Answer(
            status: 200, description: summary, content: [(EndpointDeclaration.eventStream, .string())], fields: [])
        return Endpoint(
            declaration: EndpointDeclaration(
                name: name, method: .get, path: Endpoints.base + path, summary: summary, notes: notes,
                parameters: Input.parameters.declarations, credential: .none, body: nil, answers: [answer],
                problems: problems, caching: .never, cost: .search, meter: nil), sent: NoBody.form,
            given: NoBody.form)
    }

    /// An endpoint that leads elsewhere.
    static func redirect(
        _ name: String, _ path: String, _ summary: String, notes: String, problems: [ProblemCode]
    ) -> Endpoint {
        let answer = EndpointDeclaration.Answer(
            status: 302, description: "Where the file is.", content: [],
            fields: [
                ("location", "The file, by its digest."), (Fields.version, "The version that it leads to."),
            ])
        return Endpoint(
            declaration: EndpointDeclaration(
                name: name, method: .get, path: Endpoints.base + path, summary: summary, notes: notes,
                parameters: Input.parameters.declarations, credential: .optional, body: nil, answers: [answer],
                problems: problems, caching: .never, cost: .light, meter: nil), sent: NoBody.form,
            given: NoBody.form)
    }

    /// An endpoint that answers with a JSON document that another module encoded.
    ///
    /// - Parameter path: from the root.
    static func document(
        _ name: String, _ path: String, _ summary: String, notes: String? = nil, schema: Schema,
        problems: [ProblemCode] = []
    ) -> Endpoint {
        let answer = EndpointDeclaration.Answer(
            status: 200, description: summary, content: [("application/json", schema)], fields: [])
        return Endpoint(
            declaration: EndpointDeclaration(
                name: name, method: .get, path: path, summary: summary, notes: notes,
                parameters: Input.parameters.declarations, credential: .none, body: nil, answers: [answer],
                problems: problems, caching: .revalidated, cost: .light, meter: nil), sent: NoBody.form,
            given: NoBody.form)
    }
}
