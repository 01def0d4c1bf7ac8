import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Nobody adds more than their share: accounts and addresses are limited by kind of command.
@Suite struct MeteringTests {
    /// Options that give limits other values.
    func limits(_ limits: String...) -> [String] { limits.flatMap { ["--limit", $0] } }

    private func remaining(_ response: HTTPClientResponse) throws -> Int {
        let field = try #require(response.fields["ratelimit"])
        return try #require(field.firstMatch(of: /;r=(\d+);t=\d+$/).flatMap { Int($0.1) })
    }

    func expectLimited(_ response: HTTPClientResponse, _ name: String, within seconds: ClosedRange<Int>) {
        expect(response, "429 rate-limited")
        #expect(response.fields["retry-after"].flatMap { Int($0) }.map(seconds.contains) == true)
        #expect(response.fields["ratelimit-policy"]?.hasPrefix("\"\(name)\";q=") == true)
        #expect(response.fields["ratelimit"]?.hasPrefix("\"\(name)\";r=0;t=") == true)
    }

    @Test func anAddressRegistersSoMany() async throws {
        let limits = limits("registrations-burst=3", "registrations-hour=20")
        try await withMarketplace(limits) { marketplace, _ in
            for name in ["a1", "a2"] { _ = try await marketplace.register(name) }
            let key = "a key of 22 characters".replacing(" ", with: "-")
            let third = try await marketplace.send("POST", "users", #"{"name":"a3"}"#, key: key)
            #expect(third.status == 201)
            #expect(third.fields["ratelimit-policy"] == "\"registrations\";q=3;w=540")
            #expect(try remaining(third) == 0)
            expectLimited(
                try await marketplace.send("POST", "users", #"{"name":"a4"}"#), "registrations", within: 1...180)
            // A repeat issues another token, so it counts as well.
            expectLimited(
                try await marketplace.send("POST", "users", #"{"name":"a3"}"#, key: key), "registrations",
                within: 1...180)
        }
    }

    @Test func aRepeatIsFreeAlsoWhereNothingIsLeft() async throws {
        try await withMarketplace(limits("changes-burst=1", "changes-hour=1")) { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let body = #"{"bio":"one"}"#
            for _ in 0..<4 {
                let answer = try await marketplace.send("PUT", "users/me/profile", body, token: ada, key: "once")
                #expect(answer.status == 201)
            }
            expectLimited(
                try await marketplace.send("PUT", "users/me/profile", body, token: ada), "changes", within: 1...3_600)
        }
    }

    @Test func aRegistrationIsRefusedUnreadWhereItIsLarge() async throws {
        try await withMarketplace { marketplace, _ in
            let port = try #require(marketplace.url.split(separator: ":").last.flatMap { UInt16($0) })
            let answer = try await RawHTTP.exchange(
                port: port,
                [
                    .send(
                        "POST /api/v1/marketplace/users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4097\r\nExpect: 100-continue\r\n\r\n"
                    ), .finish,
                ])
            #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(answer)")
            #expect(!answer.contains("100 Continue"))
        }
    }

    @Test func youngAccountsShareTheNewAgentsOfTheirAddress() async throws {
        let limits = limits("new-agents-burst=2", "new-agents-hour=60")
        try await withMarketplace(limits) { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            let first = try await marketplace.publish([manifest("ada.a")], token: ada, key: "first")
            #expect(first.status == 201)
            // A repeat is free, and so is what is refused, or was there already.
            #expect(try await marketplace.publish([manifest("ada.a")], token: ada, key: "first").status == 201)
            #expect(try await marketplace.publish([manifest("ada.a")], token: ada).status == 200)
            expect(try await marketplace.publish([manifest("ada.b", "x")], token: ada), "422 invalid-manifest")
            expect(try await marketplace.publish([manifest("ada.b")], token: bob), "403 namespace-owned")
            #expect(try await marketplace.publish([manifest("bob.a")], token: bob).status == 201)

            for (id, token) in [("ada.b", ada), ("bob.b", bob)] {
                expectLimited(try await marketplace.publish([manifest(id)], token: token), "new-agents", within: 1...60)
            }
            // New versions of what is there have a limit of their own, and an administrator has none.
            #expect(try await marketplace.publish([manifest("ada.a", "1.1.0")], token: ada).status == 201)
            for id in ["acme.a", "acme.b", "acme.c"] {
                let answer = try await marketplace.publish([manifest(id)])
                #expect(answer.status == 201)
                #expect(answer.fields["ratelimit"] == nil)
            }
            #expect(try await marketplace.head() > 0)
        }
    }

    @Test func olderAccountsHaveLimitsOfTheirOwn() async throws {
        let limits = limits("young-days=0", "changes-burst=2", "changes-hour=1", "judgments-burst=1")
        try await withMarketplace(limits) { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            for token in [ada, bob] {
                for (index, bio) in ["one", "two"].enumerated() {
                    let answer = try await marketplace.send(
                        "PUT", "users/me/profile", "{\"bio\":\"\(bio)\"}", token: token)
                    #expect(try remaining(answer) == 1 - index)
                }
                expectLimited(
                    try await marketplace.send("PUT", "users/me/profile", #"{"bio":"three"}"#, token: token), "changes",
                    within: 3_000...3_600)
            }
            // Each kind has a bucket of its own.
            #expect(try await marketplace.publish([manifest("ada.a")], token: ada).status == 201)
            // Ending a token is never refused.
            #expect(try await marketplace.send("DELETE", "tokens", token: ada).status == 200)
            #expect(try await marketplace.send("DELETE", "tokens/current", token: ada).status == 201)
        }
    }

    @Test func judgmentsAndFlagsAreLimited() async throws {
        let limits = limits("judgments-burst=2", "judgments-hour=60", "flags-burst=1", "flags-hour=30")
        try await withMarketplace(limits) { marketplace, _ in
            for id in ["acme.a", "acme.b", "acme.c"] { _ = try await marketplace.publish([manifest(id)]) }
            let (_, ada) = try await marketplace.register("ada")
            // What is refused costs nothing of its kind.
            for _ in 0..<3 {
                expect(try await marketplace.send("PUT", "agents/acme.none/star", token: ada), "404 agent-not-found")
            }
            for id in ["acme.a", "acme.b"] {
                #expect(try await marketplace.send("PUT", "agents/\(id)/star", token: ada).status == 201)
                // What is there already adds nothing, and so costs nothing.
                if id == "acme.a" {
                    for _ in 0..<3 {
                        #expect(try await marketplace.send("PUT", "agents/\(id)/star", token: ada).status == 200)
                    }
                }
            }
            expectLimited(
                try await marketplace.send("PUT", "agents/acme.c/star", token: ada), "judgments", within: 1...60)
            // What was said can be taken back.
            #expect(try await marketplace.send("DELETE", "agents/acme.a/star", token: ada).status == 201)
            let flag = #"{"kind":"agent","agent":"acme.a","reason":"spam"}"#
            #expect(try await marketplace.send("POST", "flags", flag, token: ada).status == 201)
            expectLimited(try await marketplace.send("POST", "flags", flag, token: ada), "flags", within: 1...120)
        }
    }

    @Test func downloadsGoOnUncountedBeyondTheLinesOfAnAddress() async throws {
        let arguments =
            limits("download-lines-burst=2", "download-lines-hour=1")
            + ["--client-address", "x-forwarded-for", "--trusted-proxy", "127.0.0.1"]
        try await withMarketplace(arguments) { marketplace, _ in
            for id in ["acme.a", "acme.b", "acme.c"] {
                #expect(try await marketplace.publish([manifest(id), package(["a": id])]).status == 201)
                try await eventually("\(id) is in the index") {
                    try await marketplace.get("/index/\(id)").status == 200
                }
            }
            func download(_ id: String, _ address: String) async throws {
                let answer = try await marketplace.get(
                    "agents/\(id)/versions/latest/download", [(name: "X-Forwarded-For", value: address)])
                #expect(answer.status == 302)
            }
            func uncounted() async throws -> Int64? {
                try await marketplace.json("/health/downloads")["uncounted"]?.integer
            }
            // The minute may end between two downloads: then the same line costs again.
            for id in ["acme.a", "acme.b"] { for _ in 0..<50 { try await download(id, "192.0.2.1") } }
            let before = try #require(try await uncounted())
            for _ in 0..<10 { try await download("acme.c", "192.0.2.1") }
            #expect(try await uncounted() == before + 10)
            // Another address has its own share.
            try await download("acme.c", "192.0.2.2")
            #expect(try await uncounted() == before + 10)
        }
    }

    @Test func refusalsAreLimitedAsWell() async throws {
        try await withMarketplace(limits("refused-burst=3", "refused-hour=60")) { marketplace, _ in
            _ = try await marketplace.publish([manifest("acme.a")])
            let (_, ada) = try await marketplace.register("ada")
            for _ in 0..<3 {
                expect(try await marketplace.publish([manifest("acme.b")], token: ada), "403 namespace-owned")
            }
            expectLimited(
                try await marketplace.publish([manifest("acme.b")], token: ada), "refused", within: 1...60)
            expectLimited(
                try await marketplace.send("PUT", "agents/acme.a/star", token: ada), "refused", within: 1...60)
            #expect(try await marketplace.send("DELETE", "tokens/current", token: ada).status == 201)
        }
    }

    @Test func limitsOfADayHoldAcrossRestarts() async throws {
        try await TestDatabase.with { url in
            try await withFolder { folder in
                let words =
                    ["up", "--data", folder, "--database-url", url, "--port", "0"]
                    + limits("agent-versions-day=2", "stream-judgments-day=2", "holds-day=1")
                let first = try await MarketplaceProcess(words, folder: folder)
                let (_, ada) = try await first.register("ada")
                let (_, mod) = try await first.register("mod")
                let moderator = try await first.operatorToken(for: "mod", scopes: ["moderate"])
                for version in ["1.0.0", "1.1.0"] {
                    #expect(try await first.publish([manifest("ada.a", version)], token: ada).status == 201)
                }
                for agent in ["b", "c"] {
                    #expect(try await first.publish([manifest("ada.\(agent)")], token: ada).status == 201)
                }
                for _ in 0..<2 {
                    #expect(try await first.send("PUT", "agents/ada.a/star", token: mod).status == 201)
                    #expect(try await first.send("DELETE", "agents/ada.a/star", token: mod).status == 201)
                }
                let hold = #"{"reason":"spam"}"#
                #expect(try await first.send("POST", "agents/ada.b/quarantine", hold, token: moderator).status == 201)
                try await first.kill()

                let second = try await MarketplaceProcess(words, folder: folder)
                let day = 1...86_400
                expectLimited(
                    try await second.publish([manifest("ada.a", "1.2.0")], token: ada), "agent-versions-day",
                    within: day)
                // What a page says is in the log as well.
                let listing =
                    #"{"manifest":{"id":"ada.a","version":"1.0.0","image":"a:1","description":"d","inputs":[],"outputs":[]}}"#
                expectLimited(
                    try await second.send("PUT", "agents/ada.a/versions/1.0.0/listing", listing, token: ada),
                    "agent-versions-day", within: day)
                expectLimited(
                    try await second.send("PUT", "agents/ada.a/star", token: mod), "stream-judgments-day", within: day)
                expectLimited(
                    try await second.send("POST", "agents/ada.c/quarantine", hold, token: moderator), "holds-day",
                    within: day)
                // Others have days of their own; so has another agent, and an administrator has no limit.
                #expect(try await second.publish([manifest("ada.c", "1.1.0")], token: ada).status == 201)
                #expect(try await second.send("PUT", "agents/ada.c/star", token: mod).status == 201)
                let administrator = try second.token
                for version in ["1.0.0", "1.1.0", "1.2.0"] {
                    #expect(try await second.publish([manifest("acme.z", version)]).status == 201)
                }
                let held = try await second.send("POST", "agents/ada.c/quarantine", hold, token: administrator)
                #expect(held.status == 201)
                #expect(try await second.stop() == 0)
            }
        }
    }

    /// What owners said stays in the index for good, so they may not say the opposite all day; a warning is never refused.
    @Test func whatIsSaidForTheFirstTimeIsNeverOneTooMany() async throws {
        try await withMarketplace(limits("reversals-day=2")) { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            for version in ["1.0.0", "1.1.0"] {
                #expect(try await marketplace.publish([manifest("ada.a", version)], token: ada).status == 201)
            }
            func say(_ method: String, _ path: String, _ body: String? = nil) async throws -> HTTPClientResponse {
                try await marketplace.send(method, "agents/ada.a/\(path)", body, token: ada)
            }
            let yank = #"{"reason":"broken"}"#
            let day = 1...86_400
            for (path, body) in [("versions/1.0.0/yank", yank), ("deprecation", "{}")] {
                // Said, said otherwise, taken back; then a day has to pass before it is said otherwise again.
                #expect(try await say("POST", path, body).status == 201)
                let otherwise = body == yank ? #"{"reason":"security"}"# : #"{"note":"No more."}"#
                #expect(try await say("POST", path, otherwise).status == 201)
                #expect(try await say("DELETE", path).status == 201)
                #expect(try await say("POST", path, body).status == 201)
                expectLimited(try await say("DELETE", path), "reversals-day", within: day)
                expectLimited(try await say("POST", path, otherwise), "reversals-day", within: day)
            }
            #expect(try await say("POST", "versions/1.1.0/yank", yank).status == 201)
        }
    }

    @Test func largeUploadsAreRefusedBeforeTheirFiles() async throws {
        let limits = limits("new-agents-burst=1", "new-agents-hour=60")
        try await withMarketplace(limits) { marketplace, _ in
            _ = try await marketplace.publish([manifest("acme.a")])
            let (_, ada) = try await marketplace.register("ada")
            #expect(try await marketplace.publish([manifest("ada.a")], token: ada).status == 201)
            let port = try #require(marketplace.url.split(separator: ":").last.flatMap { UInt16($0) })
            for (id, wanted) in [("acme.b", "namespace-owned"), ("ada.b", "rate-limited")] {
                let text = String(decoding: manifest(id).bytes, as: UTF8.self)
                let answer = try await RawHTTP.exchange(
                    port: port,
                    [
                        .send(
                            "POST /api/v1/marketplace/publish HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(ada)\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 30000000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"manifest\"\r\n\r\n\(text)\r\n--x\r\nContent-Disposition: form-data; name=\"package\"; filename=\"p\"\r\n\r\n"
                        ), .sleep(milliseconds: 2_000),
                    ])
                #expect(answer.contains("\"code\":\"\(wanted)\""), "\(answer)")
            }
        }
    }

    @Test(arguments: [
        ("x-forwarded-for", "192.0.2.1", "192.0.2.1"),
        ("x-forwarded-for", "198.51.100.7, 192.0.2.1", "192.0.2.1"),
        ("x-forwarded-for", "198.51.100.8,192.0.2.1 , 10.1.2.3", "192.0.2.1"),
        ("x-forwarded-for", "192.0.2.1:4711", "192.0.2.1"),
        ("x-forwarded-for", "2001:db8::1", "2001:db8:0:0:ffff::2"),
        ("x-forwarded-for", "[2001:db8::1]:80", "2001:db8::9"),
        ("x-forwarded-for", "::ffff:192.0.2.1", "192.0.2.1"),
        ("forwarded", "for=192.0.2.1", "For=\"192.0.2.1:80\";proto=http"),
        ("forwarded", "for=198.51.100.9, for=192.0.2.1;by=10.0.0.1", "proto=https;for=192.0.2.1"),
        ("forwarded", "for=\"[2001:db8::1]:4711\"", "for=\"[2001:db8::2]\""),
        ("forwarded", "for=\"a,b;c\", for=192.0.2.1", "for=192.0.2.1"),
        // What a client left open swallows nothing of what the proxy adds.
        ("forwarded", "for=198.51.100.1;x=\", for=192.0.2.1", "for=192.0.2.1"),
        ("forwarded", "for=198.51.100.1;x=\", for=\"[2001:db8::1]\"", "for=\"[2001:db8::2]\""),
        ("x-forwarded-for", "\", 192.0.2.1", "192.0.2.1"),
        ("x-forwarded-for", "\u{600}, 192.0.2.1", "192.0.2.1"),
    ])
    func anAddressIsReadPastTrustedProxies(_ field: String, _ one: String, _ same: String) async throws {
        let arguments =
            ["--client-address", field, "--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8"]
            + limits("registrations-burst=1", "registrations-hour=1")
        try await withMarketplace(arguments) { marketplace, _ in
            let isForwarded = field == "forwarded"
            let steps: [(value: String?, status: Int)] = [
                (one, 201), (same, 429),
                // Another address has a bucket of its own; what can't be read leaves the proxy's.
                (isForwarded ? "for=203.0.113.5" : "203.0.113.5", 201), (nil, 201),
                (isForwarded ? "for=_hidden" : "unknown", 429), ("", 429),
            ]
            for (index, step) in steps.enumerated() {
                let fields = step.value.map { [(name: field, value: $0)] } ?? []
                let request = HTTPClientRequest(
                    "POST", "\(marketplace.url)/api/v1/marketplace/users",
                    fields: [(name: "Content-Type", value: "application/json")] + fields,
                    body: Array("{\"name\":\"a\(index)\"}".utf8))
                let answer = try await marketplace.client.send(request)
                #expect(answer.status == step.status, "\(step)")
            }
        }
    }

    @Test func aFieldThatAnybodyCanWriteSaysNothing() async throws {
        let arguments =
            ["--client-address", "x-forwarded-for", "--trusted-proxy", "10.0.0.0/8"]
            + limits("registrations-burst=1", "registrations-hour=1")
        try await withMarketplace(arguments) { marketplace, _ in
            _ = try await marketplace.register("a1")
            let request = HTTPClientRequest(
                "POST", "\(marketplace.url)/api/v1/marketplace/users",
                fields: [("Content-Type", "application/json"), ("X-Forwarded-For", "203.0.113.5")],
                body: Array(#"{"name":"a2"}"#.utf8))
            #expect(try await marketplace.client.send(request).status == 429)
        }
    }

    @Test func mentatctlWaitsAndSaysSo() async throws {
        let limits = limits("registrations-burst=1", "registrations-hour=360")
        try await withMarketplace(limits) { marketplace, _ in
            _ = try await marketplace.register("ada")
            try await Ctl.with(marketplace.url) { ctl in
                let outcome = try await ctl.run(["register", "bob"])
                #expect(outcome.code == 0, "\(outcome.errors)")
                #expect(outcome.errors.contains("too many registrations"), "\(outcome.errors)")
                #expect(outcome.errors.contains(/waiting \d+ s/))
            }
        }
    }

    @Test func theDocumentationListsEachLimitWithItsDefault() async throws {
        let listed = try await run([try MarketplaceProcess.program, "limits", "--json"])
        let limits = try #require(try JSONValue(Array(listed.output.utf8))["limits"]?.array)
        let documentation = try String(contentsOfFile: "docs/limits.md", encoding: .utf8)
        let rows = documentation.matches(of: /\| `([a-z0-9-]+)` \| (\d+) \| ([^|\n]+) \|/)
        let documented = rows.map { "\($0.1) \($0.2) \($0.3)" }
        let wanted = limits.map {
            "\($0["name"]?.string ?? "") \($0["default"]?.integer ?? -1) \($0["words"]?.string ?? "")"
        }
        #expect(documented == wanted)
        #expect(limits.count > 10)
    }
}
