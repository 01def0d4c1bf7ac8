package import Contract
import Crypto
import Events
package import HTTPServer
package import Logging
package import System

/// The router of both fronts: the way from a route to an answer.
///
/// Each answer carries the id of its request. Each request gets a line of level `debug` in the log, and each error
/// becomes a problem response (RFC 9457).
package struct FrontRouter: Sendable {
    /// Answers a request or throws a `Problem`.
    package typealias Handler = @Sendable (FrontRequest) async throws -> HTTPResponse

    private let log: Log
    private let hosts: ServedHosts
    private let clients: ClientAddress
    /// Threads on which handlers may block.
    package let blocking = Worker(name: "http-blocking", threads: 4)
    private let translate: @Sendable (any Error) -> Problem?
    private var table = HTTPRouter()
    /// The routes of pages, whose paths may end with a form.
    private var pages = HTTPRouter()

    /// A cached answer, with what metrics count of it.
    package struct Kept: Sendable {
        package let answer: HTTPCachedAnswer
        /// The endpoint that gave it, and its status.
        package let endpoint: String
        package let status: Int

        package init(answer: HTTPCachedAnswer, endpoint: String, status: Int) {
            self.answer = answer
            self.endpoint = endpoint
            self.status = status
        }
    }

    /// A request that was answered, for metrics.
    package struct Served: Sendable {
        /// The name of the endpoint; nil where none answers such a request.
        package let endpoint: String?
        package let method: String
        /// The status; `clientLeft` where nobody waited for the answer any more.
        package let status: Int
        /// How long the answer took until it could be sent; nil for a cached one, and where the server refused the
        /// request before it had read it.
        package let nanoseconds: Int64?

        package init(endpoint: String?, method: String, status: Int, nanoseconds: Int64?) {
            self.endpoint = endpoint
            self.method = method
            self.status = status
            self.nanoseconds = nanoseconds
        }

        /// No status of HTTP: what proxies write in their logs where a client has gone.
        package static let clientLeft = 499
    }

    /// Gets each request that was answered.
    package var observe: @Sendable (Served) -> Void = { _ in }

    /// Looks up the cached answer to a request; nil where there is none.
    package var findCached: @Sendable (HTTPRequestHead) -> Kept? = { _ in nil }

    /// Shows a problem as a page for people; nil where nobody but programs asks.
    package var showFault: (@Sendable (_ problem: Problem, _ request: FrontRequest) -> HTTPResponse)?

    /// Creates a router without routes.
    ///
    /// - Parameters:
    ///   - hosts: a request for another host is refused.
    ///   - clients: where the address of the client is found.
    ///   - translate: maps an error of the marketplace to a problem; nil for a fault of the server.
    package init(
        log: Log, hosts: ServedHosts, clients: ClientAddress,
        translate: @escaping @Sendable (any Error) -> Problem?
    ) {
        self.log = log
        self.hosts = hosts
        self.clients = clients
        self.translate = translate
    }

    /// Adds the route of an endpoint; undeclared query parameters are refused before the handler is called.
    package mutating func on(_ endpoint: EndpointDeclaration, _ handler: @escaping Handler) {
        let router = self
        add(endpoint.method.rawValue, endpoint) { request, parameters in
            let response = await router.answer(request, parameters, endpoint.dialect, endpoint.name) { request in
                try request.checkNames(endpoint)
                return try await handler(request)
            }
            return endpoint.isOpenRead ? response.forAnyOrigin : response
        }
        guard endpoint.isOpenRead else { return }
        add("OPTIONS", endpoint) { request, parameters in
            await router.answer(request, parameters, .marketplace, endpoint.name) { _ in .preflight }
        }
    }

    private mutating func add(
        _ method: String, _ endpoint: EndpointDeclaration, _ handler: @escaping HTTPRouter.Handler
    ) {
        table.on(method, endpoint.path, handler)
        if endpoint.dialect == .page { pages.on(method, endpoint.path, handler) }
    }

    /// Adds the route of an endpoint whose answer depends only on its parameters.
    package mutating func on<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, _ handler: @escaping @Sendable (Input) async throws -> Reply<Given>
    ) {
        on(endpoint.declaration) { request in
            request.response(endpoint, try await handler(try request.input(of: endpoint)))
        }
    }

    /// The method and the path of each route.
    package var routes: [(method: String, path: String)] {
        table.routes.map { ($0.method, $0.path) }.filter { $0.0 != "OPTIONS" }
    }

    /// The methods that are known, whether or not a path takes them (RFC 9110 9, RFC 5789).
    private static let methods: Set<String> = [
        "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
    ]

    /// The rules of an answer where no endpoint matches: those of the API that the path belongs to. Outside of the
    /// APIs, those of pages for clients that accept HTML or want Markdown, else those of the marketplace.
    private static func dialect(of head: HTTPRequestHead) -> EndpointDeclaration.Dialect {
        if let dialect = dialectOfAPI(head) { return dialect }
        let wantsPage = head.fields["accept"]?.contains("text/html") == true || PageForm(for: head) == .markdown
        return wantsPage ? .page : .marketplace
    }

    /// The rules of the API that a path is of; nil for one outside.
    private static func dialectOfAPI(_ head: HTTPRequestHead) -> EndpointDeclaration.Dialect? {
        let path = "/\(head.segments.joined(separator: "/"))/"
        if path.hasPrefix("\(Endpoints.registry)/") { return .registry }
        return path.hasPrefix("\(Endpoints.base)/") ? .marketplace : nil
    }

    /// The route of a request: that of a page in the form that its path ends with, else that of the path as it is, since names
    /// may end like a form.
    private func route(of head: HTTPRequestHead) -> HTTPRouter.Match {
        let segments = head.segments
        if let last = segments.last, let form = PageForm(ending: last) {
            let isFirstPage = segments == ["index\(form.ending)"]
            let page = isFirstPage ? [""] : segments.dropLast() + [String(last.dropLast(form.ending.count))]
            if case .found(let handler, let parameters) = pages.match(head.method, page) {
                return .found(handler, parameters)
            }
        }
        return table.match(head)
    }

    /// Answers a request; an error becomes a problem response.
    package func handle(_ request: HTTPRequest) async -> HTTPResponse {
        let dialect = Self.dialect(of: request.head)
        guard hosts.serve(request.head.authority) else {
            return await answer(request, [:], dialect) { request in
                throw Problem(
                    .misdirected, "'\((request.http.head.authority ?? "").prefix(255))' is not served here")
            }
        }
        guard Self.methods.contains(request.head.method) else {
            return await answer(request, [:], dialect) { request in
                throw Problem(.notImplemented, "there is no method '\(request.http.head.method)'")
            }
        }
        switch route(of: request.head) {
        case .found(let handler, let parameters):
            return await handler(request, parameters)
        // Clients of any origin read what is wrong with an address of the registry's API.
        case .notFound where dialect == .registry && request.head.method == "OPTIONS":
            return await answer(request, [:], dialect) { _ in .preflight }
        case .otherMethods(let methods):
            let response = await answer(request, [:], dialect) { request in
                let known = methods.joined(separator: ", ")
                var response = refusal(Problem(.methodNotAllowed, "this path knows \(known)"), request, dialect)
                response.fields.append("allow", known)
                return response
            }
            return dialect == .registry ? response.forAnyOrigin : response
        case .notFound:
            let response = await answer(request, [:], dialect) { _ in
                throw Problem(.pathNotFound, "see \(Endpoints.description.declaration.path) for what there is")
            }
            return dialect == .registry ? response.forAnyOrigin : response
        }
    }

    /// Returns the cached answer to a request, with the fields of this one answer; nil where there is none.
    package func handleAtOnce(_ head: HTTPRequestHead) -> (HTTPCachedAnswer, HTTPFields)? {
        guard hosts.serve(head.authority), let kept = findCached(head) else { return nil }
        observe(Served(endpoint: kept.endpoint, method: head.method, status: kept.status, nanoseconds: nil))
        let id = Self.newID().description
        log.debug(
            "request",
            ["request": id, "method": head.method, "path": Redaction.ofTokens(in: head.target), "status": "cached"])
        return (kept.answer, [Fields.request: id])
    }

    /// Encodes an answer for the cache, with the fields of every answer except the id of the request.
    ///
    /// - Parameters:
    ///   - response: the answer.
    ///   - gzip: the compressed body; nil to cache only the plain one.
    package static func cacheable(_ response: HTTPResponse, gzip: [UInt8]?) -> HTTPCachedAnswer? {
        // Only answers to open reads are cached.
        var response = response.forAnyOrigin
        response.fields.append("x-content-type-options", "nosniff")
        return HTTPCachedAnswer(response, gzip: gzip)
    }

    /// The answer to bytes that are not a valid request.
    package static func refuse(_ refusal: HTTPRefusal) -> HTTPResponse {
        let id = newID()
        return Problem(refusal).response(id).finished(id)
    }

    private static func newID() -> UUIDv7 {
        UUIDv7(milliseconds: Host.wallClockMilliseconds(), random: SecureRandom.bytes(10))
    }

    private func refusal(
        _ problem: Problem, _ request: FrontRequest, _ dialect: EndpointDeclaration.Dialect
    ) -> HTTPResponse {
        guard dialect == .page, let showFault else { return problem.response(request.id, in: dialect) }
        var response = showFault(problem, request)
        if let retryAfterSeconds = problem.retryAfterSeconds {
            response.fields.append("retry-after", "\(retryAfterSeconds)")
        }
        return response
    }

    private func answer(
        _ http: HTTPRequest, _ parameters: [String: String], _ dialect: EndpointDeclaration.Dialect,
        _ endpoint: String? = nil, _ handler: Handler
    ) async -> HTTPResponse {
        let request = FrontRequest(
            http: http, path: parameters, endpoint: endpoint, id: Self.newID(), blocking: blocking, clients: clients)
        let began = Host.steadyClockNanoseconds()
        var response: HTTPResponse
        do {
            response = try await handler(request)
        } catch let problem as Problem {
            response = refusal(problem, request, dialect)
        } catch let refusal as HTTPRefusal {
            response = self.refusal(Problem(refusal), request, dialect)
        } catch {
            let problem = translate(error)
            // Nobody waits for the answer any more, and an operator can do nothing about it.
            let hasLeft = Task.isCancelled || error is CancellationError
            log.write(
                hasLeft ? .debug : problem == nil ? .error : .warning,
                hasLeft ? "a client left before its answer" : "a request failed",
                ["request": request.id.description, "error": "\(error)"])
            response = refusal(
                problem ?? Problem(.internalError, "the server's log says more under the request's id"), request,
                dialect)
        }
        let nanoseconds = Host.steadyClockNanoseconds() - began
        let method = Self.methods.contains(http.head.method) ? http.head.method : "other"
        observe(
            Served(
                endpoint: endpoint, method: method,
                status: Task.isCancelled && response.status >= 500 ? Served.clientLeft : response.status,
                nanoseconds: nanoseconds))
        log.debug(
            "request",
            [
                "request": request.id.description, "method": http.head.method,
                "path": Redaction.ofTokens(in: "/" + http.head.segments.joined(separator: "/")),
                "status": "\(response.status)",
                "elapsed_ms": "\(nanoseconds / 1_000_000)",
            ])
        return response.finished(request.id)
    }
}

extension Problem {
    /// Maps a refusal of the HTTP server to a problem.
    init(_ refusal: HTTPRefusal) {
        let code: ProblemCode =
            switch refusal.status {
            case 408: .requestTimeout
            case 413: .contentTooLarge
            case 414: .targetTooLong
            case 415: .unsupportedMediaType
            case 422: .invalidPart
            case 431: .headTooLarge
            case 501: .notImplemented
            case 503: .busy
            case 505: .versionNotSupported
            default: .malformedRequest
            }
        self.init(code, refusal.reason)
    }

    /// The problem response to a request (RFC 9457).
    func response(_ request: UUIDv7, in dialect: EndpointDeclaration.Dialect = .marketplace) -> HTTPResponse {
        var fields: HTTPFields = ["content-type": Self.mediaType(in: dialect), "cache-control": "no-store"]
        if code == .notAuthenticated { fields.append("www-authenticate", "Bearer realm=\"marketplace\"") }
        if let retryAfterSeconds { fields.append("retry-after", "\(retryAfterSeconds)") }
        for field in limit?.fields ?? [] { fields.append(field.name, field.value) }
        if let sizeBytes { fields.append("content-range", "bytes */\(sizeBytes)") }
        return HTTPResponse(
            status: code.status, fields: fields,
            body: .bytes(ProblemBody.form.bytes(body(request: request.description, in: dialect))))
    }
}

extension HTTPResponse {
    /// The answer with the fields that let pages of any origin read it.
    fileprivate var forAnyOrigin: HTTPResponse {
        var response = self
        response.fields.append("access-control-allow-origin", "*")
        response.fields.append(
            "access-control-expose-headers",
            "Link, ETag, Retry-After, Marketplace-Position, Marketplace-Search, Marketplace-As-Of, Marketplace-Counting, \(Fields.request)"
        )
        return response
    }

    /// The answer to a page that asks whether it may send an open read (Fetch, CORS-preflight request).
    fileprivate static var preflight: HTTPResponse {
        HTTPResponse(
            status: 204,
            fields: [
                "access-control-allow-origin": "*", "access-control-allow-methods": "GET, HEAD, OPTIONS",
                // An open read takes no credential and has no body, but some clients send the fields all the same.
                "access-control-allow-headers":
                    "Accept, Authorization, Content-Type, If-None-Match, If-Range, Last-Event-ID, Range",
                "access-control-max-age": "86400",
            ])
    }

    /// The answer with the fields that every answer carries.
    func finished(_ request: UUIDv7) -> HTTPResponse {
        var response = self
        response.fields.append(Fields.request, request.description)
        response.fields.append("x-content-type-options", "nosniff")
        return response
    }
}
