import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// People come, get tokens and go.
@Suite struct AccountTests {
    @Test func somebodyRegistersAndIsShown() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let answer = try await marketplace.send(
                "POST", "users", #"{"name":"Ada_Lovelace","email":"ada@example.com"}"#)
            let registered = try json(answer)
            let token = try #require(registered["token"]?.string)
            #expect(token.hasPrefix("mlm_"))
            #expect(
                registered["credential"]?["scopes"]?.array?.compactMap(\.string) == ["account", "publish", "review"])
            let me = try json(try await marketplace.send("GET", "users/me", token: token), 200)
            #expect(me["name"]?.string == "Ada_Lovelace")
            #expect(me["email"]?.string == "ada@example.com")
            #expect(me["user"] == registered["user"])

            // Names fold: nobody is somebody else by a dash.
            for name in ["ada-lovelace", "ADA__LOVELACE"] {
                expect(try await marketplace.send("POST", "users", "{\"name\":\"\(name)\"}"), "409 name-taken")
            }
            expect(try await marketplace.send("POST", "users", #"{"name":"Admin"}"#), "403 name-reserved")

            let profile = try await marketplace.send(
                "PUT", "users/me/profile",
                #"{"display_name":"Ada","bio":"Computes.","website_url":"https://example.com"}"#,
                token: token)
            let published = try await marketplace.publish([manifest("ada.engine")], token: token)
            #expect(profile.status == 201 && published.status == 201)
            let position = try #require(published.fields["marketplace-position"])
            let shown = try await marketplace.json("publishers/ada-lovelace?min_position=\(position)")
            #expect(shown["username"]?.string == "Ada_Lovelace")
            #expect(shown["display_name"]?.string == "Ada")
            #expect(shown["agents"]?.array?.compactMap { $0["id"]?.string } == ["ada.engine"])
            let agent = try await marketplace.json("agents/ada.engine")
            #expect(agent["publisher"]?["username"]?.string == "Ada_Lovelace")

            // Neither name nor address nor secret are in what strangers keep.
            let log = String(decoding: try await marketplace.get("events?limit=1000").body, as: UTF8.self)
            for word in ["Ada", "ada-lovelace", "example.com", token] { #expect(!log.contains(word), "\(word)") }

            // And all of it is forgotten when she goes, while what she published stays.
            let erased = try await marketplace.send("DELETE", "users/me", token: token)
            let gone = try #require(erased.fields["marketplace-position"])
            #expect(try json(erased)["erased"]?.bool == true)
            expect(try await marketplace.send("GET", "users/me", token: token), "401 not-authenticated")
            let after = try await marketplace.get("publishers/ada-lovelace?min_position=\(gone)")
            expect(after, "404 user-not-found")
            let orphan = try await marketplace.json("agents/ada.engine?min_position=\(gone)")
            #expect(orphan["publisher"]?["username"]?.string == "")
            let kept = try await TestDatabase.query(
                databaseURL,
                """
                SELECT (SELECT count(*) FROM vault.usernames WHERE name <> 'admin') || ' '
                    || (SELECT count(*) FROM vault.mailboxes) || ' '
                    || (SELECT count(*) FROM log.contents WHERE convert_from(document, 'UTF8') ~ 'Ada|Computes')
                """)
            #expect(kept == ["0 0 0"])
            // The name is free for somebody new.
            #expect(try await marketplace.register("ada-lovelace").user != me["user"]?.string)
        }
    }

    /// An answer that got lost is asked for again: another token, and the first one ends; but not once it is used.
    @Test func aRegistrationThatIsRepeatedGivesAnotherToken() async throws {
        try await withMarketplace { marketplace, _ in
            let key = "registration-0123456789abcdef"
            func register(_ name: String = "ada") async throws -> HTTPClientResponse {
                try await marketplace.send("POST", "users", "{\"name\":\"\(name)\"}", key: key)
            }
            let first = try json(try await register())
            let second = try json(try await register())
            let third = try json(try await register())
            #expect(first["user"] == second["user"] && second["user"] == third["user"])
            #expect(Set([first, second, third].compactMap { $0["token"]?.string }).count == 3)
            for lost in [first, second] {
                let answer = try await marketplace.send("GET", "users/me", token: lost["token"]?.string)
                expect(answer, "401 not-authenticated")
            }
            expect(try await register("bob"), "422 idempotency-key-reused")
            let token = try #require(third["token"]?.string)
            #expect(try await marketplace.send("GET", "users/me", token: token).status == 200)
            expect(try await register(), "409 token-in-use")
            #expect(try await marketplace.send("GET", "users/me", token: token).status == 200)
            expect(
                try await marketplace.send("POST", "users", #"{"name":"bob"}"#, key: "short"), "400 invalid-parameter")
        }
    }

    /// Many at once: one name, one key, and tokens that are asked for while their owner goes.
    @Test func whatHappensAtOnceHappensOnce() async throws {
        try await withMarketplace { marketplace, _ in
            func atOnce(
                _ count: Int, _ send: @escaping @Sendable (Int) async throws -> HTTPClientResponse
            ) async throws -> [HTTPClientResponse] {
                try await withThrowingTaskGroup(of: HTTPClientResponse.self) { group in
                    for index in 0..<count { group.addTask { try await send(index) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            func tokens(_ answers: [HTTPClientResponse]) throws -> [String] {
                try answers.filter { $0.status == 201 }.compactMap { try JSONValue($0.body)["token"]?.string }
            }
            func live(_ tokens: [String]) async throws -> Int {
                var count = 0
                for token in tokens where try await marketplace.send("GET", "users/me", token: token).status == 200 {
                    count += 1
                }
                return count
            }
            let named = try await atOnce(16) { index in
                try await marketplace.send("POST", "users", "{\"name\":\"\(index % 2 == 0 ? "a-da" : "A_DA")\"}")
            }
            #expect(named.filter { $0.status == 201 }.count == 1)
            #expect(named.filter { code($0) == "409 name-taken" }.count == 15)

            let key = "a-key-of-more-than-22-characters"
            let keyed = try await atOnce(16) { _ in
                try await marketplace.send("POST", "users", #"{"name":"bob"}"#, key: key)
            }
            #expect(keyed.allSatisfy { [201, 503].contains($0.status) })
            #expect(
                Set(try keyed.filter { $0.status == 201 }.map { try JSONValue($0.body)["user"]?.string }).count == 1)
            #expect(try await live(try tokens(keyed)) == 1)

            let (_, leaving) = try await marketplace.register("eve")
            let issued = try await atOnce(16) { index in
                index == 8
                    ? try await marketplace.send("DELETE", "users/me", token: leaving)
                    : try await marketplace.send(
                        "POST", "tokens", #"{"name":"t","scopes":["publish","review"]}"#, token: leaving)
            }
            #expect(try await live(try tokens(issued)) == 0)
        }
    }

    @Test func anAddressRegistersSoMany() async throws {
        try await withMarketplace(["--registrations-per-hour", "3"]) { marketplace, _ in
            for name in ["a1", "a2", "a3"] { _ = try await marketplace.register(name) }
            let refused = try await marketplace.send("POST", "users", #"{"name":"a4"}"#)
            expect(refused, "429 rate-limited")
            #expect(refused.fields["retry-after"].flatMap { Int($0) }.map { (1...1_201).contains($0) } == true)
        }
    }

    @Test func tokensAreIssuedListedAndRevoked() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, token) = try await marketplace.register("ada")
            let answer = try await marketplace.send(
                "POST", "tokens", #"{"name":"ci","scopes":["publish:ada.*"],"expires_in_days":7}"#, token: token)
            let issued = try json(answer)
            let narrow = try #require(issued["token"]?.string)
            let id = try #require(issued["credential"]?["id"]?.string)
            #expect(try await marketplace.publish([manifest("ada.a")], token: narrow).status == 201)
            expect(try await marketplace.publish([manifest("bob.a")], token: narrow), "403 out-of-scope")
            // A narrow token gives nobody the account.
            expect(try await marketplace.send("GET", "tokens", token: narrow), "403 out-of-scope")
            let wide = #"{"name":"x","scopes":["publish"]}"#
            expect(try await marketplace.send("POST", "tokens", wide, token: narrow), "403 out-of-scope")
            let admin = #"{"name":"x","scopes":["admin"]}"#
            expect(try await marketplace.send("POST", "tokens", admin, token: token), "403 scope-too-wide")

            let list = try json(try await marketplace.send("GET", "tokens", token: token), 200)["tokens"]?.array ?? []
            #expect(list.compactMap { $0["name"]?.string } == ["ci", "first"])
            #expect(!String(decoding: JSONValue.array(list).canonicalBytes, as: UTF8.self).contains("mlm_"))

            // Somebody else's token is not there; one's own ends at once.
            let (_, other) = try await marketplace.register("bob")
            expect(try await marketplace.send("DELETE", "tokens/\(id)", token: other), "404 token-not-found")
            #expect(try await marketplace.send("DELETE", "tokens/\(id)", token: token).status == 201)
            #expect(try await marketplace.send("DELETE", "tokens/\(id)", token: token).status == 200)
            let refused = try await marketplace.publish([manifest("ada.b")], token: narrow)
            expect(refused, "401 not-authenticated")
            // A token that gets repeated ends the one before it.
            let body = #"{"name":"lost","scopes":["review"]}"#
            let lost = try json(try await marketplace.send("POST", "tokens", body, token: token, key: "k"))
            let found = try json(try await marketplace.send("POST", "tokens", body, token: token, key: "k"))
            let lostAnswer = try await marketplace.send("GET", "users/me", token: lost["token"]?.string)
            #expect(lostAnswer.status == 401)
            #expect(try await marketplace.send("GET", "users/me", token: found["token"]?.string).status == 200)
            // Nothing that looks like a token is repeated, wherever it stands.
            let strayed = try await marketplace.send(
                "POST", "tokens", "{\"name\":\"x\",\"scopes\":[\"\(other)\"],\"\(other)\":1}", token: token)
            #expect(strayed.status == 422)
            #expect(!String(decoding: strayed.body, as: UTF8.self).contains(other.dropFirst(4)))
            _ = try await marketplace.get("agents/\(other)")
            let lines = try String(contentsOfFile: "\(marketplace.folder)-up.log", encoding: .utf8)
            #expect(!lines.contains(other.dropFirst(4)))

            let operated = try await run([
                try MarketplaceProcess.program, "token", "issue", "--user", "Ada", "--data", marketplace.folder,
            ])
            #expect(operated.code == 0, "\(operated.errors)")
            let new = operated.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(try json(try await marketplace.send("GET", "users/me", token: new), 200)["name"]?.string == "ada")
            let nobody = try await run([
                try MarketplaceProcess.program, "token", "issue", "--user", "eve", "--data", marketplace.folder,
            ])
            #expect(nobody.code == 1 && nobody.output.isEmpty)
        }
    }
}
