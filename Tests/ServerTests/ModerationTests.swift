import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What is bad can be taken down: holds of moderators, and files that are removed, through HTTP.
@Suite struct ModerationTests {
    private static let module: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

    /// A publication with a module, and a README that others may have as well.
    private func parts(_ id: String, _ version: String, module: UInt8, readme: String = "Read.") -> [HTTPClientRequest
        .Part]
    {
        [
            manifest(id, version), part("readme", readme),
            HTTPClientRequest.Part(name: "wasm_module", bytes: Self.module + [module]),
        ]
    }

    private func digest(_ role: String, _ version: JSONValue) throws -> String {
        try #require(version["artifacts"]?.array?.first { $0["role"]?.string == role }?["sha256"]?.string)
    }

    /// Waits until pages, index and files reflect what was said last.
    private func settle(_ marketplace: MarketplaceProcess, _ id: String) async throws {
        let last = try await marketplace.head() - 1
        _ = try await marketplace.get("agents/\(id)?min_position=\(last)")
        try await eventually("the index passes \(last)") {
            let mark = try? JSONValue([UInt8](Data(contentsOf: URL(filePath: "\(marketplace.folder)/index/mark.json"))))
            return mark?["next"]?.integer.map { $0 > last } == true
        }
    }

    @Test func whatIsHeldIsServedToNobodyUntilItIsLifted() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            let (_, ada) = try await marketplace.register("ada")
            let moderator = try await marketplace.issue("moderate", by: try marketplace.token)
            // What changed stands in the bad version alone.
            let changes = part("changelog", "More of it.")
            for (version, module, more) in [("1.0.0", UInt8(1), []), ("1.1.0", 2, [changes])] {
                let answer = try await marketplace.publish(
                    parts("eve.tool", version, module: module) + more, token: eve)
                #expect(answer.status == 201)
            }
            try await settle(marketplace, "eve.tool")
            let good = try await marketplace.json("agents/eve.tool/versions/1.0.0")
            let bad = try await marketplace.json("agents/eve.tool/versions/1.1.0")
            let (module, readme) = (try digest("wasm_module", bad), try digest("readme", bad))
            // Read once, so that a cached answer stands in the way of a hold.
            for _ in 0..<2 { #expect(try await marketplace.get("artifacts/sha256/\(module)").status == 200) }

            let hold = #"{"reason":"malware","note":"It phones home."}"#
            expect(
                try await marketplace.send("POST", "agents/eve.tool/versions/1.1.0/quarantine", hold, token: eve),
                "403 out-of-scope")
            let held = try await marketplace.send(
                "POST", "agents/eve.tool/versions/1.1.0/quarantine", hold, token: moderator)
            #expect(try json(held)["quarantined"]?.bool == true)
            try await settle(marketplace, "eve.tool")
            // Resolution goes around it, and asking for it by name says why.
            let latest = try await marketplace.get("agents/eve.tool/versions/latest/download")
            #expect(latest.status == 302 && latest.fields["marketplace-version"] == "1.0.0")
            for request in ["1.1.0", "^1.1"] {
                let refused = try await marketplace.get("agents/eve.tool/versions/\(request)/download")
                expect(refused, "403 quarantined")
                #expect(try JSONValue(refused.body)["detail"]?.string?.contains("'malware' since 20") == true)
            }
            expect(try await marketplace.get("artifacts/sha256/\(module)"), "403 quarantined")
            expect(try await marketplace.get("agents/eve.tool/versions/1.1.0/manifest"), "403 quarantined")
            // The README is also that of a version in good standing, published before.
            #expect(try await marketplace.get("artifacts/sha256/\(readme)").status == 200)
            #expect(try await marketplace.get("artifacts/sha256/\(try digest("wasm_module", good))").status == 200)
            let page = try await marketplace.json("agents/eve.tool/versions/1.1.0")
            #expect(page["quarantine"]?["reason"]?.string == "malware")
            #expect(page["quarantine"]?["note"]?.string == "It phones home.")
            #expect(try await marketplace.json("agents/eve.tool")["latest_version"]?.string == "1.0.0")
            let index = try JSONValue(try await marketplace.get("/index/eve.tool").body)
            let standing = index["versions"]?.array?.last?["standing"]?.array?.first
            #expect(standing?["kind"]?.string == "quarantined" && standing?["until"] == nil)

            // The same module comes back under no other name, and another version does not free it.
            let copy = parts("ada.copy", "1.0.0", module: 2, readme: "Mine.")
            expect(try await marketplace.publish(copy, token: ada), "403 quarantined")
            expect(try await marketplace.publish(parts("eve.tool", "1.2.0", module: 2), token: eve), "403 quarantined")
            let next = parts("eve.tool", "1.2.0", module: 3) + [changes]
            #expect(try await marketplace.publish(next, token: eve).status == 201)
            try await settle(marketplace, "eve.tool")
            // A file that a later version names as well stays held.
            expect(try await marketplace.get("artifacts/sha256/\(try digest("changelog", bad))"), "403 quarantined")

            let lifted = try await marketplace.send(
                "DELETE", "agents/eve.tool/versions/1.1.0/quarantine", #"{"note":"A false alarm."}"#, token: moderator)
            #expect(try json(lifted)["quarantined"]?.bool == false)
            try await settle(marketplace, "eve.tool")
            #expect(try await marketplace.get("artifacts/sha256/\(module)").status == 200)
            #expect(try await marketplace.publish(copy, token: ada).status == 201)
            let after = try JSONValue(try await marketplace.get("/index/eve.tool").body)
            let ended = after["versions"]?.array?[1]["standing"]?.array?.first
            #expect(try #require(ended?["until"]?.integer) > #require(ended?["from"]?.integer))
        }
    }

    /// A copy that was published under a hold frees nothing, however often and in which order holds are said and lifted.
    @Test func sayingAHoldAnewFreesNoFile() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            let (_, ada) = try await marketplace.register("ada")
            let moderator = try await marketplace.issue("moderate", by: try marketplace.token)
            #expect(try await marketplace.publish(parts("eve.tool", "1.0.0", module: 4), token: eve).status == 201)
            try await settle(marketplace, "eve.tool")
            let module = try digest("wasm_module", try await marketplace.json("agents/eve.tool/versions/1.0.0"))
            let (one, all) = ("agents/eve.tool/versions/1.0.0/quarantine", "agents/eve.tool/quarantine")
            func say(_ method: String, _ path: String, _ body: String? = nil, _ code: String) async throws {
                let answer = try await marketplace.send(method, path, body, token: moderator)
                #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
                try await settle(marketplace, "eve.tool")
                expect(try await marketplace.get("artifacts/sha256/\(module)"), code)
            }
            try await say("POST", one, #"{"reason":"security"}"#, "403 quarantined")
            #expect(try await marketplace.publish(parts("ada.copy", "1.0.0", module: 4), token: ada).status == 201)
            try await say("POST", one, #"{"reason":"malware","note":"Worse."}"#, "403 quarantined")
            // Under no other role either.
            let disguised = [
                manifest("ada.other"), HTTPClientRequest.Part(name: "readme", bytes: Self.module + [4]),
            ]
            expect(try await marketplace.publish(disguised, token: ada), "403 quarantined")
            try await say("POST", all, #"{"reason":"legal"}"#, "451 quarantined-legal")
            try await say("DELETE", one, nil, "451 quarantined-legal")
            try await say("DELETE", all, nil, "200 ")
            // From now on the copy is one that was there before.
            try await say("POST", all, #"{"reason":"spam"}"#, "200 ")
        }
    }

    @Test func anAgentThatIsHeldTakesNothing() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            let moderator = try await marketplace.issue("moderate", by: try marketplace.token)
            #expect(try await marketplace.publish(parts("eve.tool", "1.0.0", module: 1), token: eve).status == 201)
            let path = "agents/eve.tool/quarantine"
            expect(try await marketplace.send("POST", path, #"{"reason":"legal"}"#, token: moderator), "201 ")
            expect(try await marketplace.send("POST", path, #"{"reason":"legal"}"#, token: moderator), "200 ")
            expect(
                try await marketplace.publish(parts("eve.tool", "2.0.0", module: 2), token: eve),
                "451 quarantined-legal")
            try await settle(marketplace, "eve.tool")
            expect(try await marketplace.get("agents/eve.tool/versions/latest/download"), "451 quarantined-legal")
            let list = try await marketplace.json("agents")["agents"]?.array
            #expect(list?.first { $0["id"]?.string == "eve.tool" }?["is_quarantined"]?.bool == true)
            #expect(try await marketplace.json("agents/eve.tool")["quarantine"]?["reason"]?.string == "legal")
            // A moderator does not lift what is theirs: the administrator owns this one.
            let own = try await marketplace.publish([manifest("mentatlab.own")])
            #expect(own.status == 201)
            expect(
                try await marketplace.send(
                    "POST", "agents/mentatlab.own/quarantine", #"{"reason":"spam"}"#, token: moderator), "403 own-agent"
            )
            expect(try await marketplace.send("DELETE", path, token: moderator), "201 ")
            #expect(try await marketplace.publish(parts("eve.tool", "2.0.0", module: 2), token: eve).status == 201)
            // The copy of the index has caught up, so that it does not write the file again.
            try await settle(marketplace, "eve.tool")
            // A front that does not know what is withheld serves no file.
            let version = try await marketplace.json("agents/eve.tool/versions/1.0.0")
            let module = try digest("wasm_module", version)
            try FileManager.default.removeItem(atPath: "\(marketplace.folder)/index/withheld.json")
            expect(try await marketplace.get("artifacts/sha256/\(module)"), "503 unavailable")
        }
    }

    /// The hold of a version is refused under the lock: a publish that has decided meanwhile does not slip through.
    @Test func aPublishBesideAHoldAsMalwareComesBeforeItOrNotAtAll() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            let (_, ada) = try await marketplace.register("ada")
            let moderator = try await marketplace.issue("moderate", by: try marketplace.token)
            #expect(try await marketplace.publish(parts("eve.tool", "1.0.0", module: 1), token: eve).status == 201)
            let statuses = try await withThrowingTaskGroup(of: (Bool, Int, Int64?).self) { group in
                for number in 0..<12 {
                    group.addTask {
                        let answer = try await marketplace.publish(
                            parts("ada.copy\(number)", "1.0.0", module: 1), token: ada)
                        return (false, answer.status, answer.fields["marketplace-position"].flatMap { Int64($0) })
                    }
                }
                group.addTask {
                    let held = try await marketplace.send(
                        "POST", "agents/eve.tool/quarantine", #"{"reason":"malware"}"#, token: moderator)
                    return (true, held.status, held.fields["marketplace-position"].flatMap { Int64($0) })
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let hold = try #require(statuses.first { $0.0 }?.2)
            for (isHold, status, position) in statuses where !isHold {
                #expect(status == 403 || status == 201 && (position ?? .max) < hold, "\(status) at \(position ?? -1)")
            }
        }
    }

    @Test func aFileIsRemovedEverywhereAndStaysGone() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let (_, eve) = try await marketplace.register("eve")
            let (_, ada) = try await marketplace.register("ada")
            let admin = try marketplace.token
            for (id, token) in [("eve.tool", eve), ("ada.tool", ada)] {
                #expect(try await marketplace.publish(parts(id, "1.0.0", module: 7), token: token).status == 201)
            }
            try await settle(marketplace, "ada.tool")
            let module = try digest("wasm_module", try await marketplace.json("agents/eve.tool/versions/1.0.0"))
            let path = "artifacts/sha256/\(module)"
            for _ in 0..<2 { #expect(try await marketplace.get(path).status == 200) }
            let reason = #"{"reason":"legal"}"#
            expect(try await marketplace.send("DELETE", path, reason, token: eve), "403 out-of-scope")
            expect(
                try await marketplace.send(
                    "DELETE", "artifacts/sha256/\(String(repeating: "0", count: 64))", reason, token: admin),
                "404 artifact-not-found")
            // First it is said whom it concerns.
            let shared = try await marketplace.send("DELETE", path, reason, token: admin)
            expect(shared, "409 artifact-shared")
            #expect(
                try JSONValue(shared.body)["findings"]?.array?.compactMap { $0["path"]?.string } == [
                    "/agents/eve.tool/versions/1.0.0", "/agents/ada.tool/versions/1.0.0",
                ])
            #expect(try await marketplace.get(path).status == 200)
            let removed = try await marketplace.send("DELETE", "\(path)?everywhere=true", reason, token: admin)
            #expect(try json(removed)["versions"]?.array?.count == 2)
            expect(try await marketplace.send("DELETE", "\(path)?everywhere=true", reason, token: admin), "200 ")
            // On each agent the log says so, and the bytes are gone.
            for id in ["eve.tool", "ada.tool"] {
                try await eventually("the file is removed") {
                    try await settle(marketplace, id)
                    let version = try await marketplace.json("agents/\(id)/versions/1.0.0")
                    return version["artifacts"]?.array?.contains { $0["removed"]?.bool == true } == true
                }
                try await settle(marketplace, id)
                let index = try JSONValue(try await marketplace.get("/index/\(id)").body)
                #expect(index["versions"]?.array?.first?["standing"]?.array?.first?["sha256"]?.string == module)
            }
            expect(try await marketplace.get(path), "410 artifact-removed")
            expect(try await marketplace.get("agents/eve.tool/versions/1.0.0/download"), "410 artifact-removed")
            let file = "\(marketplace.folder)/artifacts/sha256/\(module.prefix(2))/\(module.dropFirst(2))"
            #expect(!FileManager.default.fileExists(atPath: file))
            expect(
                try await marketplace.publish(parts("ada.tool", "2.0.0", module: 7), token: ada), "410 artifact-removed"
            )
            #expect(!FileManager.default.fileExists(atPath: file))
            #expect(try await marketplace.publish(parts("ada.tool", "2.0.0", module: 8), token: ada).status == 201)
            // An auditor misses no file that the log says is gone, and names one that comes back.
            func verify() async throws -> (code: Int32, output: String, errors: String) {
                try await marketplace.operate(["log", "verify"])
            }
            let verified = try await verify()
            #expect(verified.code == 0, "\(verified.output) \(verified.errors)")
            try Data(Self.module + [7]).write(to: URL(filePath: file))
            let back = try await verify()
            #expect(back.code == 1 && back.output.contains("is still there"), "\(back.output) \(back.errors)")
            try FileManager.default.removeItem(atPath: file)
            let types = try await TestDatabase.query(
                databaseURL,
                "SELECT type || ' ' || stream FROM log.events WHERE type LIKE '%artifact%' ORDER BY position")
            #expect(types.first == "artifact.removed.v1 artifact/\(module)")
            #expect(
                Set(types.dropFirst()) == [
                    "agent.artifact-removed.v1 agent/eve.tool", "agent.artifact-removed.v1 agent/ada.tool",
                ])
        }
    }

    /// A removal that is cut off between the file and the agents goes on at the next start.
    @Test func aRemovalGoesOnAfterAKill() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await withFolder { folder in
                let failpoints = "\(folder)-failpoints"
                try FileManager.default.createDirectory(atPath: failpoints, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(atPath: failpoints) }
                let words = ["up", "--data", folder, "--database-url", url, "--port", "0"]
                let first = try await MarketplaceProcess(
                    words, folder: folder, environment: ["MENTATLAB_FAILPOINTS": failpoints])
                for id in ["mentatlab.one", "mentatlab.two"] {
                    #expect(try await first.publish(parts(id, "1.0.0", module: 7)).status == 201)
                }
                try await settle(first, "mentatlab.two")
                let module = try digest("wasm_module", try await first.json("agents/mentatlab.one/versions/1.0.0"))
                // It dies with the removal in the log, once it has found out what is left to do.
                try Data("kill".utf8).write(to: URL(filePath: "\(failpoints)/unnoted_files.answered"))
                _ = try? await first.send(
                    "DELETE", "artifacts/sha256/\(module)?everywhere=true", #"{"reason":"owner"}"#,
                    token: try first.token)
                try await eventually("the first has ended") { !ProcessState.isAlive(first.processID) }
                let before = try await TestDatabase.query(
                    url, "SELECT type FROM log.events WHERE type LIKE '%artifact%' ORDER BY position")
                #expect(before.first == "artifact.removed.v1" && before.count < 3)
                let second = try await MarketplaceProcess(words, folder: folder)
                var said: [String] = []
                try await eventually("all three are said; last \(said)") {
                    said = try await TestDatabase.query(
                        url, "SELECT stream FROM log.events WHERE type LIKE '%artifact%' ORDER BY position")
                    return said.count >= 3
                }
                #expect(Set(said) == ["artifact/\(module)", "agent/mentatlab.one", "agent/mentatlab.two"])
                try await settle(second, "mentatlab.two")
                expect(try await second.get("artifacts/sha256/\(module)"), "410 artifact-removed")
                #expect(try await second.stop() == 0)
            }
        }
    }
}
