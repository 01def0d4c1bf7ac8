import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Roles are offered, accepted and laid down, and their holders judge nothing.
@Suite struct RoleTests {
    @Test func ownersComeByInvitationAndGo() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let (adaID, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            let (_, eve) = try await marketplace.register("eve")
            _ = try await marketplace.publish([manifest("ada.a")], token: ada)
            let head = try await marketplace.head()
            func invite(_ body: String, _ token: String, to path: String = "agents/ada.a") async throws
                -> HTTPClientResponse
            {
                try await marketplace.send("POST", "\(path)/invitations", body, token: token)
            }
            let offered = try await invite(#"{"user":"Bob","role":"maintainer"}"#, ada)
            let invitation = try #require(try json(offered)["invitation"]?.string)
            // Nobody is anything without saying yes, and the log says nothing.
            expect(try await marketplace.publish([manifest("ada.a", "2.0.0")], token: bob), "403 not-owner")
            #expect(offered.fields["marketplace-position"] == nil)
            #expect(try await marketplace.head() == head)
            // Both sides see it, and nobody else.
            func list(_ token: String, _ side: String) async throws -> [JSONValue] {
                try json(try await marketplace.send("GET", "invitations", token: token), 200)[side]?.array ?? []
            }
            #expect(try await list(ada, "sent").first?["invitee"]?["username"]?.string == "bob")
            let received = try #require(try await list(bob, "received").first)
            #expect(received["agent"]?.string == "ada.a" && received["inviter"]?["id"]?.string == adaID)
            for side in ["received", "sent"] { #expect(try await list(eve, side).isEmpty) }
            let accept = "invitations/\(invitation)/acceptance"
            for token in [ada, eve] {
                expect(try await marketplace.send("POST", accept, token: token), "404 invitation-not-found")
            }
            expect(
                try await marketplace.send("DELETE", "invitations/\(invitation)", token: eve),
                "404 invitation-not-found")
            expect(try await invite(#"{"user":"eve"}"#, bob), "403 not-owner")
            // A repeat under its key gets the first answer, although the invitation is gone.
            let first = try await marketplace.send("POST", accept, token: bob, key: "k")
            #expect(first.status == 201)
            #expect(try await marketplace.send("POST", accept, token: bob, key: "k").body == first.body)
            expect(try await marketplace.send("POST", accept, token: bob), "404 invitation-not-found")
            let entry = try await marketplace.json("events?type=agent.owner-added.v1")["events"]?.array?.first?["entry"]
            #expect(entry?["actor"]?.string != nil)
            #expect(entry?["actor"]?.string != adaID && entry?["data"]?["inviter"]?.string == adaID)
            #expect(try await marketplace.publish([manifest("ada.a", "2.0.0")], token: bob).status == 201)
            // A maintainer says nothing of others.
            expect(try await marketplace.send("DELETE", "agents/ada.a/owners/ada", token: bob), "403 not-owner")
            expect(try await marketplace.send("DELETE", "agents/ada.a/owners/ada", token: ada), "409 last-owner")
            expect(try await invite(#"{"user":"nobody"}"#, ada), "404 user-not-found")
            let (goneID, gone) = try await marketplace.register("gone")
            #expect(try await marketplace.send("DELETE", "users/me", token: gone).status == 201)
            expect(try await invite("{\"user\":\"\(goneID)\"}", ada), "404 user-not-found")
            try await marketplace.give("owner", of: "agents/ada.a", to: ("bob", bob), by: ada)
            let given = try await marketplace.head() - 1
            var agent = try await marketplace.json("agents/ada.a?min_position=\(given)")
            #expect(agent["publisher"]?["username"]?.string == "ada" && agent["owners_changed_at"]?.string != nil)
            let left = try await marketplace.send("DELETE", "agents/ada.a/owners/ada", token: ada)
            let position = try #require(left.fields["marketplace-position"])
            let owners = try await marketplace.json("agents/ada.a/owners?min_position=\(position)")
            #expect(owners["owners"]?.array?.map { $0["username"]?.string } == ["bob"])
            agent = try await marketplace.json("agents/ada.a")
            #expect(agent["publisher"]?["username"]?.string == "bob")
            let versions = try await marketplace.json("agents/ada.a/versions")["versions"]?.array
            #expect(versions?.map { $0["publisher"]?["username"]?.string } == ["bob", "ada"])

            // A namespace belongs to who published there first, until they let others in.
            expect(try await marketplace.publish([manifest("ada.b")], token: bob), "403 namespace-owned")
            try await marketplace.give("maintainer", of: "namespaces/ada", to: ("bob", bob), by: ada)
            #expect(try await marketplace.publish([manifest("ada.b")], token: bob).status == 201)
            let page = try await marketplace.json("namespaces/Ada/members?limit=1")
            let cursor = try #require(page["pagination"]?["next_cursor"]?.string)
            let second = try await marketplace.json("namespaces/ada/members?limit=1&cursor=\(cursor)")
            let members = (page["members"]?.array ?? []) + (second["members"]?.array ?? [])
            #expect(members.map { $0["username"]?.string } == ["bob", "ada"])
            #expect(members.map { $0["role"]?.string } == ["maintainer", "owner"])
            #expect(second["pagination"]?["next_cursor"] == nil)
            expect(try await marketplace.get("namespaces/no/members"), "404 namespace-not-found")
            expect(try await invite(#"{"user":"bob"}"#, ada, to: "namespaces/no"), "404 namespace-not-found")
        }
    }

    /// Who is put out does not come back by an offer of an owner that still stood.
    @Test func whatWasOfferedToSomebodyInARoleEndsWithIt() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            _ = try await marketplace.publish([manifest("ada.a")], token: ada)
            try await marketplace.give("maintainer", of: "agents/ada.a", to: ("bob", bob), by: ada)
            let offered = try await marketplace.send(
                "POST", "agents/ada.a/invitations", #"{"user":"bob","role":"owner"}"#, token: ada)
            let invitation = try #require(try json(offered)["invitation"]?.string)
            #expect(try await marketplace.send("DELETE", "agents/ada.a/owners/bob", token: ada).status == 201)
            expect(
                try await marketplace.send("POST", "invitations/\(invitation)/acceptance", token: bob),
                "404 invitation-not-found")
        }
    }

    /// Invitations are bounded, end by themselves, and can be refused for good.
    @Test func invitationsAreBoundedAndCanBeRefused() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            for number in 0...20 {
                #expect(try await marketplace.publish([manifest("ada.a\(number)")], token: ada).status == 201)
            }
            func invite(_ number: Int) async throws -> HTTPClientResponse {
                try await marketplace.send("POST", "agents/ada.a\(number)/invitations", #"{"user":"bob"}"#, token: ada)
            }
            for number in 0..<20 { #expect(try await invite(number).status == 201) }
            expect(try await invite(20), "409 too-many-invitations")
            // The same offer said anew is one offer.
            let last = try #require(try json(try await invite(19))["invitation"]?.string)
            // What is declined makes room.
            expect(try await marketplace.send("DELETE", "invitations/\(last)", token: bob), "201 ")
            let open = try #require(try json(try await invite(20))["invitation"]?.string)
            // What nobody answered for 30 days is gone.
            try await TestDatabase.script(
                databaseURL, "UPDATE vault.invitations SET expires = now() - interval '1 second' WHERE id <> '\(open)'")
            let list = try json(try await marketplace.send("GET", "invitations", token: bob), 200)
            #expect(list["received"]?.array?.compactMap { $0["id"]?.string } == [open])
            // An inviter who is refused is refused for good; the other invitations go as well.
            expect(
                try await marketplace.send("DELETE", "invitations/\(open)", #"{"refuse_inviter":true}"#, token: ada),
                "404 invitation-not-found")
            expect(
                try await marketplace.send("DELETE", "invitations/\(open)", #"{"refuse_inviter":true}"#, token: bob),
                "201 ")
            expect(try await invite(3), "403 inviter-refused")
            // Who withdraws 100 may offer others.
            let (_, zoe) = try await marketplace.register("zoe")
            try await TestDatabase.script(
                databaseURL,
                """
                INSERT INTO vault.invitations (id, stream, inviter, inviter_token, invitee, role)
                SELECT 'x' || n, 'agent/ada.a' || n, (SELECT person FROM vault.usernames WHERE name = 'ada'), 't', 'p' || n, 'owner'
                FROM generate_series(1, 100) n
                """)
            let offer = try await marketplace.send("POST", "agents/ada.a0/invitations", #"{"user":"zoe"}"#, token: ada)
            expect(offer, "409 too-many-invitations")
            try await TestDatabase.script(databaseURL, "DELETE FROM vault.invitations WHERE id = 'x1'")
            let again = try await marketplace.send("POST", "agents/ada.a0/invitations", #"{"user":"zoe"}"#, token: ada)
            let id = try #require(try json(again)["invitation"]?.string)
            // What a leaked token offered is withdrawn with it.
            let me = try json(try await marketplace.send("GET", "users/me", token: ada), 200)
            let token = try #require(me["token"]?["id"]?.string)
            expect(try await marketplace.send("DELETE", "tokens/\(token)", #"{"leaked":true}"#, token: ada), "201 ")
            expect(
                try await marketplace.send("POST", "invitations/\(id)/acceptance", token: zoe),
                "404 invitation-not-found")
        }
    }

    /// Transfer, judge, transfer back was how to praise oneself.
    @Test func ownersBeforeAndAfterDoNotJudge() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            let (_, eve) = try await marketplace.register("eve")
            _ = try await marketplace.publish([manifest("ada.a")], token: ada)
            let judgments: [(String, String, String?)] = [
                ("PUT", "agents/ada.a/reviews/mine", #"{"rating":5}"#), ("PUT", "agents/ada.a/star", nil),
                ("PUT", "agents/ada.a/reviews/eve/vote", #"{"helpful":true}"#),
            ]
            let said = try await marketplace.send("PUT", "agents/ada.a/reviews/mine", #"{"rating":1}"#, token: eve)
            #expect(said.status == 201)
            for (method, path, body) in judgments {
                expect(try await marketplace.send(method, path, body, token: bob), "201 ")
            }
            func shown() async throws -> [Int64?] {
                let position = try await marketplace.head() - 1
                let agent = try await marketplace.json("agents/ada.a?min_position=\(position)")
                let reviews = try await marketplace.json("agents/ada.a/reviews")["reviews"]?.array
                return [
                    agent["rating_count"]?.integer, agent["star_count"]?.integer,
                    reviews?.first { $0["rating"]?.integer == 1 }?["helpful_count"]?.integer,
                ]
            }
            #expect(try await shown() == [2, 1, 1])
            try await marketplace.give("maintainer", of: "agents/ada.a", to: ("bob", bob), by: ada)
            #expect(try await shown() == [1, 0, 0])
            expect(try await marketplace.send("GET", "agents/ada.a/reviews/mine", token: bob), "404 review-not-found")
            #expect(try await marketplace.send("DELETE", "agents/ada.a/owners/bob", token: bob).status == 201)
            for (method, path, body) in judgments {
                expect(try await marketplace.send(method, path, body, token: bob), "403 own-agent")
            }
        }
    }
}
