/// Finds the handler of a request by method and path.
///
/// Routes are tried in the order in which they were added, and the first that matches wins.
///
///     router.on("GET", "/agents/{id}") { request, parameters in await answer(parameters["id"]) }
public struct HTTPRouter: Sendable {
    /// The values of a path's parameters, percent-decoded, by name.
    public typealias Parameters = [String: String]
    /// Answers a request of a route.
    public typealias Handler = @Sendable (HTTPRequest, Parameters) async -> HTTPResponse

    /// One route: a method and a path such as `/agents/{id}`.
    public struct Route: Sendable {
        /// The method.
        public let method: String
        /// The path as it was added, with `{name}` for parameters.
        public let path: String
        let pattern: [String]
        let handler: Handler
    }

    /// The result of looking for a route.
    public enum Match: Sendable {
        /// The handler of the route and the values of its parameters.
        case found(Handler, Parameters)
        /// The path exists, but only with these methods.
        case otherMethods([String])
        /// No such path.
        case notFound
    }

    /// The routes in the order in which they were added.
    public private(set) var routes: [Route] = []

    /// Creates a router without routes.
    public init() {}

    /// Adds a route; `{name}` matches one non-empty segment.
    public mutating func on(_ method: String, _ path: String, _ handler: @escaping Handler) {
        let pattern = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        routes.append(Route(method: method, path: path, pattern: pattern, handler: handler))
    }

    /// Finds the route of a request; HEAD uses the route of GET, and the server drops the body.
    public func match(_ head: HTTPRequestHead) -> Match { match(head.method, head.segments) }

    /// Finds the route of a method and of the segments of a path.
    public func match(_ method: String, _ segments: [String]) -> Match {
        var others: [String] = []
        let method = method == "HEAD" ? "GET" : method
        for route in routes {
            guard let parameters = Self.parameters(of: route.pattern, in: segments) else { continue }
            if route.method == method { return .found(route.handler, parameters) }
            others.append(route.method)
        }
        return others.isEmpty ? .notFound : .otherMethods(others)
    }

    private static func parameters(of pattern: [String], in segments: [String]) -> Parameters? {
        guard pattern.count == segments.count else { return nil }
        var parameters: Parameters = [:]
        for (expected, segment) in zip(pattern, segments) {
            if expected.hasPrefix("{") {
                guard !segment.isEmpty else { return nil }
                parameters[String(expected.dropFirst().dropLast())] = segment
            } else if expected != segment {
                return nil
            }
        }
        return parameters
    }
}
