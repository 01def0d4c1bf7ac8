public import Contract
import Crypto
public import Events
public import HTTPServer
import JSON
public import Logging
import System

/// A request on its way through a front.
public struct FrontRequest: Sendable {
    /// The request.
    public let http: HTTPRequest
    /// The parameters of the path.
    public let path: [String: String]
    /// The id that the answer carries; it is the correlation of what is appended.
    public let id: UUIDv7

    /// A parameter of the path; the route declares it, so it is there.
    public func segment(_ name: String) -> String { path[name] ?? "" }
}

/// What both fronts share: one way from a route to an answer, with the request's id, a line in the log, and
/// problems for everything that goes wrong.
public struct FrontDoor: Sendable {
    /// Answers a request or throws a `Problem`.
    public typealias Endpoint = @Sendable (FrontRequest) async throws -> HTTPResponse

    private let log: Log
    private let translate: @Sendable (any Error) -> Problem?
    private var router = HTTPRouter()

    /// The cached answer to a request; nil without one.
    public var findCached: @Sendable (HTTPRequestHead) -> HTTPCachedAnswer? = { _ in nil }

    /// A door without routes.
    ///
    /// - Parameter translate: the problem that an error of the marketplace's own parts stands for; nil for
    ///   what is a fault of the server.
    public init(log: Log, translate: @escaping @Sendable (any Error) -> Problem?) {
        self.log = log
        self.translate = translate
    }

    /// Adds a route.
    public mutating func on(_ method: String, _ path: String, _ endpoint: @escaping Endpoint) {
        let door = self
        router.on(method, path) { request, parameters in
            await door.answer(request, parameters, endpoint)
        }
    }

    /// Method and path of every route.
    public var routes: [(method: String, path: String)] { router.routes.map { ($0.method, $0.path) } }

    /// Answers a request; never throws.
    public func handle(_ request: HTTPRequest) async -> HTTPResponse {
        switch router.match(request.head) {
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
                throw Problem(.pathNotFound, "see /openapi/openapi.json for what there is")
            }
        }
    }

    /// Answers a request at once if its answer is cached.
    public func handleAtOnce(_ head: HTTPRequestHead) -> (HTTPCachedAnswer, HTTPFields)? {
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
    public static func cacheable(_ response: HTTPResponse, gzip: [UInt8]?) -> HTTPCachedAnswer? {
        var response = response
        response.fields.append("x-content-type-options", "nosniff")
        return HTTPCachedAnswer(response, gzip: gzip)
    }

    /// The answer to what is no request.
    public static func refuse(_ refusal: HTTPRefusal) -> HTTPResponse {
        let id = newID()
        return Problem(refusal).response(id).finished(id)
    }

    private static func newID() -> UUIDv7 {
        UUIDv7(milliseconds: Host.wallClockMilliseconds(), random: SecureRandom.bytes(10))
    }

    private func answer(
        _ http: HTTPRequest, _ parameters: [String: String], _ endpoint: Endpoint
    ) async -> HTTPResponse {
        let request = FrontRequest(http: http, path: parameters, id: Self.newID())
        let began = Host.steadyClockMilliseconds()
        var response: HTTPResponse
        do {
            response = try await endpoint(request)
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
            status: code.status, fields: fields, body: .bytes(body(request: request.description)))
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

    /// An answer with a JSON body.
    public static func json(_ status: Int, _ body: [UInt8], fields: HTTPFields = [:]) -> HTTPResponse {
        var all = fields
        all.append("content-type", "application/json")
        return HTTPResponse(status: status, fields: all, body: .bytes(body))
    }
}
