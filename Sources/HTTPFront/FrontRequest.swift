package import Contract
import Crypto
package import Events
package import HTTPServer
package import System

/// A request as the handlers of a front get it.
package struct FrontRequest: Sendable {
    /// The HTTP request.
    package let http: HTTPRequest
    /// The parameters of the path.
    package let path: [String: String]
    /// The name of the endpoint; nil where none answers such a request.
    package let endpoint: String?
    /// The id of the request. The answer carries it, and the appended entries name it as their correlation.
    package let id: UUIDv7
    /// Threads for calls that block or compute for long, such as reading files; the reactor's thread serves all
    /// connections.
    package let blocking: Worker
    let clients: ClientAddress

    /// The network of the client, by which limits and readers are told apart; empty where the client has left.
    package var clientNetwork: String {
        clients.address(of: http.head.fields, peer: http.remoteAddress)?.network.description ?? ""
    }

    /// The representation that the client wants.
    package var representation: Representation { Representation(for: http.head) }

    /// Refuses query parameters that the endpoint does not declare, so that a misspelled one is not ignored. Endpoints
    /// of the MCP Registry API ignore them, and pages ignore all but `as_of`.
    ///
    /// - Throws: `Problem`: `pastNotKept` for `as_of` of a GET request, else `invalidParameter` with the declared
    ///   names.
    package func checkNames(_ endpoint: EndpointDeclaration) throws(Problem) {
        let names = endpoint.queryNames
        for parameter in http.head.query where !names.contains(parameter.name) {
            if endpoint.dialect == .registry || endpoint.dialect == .page && parameter.name != "as_of" { continue }
            if parameter.name == "as_of", endpoint.method == .get {
                throw Problem(.pastNotKept, "what \(endpoint.path) answers is not kept; it tells the present alone")
            }
            let known = names.isEmpty ? "there are none" : "there are \(names.sorted().joined(separator: ", "))"
            throw Problem(.invalidParameter, "'\(parameter.name.prefix(64))' is no parameter here; \(known)")
        }
    }

    /// True where the endpoint declares all parameters of the query. Only such answers are cached: undeclared
    /// parameters would fill the cache with the same answer under any number of addresses.
    package func isDeclared(by endpoint: EndpointDeclaration) -> Bool {
        http.head.query.allSatisfy { endpoint.queryNames.contains($0.name) }
    }

    /// Parses the parameters of path, query and header.
    ///
    /// - Parameter limit: another value for the parameter `limit` than the client's; nil for the client's.
    /// - Throws: `Problem` that names the parameter, its value and the rule.
    package func input<Input: Parameters, Sent, Given>(
        of endpoint: Endpoint<Input, Sent, Given>, limit: Int64? = nil
    ) throws(Problem) -> Input {
        var query = http.head.query.map { ($0.name, $0.value) }
        // A form sends what was left empty as well.
        if endpoint.declaration.dialect != .marketplace { query = query.filter { !$0.1.isEmpty } }
        if let limit { query = query.filter { $0.0 != "limit" } + [("limit", "\(limit)")] }
        return try Input.parameters.read(
            ParameterText(path: path, query: query, field: { [fields = http.head.fields] in fields[$0] }))
    }

    /// The problem that there is no agent with this key.
    package static func noAgent(_ key: AgentKey) -> Problem {
        Problem(.agentNotFound, "there is no agent '\(key)' here")
    }

    /// Writes a body in the client's representation.
    package func body<Input, Sent, Given>(_ endpoint: Endpoint<Input, Sent, Given>, _ value: Given) -> [UInt8] {
        switch representation {
        case .json: endpoint.given.bytes(value)
        case .csv: endpoint.table?(value) ?? endpoint.given.bytes(value)
        }
    }

    /// Writes an answer in the client's representation, with the fields that the endpoint declares.
    ///
    /// - Parameters:
    ///   - written: the body, where it was written already.
    ///   - caching: another rule than that of the endpoint.
    package func response<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, _ reply: Reply<Given>, written: [UInt8]? = nil,
        caching: EndpointDeclaration.Caching? = nil
    ) -> HTTPResponse {
        let body = written ?? body(endpoint, reply.value)
        var fields = reply.fields
        fields.append("content-type", (endpoint.table == nil ? .json : representation).mediaType)
        if let position = reply.position { fields.append(Fields.position, position.description) }
        let response = HTTPResponse(status: reply.status, fields: fields, body: .bytes(body))
        switch caching ?? endpoint.declaration.caching {
        case .never:
            var response = response
            response.fields.append("cache-control", "no-store")
            return response
        case .revalidated, .kept, .brief:
            return conditional(etag: String(SHA256Digest(of: body).hex.prefix(32)), response)
        }
    }
}

/// A representation of answers; each one is cached on its own.
package enum Representation: Sendable, Hashable {
    case json
    case csv

    /// Endpoints with a table have the parameter `format`; others refuse it.
    package init(for head: HTTPRequestHead) {
        self = head.query.contains { $0.name == "format" && $0.value == TableFormat.csv.rawValue } ? .csv : .json
    }

    package var mediaType: String {
        switch self {
        case .json: "application/json"
        case .csv: EndpointDeclaration.csv
        }
    }
}

/// The answer of an endpoint, before it is written in a representation.
package struct Reply<Given: Sendable>: Sendable {
    package var status: Int
    package let value: Given
    /// The position of the last event that the answer reflects or that the request appended.
    package let position: Position?
    /// Fields of this answer besides those that the endpoint declares.
    package var fields: HTTPFields

    package init(_ value: Given, status: Int = 200, position: Position? = nil, fields: HTTPFields = [:]) {
        self.value = value
        self.status = status
        self.position = position
        self.fields = fields
    }
}
