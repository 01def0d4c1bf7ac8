package import Contract
import Crypto
import Events
package import HTTPServer
package import Logging
package import System

/// What both fronts share: one way from a route to an answer, with the request's id, a line in the log, and
/// problems for everything that goes wrong.
package struct FrontRouter: Sendable {
    /// Answers a request or throws a `Problem`.
    package typealias Handler = @Sendable (FrontRequest) async throws -> HTTPResponse

    private let log: Log
    /// Where handlers block.
    package let blocking = Worker(name: "http-blocking", threads: 4)
    private let translate: @Sendable (any Error) -> Problem?
    private var table = HTTPRouter()

    /// The cached answer to a request; nil without one.
    package var findCached: @Sendable (HTTPRequestHead) -> HTTPCachedAnswer? = { _ in nil }

    /// A router without routes.
    ///
    /// - Parameter translate: the problem that an error of the marketplace's own parts stands for; nil for
    ///   what is a fault of the server.
    package init(log: Log, translate: @escaping @Sendable (any Error) -> Problem?) {
        self.log = log
        self.translate = translate
    }

    /// Adds the route of an endpoint; parameters that it does not declare are refused before the handler is asked.
    package mutating func on(_ endpoint: EndpointDeclaration, _ handler: @escaping Handler) {
        let router = self
        table.on(endpoint.method.rawValue, endpoint.path) { request, parameters in
            await router.answer(request, parameters) { request in
                try request.checkNames(endpoint)
                return try await handler(request)
            }
        }
    }

    /// Adds an endpoint whose answer is made from its parameters alone.
    package mutating func on<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, _ handler: @escaping @Sendable (Input) async throws -> Reply<Given>
    ) {
        on(endpoint.declaration) { request in
            request.response(endpoint, try await handler(try request.input(of: endpoint)))
        }
    }

    /// Method and path of every route.
    package var routes: [(method: String, path: String)] { table.routes.map { ($0.method, $0.path) } }

    /// Answers a request; never throws.
    package func handle(_ request: HTTPRequest) async -> HTTPResponse {
        switch table.match(request.head) {
        case .found(let handler, let parameters):
            return await handler(request, parameters)
        case .otherMethods(let methods):
            return await answer(request, [:]) { request in
                let known = methods.joined(separator: ", ")
                var response = Problem(.methodNotAllowed, "this path knows \(known)").response(request.id)
                response.fields.append("allow", known)
                return response
            }
        case .notFound:
            return await answer(request, [:]) { _ in
                throw Problem(.pathNotFound, "see \(Endpoints.description.declaration.path) for what there is")
            }
        }
    }

    /// Answers a request at once if its answer is cached.
    package func handleAtOnce(_ head: HTTPRequestHead) -> (HTTPCachedAnswer, HTTPFields)? {
        guard let answer = findCached(head) else { return nil }
        let id = Self.newID().description
        log.debug(
            "request",
            ["request": id, "method": head.method, "path": Redaction.ofTokens(in: head.target), "status": "cached"])
        return (answer, [Fields.request: id])
    }

    /// An answer as it is cached: with the fields of every answer except the id of its request.
    ///
    /// - Parameter gzip: the body compressed.
    package static func cacheable(_ response: HTTPResponse, gzip: [UInt8]?) -> HTTPCachedAnswer? {
        var response = response
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

    private func answer(
        _ http: HTTPRequest, _ parameters: [String: String], _ handler: Handler
    ) async -> HTTPResponse {
        let request = FrontRequest(http: http, path: parameters, id: Self.newID(), blocking: blocking)
        let began = Host.steadyClockMilliseconds()
        var response: HTTPResponse
        do {
            response = try await handler(request)
        } catch let problem as Problem {
            response = problem.response(request.id)
        } catch let refusal as HTTPRefusal {
            response = Problem(refusal).response(request.id)
        } catch {
            let problem = translate(error)
            log.write(
                problem == nil ? .error : .warning, "a request failed",
                ["request": request.id.description, "error": "\(error)"])
            response = (problem ?? Problem(.internalError, "the server's log says more under the request's id"))
                .response(request.id)
        }
        log.debug(
            "request",
            [
                "request": request.id.description, "method": http.head.method,
                "path": Redaction.ofTokens(in: "/" + http.head.segments.joined(separator: "/")),
                "status": "\(response.status)",
                "elapsed_ms": "\(Host.steadyClockMilliseconds() - began)",
            ])
        return response.finished(request.id)
    }
}

extension Problem {
    /// What the HTTP server refused, as a problem.
    init(_ refusal: HTTPRefusal) {
        let code: ProblemCode =
            switch refusal.status {
            case 408: .requestTimeout
            case 413: .contentTooLarge
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

    /// The answer to a request.
    func response(_ request: UUIDv7) -> HTTPResponse {
        var fields: HTTPFields = ["content-type": Self.mediaType, "cache-control": "no-store"]
        if code == .notAuthenticated { fields.append("www-authenticate", "Bearer realm=\"marketplace\"") }
        if let retryAfterSeconds { fields.append("retry-after", "\(retryAfterSeconds)") }
        if let sizeBytes { fields.append("content-range", "bytes */\(sizeBytes)") }
        return HTTPResponse(
            status: code.status, fields: fields,
            body: .bytes(ProblemBody.form.bytes(body(request: request.description))))
    }
}

extension HTTPResponse {
    /// The answer with what every answer carries.
    func finished(_ request: UUIDv7) -> HTTPResponse {
        var response = self
        response.fields.append(Fields.request, request.description)
        response.fields.append("x-content-type-options", "nosniff")
        return response
    }
}
