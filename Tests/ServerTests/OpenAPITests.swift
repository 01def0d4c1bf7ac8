import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// The description and the service say the same: every operation is sent, and request and answer are held to
/// the description by an independent validator.
@Suite struct OpenAPITests {
    private struct Exchange {
        let method: String
        let path: String
        let template: String
        var parts: [HTTPClientRequest.Part] = []
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
                JSONValue.Member("query", object(query)),
                JSONValue.Member("status", .number(JSONNumber(Int64(response.status)))),
                JSONValue.Member("type", .string(response.fields["content-type"] ?? "")),
                JSONValue.Member("headers", object(response.fields)),
                JSONValue.Member("body", .string(String(decoding: response.body, as: UTF8.self))),
            ])
            return String(decoding: value.canonicalBytes, as: UTF8.self)
        }
    }

    @Test func everyOperationIsDescribedAndEveryDescribedOneIsServed() async throws {
        try await withMarketplace { marketplace, _ in
            let base = "/api/v1/marketplace"
            var exchanges: [Exchange] = []
            let full = manifest(
                "acme.full",
                more: """
                    runtime: wasm
                    license: MIT
                    author: A
                    min_mentat_version: 1.0.0
                    source_url: https://example.com
                    capabilities: {actions: [a], gpu: true}
                    dependencies: [{id: acme.other, version: ^1}]
                    ui: {title: T, icon: "x", catalog: {category: c, tags: [t]}}
                    """)
            let wasm = HTTPClientRequest.Part(
                name: "wasm_module", bytes: [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
            var position = "0"
            for parts in [
                [full, wasm], [full, wasm], [manifest("acme.full", "1.1.0")], [part("manifest", "x")], [part("y", "x")],
            ] {
                let response = try await marketplace.publish(parts)
                position = response.fields["marketplace-position"] ?? position
                exchanges.append(
                    Exchange(
                        method: "POST", path: "\(base)/publish", template: "\(base)/publish", parts: parts,
                        response: response))
            }
            let module = try #require(
                try await marketplace.json("agents/acme.full/versions/1.0.0?min_position=\(position)")["artifacts"]?
                    .array?.last?["url"]?.string)
            let reads: [(String, String)] = [
                ("\(base)/agents?q=zebra&category=c&sort=name&limit=1", "\(base)/agents"),
                ("\(base)/agents", "\(base)/agents"),
                ("\(base)/agents?limit=1&sort=recent&cursor=99", "\(base)/agents"),
                ("\(base)/agents?limit=0", "\(base)/agents"),
                ("\(base)/agents/acme.full?min_position=\(position)", "\(base)/agents/{id}"),
                ("\(base)/agents/no", "\(base)/agents/{id}"),
                ("\(base)/agents/acme.full/versions?limit=1", "\(base)/agents/{id}/versions"),
                ("\(base)/agents/acme.full/versions?cursor=1.1.0", "\(base)/agents/{id}/versions"),
                ("\(base)/agents/acme.full/versions/1.0.0", "\(base)/agents/{id}/versions/{version}"),
                ("\(base)/agents/acme.full/versions/9.0.0", "\(base)/agents/{id}/versions/{version}"),
                ("\(base)/agents/acme.full/versions/1.0.0/manifest", "\(base)/agents/{id}/versions/{version}/manifest"),
                (module, "\(base)/artifacts/sha256/{digest}"),
                ("\(base)/artifacts/sha256/0", "\(base)/artifacts/sha256/{digest}"),
                ("\(base)/events?from=1&limit=2", "\(base)/events"),
                ("\(base)/events?stream=agent/acme.full", "\(base)/events"),
                ("\(base)/events?type=agent.registered.v1", "\(base)/events"),
                ("\(base)/projections", "\(base)/projections"),
                ("/health/live", "/health/live"), ("/health/ready", "/health/ready"),
                ("/openapi/openapi.json", "/openapi/openapi.json"), ("/openapi/", "/openapi/"),
            ]
            for (path, template) in reads {
                let response = try await marketplace.get(path)
                exchanges.append(Exchange(method: "GET", path: path, template: template, response: response))
                guard let tag = response.fields["etag"] else { continue }
                exchanges.append(
                    Exchange(
                        method: "GET", path: path, template: template,
                        response: try await marketplace.get(path, [("If-None-Match", tag)])))
            }
            let verdicts = try await Oracle.run("openapi", input: exchanges.map { "\($0.line)\n" }.joined())
            for (exchange, verdict) in zip(exchanges, verdicts) {
                #expect(verdict == "ok", "\(exchange.method) \(exchange.path) \(exchange.response.status): \(verdict)")
            }
            // Every described operation was sent and answered with success, so it is served.
            let described = Set(try #require(verdicts.last).split(separator: " ").map(String.init))
            let served = Set(exchanges.filter { $0.response.status < 300 }.map { "\($0.method):\($0.template)" })
            #expect(described == served)
            // And every route of the program is described.
            let log = try String(contentsOfFile: "\(marketplace.folder)-up.log", encoding: .utf8)
            let routes = try #require(log.firstMatch(of: /"routes":"([^"]*)"/).map { String($0.1) })
            #expect(Set(routes.split(separator: ", ").map { String($0.replacing(" ", with: ":")) }) == described)
        }
    }

    @Test func theServedDescriptionIsTheFileOfTheRepository() async throws {
        try await withMarketplace { marketplace, _ in
            let file = try Data(contentsOf: Oracle.root.appending(path: "schemas/http/openapi.json"))
            #expect(try await marketplace.get("/openapi/openapi.json").body == Array(file))
        }
    }
}
