import EventLog
import Events
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Every refusal is a named problem and leaves the head where it was.
@Suite struct RefusalTests {
    private struct Case: Sendable {
        let name: String
        let status: Int
        let code: String
        let send: @Sendable (MarketplaceProcess) async throws -> HTTPClientResponse

        init(
            _ name: String, _ status: Int, _ code: String,
            _ send: @escaping @Sendable (MarketplaceProcess) async throws -> HTTPClientResponse
        ) {
            self.name = name
            self.status = status
            self.code = code
            self.send = send
        }

        static func publish(_ name: String, _ status: Int, _ code: String, _ parts: [HTTPClientRequest.Part]) -> Case {
            Case(name, status, code) { try await $0.publish(parts) }
        }

        static func get(_ path: String, _ status: Int, _ code: String) -> Case {
            Case("GET \(path)", status, code) { try await $0.get(path) }
        }
    }

    private static let commands: [Case] = [
        Case("no token", 401, "not-authenticated") { try await $0.get("publish", method: "POST") },
        Case("basic credentials", 401, "not-authenticated") {
            try await $0.get("publish", [("Authorization", "Basic YTpi")], method: "POST")
        },
        Case("truncated token", 401, "not-authenticated") {
            try await $0.publish([manifest("acme.x")], token: String($0.token.dropLast()))
        },
        Case("mistyped token", 401, "not-authenticated") {
            try await $0.publish([manifest("acme.x")], token: "mlm_" + String($0.token.dropFirst(4).reversed()))
        },
        Case("foreign token", 401, "not-authenticated") {
            // The check is right and the secret is unknown.
            try await $0.publish(
                [manifest("acme.x")],
                token: "mlm_0000000000000000000000000000000000000000000000000000000000000000\(Self.check)")
        },
        Case("no multipart", 415, "unsupported-media-type") {
            try await $0.get(
                "publish", [("Authorization", "Bearer \($0.token)"), ("Content-Type", "application/json")],
                method: "POST")
        },
        Case("empty multipart", 400, "malformed-request") {
            try await $0.get(
                "publish",
                [("Authorization", "Bearer \($0.token)"), ("Content-Type", "multipart/form-data; boundary=a")],
                method: "POST")
        },
        Case("long idempotency key", 400, "invalid-parameter") {
            try await $0.publish([manifest("acme.x")], key: String(repeating: "k", count: 129))
        },
        .publish("no manifest", 422, "invalid-part", [part("readme", "x")]),
        .publish("unknown part", 422, "invalid-part", [manifest("acme.x"), part("licence", "x")]),
        .publish("a part twice", 422, "invalid-part", [manifest("acme.x"), manifest("acme.x")]),
        .publish("a package that is no gzip", 422, "invalid-part", [manifest("acme.x"), part("package", "PK")]),
        .publish("a module that is no wasm", 422, "invalid-part", [manifest("acme.x"), part("wasm_module", "\0asm")]),
        .publish("an empty manifest", 422, "invalid-manifest", [part("manifest", "")]),
        .publish("a manifest that is no YAML", 422, "invalid-manifest", [part("manifest", "a: [")]),
        .publish("a manifest with anchors", 422, "invalid-manifest", [part("manifest", "a: &x 1\nb: *x\n")]),
        .publish(
            "a manifest that nests deep", 422, "invalid-manifest",
            [part("manifest", String(repeating: "[", count: 100_000))]),
        .publish("a control character", 422, "invalid-manifest", [manifest("acme.x", more: "category: \"a\\0b\"")]),
        .publish(
            "many capabilities", 422, "invalid-manifest",
            [
                manifest("acme.x", more: "capabilities: [\((0..<30_000).map { "c\($0)" }.joined(separator: ","))]")
            ]),
        .publish("missing fields", 422, "invalid-manifest", [part("manifest", "id: acme.x\nversion: 1.0.0\n")]),
        .publish(
            "a long version", 422, "invalid-manifest",
            [manifest("acme.x", "1.0.0-\(String(repeating: "a", count: 128))")]),
        .publish("no SemVer", 422, "invalid-manifest", [manifest("acme.x", "1.0")]),
        .publish("an id with a dot beside a dash", 422, "invalid-manifest", [manifest("acme.-x")]),
        .publish("an id with look-alike letters", 422, "invalid-manifest", [manifest("\u{430}cme.x")]),
        .publish("an id with dots", 422, "invalid-manifest", [manifest("acme..x")]),
        .publish(
            "a digest that is another's", 422, "invalid-manifest",
            [
                manifest("acme.x", more: "wasm: {sha256: '\(String(repeating: "0", count: 64))'}"),
                HTTPClientRequest.Part(name: "wasm_module", bytes: [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]),
            ]),
        .publish(
            "a large manifest", 413, "content-too-large", [part("manifest", String(repeating: "a", count: 262_145))]),
        .publish(
            "a large readme", 413, "content-too-large",
            [manifest("acme.x"), part("readme", String(repeating: "a", count: 1_048_577))]),
        .publish("an existing version", 409, "version-exists", [manifest("acme.there", more: "author: other")]),
        .publish("another spelling", 409, "other-spelling", [manifest("ACME.there", "2.0.0")]),
        Case("another method", 405, "method-not-allowed") { try await $0.get("publish") },
    ]

    private static let queries: [Case] = [
        .get("nothing", 404, "path-not-found"), .get("/nothing", 404, "path-not-found"),
        .get("agents/acme.nobody", 404, "agent-not-found"), .get("agents/acme.nobody/versions", 404, "agent-not-found"),
        .get("agents/%20", 404, "agent-not-found"), .get("agents/a%2Fb", 404, "agent-not-found"),
        .get("agents/%ff", 400, "malformed-request"), .get("agents/%00", 400, "malformed-request"),
        .get("agents/..%2f", 404, "agent-not-found"),
        .get("agents/acme.there/versions/9.9.9", 404, "version-not-found"),
        .get("agents/acme.there/versions/one", 404, "version-not-found"),
        .get("agents/acme.there/versions/9.9.9/manifest", 404, "version-not-found"),
        .get("artifacts/sha256/abc", 404, "artifact-not-found"),
        .get("artifacts/sha256/\(String(repeating: "0", count: 64))", 404, "artifact-not-found"),
        .get("agents?limit=0", 400, "invalid-parameter"), .get("agents?limit=101", 400, "invalid-parameter"),
        .get("agents?limit=x", 400, "invalid-parameter"), .get("agents?limit=+1", 400, "invalid-parameter"),
        .get("agents?sort=best", 400, "invalid-parameter"), .get("agents?cursor=x", 400, "invalid-parameter"),
        .get("agents?sort=name&cursor=A", 400, "invalid-parameter"), .get("agents?unknown=1", 400, "invalid-parameter"),
        .get("agents?q=a&q=b", 400, "invalid-parameter"),
        .get("agents/acme.there/versions?cursor=x", 400, "invalid-parameter"),
        .get("agents?q=\(String(repeating: "a", count: 4_097))", 400, "invalid-parameter"),
        .get("events?from=-1", 400, "invalid-parameter"),
        .get("events?from=9007199254740992", 400, "invalid-parameter"),
        .get("events?limit=1001", 400, "invalid-parameter"),
        .get("events?stream=x", 400, "invalid-parameter"), .get("events?type=x", 400, "invalid-parameter"),
        .get("events?type=log.created.v1&stream=agent/a", 400, "invalid-parameter"),
        .get("projections?x=1", 400, "invalid-parameter"),
        .get("agents?min_position=100000", 409, "position-unknown"),
        .get("agents/acme.x?min_position=100000", 409, "position-unknown"),
        .get("events?from=100000", 409, "position-unknown"),
        Case("DELETE agents", 405, "method-not-allowed") { try await $0.get("agents", method: "DELETE") },
    ]

    /// The check of a secret of zeros, by sha256sum.
    private static let check = "e7eaaf6c"

    @Test func everyRefusalIsNamedAndLeavesTheHead() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let there = try await marketplace.publish([manifest("acme.there")])
            #expect(there.status == 201)
            let head = try await marketplace.head()
            for refusal in Self.commands + Self.queries {
                let response = try await refusal.send(marketplace)
                let body = try? JSONValue(response.body)
                #expect(
                    response.status == refusal.status,
                    "\(refusal.name): \(String(decoding: response.body, as: UTF8.self))")
                #expect(body?["code"]?.string == refusal.code, "\(refusal.name)")
                #expect(body?["status"]?.integer == Int64(refusal.status))
                #expect(body?["type"]?.string == "urn:mentatlab:problem:\(refusal.code)")
                #expect(
                    body?["instance"]?.string == response.fields["request-id"].map { "urn:uuid:\($0)" },
                    "\(refusal.name)")
                #expect(response.fields["content-type"] == "application/problem+json")
                #expect((response.fields["retry-after"] != nil) == (refusal.status == 503))
                #expect((response.fields["www-authenticate"] != nil) == (refusal.status == 401))
                #expect(try await marketplace.head() == head, "\(refusal.name) changed the log")
            }
            let keys = try await TestDatabase.query(databaseURL, "SELECT count(*)::text FROM vault.idempotency_keys")
            #expect(keys == ["0"])
        }
    }

    /// Other people's tokens, names and agents; who they are is appended as registration will append it.
    @Test func whatBelongsToOthersIsNotTouched() async throws {
        try await withMarketplace { marketplace, databaseURL in
            #expect(try await marketplace.publish([manifest("acme.there")]).status == 201)
            let log = try await EventLog.open(EventLog.Configuration(url: databaseURL))
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            let other = try await Newcomer.register(in: log, scopes: [.publish], expires: now + 3_600_000)
            let narrow = try await Newcomer.register(
                in: log, scopes: [.publish],
                within: WithinContent(agents: [try #require(AgentKey("narrow.one"))], namespaces: []),
                expires: now + 3_600_000)
            let expired = try await Newcomer.register(in: log, scopes: [.publish], expires: now - 1)
            let reviewer = try await Newcomer.register(in: log, scopes: [.review], expires: now + 3_600_000)
            await log.close()
            let head = try await marketplace.head()

            let cases: [(String, String, Int, String)] = [
                (other, "acme.there", 403, "not-owner"), (other, "ACME.There", 403, "not-owner"),
                (other, "acme.new", 403, "namespace-owned"), (other, "npm.left-pad", 403, "name-reserved"),
                (other, "search", 403, "name-reserved"), (narrow, "narrow.two", 403, "out-of-scope"),
                (reviewer, "hers.one", 403, "out-of-scope"), (expired, "hers.one", 401, "not-authenticated"),
            ]
            for (token, id, status, code) in cases {
                let response = try await marketplace.publish([manifest(id, "3.0.0")], token: token)
                #expect(response.status == status, "\(id)")
                #expect(try JSONValue(response.body)["code"]?.string == code, "\(id)")
                #expect(try await marketplace.head() == head)
            }
            // Nobody looks through a large package that comes before a manifest that its sender may not publish.
            let large = HTTPClientRequest.Part(
                name: "package", bytes: [0x1f, 0x8b, 0x08] + Array(repeating: 0, count: 300_000))
            for (token, status, code) in [(other, 403, "not-owner"), (try marketplace.token, 422, "invalid-part")] {
                let response = try await marketplace.publish([large, manifest("acme.there", "3.0.0")], token: token)
                #expect(try response.status == status && JSONValue(response.body)["code"]?.string == code)
            }
            #expect(try await marketplace.publish([manifest("narrow.one")], token: narrow).status == 201)
            #expect(try await marketplace.publish([manifest("hers.one")], token: other).status == 201)
        }
    }

    @Test func allFindingsComeAtOnce() async throws {
        try await withMarketplace { marketplace, _ in
            let response = try await marketplace.publish([
                part("manifest", "id: 'a b'\nversion: x\ninputs: [1]\nlicense: none\n")
            ])
            let findings = try JSONValue(response.body)["findings"]?.array ?? []
            #expect(
                findings.compactMap { $0["path"]?.string } == [
                    "/id", "/version", "/image", "/description", "/inputs/0", "/outputs", "/license",
                ])
            #expect(findings.last?["severity"]?.string == "warning")
        }
    }

    /// Who may not publish is told so before the body is sent; what is too large is told so before it is read.
    @Test func earlyAnswersComeBeforeTheBody() async throws {
        try await withMarketplace { marketplace, _ in
            let port = try #require(marketplace.url.split(separator: ":").last.flatMap { UInt16($0) })
            let head =
                "POST /api/v1/marketplace/publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            let unauthenticated = try await RawHTTP.exchange(
                port: port, [.send("\(head)Content-Length: 1000000\r\n\r\n"), .fill(200_000)])
            #expect(unauthenticated.hasPrefix("HTTP/1.1 401 "))
            let token = try marketplace.token
            let tooLarge = try await RawHTTP.exchange(
                port: port, [.send("\(head)Authorization: Bearer \(token)\r\nContent-Length: 1000000000\r\n\r\n")])
            #expect(tooLarge.hasPrefix("HTTP/1.1 413 "))
            let waiting = try await RawHTTP.exchange(
                port: port, [.send("\(head)Expect: 100-continue\r\nContent-Length: 100\r\n\r\n")])
            #expect(waiting.hasPrefix("HTTP/1.1 401 "))
            #expect(!waiting.contains("100 Continue"))
        }
    }
}
