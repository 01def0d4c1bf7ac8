import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What one stolen token did, and what came of it.
@Suite struct ForensicsTests {
    /// Given a token that issued another one, which was renewed and then gave somebody a role, when its forensics are asked
    /// for, then all of that is told with what undoing each takes, what waits to be accepted included, and nothing else is.
    @Test func allThatCameOfATokenIsToldAndNothingElse() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let (_, eve) = try await marketplace.register("eve")
            let (_, bob) = try await marketplace.register("bob")
            func send(_ method: String, _ path: String, _ body: String? = nil, _ token: String) async throws
                -> JSONValue
            {
                let answer = try await marketplace.send(method, path, body, token: token)
                try #require(
                    [200, 201].contains(answer.status), "\(path): \(String(decoding: answer.body, as: UTF8.self))")
                return try JSONValue(answer.body)
            }
            func publish(_ id: String, _ version: String, _ token: String) async throws -> Int64 {
                let answer = try await marketplace.publish([manifest(id, version)], token: token)
                try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
                return try #require(try JSONValue(answer.body)["position"]?.integer)
            }
            _ = try await publish("ada.tool", "1.0.0", ada)
            let whole = #"{"name":"laptop","scopes":["account","publish"]}"#
            let stolen = try await send("POST", "tokens", whole, ada)
            let id = try #require(stolen["credential"]?["id"]?.string)
            let first = try #require(stolen["token"]?.string)
            let issued = try #require(try await send("POST", "tokens", whole, first)["token"]?.string)
            let renewed = try await send("POST", "tokens/renew", nil, issued)
            let last = try #require(renewed["token"]?.string)
            try await marketplace.give("maintainer", of: "agents/ada.tool", to: (name: "eve", token: eve), by: last)
            let bad = try await publish("ada.tool", "1.0.1", eve)
            let offer = try await send(
                "POST", "agents/ada.tool/invitations", #"{"user":"bob","role":"owner"}"#, last)
            // What others do, and what ada does with the token that was not stolen, is not told.
            _ = try await publish("eve.own", "1.0.0", eve)
            _ = try await publish("ada.tool", "1.0.2", ada)
            _ = try await send("PUT", "agents/ada.tool/star", nil, bob)

            let found = try await marketplace.operate(["forensics", "--token", id, "--json"])
            try #require(found.code == 0, "\(found.errors)")
            let told = try JSONValue(Array(found.output.utf8))
            let deeds = told["deeds"]?.array ?? []
            #expect(
                deeds.map { "\($0["type"]?.string ?? "") \($0["via"]?.string ?? "")" } == [
                    "token.issued.v1 token", "token.revoked.v1 token", "token.issued.v1 token",
                    "agent.owner-added.v1 invitation", "agent.version-published.v1 role",
                ])
            #expect(deeds.last?["position"]?.integer == bad && deeds.last?["version"]?.string == "1.0.1")
            #expect(deeds.last?["undo"]?.string?.contains("agent quarantine ada.tool@1.0.1") == true)
            #expect(told["tokens"]?.array?.count == 3)
            let offers = told["offers"]?.array ?? []
            #expect(offers.count == 1 && offers.first?["id"]?.string == offer["invitation"]?.string)
            #expect(told["is_cut"]?.bool == false)
            let later = try await marketplace.operate(["forensics", "--token", id, "--since", "2999-01-01", "--json"])
            #expect(try JSONValue(Array(later.output.utf8))["deeds"]?.array?.isEmpty == true)
            let text = try await marketplace.operate(["forensics", "--token", id])
            #expect(text.output.contains("not accepted yet") && text.output.contains("(role)"))

            for (words, code, message) in [
                (["forensics"], Int32(64), "needs --token"),
                (["forensics", "--token", "mlm_0"], 64, "never its secret"),
                (["forensics", "--token", String(repeating: "0", count: 32)], 1, "no token has the id"),
                (["forensics", "--token", id, "--since", "today"], 64, "--since is 'today'"),
            ] {
                let refused = try await marketplace.operate(words)
                #expect(refused.code == code && refused.errors.contains(message), "\(words): \(refused.errors)")
            }
        }
    }
}
