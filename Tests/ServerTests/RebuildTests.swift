import Foundation
import HTTPClient
import JSON
import Projections
import Synchronization
import TestSupport
import Testing

/// A rebuild that nobody notices: while all models are made anew and swapped, every read is whole, and what was written is
/// seen by whoever asks for it.
@Suite struct RebuildTests {
    /// What readers saw.
    private final class Seen: Sendable {
        private let state = Mutex<(reads: Int, faults: [String], positions: [String: Int64])>((0, [], [:]))

        var reads: Int { state.withLock(\.reads) }
        var faults: [String] { state.withLock(\.faults) }

        func note(_ path: String, _ answer: HTTPClientResponse, atLeast position: Int64?) {
            let shown = answer.fields["marketplace-position"].flatMap { Int64($0) }
            state.withLock { state in
                state.reads += 1
                func fault(_ words: String) { state.faults.append("\(path): \(words)") }
                if answer.status != 200 {
                    fault("\(answer.status) \(String(decoding: answer.body.prefix(300), as: UTF8.self))")
                } else if let empty = Self.emptiness(path, answer.body) {
                    fault(empty)
                } else if let position, let shown, shown < position {
                    fault("position \(shown) where \(position) was asked for")
                }
            }
        }

        /// What an answer lacks; nil where it is whole.
        private static func emptiness(_ path: String, _ body: [UInt8]) -> String? {
            guard let value = try? JSONValue(body) else { return "no JSON" }
            if path.hasPrefix("agents?") || path == "agents" {
                return (value["agents"]?.array?.count ?? 0) >= 20 ? nil : "\(value["agents"]?.array?.count ?? 0) agents"
            }
            if path.hasSuffix("/versions") {
                return value["versions"]?.array?.isEmpty == false ? nil : "no versions"
            }
            if path.hasSuffix("/owners") { return value["owners"]?.array?.count == 1 ? nil : "no owner" }
            return nil
        }
    }

    @Test func readersNoticeNothing() async throws {
        try await withEmbedded { folder in
            let marketplace = try await MarketplaceProcess(
                ["up", "--data", folder, "--port", "0", "--cache-mebibytes", "0"], folder: folder)
            for index in 0..<30 {
                #expect(try await marketplace.publish([manifest("acme.a\(index)")]).status == 201)
            }
            let ada = try await marketplace.register("ada")
            let paths =
                (0..<8).flatMap { index in
                    [
                        "agents/acme.a\(index)", "agents/acme.a\(index)/versions", "agents/acme.a\(index)/owners",
                        "agents/acme.a\(index)/downloads",
                    ]
                } + [
                    "agents", "agents?sort=name", "agents?sort=stars", "agents?limit=25", "agents?q=zebras",
                    "publishers/admin",
                    "/index/acme.a1", "/index/acme.a2",
                ]
            #expect(paths.count == 40)
            _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
            let seen = Seen()
            let isOver = Shared(false)
            let written = Shared<Int64?>(nil)
            try await withThrowingTaskGroup { group in
                for reader in 0..<4 {
                    group.addTask {
                        for turn in 0... {
                            if isOver.value, turn >= 40 { return }
                            let path = paths[(turn * 7 + reader * 11) % paths.count]
                            // Every other read names what was written before it.
                            let position = turn % 2 == 0 && !path.hasPrefix("/") ? written.value : nil
                            let query = position.map { "\(path.contains("?") ? "&" : "?")min_position=\($0)" } ?? ""
                            seen.note(path, try await marketplace.get(path + query), atLeast: position)
                        }
                    }
                }
                group.addTask {
                    for turn in 0... {
                        if isOver.value { return }
                        let path = "agents/acme.a\(turn % 30)/star"
                        let answer = try await marketplace.send(
                            turn / 30 % 2 == 0 ? "PUT" : "DELETE", path, token: ada.token)
                        #expect((200...201).contains(answer.status))
                        let position = try JSONValue(answer.body)["position"]?.integer
                        if let position { written.value = position }
                    }
                }
                for _ in 0..<3 {
                    let rebuilt = try await marketplace.operate(["rebuild", "--all", "--json"])
                    #expect(rebuilt.code == 0, "\(rebuilt.errors)")
                    let models = try JSONValue(Array(rebuilt.output.utf8))["rebuilt"]?.array
                    #expect(models?.count == ProjectionCatalogue.all.count)
                }
                let checked = try await marketplace.operate(["rebuild", "--all", "--check"])
                #expect(checked.code == 0, "\(checked.output) \(checked.errors)")
                isOver.value = true
                try await group.waitForAll()
            }
            #expect(seen.faults.isEmpty, "\(seen.faults.prefix(5))")
            #expect(seen.reads > 200)
            let body = try await marketplace.json("projections")
            let builds = try #require(body["projections"]?.array?.first?["builds"]?.array)
            #expect(builds.contains { $0["state"]?.string == "active" && ($0["build"]?.integer ?? 0) > 5 })
            #expect(try await marketplace.stop() == 0)
        }
    }

    /// Cached answers and the copy of the index are those of the build that is read, also where the one before was wrong.
    @Test func whatWasKeptOfAWrongBuildGoesWithIt() async throws {
        try await withEmbedded { folder in
            let marketplace = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
            for index in 0..<3 { #expect(try await marketplace.publish([manifest("acme.a\(index)")]).status == 201) }
            let position = try await marketplace.head() - 1
            _ = try await marketplace.get("/index/acme.a2?min_position=\(position)")
            let right = try await marketplace.get("agents/acme.a1")
            let owner = try String(contentsOfFile: "\(folder)/logins/owner", encoding: .utf8)
                .trimmingCharacters(in: .newlines)
            // Behind the log's back: a page, a document of the index, one that follows from nothing, and one that is gone.
            try await TestDatabase.scriptModels(
                owner,
                """
                UPDATE agents SET summary = 'planted' WHERE key = 'acme.a0';
                INSERT INTO index_documents SELECT 'acme.planted', convert_to(replace(convert_from(document, 'UTF8'), 'acme.a0', 'acme.planted'), 'UTF8'), position
                    FROM index_documents WHERE key = 'acme.a0';
                UPDATE index_documents SET position = \(position + 1) WHERE key = 'acme.planted'
                """)
            func summary() async throws -> String? {
                try await marketplace.json("agents?sort=name")["agents"]?.array?.first?["summary"]?.string
            }
            #expect(try await summary() == "planted")
            // Another entry makes the copy of the index read what was planted.
            #expect(try await marketplace.publish([manifest("acme.a3")]).status == 201)
            try await eventually("the planted one is in the index") {
                try await marketplace.get("/index/acme.planted").status == 200
            }
            let checked = try await marketplace.operate(["rebuild", "agents", "index", "--check", "--json"])
            #expect(checked.code == 1)
            let projections = try #require(try JSONValue(Array(checked.output.utf8))["checked"]?.array)
            #expect(
                projections.flatMap { $0["differences"]?.array ?? [] }.map {
                    "\($0["kind"]?.string ?? "") \($0["table"]?.string ?? "") \($0["key"]?.string ?? "")"
                } == ["changed agents acme.a0", "planted index_documents acme.planted"])

            // What is wrong is in the cache when the builds change.
            for _ in 0..<20 {
                #expect(try await summary() == "planted")
                try await Task.sleep(for: .milliseconds(10))
            }
            let rebuilt = try await marketplace.operate(["rebuild", "agents", "index"])
            #expect(rebuilt.code == 0, "\(rebuilt.errors)")
            try await eventually("the planted one is gone") {
                guard try await marketplace.get("/index/acme.planted").status == 404 else { return false }
                return try await summary() != "planted"
            }
            // What did not change has the same tag from another build.
            let again = try await marketplace.get("agents/acme.a1")
            let tag = { (answer: HTTPClientResponse) in answer.fields["etag"] }
            #expect(tag(again) == tag(right) && tag(again) != nil && again.body == right.body)
            #expect(try await marketplace.operate(["rebuild", "--all", "--check"]).code == 0)
            #expect(try await marketplace.stop() == 0)
        }
    }

    /// Wherever a rebuild is killed, readers have what they had, and the next one goes on and ends.
    @Test func aKilledRebuildHarmsNobody() async throws {
        try await withEmbedded { folder in
            // Given a marketplace with some agents,
            let marketplace = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
            for index in 0..<12 { #expect(try await marketplace.publish([manifest("acme.a\(index)")]).status == 201) }
            let head = try await marketplace.head()
            let list = try await marketplace.get("agents?sort=name&limit=50&min_position=\(head - 1)").body
            let points = "\(folder)/failpoints"
            try FileManager.default.createDirectory(atPath: points, withIntermediateDirectories: true)
            let words = ["rebuild", "agents", "--data", folder]
            for point in [
                "add_build.answered", "end_fold.sent", "advance.sent", "advance.answered", "take_turn.answered",
                "activate_build.sent", "activate_build.answered", "note_activation.answered", "retire_build.sending",
            ] {
                // when a rebuild is killed there,
                try "kill".write(toFile: "\(points)/\(point)", atomically: true, encoding: .utf8)
                let killed = try await run(
                    ["MENTATLAB_FAILPOINTS=\(points)", try MarketplaceProcess.program] + words)
                #expect(killed.code == SIGKILL, "\(point) was not reached: \(killed)")
                // then what is read is whole, and the next rebuild says how far it is, and ends.
                #expect(try await marketplace.get("agents?sort=name&limit=50").body == list, "\(point)")
                let next = try await marketplace.operate(["rebuild", "agents"])
                #expect(next.code == 0 && next.output.contains("is read now"), "\(point): \(next)")
                #expect(next.errors.contains("swapping at position"), "\(point): \(next.errors)")
            }
            let check = try await marketplace.operate(["rebuild", "--all", "--check"])
            #expect(check.code == 0 && check.errors.contains("of \(head) entries (100 %)"), "\(check)")
            #expect(try await marketplace.stop() == 0)
        }
    }

    /// What is parked is said by the program and its health; a skip is an entry of the log with a reason.
    @Test func whatIsParkedIsSaidAndSkipped() async throws {
        try await withEmbedded { folder in
            let marketplace = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
            #expect(try await marketplace.publish([manifest("acme.a")]).status == 201)
            // It is asked for at most once a second.
            func healthSays(_ words: String) async throws {
                try await eventually("\(words) is said") {
                    let answer = try await marketplace.get("/health/ready")
                    return answer.status == 200 && String(decoding: answer.body, as: UTF8.self).contains(words)
                }
            }
            try await healthSays("\"ready\"")
            let owner = try String(contentsOfFile: "\(folder)/logins/owner", encoding: .utf8)
                .trimmingCharacters(in: .newlines)
            try await TestDatabase.scriptModels(
                owner, "ALTER TABLE agent_versions ADD CONSTRAINT refuses CHECK (key <> 'acme.b')")
            #expect(try await marketplace.publish([manifest("acme.b")]).status == 201)
            let position = try await marketplace.head() - 1
            #expect(try await marketplace.publish([manifest("acme.c")]).status == 201)
            #expect(try await marketplace.get("agents/acme.c?min_position=\(position + 2)").status == 200)
            try await healthSays("the read model 'agents' parks 1 agents")

            let parked = try await marketplace.operate(["project", "parked", "--json"])
            let rows = try #require(try JSONValue(Array(parked.output.utf8))["parked"]?.array)
            #expect(rows.count == 1 && rows[0]["key"]?.string == "acme.b" && rows[0]["position"]?.integer == position)
            let faults = try await marketplace.json("projections")["projections"]?.array?.first?["faults"]?.array
            #expect(faults?.first?["key"]?.string == "acme.b")
            let status = try await marketplace.operate(["project", "status"])
            #expect(
                status.output.contains("agents v1 build 1 (active): at \(position + 3), 0 behind"), "\(status.output)")
            #expect(status.output.contains("agents build 1 parks 'acme.b' at position \(position)"), "\(status.output)")
            #expect(try await marketplace.operate(["project", "retry", "agents"]).code == 1)
            // What a retry applies reaches the copy of the index, although no new entry speaks of it.
            #expect(try await marketplace.get("/index/acme.b?min_position=\(position)").status == 200)
            try await TestDatabase.scriptModels(
                owner, "ALTER TABLE index_documents ADD CONSTRAINT refuses CHECK (key <> 'acme.d')")
            #expect(try await marketplace.publish([manifest("acme.d")]).status == 201)
            #expect(try await marketplace.publish([manifest("acme.e")]).status == 201)
            #expect(try await marketplace.get("/index/acme.e?min_position=\(position + 6)").status == 200)
            #expect(try await marketplace.get("/index/acme.d").status == 404)
            try await TestDatabase.scriptModels(owner, "ALTER TABLE index_documents DROP CONSTRAINT refuses")
            let retried = try await marketplace.operate(["project", "retry", "index", "acme.d"])
            #expect(retried.code == 0 && retried.output == "acme.d is up to the model now\n", "\(retried)")
            try await eventually("it is in the index") { try await marketplace.get("/index/acme.d").status == 200 }

            for (words, said) in [
                (["agents", "0", "--reason", "x"], "does not stand still at position 0"),
                (["agents", "x", "--reason", "x"], "POSITION is 'x'"), (["agents", "\(position)"], "needs --reason"),
            ] {
                let refused = try await marketplace.operate(["project", "skip"] + words)
                #expect(refused.code == 64 && refused.errors.contains(said), "\(refused.errors)")
            }
            let skipped = try await marketplace.operate(
                ["project", "skip", "agents", "\(position)", "--reason", "a test refuses it"])
            #expect(skipped.code == 0, "\(skipped.output) \(skipped.errors)")
            let entries = try await marketplace.json("events?type=projection.skipped.v1")["events"]?.array
            #expect(entries?.first?["entry"]?["data"]?["position"]?.integer == position)
            try await healthSays("\"ready\"")
            // The agent is there without the version that is skipped, here and in every later build.
            try await TestDatabase.scriptModels(owner, "ALTER TABLE agent_versions DROP CONSTRAINT refuses")
            #expect(try await marketplace.operate(["rebuild", "--all", "--check"]).code == 0)
            #expect(try await marketplace.get("agents/acme.b/versions").status == 404)
            #expect(try await marketplace.operate(["log", "verify"]).code == 0)
            #expect(try await marketplace.stop() == 0)
        }
    }

    /// An entry that can't be decoded takes nothing away from what is there.
    @Test func anAgentWithAnEntryThatCanNotBeDecodedIsShown() async throws {
        try await withMarketplace { marketplace, url in
            // Given an agent of which the models know all,
            for version in ["1.0.0", "1.1.0"] {
                #expect(try await marketplace.publish([manifest("acme.a", version)]).status == 201)
            }
            let last = try await marketplace.head() - 1
            _ = try await marketplace.json("agents/acme.a?min_position=\(last)")
            // when somebody spoils its last entry,
            try await TestDatabase.script(
                url, "UPDATE log.events SET entry = convert_to('{}', 'UTF8') WHERE position = \(last)")
            // then its page says all else.
            let page = try await marketplace.get("/agents/acme.a", [("Accept", "text/html")])
            let text = String(decoding: page.body, as: UTF8.self)
            #expect(page.status == 200 && text.contains("What happened") && text.contains("1.1.0"), "\(text)")
        }
    }

    @Test func aRebuildSaysWhatItNeeds() async throws {
        try await withFolder { folder in
            let names = ProjectionCatalogue.all.map(\.name).joined(separator: ", ")
            for (words, said) in [
                (["rebuild"], "name the projections to rebuild (\(names)), or give --all"),
                (["rebuild", "nothing"], "there is no projection 'nothing'"),
                (["rebuild", "--all", "agents"], "--all and names are both given"),
                (["rebuild", "--all", "--pace", "0%"], "--pace is '0%'; it has to be from 1% to 100%"),
                (["rebuild", "--all", "--data", folder], "no marketplace runs in"),
            ] {
                let refused = try await run([try MarketplaceProcess.program] + words)
                #expect(refused.code == 64 && refused.errors.contains(said), "\(words): \(refused.errors)")
            }
        }
    }
}
