import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer
import Projections
import Search
import Web

/// A page for people, before it is sent.
struct Document: Sendable {
    let page: any PageDocument
    let reflecting: Reflection
    /// The subject whose changes drop the page from the cache; nil where it is not cached.
    var subject: CachedAnswers.Subject?
}

extension QueryRoutes {
    /// Adds a page. A request with a position waits for these models only.
    ///
    /// - Parameter shares: where a network has only so many of them under way at once.
    mutating func onDocument<Input: PositionedParameters>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>, of models: [Projection], within shares: NetworkShares? = nil,
        _ show: @escaping @Sendable (Input) async throws -> Document
    ) {
        let (front, cached) = (front, cached)
        onPage(endpoint) { input, request in
            try await front.awaitMinimum(input, in: models)
            return try await request.answer(
                endpoint.declaration, request.setting(endpoint, input, front), cached, within: shares
            ) {
                try await show(input)
            }
        }
    }

    /// Adds a page that is the same as long as the program runs.
    mutating func onText<Input>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>, _ text: @escaping @Sendable (Input) throws -> any PageDocument
    ) {
        let front = front
        onPage(endpoint) { input, request in
            try await request.answer(endpoint.declaration, request.setting(endpoint, input, front), nil, within: nil) {
                Document(page: try text(input), reflecting: Reflection(next: Position(0), builds: ""))
            }
        }
    }

    /// Adds a page. Where what it is about is not there, it says what may have been meant; where a list has changed, it leads to
    /// its beginning.
    private mutating func onPage<Input>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>,
        _ answer: @escaping @Sendable (Input, FrontRequest) async throws -> HTTPResponse
    ) {
        let front = front
        add(endpoint) { request in
            let input = try request.input(of: endpoint)
            do {
                return try await answer(input, request)
            } catch let problem as Problem where problem.code == .cursorExpired {
                let page = FaultPage(problem, request: request.id.description, list: endpoint.target(input))
                return request.fault(problem, page, front.origin)
            } catch let problem as Problem where [.agentNotFound, .userNotFound].contains(problem.code) {
                let meant = (try? await front.meant(by: request.path["id"] ?? request.path["name"] ?? "")) ?? []
                let page = FaultPage(problem, request: request.id.description, meant: meant)
                return request.fault(problem, page, front.origin)
            }
        }
    }

    /// Adds a page that also shows the past, which is cached by nobody and listed nowhere.
    ///
    /// - Parameter shares: where a network has only so many of the present ones under way at once.
    mutating func onDocument<Input: PastParameters>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>, of models: [Projection], within shares: NetworkShares? = nil,
        _ show: @escaping @Sendable (Input) async throws -> Document,
        past showPast: @escaping @Sendable (Input, Moment, PastMoment) async throws -> Document
    ) {
        let (front, cached) = (front, cached)
        onPage(endpoint) { input, request in
            try await front.awaitMinimum(input, in: models)
            guard let asOf = input.asOf else {
                return try await request.answer(
                    endpoint.declaration, request.setting(endpoint, input, front), cached, within: shares
                ) {
                    try await show(input)
                }
            }
            let moment = try await front.moment(asOf)
            try await front.await(moment.position, in: models)
            return try await front.replaying(for: request) {
                let document = try await showPast(input, moment, PastMoment(position: moment.position, asOf: asOf))
                var fields: HTTPFields = [:]
                QueryFront.add(moment, to: &fields)
                return request.page(
                    200, document.page, request.setting(endpoint, input, front), fields, caching: "no-store")
            }
        }
    }
}

extension FrontRequest {
    /// Scripts and styles come from here alone, nothing is sent elsewhere, and no other page shows this one in a frame.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// Where the page of an input is written for.
    fileprivate func setting<Input>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>, _ input: Input, _ front: QueryFront
    ) -> PageSetting {
        PageSetting(form: pageForm, origin: front.origin, target: endpoint.target(input))
    }

    /// A page, which is kept where it may be, or 304 where the client has it.
    ///
    /// - Parameter shares: where the network has only so many of its kind under way at once.
    fileprivate func answer(
        _ endpoint: EndpointDeclaration, _ setting: PageSetting, _ cached: CachedAnswers?,
        within shares: NetworkShares?,
        _ show: () async throws -> Document
    ) async throws -> HTTPResponse {
        guard let shares else { return await answer(endpoint, try await show(), setting, cached) }
        return try await shares.run(for: clientNetwork) { await answer(endpoint, try await show(), setting, cached) }
    }

    private func answer(
        _ endpoint: EndpointDeclaration, _ document: Document, _ setting: PageSetting, _ cached: CachedAnswers?
    ) async -> HTTPResponse {
        // Writing a page takes longer than the thread of all connections has for one of them.
        let written = await withTaskExecutorPreference(globalConcurrentExecutor) { document.page.written(in: setting) }
        var fields = HTTPFields()
        if let position = document.reflecting.position { fields.append(Fields.position, position.description) }
        // The position in the footer rises with each entry; a page is the same as long as all else is.
        let content = Array(written.bytes[..<written.contentBytes])
        let response = conditional(
            etag: String(SHA256Digest(of: content).hex.prefix(32)), isWeak: true,
            page(200, written, fields))
        if let subject = document.subject, isDeclared(by: endpoint) {
            cached?.keep(response, for: self, about: subject, reflecting: document.reflecting)
        }
        guard response.status == 200, http.head.takesGzip else { return response }
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            CachedAnswers.compressed(response).map { response.compressed(as: $0) } ?? response
        }
    }

    /// A page that says what is wrong.
    func fault(_ problem: Problem, _ page: FaultPage, _ origin: String) -> HTTPResponse {
        self.page(problem.code.status, page, PageSetting(form: pageForm, origin: origin), caching: "no-store")
    }

    /// A page.
    ///
    /// - Parameter caching: the field `cache-control`.
    fileprivate func page(
        _ status: Int, _ page: any PageDocument, _ setting: PageSetting, _ more: HTTPFields = [:], caching: String
    ) -> HTTPResponse {
        var response = self.page(status, page.written(in: setting), more)
        response.fields.append("cache-control", caching)
        return response
    }

    private func page(_ status: Int, _ page: WrittenPage, _ more: HTTPFields) -> HTTPResponse {
        var fields: HTTPFields = [
            "content-type": pageForm.mediaType, "content-security-policy": Self.policy,
            "referrer-policy": "strict-origin-when-cross-origin", "cross-origin-opener-policy": "same-origin",
            // A cache between this server and a client has to know that another client may get another form or encoding.
            "vary": "accept, accept-encoding, user-agent",
        ]
        // Also where the form has no place for it.
        if !page.isIndexed { fields.append("x-robots-tag", "noindex, nofollow") }
        for field in more.fields where field.name != "x-robots-tag" { fields.append(field.name, field.value) }
        return HTTPResponse(status: status, fields: fields, body: .bytes(page.bytes))
    }
}

extension QueryFront {
    /// How many agents are named in the place of one that is not there.
    private static let meantAgents: Int64 = 3

    /// Agents that may have been meant by a name that is none.
    func meant(by name: String) async throws -> [AgentHit] {
        let words = String(name.prefix(100)).map { ".-_@".contains($0) ? " " : String($0) }.joined()
        guard !SearchQuery(words).isEmpty else { return [] }
        return try await guesses.value(words) {
            try await withTaskExecutorPreference(globalConcurrentExecutor) {
                try await listAgents(AgentQuery(words: words, limit: Self.meantAgents)).value.agents
            }
        }
    }
}
