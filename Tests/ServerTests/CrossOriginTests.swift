import HTTPClient
import Testing

/// Web pages of any origin may read what takes no credential, and nothing else.
@Suite struct CrossOriginTests {
    @Test func openReadsAreOpenToPagesAndNothingElseIs() async throws {
        try await withMarketplace { marketplace, _ in
            _ = try await marketplace.publish([manifest("acme.a")])
            let page = [(name: "Origin", value: "https://page.example")]
            // The second answer comes from the cache.
            for path in ["agents", "agents", "agents/none", "events", "/openapi/openapi.json", "/health/live"] {
                let answer = try await marketplace.get(path, page)
                #expect(answer.fields["access-control-allow-origin"] == "*", "\(path)")
                let exposed = answer.fields["access-control-expose-headers"] ?? ""
                for name in ["Link", "ETag", "Retry-After", "Marketplace-Position"] { #expect(exposed.contains(name)) }
                #expect(answer.fields["access-control-allow-credentials"] == nil)
                let preflight = try await marketplace.get(path, page, method: "OPTIONS")
                #expect(preflight.status == 204, "\(path)")
                #expect(preflight.fields["access-control-allow-methods"] == "GET, HEAD, OPTIONS")
            }
            // Clients of the registry's API read what is wrong with an address, too.
            for path in ["/v0.1/servers/npm/a/versions", "/v0.1/none"] {
                let answer = try await marketplace.get(path, page)
                #expect(answer.status == 404 && answer.fields["access-control-allow-origin"] == "*", "\(path)")
                #expect(try await marketplace.get(path, page, method: "OPTIONS").status == 204, "\(path)")
            }
            let refused = try await marketplace.get("/v0.1/servers", page, method: "DELETE")
            #expect(refused.status == 405 && refused.fields["access-control-allow-origin"] == "*")
            let token = [(name: "Authorization", value: "Bearer \(try marketplace.token)")] + page
            for path in ["users/me", "tokens", "agents/acme.a/reviews/mine", "invitations", "flags"] {
                let answer = try await marketplace.get(path, token)
                #expect(answer.fields["access-control-allow-origin"] == nil, "\(path)")
                let preflight = try await marketplace.get(path, page, method: "OPTIONS")
                #expect(preflight.fields["access-control-allow-origin"] == nil, "\(path)")
            }
            let command = try await marketplace.send("PUT", "agents/acme.a/star", token: try marketplace.token)
            #expect(command.fields["access-control-allow-origin"] == nil)
            let preflight = try await marketplace.get("agents/acme.a/star", page, method: "OPTIONS")
            #expect(preflight.status == 405)
        }
    }
}
