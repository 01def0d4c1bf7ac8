import AgentIndex
import Contract
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// The description and the service say the same: every operation is sent, and request and answer are held to
/// the description by an independent validator.
@Suite struct OpenAPITests {
    @Test func everyOperationIsDescribedAndEveryDescribedOneIsServed() async throws {
        try await withMarketplace(["--security-contact", "mailto:security@market.example"]) { marketplace, _ in
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
                [full, wasm], [full, wasm], [manifest("acme.full", "1.1.0")], [manifest("npm.full")],
                [part("manifest", "x")], [part("y", "x")],
            ] {
                let response = try await marketplace.publish(parts)
                position = response.fields["marketplace-position"] ?? position
                exchanges.append(
                    Exchange(
                        method: "POST", path: "\(base)/publish", template: "\(base)/publish", parts: parts,
                        response: response))
            }
            let page = try await marketplace.json("agents/acme.full/versions/1.0.0?min_position=\(position)")
            let module = try #require(page["artifacts"]?.array?.last?["sha256"]?.string)
            _ = try await marketplace.get("/index/acme.full?min_position=\(position)")
            let many = try await marketplace.publishManyVersions("acme.full", majors: 2...31)
            var walk = EndpointWalk(
                marketplace,
                [
                    "id": "acme.full", "version": "1.0.0", "position": "6", "field": "listing_commitment",
                    "name": "admin", "namespace": "acme", "digest": module,
                    "page": "\(try #require(many.older.first).digest)", "token": "current",
                    "invitation": "00000000000000000000000000000000", "server": "npm%2Ffull",
                ])
            try await walk.walk()
            exchanges += walk.exchanges
            exchanges += try await commands(marketplace, base)
            let download = "\(base)/agents/{id}/versions/{version}/download"
            // What the walk does not know: combinations of parameters, and what is not there.
            let reads: [(String, String)] = [
                ("\(base)/agents/acme.full/reviews?sort=rating&limit=1", "\(base)/agents/{id}/reviews"),
                ("\(base)/agents/no/reviews", "\(base)/agents/{id}/reviews"),
                ("\(base)/agents?sort=downloads&limit=1", "\(base)/agents"),
                ("\(base)/agents/acme.full/versions/latest/download?source=web", download),
                ("\(base)/agents/acme.full/versions/9/download", download),
                ("/index/no", "/index/{id}"), ("\(base)/publishers/nobody", "\(base)/publishers/{name}"),
                ("\(base)/agents?q=zebra&category=c&sort=name&limit=1", "\(base)/agents"),
                ("\(base)/agents?limit=1&sort=recent&cursor=99", "\(base)/agents"),
                ("\(base)/agents/no", "\(base)/agents/{id}"),
                ("\(base)/agents/acme.full/versions?cursor=1.1.0", "\(base)/agents/{id}/versions"),
                ("\(base)/agents/acme.full/versions/9.0.0", "\(base)/agents/{id}/versions/{version}"),
                ("\(base)/artifacts/sha256/0", "\(base)/artifacts/sha256/{digest}"),
                ("/.well-known/security.txt", "/.well-known/security.txt"),
                ("/v0.1/servers?search=full&limit=1", "/v0.1/servers"),
                ("/v0.1/servers/npm%2Fno/versions", "/v0.1/servers/{server}/versions"),
                ("/v0.1/servers/no/versions/latest", "/v0.1/servers/{server}/versions/{version}"),
                ("\(base)/events?from=1&limit=2", "\(base)/events"),
                ("\(base)/events?stream=agent/acme.full", "\(base)/events"),
                ("\(base)/events?type=agent.registered.v1", "\(base)/events"),
            ]
            for (path, template) in reads {
                let response = try await marketplace.get(path)
                exchanges.append(Exchange(method: "GET", path: path, template: template, response: response))
            }
            let description = try JSONValue(try await marketplace.get("/openapi/openapi.json").body)
            let input = [String(decoding: description.canonicalBytes, as: UTF8.self)] + exchanges.map(\.line)
            let verdicts = try await Oracle.run("openapi", input: input.map { "\($0)\n" }.joined())
            for (exchange, verdict) in zip(exchanges, verdicts) {
                #expect(verdict == "ok", "\(exchange.method) \(exchange.path) \(exchange.response.status): \(verdict)")
            }
            // Every described operation was sent and answered with success, so it is served.
            let described = Set(try #require(verdicts.last).split(separator: " ").map(String.init))
            let served = Set(exchanges.filter { $0.response.status < 304 }.map { "\($0.method):\($0.template)" })
            #expect(described == served)
            // And every route of the program is described, or is a page for people.
            let pages = Set(Endpoints.pages.map { "GET:\($0.declaration.path)" })
            let log = try String(contentsOfFile: "\(marketplace.folder)-up.log", encoding: .utf8)
            let routes = try #require(log.firstMatch(of: /"routes":"([^"]*)"/).map { String($0.1) })
            #expect(
                Set(routes.split(separator: ", ").map { String($0.replacing(" ", with: ":")) })
                    == described.union(pages))
        }
    }

    /// Every command and what only its sender reads, most of them refused once as well.
    private func commands(_ marketplace: MarketplaceProcess, _ base: String) async throws -> [Exchange] {
        let admin = try marketplace.token
        var exchanges: [Exchange] = []
        func send(
            _ method: String, _ template: String, _ path: String? = nil, _ json: String? = nil, by token: String?,
            type: String = "application/json"
        ) async throws {
            let path = path ?? template
            exchanges.append(
                Exchange(
                    method: method, path: "\(base)/\(path)", template: "\(base)/\(template)", json: json,
                    response: try await marketplace.send(method, path, json, token: token, type: type)))
        }
        try await send("POST", "users", nil, #"{"name":"ada","email":"a@example.com"}"#, by: nil)
        try await send("POST", "users", nil, #"{"name":"ada"}"#, by: nil)
        try await send("POST", "users", nil, #"{"name":"-"}"#, by: nil)
        let token = try #require(try JSONValue(exchanges[0].response.body)["token"]?.string)
        try await send(
            "PUT", "users/me/profile", nil, #"{"display_name":"Ada","website_url":"https://a.example"}"#, by: token)
        try await send("GET", "users/me", by: token)
        try await send("GET", "users/me", by: nil)
        try await send(
            "POST", "tokens", nil, #"{"name":"ci","scopes":["publish:ada.*"],"expires_in_days":1}"#, by: token)
        try await send("POST", "tokens", nil, #"{"name":"ci","scopes":["admin"]}"#, by: token)
        try await send("GET", "tokens", by: token)
        try await send("DELETE", "tokens/{token}", "tokens/00000000000000000000000000000000", by: token)
        let (_, other) = try await marketplace.register("renewing")
        try await send("DELETE", "tokens", by: other)
        try await send("POST", "tokens/renew", by: other)

        let (agent, yank) = ("agents/{id}", "agents/{id}/versions/{version}/yank")
        let listing = "agents/{id}/versions/{version}/listing"
        let text =
            #"{"manifest":{"id":"acme.full","version":"1.1.0","image":"a:1","description":"d","inputs":[],"outputs":[]}}"#
        try await send("PUT", listing, "agents/acme.full/versions/1.1.0/listing", text, by: admin)
        try await send("PUT", listing, "agents/acme.full/versions/1.1.0/listing", text, by: admin)
        try await send("PUT", listing, "agents/acme.full/versions/1.0.0/listing", text, by: admin)
        try await send("PUT", listing, "agents/acme.full/versions/1.1.0/listing", text, by: token)
        try await send(
            "POST", yank, "agents/acme.full/versions/1.1.0/yank", #"{"reason":"broken","note":"n"}"#, by: admin)
        try await send("DELETE", yank, "agents/acme.full/versions/1.1.0/yank", by: admin)
        try await send("POST", yank, "agents/acme.full/versions/1.1.0/yank", #"{"reason":"legal"}"#, by: admin)
        try await send("POST", yank, "agents/acme.full/versions/9.1.0/yank", #"{"reason":"legal"}"#, by: admin)
        try await send("POST", yank, "agents/acme.full/versions/1.1.0/yank", #"{"reason":"legal"}"#, by: token)
        try await send("POST", "\(agent)/deprecation", "agents/acme.full/deprecation", #"{"note":"n"}"#, by: admin)
        try await send("DELETE", "\(agent)/deprecation", "agents/acme.full/deprecation", by: admin)
        try await send("POST", "\(agent)/deprecation", "agents/acme.full/deprecation", by: admin)
        // The administrator owns acme.full, so somebody else moderates it.
        let (watch, _) = try await marketplace.register("watch")
        let moderator = try await marketplace.operatorToken(for: watch, scopes: ["moderate"])
        let hold = "\(agent)/quarantine"
        let held = "\(agent)/versions/{version}/quarantine"
        for (template, path) in [
            (hold, "agents/acme.full/quarantine"), (held, "agents/acme.full/versions/1.1.0/quarantine"),
        ] {
            try await send("POST", template, path, #"{"reason":"spam","note":"n"}"#, by: moderator)
            try await send("POST", template, path, #"{"reason":"spam"}"#, by: admin)
            try await send("DELETE", template, path, by: moderator)
        }
        let removal = "artifacts/sha256/{digest}"
        let lower = try await marketplace.json("agents/acme.full/versions/1.1.0")
        let file = lower["artifacts"]?.array?.first?["sha256"]?.string ?? ""
        try await send("DELETE", removal, "artifacts/sha256/\(file)?everywhere=true", #"{"reason":"owner"}"#, by: admin)
        try await send("DELETE", removal, "artifacts/sha256/\(file)", #"{"reason":"king"}"#, by: admin)
        let (owner, member) = ("\(agent)/owners/{name}", "namespaces/{namespace}/members/{name}")
        let line = downloadLine(id: "1", "acme.full", "1.0.0")
        for token in [admin, admin, token] {
            try await send("POST", "downloads", nil, line, by: token, type: "application/x-ndjson")
        }
        let invitation = "invitations/{invitation}"
        for (template, place) in [
            ("\(agent)/invitations", "agents/acme.full/invitations"),
            ("namespaces/{namespace}/invitations", "namespaces/acme/invitations"),
        ] {
            try await send("POST", template, place, #"{"user":"ada","role":"maintainer"}"#, by: admin)
            let open = try JSONValue(exchanges.last?.response.body ?? [])["invitation"]?.string ?? ""
            try await send("GET", "invitations", by: token)
            try await send("POST", "\(invitation)/acceptance", "invitations/\(open)/acceptance", by: token)
            try await send("POST", "\(invitation)/acceptance", "invitations/\(open)/acceptance", by: token)
            try await send("POST", template, place, #"{"user":"ada"}"#, by: admin)
            let other = try JSONValue(exchanges.last?.response.body ?? [])["invitation"]?.string ?? ""
            try await send("DELETE", invitation, "invitations/\(other)", by: token)
        }
        try await send("DELETE", owner, "agents/acme.full/owners/ada", by: admin)
        try await send("DELETE", owner, "agents/acme.full/owners/admin", by: admin)
        try await send("DELETE", member, "namespaces/acme/members/ada", by: admin)
        try await send("DELETE", member, "namespaces/none/members/ada", by: admin)

        // Who had a role judges nothing, so somebody else does.
        let (_, critic) = try await marketplace.register("critic")
        let mine = "\(agent)/reviews/mine"
        try await send(
            "POST", "\(agent)/reviews", "agents/acme.full/reviews", #"{"rating":4,"title":"t","text":"x"}"#, by: critic)
        try await send("POST", "\(agent)/reviews", "agents/acme.full/reviews", #"{"rating":4}"#, by: critic)
        try await send("PUT", mine, "agents/acme.full/reviews/mine", #"{"rating":5,"version":"1.0.0"}"#, by: critic)
        try await send("PUT", mine, "agents/acme.full/reviews/mine", #"{"rating":6}"#, by: critic)
        try await send("GET", mine, "agents/acme.full/reviews/mine", by: critic)
        try await send("GET", mine, "agents/acme.full/reviews/mine", by: admin)
        let vote = "\(agent)/reviews/{name}/vote"
        let (_, voter) = try await marketplace.register("voter")
        try await send("PUT", vote, "agents/acme.full/reviews/critic/vote", #"{"helpful":true}"#, by: voter)
        try await send("PUT", vote, "agents/acme.full/reviews/critic/vote", #"{"helpful":true}"#, by: critic)
        try await send("PUT", vote, "agents/acme.full/reviews/critic/vote", #"{"helpful":1}"#, by: voter)
        try await send("DELETE", vote, "agents/acme.full/reviews/critic/vote", by: voter)
        try await send("DELETE", mine, "agents/acme.full/reviews/mine", by: critic)
        try await send("PUT", mine, "agents/acme.full/reviews/mine", #"{"rating":5}"#, by: critic)
        try await send("DELETE", "\(agent)/star", "agents/acme.full/star", by: critic)
        try await send("PUT", "\(agent)/star", "agents/acme.full/star", by: critic)
        try await send("DELETE", "\(agent)/star", "agents/acme.full/star", by: critic)
        try await send("PUT", "\(agent)/star", "agents/acme.full/star", by: critic)
        try await send("PUT", "\(agent)/star", "agents/none/star", by: critic)
        try await send(
            "POST", "flags", nil, #"{"kind":"user","user":"admin","reason":"other","details":"d"}"#, by: critic)
        try await send("POST", "flags", nil, #"{"kind":"agent","agent":"none","reason":"other"}"#, by: critic)
        try await send("GET", "flags", "flags?limit=5", by: admin)
        try await send("GET", "flags", by: critic)
        let list = try JSONValue(try await marketplace.send("GET", "tokens", token: token).body)["tokens"]?.array
        try await send("DELETE", "tokens/{token}", "tokens/\(list?.first?["id"]?.string ?? "")", by: token)
        let last = try #require(exchanges.last?.response.fields["marketplace-position"])
        _ = try await marketplace.get("agents/acme.full?min_position=\(last)")
        let (_, leaving) = try await marketplace.register("leaving")
        let owned = try await marketplace.publish([manifest("leaving.tool")], token: leaving)
        #expect(owned.status == 201)
        try await send("DELETE", "users/me", by: leaving)
        try await send("DELETE", "users/me", "users/me?erase=all", by: leaving)
        try await send("DELETE", "users/me", "users/me?abandon=true&erase=words", by: leaving)
        try await send("DELETE", "users/me", by: admin)
        return exchanges
    }
}
