import Contract
import Events
import Foundation
import HTTPClient
import JSON
import Testing

/// A request and its answer, for the validator of the description.
struct Exchange {
    let method: String
    let path: String
    let template: String
    var parts: [HTTPClientRequest.Part] = []
    var json: String?
    let response: HTTPClientResponse

    var line: String {
        let halves = path.split(separator: "?", maxSplits: 1)
        var query: [String: String] = [:]
        for pair in (halves.count > 1 ? halves[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            query[String(sides[0])] = sides.count > 1 ? String(sides[1]) : ""
        }
        func object(_ values: [String: String]) -> JSONValue {
            .object(values.map { JSONValue.Member($0.key, .string($0.value)) })
        }
        let value = JSONValue.object([
            JSONValue.Member("method", .string(method)), JSONValue.Member("path", .string(path)),
            JSONValue.Member("template", .string(template)),
            JSONValue.Member(
                "parts", .object(parts.map { JSONValue.Member($0.name, .string("\($0.bytes.count) bytes")) })),
            JSONValue.Member("json", .string(json ?? "")), JSONValue.Member("query", object(query)),
            JSONValue.Member("status", .number(JSONNumber(Int64(response.status)))),
            JSONValue.Member("type", .string(response.fields["content-type"] ?? "")),
            JSONValue.Member("headers", object(response.fields)),
            JSONValue.Member("body", .string(String(decoding: response.body, as: UTF8.self))),
        ])
        return String(decoding: value.canonicalBytes, as: UTF8.self)
    }

    /// The code of the problem that was answered.
    var code: String? { (try? JSONValue(response.body))?["code"]?.string }
}

/// Goes through all endpoints as they are declared, and tries on each what its declaration promises: reads answer, and
/// what a parameter, credential or body may not be is refused as the one way in which it is wrong.
struct EndpointWalk {
    let marketplace: MarketplaceProcess
    /// Values of parameters of paths, by name, for things that are there.
    let values: [String: String]
    let client = HTTPClient(connections: 1)
    private(set) var exchanges: [Exchange] = []

    init(_ marketplace: MarketplaceProcess, _ values: [String: String]) {
        self.marketplace = marketplace
        self.values = values
    }

    /// Walks; every surprise is an issue of the test.
    mutating func walk() async throws {
        let admin = try marketplace.token
        let narrow = [
            "report": try await marketplace.issue("report", by: admin),
            "review": try await marketplace.issue("review", by: admin),
        ]
        for endpoint in Endpoints.all.map(\.declaration) {
            if endpoint.method == .get { try await read(endpoint, admin) }
            try await refuseParameters(endpoint, admin)
            try await refuseCredentials(endpoint, narrow)
            try await refuseBodies(endpoint, admin)
        }
    }

    private mutating func read(_ endpoint: EndpointDeclaration, _ admin: String) async throws {
        // What never ends is read by tests of its own; here its head is.
        if endpoint.answers.contains(where: { $0.content.contains { $0.mediaType == "text/event-stream" } }) {
            let response = try await client.send(HTTPClientRequest("HEAD", marketplace.url + endpoint.path))
            exchanges.append(
                Exchange(method: "GET", path: endpoint.path, template: endpoint.path, response: response))
            return
        }
        var statuses: [Int] = []
        // What is counted may change between the two.
        for _ in 0..<3 where statuses.last != 304 {
            let answer = try await send(endpoint, token: admin)
            #expect(
                (200...302).contains(answer.response.status) || answer.code == "review-not-found", "\(endpoint.name)")
            guard let tag = answer.response.fields["etag"] else { return }
            let again = try await send(endpoint, token: admin, fields: [("If-None-Match", tag)])
            statuses.append(again.response.status)
        }
        #expect(statuses.last == 304, "\(endpoint.name): \(statuses)")
    }

    private mutating func refuseParameters(_ endpoint: EndpointDeclaration, _ admin: String) async throws {
        var wrong = endpoint.dialect == .registry ? [] : ["unknown=1"]
        for parameter in endpoint.parameters where parameter.place == .query {
            if parameter.schema.value["type"]?.string == "integer" { wrong.append("\(parameter.name)=1x") }
            if parameter.schema.value["enum"] != nil { wrong.append("\(parameter.name)=nonsense") }
            if let most = parameter.schema.value["maxLength"]?.integer {
                wrong.append("\(parameter.name)=\(String(repeating: "a", count: Int(most) + 1))")
            }
            wrong.append("\(parameter.name)=1&\(parameter.name)=1")
        }
        for query in wrong {
            let exchange = try await send(endpoint, query: query, token: admin)
            #expect(exchange.code == "invalid-parameter", "\(endpoint.name)?\(query.prefix(64))")
        }
    }

    private mutating func refuseCredentials(
        _ endpoint: EndpointDeclaration, _ narrow: [String: String]
    ) async throws {
        guard case .token(let scopes) = endpoint.credential else { return }
        let anonymous = try await send(endpoint, token: nil)
        #expect(anonymous.code == "not-authenticated", "\(endpoint.name)")
        guard !scopes.isEmpty else { return }
        let other = scopes.contains(.report) ? "review" : "report"
        // Whatever the body would be, the token is looked at first.
        let body = endpoint.body.map { (type: $0.mediaType, bytes: Array("nonsense".utf8)) }
        let exchange = try await send(endpoint, token: narrow[other], body: body)
        #expect(exchange.code == "out-of-scope", "\(endpoint.name)")
    }

    private mutating func refuseBodies(_ endpoint: EndpointDeclaration, _ admin: String) async throws {
        guard let body = endpoint.body, body.mediaType != "multipart/form-data" else { return }
        let cases: [(type: String, bytes: [UInt8], code: Set<String>)] = [
            ("text/plain", Array("{}".utf8), ["unsupported-media-type"]),
            (body.mediaType, Array("{".utf8), ["malformed-request", "invalid-body"]),
            (body.mediaType, Array(#"{"nonsense":1}"#.utf8), ["invalid-body"]),
            (body.mediaType, [UInt8](repeating: 0x20, count: body.maximumBytes + 1), ["content-too-large"]),
        ]
        for (type, bytes, codes) in cases {
            let exchange = try await send(endpoint, token: admin, body: (type, bytes))
            #expect(codes.contains(exchange.code ?? ""), "\(endpoint.name): \(exchange.code ?? "") for \(codes)")
        }
    }

    private mutating func send(
        _ endpoint: EndpointDeclaration, query: String = "", token: String?,
        fields more: [(name: String, value: String)] = [], body: (type: String, bytes: [UInt8])? = nil
    ) async throws -> Exchange {
        var path = endpoint.path
        for (name, value) in values { path = path.replacing("{\(name)}", with: value) }
        if !query.isEmpty { path += "?\(query)" }
        var fields = more
        if let token, endpoint.credential != .none { fields.append(("Authorization", "Bearer \(token)")) }
        if let body { fields.append(("Content-Type", body.type)) }
        let response = try await client.send(
            HTTPClientRequest(
                endpoint.method.rawValue, marketplace.url + path, fields: fields, body: body?.bytes))
        let exchange = Exchange(
            method: endpoint.method.rawValue, path: path, template: endpoint.path,
            json: body.map { _ in "refused" }, response: response)
        exchanges.append(exchange)
        return exchange
    }
}
