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
            let alone = try await marketplace.send("DELETE", "users/me", token: token)
            expect(alone, "409 sole-owner")
            #expect(try JSONValue(alone.body)["findings"]?.array?.map { $0["path"]?.string } == ["/agents/ada.engine"])
            let erased = try await marketplace.send("DELETE", "users/me?abandon=true&erase=words", token: token)
            let gone = try #require(erased.fields["marketplace-position"])
            #expect(try json(erased)["erased"]?.bool == true)
            expect(try await marketplace.send("GET", "users/me", token: token), "401 not-authenticated")
            let after = try await marketplace.get("publishers/ada-lovelace?min_position=\(gone)")
            expect(after, "404 user-not-found")
            let orphan = try await marketplace.json("agents/ada.engine?min_position=\(gone)")
            #expect(orphan["publisher"]?["username"]?.string == "" && orphan["is_deprecated"]?.bool == true)
            let farewell = try JSONValue(erased.body)
            #expect(farewell["abandoned"]?.array?.map(\.string) == ["ada.engine"])
            let page = try await marketplace.json("agents/ada.engine/versions/1.0.0")
            #expect(farewell["files"]?.array?.map(\.string) == page["artifacts"]?.array?.map { $0["sha256"]?.string })
            #expect(try await marketplace.json("agents/ada.engine/owners")["owners"]?.array?.count == 0)
            // The namespace stays claimed, and the administrator hands it on.
            let (_, eve) = try await marketplace.register("eve")
            expect(try await marketplace.publish([manifest("ada.new")], token: eve), "403 namespace-owned")
            try await marketplace.give("owner", of: "namespaces/ada", to: ("eve", eve), by: try marketplace.token)
            try await marketplace.give("owner", of: "agents/ada.engine", to: ("eve", eve), by: try marketplace.token)
            #expect(try await marketplace.publish([manifest("ada.new")], token: eve).status == 201)
            #expect(try await marketplace.publish([manifest("ada.engine", "1.0.1")], token: eve).status == 201)
            let kept = try await TestDatabase.query(
                databaseURL,
                """
                SELECT (SELECT count(*) FROM vault.usernames WHERE name NOT IN ('admin', 'eve')) || ' '
                    || (SELECT count(*) FROM vault.mailboxes) || ' '
                    || (SELECT count(*) FROM log.contents WHERE convert_from(document, 'UTF8') ~ 'Ada|Computes')
                """)
            #expect(kept == ["0 0 0"])
            // The name stood beside an agent, so nobody else ever gets it.
            let again = try await marketplace.send("POST", "users", #"{"name":"ada-lovelace"}"#)
            expect(again, "409 name-resembles")
        }
    }

    /// Who goes owns nothing afterwards, also of what they publish at the same moment.
    @Test func whoLeavesWhilePublishingOwnsNothing() async throws {
        try await withMarketplace { marketplace, databaseURL in
            for round in 0..<4 {
                let (id, ada) = try await marketplace.register("ada\(round)")
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<12 {
                        group.addTask {
                            try await Task.sleep(for: .milliseconds(3 * number))
                            return try await marketplace.publish([manifest("ada\(round).a\(number)")], token: ada)
                                .status
                        }
                    }
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(15))
                        // Others may be faster more often than it tries.
                        for _ in 0..<20 {
                            let answer = try await marketplace.send("DELETE", "users/me?abandon=true", token: ada)
                            if answer.status != 503 { return answer.status }
                        }
                        return 503
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                // A publish that found the token good and the namespace left is told that it is nobody's to publish in.
                #expect(Set(statuses).isSubset(of: [201, 401, 403]), "\(statuses)")
                let last = try await marketplace.head() - 1
                _ = try await marketplace.get("publishers/admin?min_position=\(last)")
                let owned = try await TestDatabase.queryModels(
                    databaseURL,
                    """
                    SELECT key FROM agent_owners WHERE person = '\(id)'
                    UNION ALL SELECT stream FROM vault.roles WHERE person = '\(id)'
                    """)
                #expect(owned == [])
            }
        }
    }

    /// What somebody wrote goes with them where they ask for it; what it belongs to stays.
    @Test func wordsAreErasedWithTheirAuthor() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            let authored = manifest("bob.tool", more: "author: Secret Name")
            #expect(try await marketplace.publish([authored], token: bob).status == 201)
            #expect(try await marketplace.publish([manifest("ada.tool")], token: ada).status == 201)
            for text in ["secret first", "secret second"] {
                let review = "{\"rating\":4,\"text\":\"\(text)\"}"
                #expect(
                    try await marketplace.send("PUT", "agents/ada.tool/reviews/mine", review, token: bob).status == 201)
            }
            let yank = #"{"reason":"broken","note":"secret note"}"#
            #expect(
                try await marketplace.send("POST", "agents/bob.tool/versions/1.0.0/yank", yank, token: bob).status
                    == 201)
            func secrets() async throws -> [String] {
                try await TestDatabase.query(
                    databaseURL,
                    "SELECT count(*)::text FROM log.contents WHERE convert_from(document, 'UTF8') ~* 'secret'")
            }
            #expect(try await secrets() == ["3"])
            // Who may not go loses nothing.
            expect(try await marketplace.send("DELETE", "users/me?erase=words", token: bob), "409 sole-owner")
            #expect(try await secrets() == ["3"])
            let gone = try json(
                try await marketplace.send("DELETE", "users/me?erase=words&abandon=true", token: bob), 201)
            #expect(gone["erased_words"]?.integer == 3 && gone["files"]?.array?.count == 1)
            #expect(try await secrets() == ["0"])
            let position = try #require(gone["position"]?.integer)
            let reviews = try await marketplace.json("agents/ada.tool/reviews?min_position=\(position)")
            #expect(reviews["reviews"]?.array?.first?["rating"]?.integer == 4)
            #expect(reviews["reviews"]?.array?.first?["text"]?.string == nil)
            let version = try await marketplace.json("agents/bob.tool/versions/1.0.0")
            #expect(version["author"] == nil && version["yank"]?["note"] == nil && version["yanked"]?.bool == true)
            // The log verifies without them.
            let verified = try await marketplace.operate(["log", "verify"])
            #expect(verified.code == 0, "\(verified.output) \(verified.errors)")
            expect(
                try await marketplace.send("DELETE", "users/me?abandon=true", token: try marketplace.token),
                "409 last-administrator")
        }
    }

    /// A renewal takes the place of the token that asks; what that issued stays, and ends with the new one.
    @Test func aRenewedTokenKeepsWhatItIssued() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, old) = try await marketplace.register("ada")
            let child = try await marketplace.issue("review", by: old)
            func renew(_ token: String, key: String, _ body: String? = nil) async throws -> HTTPClientResponse {
                try await marketplace.send("POST", "tokens/renew", body, token: token, key: key)
            }
            func whoami(_ token: String) async throws -> Int {
                try await marketplace.send("GET", "users/me", token: token).status
            }
            expect(try await renew(child, key: "k"), "403 out-of-scope")
            expect(try await renew(old, key: "k", #"{"scopes":["admin"]}"#), "403 scope-too-wide")
            // The answer gets lost: the old token asks again under the same key, and only so.
            let lost = try json(try await renew(old, key: "k1"), 201)["token"]?.string ?? ""
            #expect(try await whoami(old) == 401)
            expect(try await renew(old, key: "k2"), "401 not-authenticated")
            let second = try json(try await renew(old, key: "k1"), 201)
            let new = second["token"]?.string ?? ""
            #expect(second["credential"]?["scopes"]?.array?.compactMap(\.string) == ["account", "publish", "review"])
            #expect(try await whoami(lost) == 401)
            #expect(try await whoami(new) == 200)
            #expect(try await whoami(child) == 200)
            // Once it is used, the old one is good for nothing, and least of all for the renewal of another token.
            expect(try await renew(old, key: "k1"), "409 token-in-use")
            let sibling = try await marketplace.issue("account", by: new)
            #expect(try await renew(sibling, key: "sibling").status == 201)
            expect(try await renew(old, key: "sibling"), "503 busy")
            let narrower = try json(
                try await renew(new, key: "k3", #"{"scopes":["account"],"expires_in_days":1}"#), 201)
            let last = narrower["token"]?.string ?? ""
            #expect(try await whoami(child) == 200)
            let id = narrower["credential"]?["id"]?.string ?? ""
            expect(try await marketplace.send("DELETE", "tokens/\(id)", #"{"leaked":true}"#, token: last), "201 ")
            for token in [old, lost, new, child, last] { #expect(try await whoami(token) == 401) }
        }
    }

    /// A token and all that it issued end together where that is asked for; all others at once but the one that asks.
    @Test func tokensEndTogether() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, first) = try await marketplace.register("ada")
            let parent = try await marketplace.issue("account", "review", by: first)
            let child = try await marketplace.issue("account", "review", by: parent)
            let grandchild = try await marketplace.issue("review", by: child)
            func whoami(_ token: String) async throws -> Int {
                try await marketplace.send("GET", "users/me", token: token).status
            }
            let tokens = try json(try await marketplace.send("GET", "tokens", token: first), 200)["tokens"]?.array ?? []
            // The newest first.
            let parentID = tokens[2]["id"]?.string ?? ""
            #expect(tokens[1]["issuer"]?.string == parentID)
            expect(try await marketplace.send("DELETE", "tokens/\(parentID)", token: first), "201 ")
            #expect(try await whoami(parent) == 401)
            #expect(try await whoami(grandchild) == 200)
            let more = #"{"descendants":true}"#
            expect(try await marketplace.send("DELETE", "tokens/\(parentID)", more, token: first), "201 ")
            expect(try await marketplace.send("DELETE", "tokens/\(parentID)", more, token: first), "200 ")
            for token in [child, grandchild] { #expect(try await whoami(token) == 401) }
            let listed = try json(try await marketplace.send("GET", "tokens", token: first), 200)["tokens"]?.array ?? []
            #expect(listed.map { $0["revoked"]?.bool } == [true, true, false, true])
            let others = [
                try await marketplace.issue("review", by: first), try await marketplace.issue("publish", by: first),
            ]
            #expect(
                try json(try await marketplace.send("DELETE", "tokens", token: first), 201)["revoked"]?.integer == 4)
            for token in others { #expect(try await whoami(token) == 401) }
            #expect(try await whoami(first) == 200)
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

            let operated = try await marketplace.operate(["token", "issue", "--user", "Ada"])
            #expect(operated.code == 0, "\(operated.errors)")
            let new = operated.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(try json(try await marketplace.send("GET", "users/me", token: new), 200)["name"]?.string == "ada")
            let nobody = try await marketplace.operate(["token", "issue", "--user", "eve"])
            #expect(nobody.code == 1 && nobody.output.isEmpty)
        }
    }
}
