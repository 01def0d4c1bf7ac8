import Events
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// People publish, take back, judge, flag and share what they own.
@Suite struct PeopleTests {
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
            // No release is left, then nothing at all.
            #expect(try await latest(try await yank("1.0.0")) == "2.0.0-rc.1")
            #expect(try await latest(try await yank("2.0.0-rc.1")) == "")
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
            let since = try #require(agent["deprecation"]?["since"]?.string.flatMap(Timestamp.init))
            #expect(abs(since.milliseconds - Int64(Date().timeIntervalSince1970 * 1_000)) < 600_000)
            expect(
                try await marketplace.send(
                    "POST", "agents/ada.a/deprecation", #"{"replacement":"ada.a"}"#, token: token), "422 invalid-body")
            let again = try await marketplace.send("DELETE", "agents/ada.a/deprecation", token: token)
            let taken = try #require(again.fields["marketplace-position"])
            #expect(try await marketplace.json("agents/ada.a?min_position=\(taken)")["is_deprecated"]?.bool == false)
            #expect(try await marketplace.send("DELETE", "agents/ada.a/deprecation", token: token).status == 200)
        }
    }

    /// What one side said stays when the other takes its own back, and the answer says so.
    @Test func theAnswerSaysWhatIsLeftOfBothSides() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let admin = try marketplace.token
            #expect(try await marketplace.publish([manifest("ada.a")], token: ada).status == 201)
            let versions = "agents/ada.a/versions/1.0.0/yank"
            func send(_ method: String, _ path: String, _ body: String? = nil, by token: String) async throws
                -> JSONValue
            {
                let answer = try await marketplace.send(method, path, body, token: token)
                #expect([200, 201].contains(answer.status), "\(String(decoding: answer.body, as: UTF8.self))")
                return try JSONValue(answer.body)
            }
            for (path, said, member) in [
                (versions, #"{"reason":"broken"}"#, "yanked"), ("agents/ada.a/deprecation", "{}", "deprecated"),
            ] {
                #expect(try await send("POST", path, said, by: admin)[member]?.bool == true)
                #expect(try await send("DELETE", path, by: ada)[member]?.bool == true, "the administrator's stays")
                #expect(try await send("POST", path, said, by: ada)[member]?.bool == true)
                #expect(try await send("DELETE", path, by: admin)[member]?.bool == true, "the owner's stays")
                #expect(try await send("DELETE", path, by: admin)[member]?.bool == true)
                #expect(try await send("DELETE", path, by: ada)[member]?.bool == false)
            }
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
            try await eventually("the star is shown") {
                try await marketplace.json("agents/ada.b")["star_count"]?.integer == 1
            }
        }
    }

    /// Who flagged stands in no entry, and what was flagged is for moderators.
    @Test func reviewsOfAVersionAreListedApart() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            for version in ["1.0.0", "1.1.0"] {
                _ = try await marketplace.publish([manifest("ada.a", version)], token: ada)
            }
            for (name, rating, version) in [("bob", 5, "1.0.0"), ("eve", 2, "1.1.0"), ("kim", 3, "1.1.0")] {
                let (_, token) = try await marketplace.register(name)
                let body = "{\"rating\":\(rating),\"version\":\"\(version)\"}"
                let answer = try await marketplace.send("PUT", "agents/ada.a/reviews/mine", body, token: token)
                #expect(answer.status == 201)
            }
            _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
            for sort in ["recent", "rating", "helpful"] {
                for (version, ratings) in [("1.0.0", [5]), ("1.1.0", [2, 3]), ("9.0.0", [])] {
                    let list = try await marketplace.json("agents/ada.a/reviews?sort=\(sort)&version=\(version)")
                    let found = list["reviews"]?.array?.compactMap { $0["rating"]?.integer } ?? []
                    #expect(found.sorted() == ratings.map(Int64.init), "\(sort) \(version)")
                    // What all say together stays.
                    #expect(list["rating_count"]?.integer == 3)
                }
            }
            expect(try await marketplace.get("agents/ada.a/reviews?version=one"), "404 version-not-found")
        }
    }

    @Test func whatIsFlaggedIsCountedForModerators() async throws {
        try await withMarketplace(["--flag-delay", "8"]) { marketplace, databaseURL in
            let (ada, token) = try await marketplace.register("ada")
            let (bobID, bob) = try await marketplace.register("bob")
            let (eveID, eve) = try await marketplace.register("eve")
            _ = try await marketplace.publish([manifest("ada.a")], token: token)
            _ = try await marketplace.send("PUT", "agents/ada.a/reviews/mine", #"{"rating":1}"#, token: bob)
            let before = try await marketplace.head()
            let flags = [
                #"{"kind":"agent","agent":"Ada.a","reason":"spam","details":"look at this"}"#,
                #"{"kind":"version","agent":"ada.a","version":"1.0.0","reason":"malware"}"#,
                #"{"kind":"review","agent":"ada.a","user":"bob","reason":"abusive"}"#,
                #"{"kind":"user","user":"ada","reason":"impersonation"}"#,
            ]
            let raised = Date()
            for flag in flags {
                #expect(try await marketplace.send("POST", "flags", flag, token: eve).status == 201)
                #expect(try await marketplace.send("POST", "flags", flag, token: eve).status == 200)
            }
            let other = flags[0].replacing("spam", with: "malware")
            #expect(try await marketplace.send("POST", "flags", other, token: bob).status == 201)
            // Moderators see it at once.
            let moderator = try marketplace.token
            let now = try json(try await marketplace.send("GET", "flags", token: moderator), 200)["flags"]?.array ?? []
            #expect(now.map { $0["count"]?.integer } == [2, 1, 1, 1])
            #expect(try await marketplace.head() == before)
            // The log gets it later.
            try await eventually("the log has five more") { try await marketplace.head() >= before + 5 }
            #expect(try await marketplace.head() == before + 5)
            let waiting = try await TestDatabase.query(databaseURL, "SELECT count(*)::text FROM vault.pending_flags")
            #expect(waiting == ["0"])
            let log = try await marketplace.get("events?from=\(before)&limit=100")
            let text = String(decoding: log.body, as: UTF8.self)
            for word in ["actor", "\"token\"", "correlation", "look at", "ada.a", ada, bobID, "spam", "malware"] {
                #expect(!text.contains(word), "\(word)")
            }
            // Each has waited for half of the delay at least, whenever it came.
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            let told = try text.matches(of: /"recordedtime":"([^"]*)"/).map { try format.parse(String($0.1)) }
            #expect(told.count == 5 && told.allSatisfy { $0.timeIntervalSince(raised) >= 4 }, "\(raised) \(told)")
            // Neither does the moment: the time is cut down to the hour.
            let times = text.matches(of: /"time":"([^"]*)"/).map { String($0.1) }
            #expect(times.count == 5 && times.allSatisfy { $0.hasSuffix(":00:00.000Z") }, "\(times)")

            expect(try await marketplace.send("GET", "flags", token: token), "403 out-of-scope")
            expect(try await marketplace.get("flags"), "401 not-authenticated")
            var listed: [JSONValue] = []
            try await eventually("all flags are listed") {
                let answer = try await marketplace.send("GET", "flags", token: moderator)
                listed = try json(answer, 200)["flags"]?.array ?? []
                return listed.count >= 4 && listed.first?["count"]?.integer == 2
            }
            #expect(listed.map { $0["kind"]?.string } == ["agent", "review", "user", "version"])
            #expect(
                listed.first?["reasons"]?["spam"]?.integer == 1 && listed.first?["reasons"]?["malware"]?.integer == 1)
            expect(
                try await marketplace.send("POST", "flags", flags[0].replacing("Ada.a", with: "no.a"), token: eve),
                "404 agent-not-found")

            // Her words go with her: at a moment that says nothing, and by nobody.
            #expect(try await marketplace.send("DELETE", "users/me", token: eve).status == 201)
            let due = try await TestDatabase.query(
                databaseURL,
                """
                SELECT count(*) || ' ' || count(DISTINCT due) || ' ' || bool_and(due < now() + interval '7 days')
                FROM vault.flag_erasures
                """)
            #expect(due == ["4 4 true"])
            #expect(
                try await TestDatabase.query(
                    databaseURL, "SELECT count(*)::text FROM vault.flags WHERE reporter = '\(eveID)'")
                    == ["0"])
            let leaving = try await marketplace.head()
            try await TestDatabase.script(databaseURL, "UPDATE vault.flag_erasures SET due = now()")
            try await eventually("the account is erased") { try await marketplace.head() != leaving }
            let erased = try await marketplace.json("events?from=\(leaving)")["events"]?.array?.map { $0["entry"] }
            #expect(erased?.count == 1 && erased?.first??["type"]?.string == "content.erased.v1")
            #expect(erased?.first??["actor"] == nil && erased?.first??["subject"]?.string?.hasPrefix("flag/") == true)
            let words = try await TestDatabase.query(
                databaseURL,
                "SELECT count(*)::text FROM log.contents WHERE convert_from(document, 'UTF8') ~ 'look at this'")
            // Bob's are still there.
            #expect(words == ["1"])
        }
    }
}
