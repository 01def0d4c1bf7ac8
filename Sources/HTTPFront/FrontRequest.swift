package import Contract
import Crypto
package import Events
package import HTTPServer
package import System

/// A request on its way through a front.
package struct FrontRequest: Sendable {
    /// The request.
    package let http: HTTPRequest
    /// The parameters of the path.
    package let path: [String: String]
    /// The id that the answer carries; it is the correlation of what is appended.
    package let id: UUIDv7
    /// Where handlers do what blocks or computes for long, such as reading files; the reactor's thread serves all
    /// connections.
    package let blocking: Worker

    /// The form in which the client wants its answer.
    package var representation: Representation { Representation(for: http.head) }

    /// Refuses parameters that the endpoint does not know, so that a misspelt one is no silent default.
    package func checkNames(_ endpoint: EndpointDeclaration) throws(Problem) {
        let names = endpoint.queryNames
        for parameter in http.head.query where !names.contains(parameter.name) {
            let known = names.isEmpty ? "there are none" : "there are \(names.sorted().joined(separator: ", "))"
            throw Problem(.invalidParameter, "'\(parameter.name.prefix(64))' is no parameter here; \(known)")
        }
    }

    /// What path and query say.
    package func input<Input: Parameters, Sent, Given>(
        of _: Endpoint<Input, Sent, Given>
    ) throws(Problem) -> Input {
        try Input.parameters.read(ParameterText(path: path, query: http.head.query.map { ($0.name, $0.value) }))
    }

    /// That there is no agent of a key.
    package static func noAgent(_ key: AgentKey) -> Problem {
        Problem(.agentNotFound, "there is no agent '\(key)' here")
    }

    /// An answer in the form that the client wants, with the fields that the endpoint declares.
    package func response<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, _ reply: Reply<Given>
    ) -> HTTPResponse {
        let body: [UInt8]
        switch representation {
        case .json: body = endpoint.given.bytes(reply.value)
        }
        var fields = reply.fields
        fields.append("content-type", representation.mediaType)
        if let position = reply.position { fields.append(Fields.position, position.description) }
        let response = HTTPResponse(status: reply.status, fields: fields, body: .bytes(body))
        switch endpoint.declaration.caching {
        case .never:
            var response = response
            response.fields.append("cache-control", "no-store")
            return response
        case .revalidated, .kept, .immutable:
            return conditional(etag: String(SHA256Digest(of: body).hex.prefix(32)), response)
        }
    }
}

/// The form in which an answer is written. What is cached is cached for each.
package enum Representation: Sendable, Hashable {
    case json

    package init(for _: HTTPRequestHead) { self = .json }

    var mediaType: String {
        switch self {
        case .json: "application/json"
        }
    }
}

/// What an endpoint answers, before it is written in a form.
package struct Reply<Given: Sendable>: Sendable {
    package var status: Int
    package let value: Given
    /// The position of the last event that the answer reflects or made.
    package let position: Position?
    /// Fields of this answer besides those that the endpoint's declaration brings.
    package var fields: HTTPFields

    package init(_ value: Given, status: Int = 200, position: Position? = nil, fields: HTTPFields = [:]) {
        self.value = value
        self.status = status
        self.position = position
        self.fields = fields
    }
}
