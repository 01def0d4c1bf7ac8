import Contract
import Events
import HTTPFront
import HTTPServer
import Projections
import Text

/// The answer of an endpoint of the front for reads, before it is encoded.
struct Page<Given: Sendable>: Sendable {
    let value: Given
    /// What it reflects.
    let reflecting: Reflection
    /// The cursor of the next page; nil on the last page, and for an answer that is not a list.
    var cursor: String?
    /// Fields that the answer has besides.
    var fields: HTTPFields = [:]
    /// The subject whose changes drop the cached answer; nil where the answer is not cached.
    var subject: CachedAnswers.Subject?

    /// The position of the last event that is reflected; nil where none is.
    var position: Position? { reflecting.position }
}

extension Reflection {
    /// The position of the last event that is reflected; nil where none is.
    var position: Position? { next.value == 0 ? nil : Position(next.value - 1) }
}

/// The endpoints of the front for reads.
struct QueryRoutes {
    private(set) var router: FrontRouter
    let front: QueryFront
    let cached: CachedAnswers?

    init(_ router: FrontRouter, _ front: QueryFront, cached: CachedAnswers?) {
        self.router = router
        self.front = front
        self.cached = cached
    }

    /// Adds an endpoint that answers from read models. A request with a position waits for these models only.
    mutating func on<Input: PositionedParameters, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, of models: [Projection],
        _ show: @escaping @Sendable (Input) async throws -> Page<Given>
    ) {
        let (front, cached) = (front, cached)
        router.on(endpoint.declaration) { request in
            let input = try request.input(of: endpoint)
            try await front.awaitMinimum(input, in: models)
            return try await Self.response(request, endpoint, input, cached, show)
        }
    }

    /// Adds an endpoint that also answers for the past. Such an answer is cached by nobody, and it waits for the models
    /// to reach its moment.
    mutating func on<Input: PastParameters, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, of models: [Projection],
        _ show: @escaping @Sendable (Input) async throws -> Page<Given>,
        past showPast: @escaping @Sendable (Input, Moment) async throws -> Page<Given>
    ) {
        let (front, cached) = (front, cached)
        // What is not about an agent has been answered with nothing before the log began.
        let isOfAgent = endpoint.declaration.parameters.contains { $0.problem == .agentNotFound }
        router.on(endpoint.declaration) { request in
            let input = try request.input(of: endpoint)
            try await front.awaitMinimum(input, in: models)
            guard let asOf = input.asOf else {
                return try await Self.response(request, endpoint, input, cached, show)
            }
            let moment = try await front.moment(asOf, orElse: isOfAgent ? .agentNotFound : .positionUnknown)
            try await front.await(moment.position, in: models)
            return try await front.replaying(for: request) {
                try await Self.response(request, endpoint, input, nil, caching: .never) { input in
                    var page = try await showPast(input, moment)
                    QueryFront.add(moment, to: &page.fields)
                    return page
                }
            }
        }
    }

    /// Adds an endpoint that answers from elsewhere, such as from files.
    mutating func onAny<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ answer: @escaping @Sendable (Input, FrontRequest) async throws -> HTTPResponse
    ) {
        add(endpoint) { request in try await answer(try request.input(of: endpoint), request) }
    }

    /// Adds an endpoint whose handler reads its parameters itself.
    mutating func add<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ answer: @escaping @Sendable (FrontRequest) async throws -> HTTPResponse
    ) {
        router.on(endpoint.declaration, answer)
    }

    /// Adds an endpoint that answers with a page that does not come from read models.
    mutating func onPage<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, _ show: @escaping @Sendable (Input) async throws -> Page<Given>
    ) {
        onAny(endpoint) { input, request in
            try await Self.response(request, endpoint, input, nil, show)
        }
    }

    /// The most bytes of an answer; a single row may be larger.
    private static let maximumBytes = 1 << 20

    /// Shows a page, with fewer rows than asked for where it would be too large: the cursor says where it goes on.
    private static func page<Input, Sent, Given>(
        _ request: FrontRequest, _ endpoint: Endpoint<Input, Sent, Given>, _ input: Input,
        _ show: (Input) async throws -> Page<Given>
    ) async throws -> (Page<Given>, body: [UInt8]) {
        var input = input
        while true {
            let page = try await show(input)
            let body = request.body(endpoint, page.value)
            guard body.count > maximumBytes, let limit = (input as? any PagedParameters)?.limit, limit > 1 else {
                return (page, body)
            }
            // Rows differ in size, so a little less than what would fit if they did not.
            let fitting = limit * Int64(maximumBytes) / Int64(body.count) * 9 / 10
            input = try request.input(of: endpoint, limit: max(1, min(fitting, limit - 1)))
        }
    }

    private static func response<Input, Sent, Given>(
        _ request: FrontRequest, _ endpoint: Endpoint<Input, Sent, Given>, _ input: Input, _ cached: CachedAnswers?,
        caching: EndpointDeclaration.Caching? = nil, _ show: (Input) async throws -> Page<Given>
    ) async throws -> HTTPResponse {
        let (page, body) = try await page(request, endpoint, input, show)
        var fields = page.fields
        if let cursor = page.cursor { fields.append("link", "<\(link(request, cursor))>; rel=\"next\"") }
        // A cache between this server and a client has to know that another client may accept another encoding.
        let caching = caching ?? endpoint.declaration.caching
        if caching == .kept { fields.append("vary", "accept-encoding") }
        let response = request.response(
            endpoint, Reply(page.value, position: page.position, fields: fields), written: body, caching: caching)
        if caching == .kept, let subject = page.subject, request.isDeclared(by: endpoint.declaration) {
            cached?.keep(response, for: request, about: subject, reflecting: page.reflecting)
        }
        return response
    }

    /// The target of the next page (RFC 8288).
    private static func link(_ request: FrontRequest, _ cursor: String) -> String {
        let head = request.http.head
        let others = head.query.filter { $0.name != "cursor" && $0.name != "min_position" }
        let query = (others.map { ($0.name, $0.value) } + [("cursor", cursor)])
            .map { "\(PercentEncoding.encoded($0.0))=\(PercentEncoding.encoded($0.1))" }.joined(separator: "&")
        return "/\(head.segments.map(PercentEncoding.encoded).joined(separator: "/"))?\(query)"
    }
}
