/// Finds the handler of a request by method and path.
public struct HTTPRouter: Sendable {
    /// The values of a path's parameters by name.
    public typealias Parameters = [String: String]
    /// Answers a request of a route.
    public typealias Handler = @Sendable (HTTPRequest, Parameters) async -> HTTPResponse

    /// One route: a method and a path such as `/agents/{id}`.
    public struct Route: Sendable {
        /// The method.
        public let method: String
        /// The path as declared.
        public let path: String
        let pattern: [String]
        let handler: Handler
    }

    /// What a request leads to.
    public enum Match: Sendable {
        /// A route with its parameters.
        case found(Handler, Parameters)
        /// The path is known by these other methods.
        case otherMethods([String])
        /// No such path.
        case notFound
    }

    /// The routes in the order they were added.
    public private(set) var routes: [Route] = []

    /// A router without routes.
    public init() {}

    /// Adds a route; `{name}` stands for one segment.
    public mutating func on(_ method: String, _ path: String, _ handler: @escaping Handler) {
        let pattern = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        routes.append(Route(method: method, path: path, pattern: pattern, handler: handler))
    }

    /// Finds the route of a request. HEAD is answered by GET, whose body the server drops.
    public func match(_ head: HTTPRequestHead) -> Match {
        var others: [String] = []
        let method = head.method == "HEAD" ? "GET" : head.method
        for route in routes {
            guard let parameters = Self.parameters(of: route.pattern, in: head.segments) else { continue }
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
