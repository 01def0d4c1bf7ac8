import EventLog
import Events
import Foundation
import HTTPClient
import JSON
import Marketplace
import TestSupport
import Testing

/// The table of rights, cell by cell, through HTTP: who may do what to what.
@Suite struct RightsTests {
    /// What each actor gets, in the order of the columns.
    private struct Row {
        let action: Action
        let resource: String
        let cells: String
        let send: @Sendable (MarketplaceProcess, _ token: String?, _ column: String) async throws -> HTTPClientResponse

        init(
            _ action: Action, _ resource: String, _ cells: String,
            _ send: @escaping @Sendable (MarketplaceProcess, String?, String) async throws -> HTTPClientResponse
        ) {
            self.action = action
            self.resource = resource
            self.cells = cells.filter { $0 != " " }
            self.send = send
        }

        static func json(
            _ action: Action, _ resource: String, _ cells: String, _ method: String, _ path: String,
            _ body: String? = nil
        ) -> Row {
            Row(action, resource, cells) { marketplace, token, _ in
                try await marketplace.send(method, path, body, token: token)
            }
        }
    }

    /// What a letter stands for.
    private static let outcomes: [Character: String] = [
        "a": "401 not-authenticated", "s": "403 out-of-scope", "o": "403 not-owner", "n": "403 namespace-owned",
        "w": "403 own-agent", "l": "409 last-owner", "p": "403 not-permitted", "t": "404 token-not-found",
        "r": "403 name-reserved", "f": "404 artifact-not-found",
    ]

    /// Ada owns the agent ada.a and the namespace ada. Her tokens come narrow and whole; Bob maintains the agent, Kim
    /// the namespace; Zoe has nothing to do with either. Eve owns eve.z.
    private static let columns = [
        "anonymous", "revoked", "expired", "owner:review", "owner:publish", "owner:publish:ada.a",
        "owner:publish:ada.other", "owner:publish:ada.*", "owner", "maintainer", "member", "stranger", "moderate",
        "admin",
    ]

    private static func rows(adaToken: String, eveToken: String) -> [Row] {
        let yank = #"{"reason":"broken"}"#
        let listing =
            #"{"manifest":{"id":"ada.a","version":"1.0.0","image":"a:1","description":"d","inputs":[],"outputs":[]}}"#
        let offer = #"{"user":"%","role":"maintainer"}"#
        return [
            Row(.registerAgent, "ada.*", "aaa s+ss+ +n+n ss") {
                marketplace, token, column in
                let id = "ada.new\(column.utf8.reduce(0) { $0 * 31 % 100_003 + Int($1) })"
                return try await marketplace.send(publishing: id, "1.0.0", token)
            },
            Row(.registerAgent, "a reserved name", "aaa s r s s s rrrr ss") { marketplace, token, _ in
                try await marketplace.send(publishing: "npm.left-pad", "1.0.0", token)
            },
            Row(.publishVersion, "ada.a", "aaa s++s+ ++oo ss") { marketplace, token, _ in
                try await marketplace.send(publishing: "ada.a", "1.0.0", token)
            },
            Row(.publishVersion, "eve.z", "aaa s o s s s oooo ss") { marketplace, token, _ in
                try await marketplace.send(publishing: "eve.z", "1.0.0", token)
            },
            .json(
                .publishVersion, "the listing of ada.a", "aaa s++s+ ++oo ss", "PUT",
                "agents/ada.a/versions/1.0.0/listing",
                listing),
            .json(.yankVersion, "ada.a", "aaa s++s+ ++oo ++", "POST", "agents/ada.a/versions/1.0.0/yank", yank),
            .json(.yankVersion, "ada.a, back", "aaa s++s+ ++oo ++", "DELETE", "agents/ada.a/versions/1.0.0/yank"),
            .json(.yankVersion, "eve.z", "aaa s o s s s oooo ++", "POST", "agents/eve.z/versions/1.0.0/yank", yank),
            .json(.deprecateAgent, "ada.a", "aaa s++s+ ++oo ++", "POST", "agents/ada.a/deprecation"),
            .json(.deprecateAgent, "ada.a, back", "aaa s++s+ ++oo ++", "DELETE", "agents/ada.a/deprecation"),
            .json(.deprecateAgent, "eve.z", "aaa s o s s s oooo ++", "POST", "agents/eve.z/deprecation"),
            .json(
                .changeOwners, "ada.a", "aaa sssss +ooo s+", "POST", "agents/ada.a/invitations",
                offer.replacing("%", with: "bob")),
            .json(
                .changeOwners, "eve.z", "aaa sssss oooo s+", "POST", "agents/eve.z/invitations",
                offer.replacing("%", with: "kim")),
            .json(
                .changeMembers, "ada", "aaa sssss +nnn s+", "POST", "namespaces/ada/invitations",
                offer.replacing("%", with: "kim")),
            .json(
                .changeMembers, "eve", "aaa sssss nnnn s+", "POST", "namespaces/eve/invitations",
                offer.replacing("%", with: "kim")),
            .json(.answerInvitation, "one's own", "aaa sssss ++++ ss", "GET", "invitations"),
            .json(.review, "ada.a", "aaa wssss www+ ss", "PUT", "agents/ada.a/reviews/mine", #"{"rating":3}"#),
            .json(.review, "eve.z", "aaa +ssss ++++ ss", "PUT", "agents/eve.z/reviews/mine", #"{"rating":3}"#),
            .json(
                .vote, "Zoe's review", "aaa +ssss +++p ss", "PUT", "agents/eve.z/reviews/zoe/vote", #"{"helpful":true}"#
            ),
            .json(.vote, "Zoe's review, back", "aaa +ssss +++p ss", "DELETE", "agents/eve.z/reviews/zoe/vote"),
            .json(.review, "eve.z, back", "aaa +ssss ++++ ss", "DELETE", "agents/eve.z/reviews/mine"),
            .json(.star, "ada.a", "aaa wssss www+ ss", "PUT", "agents/ada.a/star"),
            .json(.star, "ada.a, back", "aaa +ssss ++++ ss", "DELETE", "agents/ada.a/star"),
            .json(
                .flag, "eve.z", "aaa +ssss ++++ ss", "POST", "flags",
                #"{"kind":"agent","agent":"eve.z","reason":"spam"}"#),
            .json(.quarantine, "eve.z", "aaa sssss ssss ++", "POST", "agents/eve.z/quarantine", #"{"reason":"spam"}"#),
            .json(.quarantine, "eve.z, back", "aaa sssss ssss ++", "DELETE", "agents/eve.z/quarantine"),
            .json(
                .quarantine, "a version of eve.z", "aaa sssss ssss ++", "POST",
                "agents/eve.z/versions/1.0.0/quarantine", #"{"reason":"spam"}"#),
            .json(
                .quarantine, "a version of eve.z, back", "aaa sssss ssss ++", "DELETE",
                "agents/eve.z/versions/1.0.0/quarantine"),
            .json(
                .removeArtifact, "a file that nobody names", "aaa sssss ssss sf", "DELETE",
                "artifacts/sha256/\(String(repeating: "0", count: 64))", #"{"reason":"legal"}"#),
            .json(.overrideNames, "a reserved name", "raa rrrrr rrrr r+", "POST", "users", #"{"name":"support"}"#),
            .json(.readFlags, "all", "aaa sssss ssss +s", "GET", "flags"),
            .json(.readDeeds, "one's own", "aaa sssss ++++ ++", "GET", "activity"),
            .json(.readDeeds, "ada", "aaa sssss +ppp ++", "GET", "activity?user=ada"),
            .json(.readDeedsOnAgent, "ada.a", "aaa sssss ++oo ++", "GET", "activity?agent=ada.a"),
            Row(.reportDownloads, "ada.a", "aaa sssss ssss s+") { marketplace, token, column in
                try await marketplace.send(
                    "POST", "downloads", downloadLine(id: column, "ada.a", "1.0.0"), token: token,
                    type: "application/x-ndjson")
            },
            .json(
                .issueToken, "one's own", "aaa sssss ++++ ss", "POST", "tokens", #"{"name":"n","scopes":["review"]}"#),
            Row(.renewToken, "a token of one's own", "aaa sssss ++++ ss") { marketplace, token, _ in
                let spare = try await marketplace.send(
                    "POST", "tokens", #"{"name":"n","scopes":["account"]}"#, token: token)
                let own = (try? JSONValue(spare.body))?["token"]?.string
                return try await marketplace.send("POST", "tokens/renew", token: own ?? token)
            },
            .json(.listTokens, "one's own", "aaa sssss ++++ ss", "GET", "tokens"),
            .json(.revokeToken, "Ada's", "aaa sssss +ttt t+", "DELETE", "tokens/\(adaToken)"),
            .json(.revokeToken, "Eve's", "aaa ttttt tttt t+", "DELETE", "tokens/\(eveToken)"),
            .json(.changeProfile, "one's own", "aaa sssss ++++ ss", "PUT", "users/me/profile", #"{"bio":"b"}"#),
            Row(.leave, "ada.a", "aaa sssss l+oo s+") { marketplace, token, column in
                let names = [
                    "maintainer": "bob", "member": "kim", "stranger": "zoe", "moderate": "admin", "admin": "admin",
                ]
                return try await marketplace.send(
                    "DELETE", "agents/ada.a/owners/\(names[column] ?? "ada")", token: token)
            },
            .json(.eraseAccount, "one's own", "aaa sssss ++++ ss", "DELETE", "users/me?abandon=true"),
        ]
    }

    @Test func everyCellOfTheTableHolds() async throws {
        try await withMarketplace(["--download-flush", "60"]) { marketplace, databaseURL in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            let (_, kim) = try await marketplace.register("kim")
            let (_, zoe) = try await marketplace.register("zoe")
            let (_, eve) = try await marketplace.register("eve")
            let (_, gone) = try await marketplace.register("gone")
            for (token, id) in [(ada, "ada.a"), (eve, "eve.z")] {
                #expect(try await marketplace.publish([manifest(id)], token: token).status == 201)
            }
            try await marketplace.give("maintainer", of: "agents/ada.a", to: ("bob", bob), by: ada)
            try await marketplace.give("maintainer", of: "namespaces/ada", to: ("kim", kim), by: ada)
            #expect(try await marketplace.send("DELETE", "tokens/current", token: gone).status == 201)
            let said = try await marketplace.send("PUT", "agents/eve.z/reviews/mine", #"{"rating":3}"#, token: zoe)
            #expect(said.status == 201)
            let log = try await EventLog.open(EventLog.Configuration(url: databaseURL))
            let expired = try await Newcomer.register(
                in: log, scopes: Scope.allCases,
                expires: Int64(Date().timeIntervalSince1970 * 1000) - 1)
            await log.close()
            let administrator = try marketplace.token
            var tokens: [String: String] = [
                "revoked": gone, "expired": expired, "owner": ada, "maintainer": bob, "member": kim, "stranger": zoe,
                "moderate": try await marketplace.issue("moderate", by: administrator),
                "admin": try await marketplace.issue("admin", by: administrator),
            ]
            for scope in ["review", "publish", "publish:ada.a", "publish:ada.other", "publish:ada.*"] {
                tokens["owner:\(scope)"] = try await marketplace.issue(scope, by: ada)
            }
            func spare(of token: String) async throws -> String {
                let answer = try await marketplace.send(
                    "POST", "tokens", #"{"name":"spare","scopes":["review"]}"#, token: token)
                return try #require(try JSONValue(answer.body)["credential"]?["id"]?.string)
            }
            let rows = Self.rows(adaToken: try await spare(of: ada), eveToken: try await spare(of: eve))
            #expect(Set(rows.map(\.action)) == Set(Action.all), "a row is missing")

            var cells = 0
            for row in rows {
                try #require(row.cells.count == Self.columns.count, "\(row.action) \(row.resource)")
                for (column, cell) in zip(Self.columns, row.cells) {
                    let head = try await marketplace.head()
                    let answer = try await row.send(marketplace, tokens[column], column)
                    let code = (try? JSONValue(answer.body))?["code"]?.string
                    let place: Comment =
                        "\(row.action.name) \(row.resource) by \(column): \(answer.status) \(code ?? "")"
                    if cell == "+" {
                        #expect([200, 201].contains(answer.status), place)
                    } else {
                        #expect("\(answer.status) \(code ?? "")" == Self.outcomes[cell], place)
                        #expect(try await marketplace.head() == head, place)
                    }
                    cells += 1
                }
            }
            print("rights: \(rows.count) actions on resources by \(Self.columns.count) actors, \(cells) cells")
        }
    }

    /// What a decision read is guarded: a right that is taken away between deciding and appending is not used.
    @Test func aRightThatEndsBeforeTheAppendIsNotUsed() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await withFolder { folder in
                let failpoints = "\(folder)-failpoints"
                try FileManager.default.createDirectory(atPath: failpoints, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(atPath: failpoints) }
                let first = try await MarketplaceProcess(
                    ["up", "--data", folder, "--database-url", url, "--port", "0"],
                    folder: folder, environment: ["MENTATLAB_FAILPOINTS": failpoints])
                let second = try await MarketplaceProcess(
                    [
                        "command", "--data", folder, "--database-url", url, "--artifacts", "\(folder)/artifacts",
                        "--port", "0",
                    ], folder: folder)
                let (_, ada) = try await first.register("ada")
                let (_, bob) = try await first.register("bob")
                let narrow = try await first.issue("publish", by: ada)
                let list = try JSONValue(try await first.send("GET", "tokens", token: ada).body)["tokens"]?.array
                let narrowID = try #require(list?.first?["id"]?.string)
                #expect(try await first.publish([manifest("ada.a")], token: ada).status == 201)
                try await first.give("owner", of: "agents/ada.a", to: ("bob", bob), by: ada)
                // A parent, its child, and what a token offered.
                let parent = try await first.parent(issuedBy: ada)
                let inviting = try await first.parent(issuedBy: ada)
                let child = try await first.issue("publish", by: parent.token)
                let (_, eve) = try await first.register("eve")
                let offer = try await first.send(
                    "POST", "agents/ada.a/invitations", #"{"user":"eve"}"#, token: inviting.token)
                let invitation = try #require(try JSONValue(offer.body)["invitation"]?.string)

                func publish(_ version: String, by token: String) -> @Sendable () async throws -> HTTPClientResponse {
                    { try await first.publish([manifest("ada.a", version)], token: token) }
                }
                struct Moment {
                    let begun: @Sendable () async throws -> HTTPClientResponse
                    let path: String
                    var body: String?
                    let refused: String
                }
                let leaked = #"{"leaked":true}"#
                let moments = [
                    Moment(
                        begun: publish("2.0.0", by: narrow), path: "tokens/\(narrowID)",
                        refused: "401 not-authenticated"),
                    Moment(
                        begun: publish("2.0.1", by: bob), path: "agents/ada.a/owners/bob", refused: "403 not-owner"),
                    Moment(
                        begun: {
                            try await first.send("POST", "invitations/\(invitation)/acceptance", token: eve)
                        }, path: "tokens/\(inviting.id)", body: #"{"descendants":true}"#, refused: "409 invitation-void"
                    ),
                    Moment(
                        begun: publish("2.0.2", by: child), path: "tokens/\(parent.id)", body: leaked,
                        refused: "401 not-authenticated"),
                ]
                for moment in moments {
                    let head = try await first.head()
                    try Data("stop".utf8).write(to: URL(filePath: "\(failpoints)/append.sending"))
                    async let answering = moment.begun()
                    // It has decided, and stops with the append in its hands.
                    try await eventually("the first is held") { ProcessState.of(first.processID) == "T" }
                    #expect(try await second.send("DELETE", moment.path, moment.body, token: ada).status == 201)
                    kill(first.processID, SIGCONT)
                    let answer = try await answering
                    let code = try JSONValue(answer.body)["code"]?.string ?? ""
                    #expect("\(answer.status) \(code)" == moment.refused)
                    #expect(try await first.head() == head + 1)
                }
                #expect(try await second.stop() == 0)
                #expect(try await first.stop() == 0)
            }
        }
    }
}

extension MarketplaceProcess {
    /// A token that can issue others, with its id.
    fileprivate func parent(issuedBy owner: String) async throws -> (token: String, id: String) {
        let token = try await issue("account", "publish", by: owner)
        let tokens = try JSONValue(try await send("GET", "tokens", token: owner).body)["tokens"]?.array
        return (token, try #require(tokens?.first?["id"]?.string))
    }

    /// Publishes with a token or without any.
    fileprivate func send(publishing id: String, _ version: String, _ token: String?) async throws -> HTTPClientResponse
    {
        guard let token else { return try await send("POST", "publish") }
        return try await publish([manifest(id, version)], token: token)
    }
}
