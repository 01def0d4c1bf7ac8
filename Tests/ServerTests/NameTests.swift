import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Names that can't be mistaken, through HTTP and at the same time.
@Suite struct NameTests {
    @Test func lookAlikesAreRefusedByTheNameThatTheyResemble() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let (_, ada) = try await marketplace.register("ada-tools")
            let (_, eve) = try await marketplace.register("eve")
            for name in ["adm1n", "ADMlN", "Sup-port", "mentat_lab"] {
                expect(try await marketplace.send("POST", "users", "{\"name\":\"\(name)\"}"), "403 name-reserved")
            }
            expect(try await marketplace.send("POST", "users", #"{"name":"ADA_tools"}"#), "409 name-taken")
            let alike = try await marketplace.send("POST", "users", #"{"name":"adato0ls"}"#)
            expect(alike, "409 name-resembles")
            #expect(String(decoding: alike.body, as: UTF8.self).contains("'ada-tools'"))
            let hex = String(repeating: "0a", count: 16)
            expect(try await marketplace.send("POST", "users", "{\"name\":\"\(hex)\"}"), "422 invalid-body")

            // A namespace is claimed by who bears the name.
            expect(try await marketplace.publish([manifest("ada-tools.x")], token: eve), "403 namespace-owned")
            expect(try await marketplace.publish([manifest("adatools.x")], token: eve), "409 name-resembles")
            #expect(try await marketplace.publish([manifest("ada-tools.x")], token: ada).status == 201)
            #expect(try await marketplace.publish([manifest("adat00ls.x")], token: ada).status == 201)
            // Where nobody bears it, by who publishes first; nobody takes it as a user name any more.
            #expect(try await marketplace.publish([manifest("modern.x")], token: eve).status == 201)
            expect(try await marketplace.publish([manifest("modem.x")], token: ada), "409 name-resembles")
            expect(try await marketplace.send("POST", "users", #"{"name":"modern"}"#), "409 name-taken")
            expect(try await marketplace.send("POST", "users", #"{"name":"modem"}"#), "409 name-resembles")
            // Whole ids are compared as well.
            expect(try await marketplace.publish([manifest("modernx")], token: ada), "409 name-resembles")
            #expect(try await marketplace.publish([manifest("modernx")], token: eve).status == 201)
            // What is there goes on.
            #expect(try await marketplace.publish([manifest("adat00ls.x", "1.1.0")], token: ada).status == 201)
            // Of a name that was refused nothing is kept.
            let kept = try await TestDatabase.query(
                databaseURL, "SELECT name FROM vault.usernames WHERE person IS NULL")
            #expect(kept == [])
        }
    }

    @Test func anAdministratorLetsNamesPassAndTheEntrySaysSo() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            #expect(try await marketplace.publish([manifest("ada.tool")], token: ada).status == 201)
            let administrator = try marketplace.token
            let body = #"{"name":"a-da"}"#
            expect(try await marketplace.send("POST", "users", body), "409 name-resembles")
            expect(try await marketplace.send("POST", "users", body, token: ada), "409 name-resembles")
            #expect(try await marketplace.send("POST", "users", body, token: administrator).status == 201)
            #expect(try await marketplace.publish([manifest("a-da.tool")], token: administrator).status == 201)
            #expect(try await marketplace.publish([manifest("acme.tool")], token: administrator).status == 201)
            func authorities(_ type: String) async throws -> [String] {
                let events = try await marketplace.json("events?type=\(type)&limit=100")["events"]?.array ?? []
                return events.map { $0["entry"]?["data"]?["authority"]?.string ?? "none" }
            }
            #expect(try await authorities("username.claimed.v1").suffix(2) == ["none", "administrator"])
            #expect(try await authorities("namespace.claimed.v1") == ["none", "administrator", "none"])
            #expect(try await authorities("agent.registered.v1") == ["none", "administrator", "none"])
        }
    }

    @Test func ofManyAtOnceOneGetsTheName() async throws {
        try await withMarketplace { marketplace, _ in
            let spellings = ["corn", "com", "c0rn", "c-orn", "co-m", "c0m", "c-0m", "co-rn"]
            let answers = try await atOnce(spellings.count) { index in
                try await marketplace.send("POST", "users", "{\"name\":\"\(spellings[index])\"}")
            }
            #expect(answers.count { $0.status == 201 } == 1, "\(answers.map(code))")
            #expect(answers.allSatisfy { $0.status == 201 || code($0) == "409 name-resembles" }, "\(answers.map(code))")

            var tokens: [String] = []
            for index in 0..<8 { tokens.append(try await marketplace.register("person-\(index + 2)x").token) }
            let ids = ["tool.a", "t0ol.a", "too1.a", "t-ool.a", "to-ol.a", "too-l.a", "t00l.a", "t-o-o-l.a"]
            let known = tokens
            let published = try await atOnce(ids.count) { index in
                try await marketplace.publish([manifest(ids[index])], token: known[index])
            }
            #expect(published.count { $0.status == 201 } == 1, "\(published.map(code))")
            #expect(
                published.allSatisfy { $0.status == 201 || code($0) == "409 name-resembles" },
                "\(published.map(code))")
        }
    }

    @Test func aNameThatWasShownIsNeverFreeAgainAndOthersRest() async throws {
        try await withMarketplace { marketplace, url in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            let (_, carl) = try await marketplace.register("carl")
            let (_, eve) = try await marketplace.register("eve")
            // Ada has a namespace of her name, Carl an agent elsewhere, Bob nothing.
            #expect(try await marketplace.publish([manifest("ada.tool")], token: ada).status == 201)
            #expect(try await marketplace.publish([manifest("carls-tool")], token: carl).status == 201)
            for token in [ada, bob, carl] {
                #expect(try await marketplace.send("DELETE", "users/me?abandon=true", token: token).status == 201)
            }
            func register(_ name: String) async throws -> String {
                code(try await marketplace.send("POST", "users", "{\"name\":\"\(name)\"}"))
            }
            #expect(try await register("ada") == "409 name-taken")
            for name in ["bob", "b0b", "carl", "car1"] { #expect(try await register(name) == "409 name-resembles") }
            expect(try await marketplace.publish([manifest("bob.tool")], token: eve), "409 name-resembles")
            expect(try await marketplace.publish([manifest("ada.other")], token: eve), "403 namespace-owned")
            // Half a year later.
            try await TestDatabase.script(
                url, "UPDATE vault.names SET rests = rests - interval '180 days' WHERE rests IS NOT NULL")
            #expect(try await register("b0b") == "201 ")
            #expect(try await register("carl") == "409 name-resembles")
            #expect(try await register("ada") == "409 name-taken")
            // The vault keeps no name of who has left but what they made public.
            let names = try await TestDatabase.query(
                url, "SELECT name FROM vault.names WHERE name IS NOT NULL ORDER BY 1")
            #expect(names == ["ada", "ada.tool", "b0b", "carls-tool", "eve"])
        }
    }
}
