import Foundation
import HTTPClient
import JSON
import Testing

/// People with the real `mentatctl`: roles that are offered and accepted, and tokens that renew themselves.
@Suite struct CtlPeopleTests {
    /// The program in somebody's hands, with a home of their own.
    private func somebody(_ name: String, _ ctl: Ctl) async throws -> Ctl {
        var own = ctl
        own.environment["MENTATLAB_HOME"] = "\(ctl.home)/\(name)"
        own.environment["XDG_CONFIG_HOME"] = "\(ctl.home)/\(name)"
        #expect(try await own("register", name).code == 0)
        return own
    }

    @Test func rolesAreOfferedAndAccepted() async throws {
        try await withMarketplace { marketplace, _ in
            try await Ctl.with(marketplace.url) { ctl in
                let (ada, bob) = (try await somebody("ada", ctl), try await somebody("bob", ctl))
                let token = try #require(try credentials(ada)[marketplace.url]?["token"]?.string)
                #expect(try await marketplace.publish([manifest("ada.tool")], token: token).status == 201)
                let invited = try await ada("agent", "owner", "invite", "ada.tool", "Bob", "--role", "maintainer")
                #expect(invited.code == 0 && invited.output.contains("Bob is invited as maintainer of ada.tool"))
                #expect(try await ada("namespace", "member", "invite", "ada", "bob").code == 0)
                let list = try await bob.json("invitations")
                #expect(list["received"]?.array?.count == 2 && list["sent"]?.array?.count == 0)
                let shown = try await bob("invitations")
                #expect(shown.output.contains("from ada") && shown.output.contains("ada.*"))
                #expect(
                    try await bob("agent", "owner", "accept", "ada.tool").output == "you are maintainer of ada.tool\n")
                #expect(
                    try await bob("agent", "owner", "accept", "ada.tool", "--json").problem == "invitation-not-found")
                #expect(try await bob("namespace", "member", "decline", "ada", "--from", "eve").code == 1)
                #expect(try await bob("namespace", "member", "decline", "ada", "--refuse-inviter").code == 0)
                let again = try await ada("namespace", "member", "invite", "ada", "bob", "--json")
                #expect(again.problem == "inviter-refused" && again.code == 4)
                let owners = try await ada.json("agent", "owner", "list", "ada.tool")["owners"]?.array
                #expect(owners?.map { $0["username"]?.string } == ["ada", "bob"])
                let info = try await ada("agent", "info", "ada.tool")
                #expect(info.output.contains("its owners changed on "))
                let eve = try await somebody("eve", ctl)
                #expect(try await ada("agent", "owner", "invite", "ada.tool", "eve").code == 0)
                #expect(try await ada("agent", "owner", "withdraw", "ada.tool", "eve").code == 0)
                #expect(try await eve("invitations", "--quiet").output.isEmpty)
                #expect(try await ada("agent", "owner", "remove", "ada.tool", "bob").code == 0)
            }
        }
    }

    @Test func aModeratorHoldsAndLiftsAndAnAdministratorRemoves() async throws {
        try await withMarketplace { marketplace, _ in
            try await Ctl.with(marketplace.url) { ctl in
                let (_, eve) = try await marketplace.register("eve")
                let (watch, _) = try await marketplace.register("watch")
                let module = HTTPClientRequest.Part(
                    name: "wasm_module", bytes: [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x07])
                #expect(try await marketplace.publish([manifest("eve.tool"), module], token: eve).status == 201)
                var moderator = ctl
                moderator.environment["MENTATLAB_TOKEN"] = try await marketplace.operatorToken(
                    for: watch, scopes: ["moderate"])
                #expect(try await moderator("agent", "quarantine", "eve.tool").code == 64)
                let held = try await moderator(
                    "agent", "quarantine", "eve.tool@1.0.0", "--reason", "malware", "--note", "It phones home.")
                #expect(held.code == 0 && held.output == "eve.tool@1.0.0 is held\n", "\(held.errors)")
                let install = try await ctl("agent", "install", "eve.tool", "--json")
                #expect(install.code == 1 && install.problem == "quarantined")
                let info = try await ctl("agent", "info", "eve.tool")
                #expect(info.output.contains("1.0.0 (held)"))
                #expect(try await moderator("agent", "quarantine", "eve.tool", "--reason", "spam").code == 0)
                #expect(try await ctl("agent", "info", "eve.tool").output.contains("held by moderators since"))
                #expect(try await moderator("agent", "unquarantine", "eve.tool").code == 0)
                let lifted = try await moderator("agent", "unquarantine", "eve.tool@1.0.0", "--case", "x")
                #expect(lifted.code == 64 && lifted.errors.contains("32 hexadecimal digits"))
                #expect(try await moderator("agent", "unquarantine", "eve.tool@1.0.0").code == 0)
                #expect(try await ctl("agent", "install", "eve.tool").code == 0)

                let version = try await marketplace.json("agents/eve.tool/versions/1.0.0")
                let file = version["artifacts"]?.array?.first { $0["role"]?.string == "wasm_module" }
                let digest = try #require(file?["sha256"]?.string)
                let refused = try await moderator("artifact", "remove", digest, "--reason", "legal", "--json")
                #expect(refused.code == 4 && refused.problem == "out-of-scope")
                var admin = ctl
                admin.environment["MENTATLAB_TOKEN"] = try marketplace.token
                let removed = try await admin("artifact", "remove", digest, "--reason", "legal")
                #expect(removed.code == 0 && removed.output.contains("eve.tool"))
                #expect(try await admin("artifact", "remove", "abc", "--reason", "legal").code == 64)
            }
        }
    }

    private func credentials(_ ctl: Ctl) throws -> JSONValue {
        let path = "\(ctl.environment["XDG_CONFIG_HOME"] ?? "")/mentatlab/credentials.json"
        return try JSONValue([UInt8](Data(contentsOf: URL(filePath: path))))
    }

    /// Changes what is written down about the token that is kept.
    private func change(_ ctl: Ctl, _ url: String, _ changes: [String: JSONValue]) throws {
        var members = try #require(try credentials(ctl)[url]?.members)
        members.removeAll { changes[$0.name] != nil }
        members += changes.map { JSONValue.Member($0.key, $0.value) }
        let path = "\(ctl.environment["XDG_CONFIG_HOME"] ?? "")/mentatlab/credentials.json"
        let document = JSONValue.object([JSONValue.Member(url, .object(members))])
        try Data(document.canonicalBytes).write(to: URL(filePath: path))
    }

    private func inDays(_ days: Double) -> JSONValue {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return .string(Date(timeIntervalSinceNow: days * 86_400).formatted(format))
    }

    @Test func aTokenRenewsItselfBeforeItExpires() async throws {
        try await withMarketplace { marketplace, _ in
            try await Ctl.with(marketplace.url) { ctl in
                let ada = try await somebody("ada", ctl)
                func kept() throws -> String { try #require(try credentials(ada)[marketplace.url]?["token"]?.string) }
                func works(_ token: String) async throws -> Bool {
                    try await marketplace.send("GET", "users/me", token: token).status == 200
                }
                let first = try kept()
                #expect(try await ada("whoami").errors.isEmpty)
                #expect(try kept() == first)
                // With 29 days left it is renewed, and that is said; the old one is over.
                try change(ada, marketplace.url, ["expires_at": inDays(29)])
                let renewed = try await ada("whoami")
                #expect(renewed.code == 0 && renewed.errors.contains("was renewed and is good until"))
                let second = try kept()
                #expect(try await works(second))
                #expect(try await !works(first))
                #expect(!(renewed.errors + renewed.output).contains(second))
                // A renewal whose answer got lost is repeated under its key.
                try change(
                    ada, marketplace.url, ["expires_at": inDays(29), "renewal": .string("lost-renewal-0123456789")])
                let lost = try await marketplace.send(
                    "POST", "tokens/renew", #"{"expires_in_days":90}"#, token: second, key: "lost-renewal-0123456789")
                #expect(lost.status == 201)
                #expect(try await ada("whoami").code == 0)
                let third = try kept()
                #expect(try await works(third))
                #expect(third != second)
                // Of several at once one renews; all work.
                try change(ada, marketplace.url, ["expires_at": inDays(1)])
                let outcomes = try await withThrowingTaskGroup(of: Int32.self) { group in
                    for _ in 0..<4 { group.addTask { try await ada("invitations").code } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes == [0, 0, 0, 0])
                #expect(try await ada("whoami").code == 0)
                // One from the environment is never renewed.
                try change(ada, marketplace.url, ["expires_at": inDays(1)])
                let before = try kept()
                var given = ada
                given.environment["MENTATLAB_TOKEN"] = before
                #expect(try await given("whoami").errors.isEmpty)
                #expect(try kept() == before)
                // What can't be renewed is said, and the command goes on.
                try change(ada, marketplace.url, ["expires_at": inDays(1)])
                var narrow = ada
                narrow.environment["XDG_CONFIG_HOME"] = "\(ctl.home)/narrow"
                let review = try await marketplace.issue("review", by: before)
                #expect(try await narrow("config", "auth", input: review).code == 0)
                try change(narrow, marketplace.url, ["expires_at": inDays(1), "renews": .bool(true)])
                let refused = try await narrow("whoami")
                #expect(refused.code == 0 && refused.errors.contains("could not be renewed"))
            }
        }
    }
}
