import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// People come, publish, judge and go.
@Suite struct PeopleTests {
    private func json(_ response: HTTPClientResponse, _ status: Int = 201) throws -> JSONValue {
        #expect(response.status == status, "\(String(decoding: response.body, as: UTF8.self))")
        return try JSONValue(response.body)
    }

    private func expect(
        _ response: HTTPClientResponse, _ wanted: String, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(code(response) == wanted, "\(String(decoding: response.body, as: UTF8.self))", sourceLocation: location)
    }

    private func code(_ response: HTTPClientResponse) -> String {
        "\(response.status) \((try? JSONValue(response.body))?["code"]?.string ?? "")"
    }

    @Test func somebodyRegistersAndIsShown() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let answer = try await marketplace.send(
                "POST", "users", #"{"name":"Ada_Lovelace","email":"ada@example.com"}"#)
            let registered = try json(answer)
            let token = try #require(registered["token"]?.string)
            #expect(token.hasPrefix("mlm_"))
            #expect(registered["credential"]?["scopes"]?.array?.compactMap(\.string) == ["publish", "review"])
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

    @Test func aYankedVersionIsNotTheLatestAndComesBack() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, token) = try await marketplace.register("ada")
            for version in ["1.0.0", "1.1.0", "2.0.0-rc.1"] {
                #expect(try await marketplace.publish([manifest("ada.a", version)], token: token).status == 201)
            }
            func latest(_ response: HTTPClientResponse) async throws -> String {
                let position = try #require(response.fields["marketplace-position"])
                let listed = try await marketplace.json("agents?min_position=\(position)")["agents"]?.array?.first
                let shown = try await marketplace.json("agents/ada.a?min_position=\(position)")["latest_version"]?
                    .string
                #expect(listed?["latest_version"]?.string == shown)
                return shown ?? ""
            }
            func yank(_ version: String) async throws -> HTTPClientResponse {
                try await marketplace.send(
                    "POST", "agents/ada.a/versions/\(version)/yank", #"{"reason":"security","note":"leaks"}"#,
                    token: token)
            }
            #expect(try await latest(try await yank("1.1.0")) == "1.0.0")
            let same = try await marketplace.send(
                "POST", "agents/ada.a/versions/1.1.0/yank", #"{"reason":"security"}"#, token: token)
            #expect(same.status == 200)
            // No release is left, then nothing at all: the highest is shown all the same.
            #expect(try await latest(try await yank("1.0.0")) == "2.0.0-rc.1")
            #expect(try await latest(try await yank("2.0.0-rc.1")) == "2.0.0-rc.1")
            let yanked = try await marketplace.json("agents/ada.a/versions/1.1.0")
            #expect(yanked["yanked"]?.bool == true)
            #expect(yanked["yank"]?["reason"]?.string == "security" && yanked["yank"]?["note"]?.string == "leaks")
            let back = try await marketplace.send("DELETE", "agents/ada.a/versions/1.1.0/yank", token: token)
            #expect(try await latest(back) == "1.1.0")
            #expect(try await marketplace.json("agents/ada.a/versions/1.1.0")["yanked"]?.bool == false)

            #expect(try await marketplace.publish([manifest("ada.b")], token: token).status == 201)
            let deprecated = try await marketplace.send(
                "POST", "agents/ada.a/deprecation", #"{"replacement":"ada.b","note":"use b"}"#, token: token)
            let position = try #require(deprecated.fields["marketplace-position"])
            let agent = try await marketplace.json("agents/ada.a?min_position=\(position)")
            #expect(agent["is_deprecated"]?.bool == true)
            #expect(agent["deprecation"]?["replacement"]?.string == "ada.b")
            #expect(agent["deprecation"]?["note"]?.string == "use b")
            expect(
                try await marketplace.send(
                    "POST", "agents/ada.a/deprecation", #"{"replacement":"ada.a"}"#, token: token), "422 invalid-body")
            let again = try await marketplace.send("DELETE", "agents/ada.a/deprecation", token: token)
            let taken = try #require(again.fields["marketplace-position"])
            #expect(try await marketplace.json("agents/ada.a?min_position=\(taken)")["is_deprecated"]?.bool == false)
            #expect(try await marketplace.send("DELETE", "agents/ada.a/deprecation", token: token).status == 200)
        }
    }

    @Test func peopleReviewAndStarWhatOthersPublish() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let (_, ada) = try await marketplace.register("ada")
            let readers = [
                try await marketplace.register("bob"), try await marketplace.register("eve"),
                try await marketplace.register("kim"),
            ]
            for id in ["ada.a", "ada.b", "ada.c"] { _ = try await marketplace.publish([manifest(id)], token: ada) }
            var last = ""
            func send(_ method: String, _ path: String, _ body: String? = nil, by who: Int, _ status: Int) async throws
            {
                let answer = try await marketplace.send(method, path, body, token: readers[who].token)
                #expect(answer.status == status, "\(String(decoding: answer.body, as: UTF8.self))")
                last = answer.fields["marketplace-position"] ?? last
            }
            try await send(
                "POST", "agents/ada.a/reviews", #"{"rating":5,"title":"Good","text":"I like it."}"#, by: 0, 201)
            try await send("POST", "agents/ada.a/reviews", #"{"rating":1}"#, by: 0, 409)
            try await send("PUT", "agents/ada.a/reviews/mine", #"{"rating":2,"version":"1.0.0"}"#, by: 1, 201)
            try await send("PUT", "agents/ada.a/reviews/mine", #"{"rating":2,"version":"1.0.0"}"#, by: 1, 200)
            try await send("PUT", "agents/ada.a/reviews/mine", #"{"rating":4,"text":"Better."}"#, by: 1, 201)
            try await send("PUT", "agents/ada.a/reviews/mine", #"{"rating":1,"text":"Taken back."}"#, by: 2, 201)
            let reviews = try await marketplace.json("agents/ada.a/reviews?sort=rating&min_position=\(last)")
            #expect(reviews["reviews"]?.array?.compactMap { $0["rating"]?.integer } == [5, 4, 1])
            #expect(
                reviews["reviews"]?.array?.compactMap { $0["author"]?["username"]?.string } == ["bob", "eve", "kim"])
            #expect(reviews["rating_avg"] == .number(try #require(JSONNumber(literal: "3.33"))))
            #expect(reviews["ratings"]?["1"]?.integer == 1 && reviews["ratings"]?["2"]?.integer == 0)
            try await send("DELETE", "agents/ada.a/reviews/mine", by: 2, 201)
            try await send("DELETE", "agents/ada.a/reviews/mine", by: 2, 200)
            let left = try await marketplace.json("agents/ada.a?min_position=\(last)")
            #expect(left["rating_count"]?.integer == 2)
            #expect(left["rating_avg"] == .number(try #require(JSONNumber(literal: "4.5"))))
            let words = try await TestDatabase.query(
                databaseURL, "SELECT 'kept' FROM log.contents WHERE convert_from(document, 'UTF8') ~ 'Taken back'")
            #expect(words.isEmpty)
            let mine = try await marketplace.send("GET", "agents/ada.a/reviews/mine", token: readers[1].token)
            #expect(try json(mine, 200)["text"]?.string == "Better.")
            let none = try await marketplace.send("GET", "agents/ada.a/reviews/mine", token: readers[2].token)
            expect(none, "404 review-not-found")
            let own = try await marketplace.send("PUT", "agents/ada.a/reviews/mine", #"{"rating":5}"#, token: ada)
            expect(own, "403 own-agent")
            // Who finds what helpful decides the third order.
            try await send("PUT", "agents/ada.a/reviews/bob/vote", #"{"helpful":false}"#, by: 1, 201)
            try await send("PUT", "agents/ada.a/reviews/bob/vote", #"{"helpful":true}"#, by: 1, 201)
            try await send("PUT", "agents/ada.a/reviews/bob/vote", #"{"helpful":true}"#, by: 1, 200)
            try await send("PUT", "agents/ada.a/reviews/eve/vote", #"{"helpful":false}"#, by: 0, 201)
            try await send("PUT", "agents/ada.a/reviews/kim/vote", #"{"helpful":true}"#, by: 0, 404)
            try await send("PUT", "agents/ada.a/reviews/bob/vote", #"{"helpful":true}"#, by: 0, 403)
            let helpful = try await marketplace.json("agents/ada.a/reviews?sort=helpful&min_position=\(last)")[
                "reviews"]
            #expect(helpful?.array?.compactMap { $0["helpful_count"]?.integer } == [1, 0])
            #expect(helpful?.array?.compactMap { $0["not_helpful_count"]?.integer } == [0, 1])
            // One page leads to the next, in every order.
            for sort in ["recent", "rating", "helpful"] {
                var (path, ratings): (String?, [Int64]) = ("agents/ada.a/reviews?sort=\(sort)&limit=1", [])
                while let next = path {
                    let page = try await marketplace.get(next)
                    ratings += try #require(try JSONValue(page.body)["reviews"]?.array).compactMap {
                        $0["rating"]?.integer
                    }
                    path = page.fields["link"].flatMap {
                        $0.firstMatch(of: /^<(.*)>; rel="next"$/).map { String($0.1) }
                    }
                }
                #expect(ratings == (sort == "recent" ? [4, 5] : [5, 4]))
            }

            for (agent, who) in [("b", 0), ("b", 1), ("b", 2), ("a", 0)] {
                try await send("PUT", "agents/ada.\(agent)/star", by: who, 201)
                try await send("PUT", "agents/ada.\(agent)/star", by: who, 200)
            }
            try await send("DELETE", "agents/ada.b/star", by: 2, 201)
            var (path, listed): (String?, [String]) = ("agents?sort=stars&limit=2&min_position=\(last)", [])
            while let next = path {
                let page = try await marketplace.get(next)
                listed += try #require(try JSONValue(page.body)["agents"]?.array).compactMap { agent in
                    "\(agent["id"]?.string ?? "") \(agent["star_count"]?.integer ?? -1)"
                }
                path = page.fields["link"].flatMap { $0.firstMatch(of: /^<(.*)>; rel="next"$/).map { String($0.1) } }
            }
            #expect(listed == ["ada.b 2", "ada.a 1", "ada.c 0"])
            let stars = try await marketplace.json("agents/ada.b/stars")
            #expect(stars["star_count"]?.integer == 2)
            #expect(stars["stars"]?.array?.compactMap { $0["person"]?["username"]?.string } == ["eve", "bob"])
            // A page that was kept as bytes follows the stars.
            #expect(try await marketplace.json("agents/ada.b")["star_count"]?.integer == 2)
            try await send("DELETE", "agents/ada.b/star", by: 1, 201)
            #expect(try await marketplace.json("agents/ada.b?min_position=\(last)")["star_count"]?.integer == 1)
            for _ in 0..<200 where try await marketplace.json("agents/ada.b")["star_count"]?.integer != 1 {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await marketplace.json("agents/ada.b")["star_count"]?.integer == 1)
        }
    }

    /// Who flagged stands in no entry, and what was flagged is for moderators.
    @Test func whatIsFlaggedIsCountedForModerators() async throws {
        try await withMarketplace { marketplace, _ in
            let (ada, token) = try await marketplace.register("ada")
            let (bobID, bob) = try await marketplace.register("bob")
            let (_, eve) = try await marketplace.register("eve")
            _ = try await marketplace.publish([manifest("ada.a")], token: token)
            _ = try await marketplace.send("PUT", "agents/ada.a/reviews/mine", #"{"rating":1}"#, token: bob)
            let before = try await marketplace.head()
            let flags = [
                #"{"kind":"agent","agent":"Ada.a","reason":"spam","details":"look at this"}"#,
                #"{"kind":"version","agent":"ada.a","version":"1.0.0","reason":"malware"}"#,
                #"{"kind":"review","agent":"ada.a","user":"bob","reason":"abusive"}"#,
                #"{"kind":"user","user":"ada","reason":"impersonation"}"#,
            ]
            for flag in flags {
                #expect(try await marketplace.send("POST", "flags", flag, token: eve).status == 201)
                #expect(try await marketplace.send("POST", "flags", flag, token: eve).status == 200)
            }
            let other = flags[0].replacing("spam", with: "malware")
            #expect(try await marketplace.send("POST", "flags", other, token: bob).status == 201)
            #expect(try await marketplace.head() == before + 5)
            let log = try await marketplace.get("events?from=\(before)&limit=100")
            let text = String(decoding: log.body, as: UTF8.self)
            for word in ["actor", "\"token\"", "correlation", "look at"] { #expect(!text.contains(word), "\(word)") }
            #expect(text.contains("\"target\":\"ada.a/\(bobID)\"") && text.contains("\"target\":\"\(ada)\""))

            expect(try await marketplace.send("GET", "flags", token: token), "403 out-of-scope")
            expect(try await marketplace.get("flags"), "401 not-authenticated")
            let moderator = try marketplace.token
            var listed: [JSONValue] = []
            for _ in 0..<200 where listed.count < 4 || listed.first?["count"]?.integer != 2 {
                let answer = try await marketplace.send("GET", "flags", token: moderator)
                listed = try json(answer, 200)["flags"]?.array ?? []
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(listed.map { $0["kind"]?.string } == ["agent", "review", "user", "version"])
            #expect(
                listed.first?["reasons"]?["spam"]?.integer == 1 && listed.first?["reasons"]?["malware"]?.integer == 1)
            expect(
                try await marketplace.send("POST", "flags", flags[0].replacing("Ada.a", with: "no.a"), token: eve),
                "404 agent-not-found")
        }
    }

    @Test func ownersAreAddedAndRemoved() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            _ = try await marketplace.publish([manifest("ada.a")], token: ada)
            expect(try await marketplace.publish([manifest("ada.a", "2.0.0")], token: bob), "403 not-owner")
            let maintainer = #"{"role":"maintainer"}"#
            #expect(try await marketplace.send("PUT", "agents/ada.a/owners/Bob", maintainer, token: ada).status == 201)
            #expect(try await marketplace.publish([manifest("ada.a", "2.0.0")], token: bob).status == 201)
            // A maintainer says nothing of others.
            expect(try await marketplace.send("DELETE", "agents/ada.a/owners/ada", token: bob), "403 not-owner")
            expect(try await marketplace.send("DELETE", "agents/ada.a/owners/ada", token: ada), "409 last-owner")
            expect(try await marketplace.send("PUT", "agents/ada.a/owners/eve", token: ada), "404 user-not-found")
            #expect(try await marketplace.send("PUT", "agents/ada.a/owners/bob", token: ada).status == 201)
            let left = try await marketplace.send("DELETE", "agents/ada.a/owners/ada", token: ada)
            let position = try #require(left.fields["marketplace-position"])
            let owners = try await marketplace.json("agents/ada.a/owners?min_position=\(position)")
            #expect(owners["owners"]?.array?.map { $0["username"]?.string } == ["bob"])
            let agent = try await marketplace.json("agents/ada.a")
            #expect(agent["publisher"]?["username"]?.string == "bob")

            // A namespace is whoever's published there first, until they let others in.
            expect(try await marketplace.publish([manifest("ada.b")], token: bob), "403 namespace-owned")
            #expect(
                try await marketplace.send("PUT", "namespaces/ada/members/bob", maintainer, token: ada).status == 201)
            #expect(try await marketplace.publish([manifest("ada.b")], token: bob).status == 201)
            expect(
                try await marketplace.send("PUT", "namespaces/no/members/bob", token: ada), "404 namespace-not-found")
        }
    }
}
