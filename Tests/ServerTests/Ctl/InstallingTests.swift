import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Installing, updating and looking, as people who know cargo and pip expect it.
@Suite struct InstallingTests {
    private func with(
        _ published: [(id: String, version: String)], _ body: (MarketplaceProcess, Ctl) async throws -> Void
    ) async throws {
        try await withMarketplace { marketplace, _ in
            var position: Int64 = 0
            for (id, version) in published {
                let answer = try await marketplace.publish([
                    manifest(id, version), part("readme", "# \(id) \(version)\n"),
                    try package(["src/main.py": "print('\(version)')\n", "src/data.txt": "data\n"]),
                ])
                #expect(answer.status == 201, "\(id) \(version)")
                position = try JSONValue(answer.body)["position"]?.integer ?? 0
            }
            if let last = published.last {
                #expect(try await marketplace.get("agents/\(last.id)?min_position=\(position)").status == 200)
                #expect(try await marketplace.get("/index/\(last.id)?min_position=\(position)").status == 200)
            }
            try await Ctl.with(marketplace.url) { try await body(marketplace, $0) }
        }
    }

    @Test func aBuildThatDoesNotExistIsNotFound() async throws {
        try await with([("acme.gpu", "1.0.0+cpu")]) { marketplace, ctl in
            for verb in ["install", "info"] {
                let missing = try await ctl("agent", verb, "acme.gpu@1.0.0+cu118", "--json")
                #expect(missing.code == 1 && missing.problem == "version-not-found", "\(missing.errors)")
            }
            for path in ["1.0.0+cu118", "1.0.0+cu118/manifest", "1.0.0+cu118/download"] {
                expect(
                    try await marketplace.get("agents/acme.gpu/versions/\(path.replacing("+", with: "%2B"))"),
                    "404 version-not-found")
            }
            // Without a build any is meant, and messages name the one that is.
            let installed = try await ctl("agent", "install", "acme.gpu@1.0.0")
            #expect(installed.output.contains("acme.gpu 1.0.0+cpu"), "\(installed.output)")
            #expect(try await ctl.json("agent", "info", "acme.gpu@1.0.0")["version"]?.string == "1.0.0+cpu")
            var owner = ctl
            owner.environment["MENTATLAB_TOKEN"] = try marketplace.token
            let yanked = try await owner("agent", "yank", "acme.gpu@1.0.0", "--reason", "mistake")
            #expect(yanked.output.contains("acme.gpu@1.0.0+cpu is yanked"), "\(yanked)")
            #expect(try await ctl("agent", "uninstall", "acme.gpu@1.0.0+cu118").code == 1)
            #expect(try await ctl("agent", "uninstall", "acme.gpu@1.0.0").code == 0)
        }
    }

    @Test func infoResolvesAsInstallDoes() async throws {
        try await with([("acme.tool", "1.0.0"), ("acme.tool", "1.1.0"), ("acme.tool", "2.0.0")]) { _, ctl in
            for (request, version) in [("latest", "2.0.0"), ("^1", "1.1.0"), ("1.0.x", "1.0.0")] {
                #expect(try await ctl.json("agent", "info", "acme.tool@\(request)")["version"]?.string == version)
            }
            #expect(try await ctl("agent", "info", "acme.tool", "--readme").output == "# acme.tool 2.0.0\n")
            #expect(try await ctl("agent", "info", "acme.tool@^1", "--readme").output == "# acme.tool 1.1.0\n")
            let none = try await ctl("agent", "info", "acme.tool@^7", "--json")
            #expect(none.code == 1 && none.problem == "version-not-found")
        }
    }

    /// Each request that was made is followed by itself; what is pinned stays, and what was withdrawn is said.
    @Test func updateFollowsEachRequest() async throws {
        try await with([("acme.tool", "1.0.0"), ("acme.tool", "2.0.0")]) { marketplace, ctl in
            for request in ["^1", "latest", "2.0.0"] {
                #expect(try await ctl("agent", "install", "acme.tool@\(request)").code == 0)
            }
            for version in ["1.2.0", "2.1.0"] {
                let answer = try await marketplace.publish([
                    manifest("acme.tool", version), try package(["src/main.py": "print('\(version)')\n"]),
                ])
                let position = try JSONValue(answer.body)["position"]?.integer ?? 0
                #expect(try await marketplace.get("/index/acme.tool?min_position=\(position)").status == 200)
            }
            var owner = ctl
            owner.environment["MENTATLAB_TOKEN"] = try marketplace.token
            #expect(try await owner("agent", "yank", "acme.tool@2.0.0", "--reason", "broken").code == 0)
            let updated = try await ctl("agent", "update")
            #expect(updated.code == 0)
            #expect(updated.output.contains("installed acme.tool 1.2.0") && updated.output.contains("acme.tool 2.1.0"))
            #expect(updated.errors.contains("acme.tool 2.0.0 is pinned"), "\(updated.errors)")
            #expect(
                updated.errors.contains("acme.tool 2.0.0, which is installed, is yanked (broken); use acme.tool@2.1.0"),
                "\(updated.errors)")
            #expect(try await ctl("agent", "update").output == "everything is up to date\n")
        }
    }

    /// A registry that is gone keeps no agent of another from its update.
    @Test func aRegistryThatIsGoneHoldsUpNoOther() async throws {
        try await with([("acme.a", "1.0.0"), ("acme.b", "1.0.0")]) { marketplace, ctl in
            let installed = try await ctl.json("agent", "install", "acme.a", "acme.b")
            let path = try #require(installed["installed"]?.array?.first?["path"]?.string)
            let receipt = URL(filePath: "\(path)/.mentatlab/receipt.json")
            let text = try String(contentsOf: receipt, encoding: .utf8)
            try text.replacing(marketplace.url, with: "http://127.0.0.1:9").write(
                to: receipt, atomically: true, encoding: .utf8)
            let answer = try await marketplace.publish([manifest("acme.b", "1.1.0")])
            let position = try JSONValue(answer.body)["position"]?.integer ?? 0
            #expect(try await marketplace.get("/index/acme.b?min_position=\(position)").status == 200)
            let updated = try await ctl("agent", "update")
            #expect(updated.code == 3 && updated.errors.contains("acme.a@1.0.0: "), "\(updated)")
            #expect(updated.output.contains("installed acme.b 1.1.0"), "\(updated)")
        }
    }

    @Test func eachOfSeveralIsTried() async throws {
        try await with([("acme.a", "1.0.0"), ("acme.b", "1.0.0")]) { _, ctl in
            let outcome = try await ctl("agent", "install", "acme.a", "acme.none", "acme.b@^3", "acme.b", "--json")
            #expect(outcome.code == 1)
            let answer = try outcome.json
            #expect(answer["installed"]?.array?.compactMap { $0["agent_id"]?.string } == ["acme.a", "acme.b"])
            #expect(
                answer["failed"]?.array?.compactMap { $0["code"]?.string } == ["agent-not-found", "version-not-found"])
            #expect(try await ctl("agent", "uninstall", "acme.a", "acme.b").code == 0)
            #expect(try await ctl("agent", "list", "--quiet").output.isEmpty)
        }
    }

    @Test func whatDiffersIsSaidAndMadeWholeAgain() async throws {
        try await with([("acme.tool", "1.0.0")]) { _, ctl in
            let path = try #require(
                try await ctl.json("agent", "install", "acme.tool")["installed"]?.array?.first?["path"]?.string)
            #expect(try await ctl("agent", "verify").code == 0)
            try Data("print('evil')\n".utf8).write(to: URL(filePath: "\(path)/src/main.py"))
            try FileManager.default.removeItem(atPath: "\(path)/src/data.txt")
            try Data().write(to: URL(filePath: "\(path)/own.db"))
            let checked = try await ctl("agent", "verify", "acme.tool", "--json")
            #expect(checked.code == 1)
            let one = try checked.json["agents"]?.array?.first
            #expect(one?["changed"]?.array?.compactMap(\.string) == ["src/main.py"])
            #expect(one?["missing"]?.array?.compactMap(\.string) == ["src/data.txt"])
            #expect(one?["added"]?.array?.compactMap(\.string) == ["own.db"])
            let repaired = try await ctl("agent", "install", "acme.tool")
            #expect(repaired.output.contains("made acme.tool 1.0.0 whole again"), "\(repaired)")
            #expect(try await ctl("agent", "verify", "--quiet").output.isEmpty)
            // What the agent wrote itself is still there.
            #expect(FileManager.default.fileExists(atPath: "\(path)/own.db"))
            // Nor is it lost where the list of files is.
            try FileManager.default.removeItem(atPath: "\(path)/.mentatlab/files.json")
            #expect(try await ctl("agent", "verify").code == 1)
            #expect(try await ctl("agent", "update").output.contains("made acme.tool 1.0.0 whole again"))
            #expect(FileManager.default.fileExists(atPath: "\(path)/own.db"))
            // One without its receipt is not overlooked, and keeps no other from being listed.
            try FileManager.default.removeItem(atPath: "\(path)/.mentatlab")
            try Data().write(to: URL(filePath: "\(path)/.mentatlab"))
            let damaged = try await ctl("agent", "verify")
            #expect(damaged.code == 1 && damaged.errors.contains("has no receipt that can be read"), "\(damaged)")
            #expect(try await ctl("agent", "install", "acme.tool").code == 0)
            #expect(try await ctl("agent", "verify").code == 0)
            #expect(try String(contentsOfFile: "\(path)/src/main.py", encoding: .utf8) == "print('1.0.0')\n")
            #expect(try await ctl("agent", "verify", "acme.none", "--json").problem == "not-installed")
        }
    }

    @Test func installedFilesCanBeRead() async throws {
        try await withMarketplace { marketplace, _ in
            let module: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
            let answers = [
                try await marketplace.publish([manifest("acme.plain")]),
                try await marketplace.publish([
                    manifest("acme.wasm"), HTTPClientRequest.Part(name: "wasm_module", bytes: module),
                ]), try await marketplace.publish([manifest("acme.pack"), try package(["run.sh": "#!/bin/sh\n"])]),
            ]
            let position = try JSONValue(answers[2].body)["position"]?.integer ?? 0
            #expect(try await marketplace.get("/index/acme.pack?min_position=\(position)").status == 200)
            try await Ctl.with(marketplace.url) { ctl in
                for id in ["acme.plain", "acme.wasm", "acme.pack"] {
                    let installed = try await ctl.json("agent", "install", id)
                    let path = try #require(installed["installed"]?.array?.first?["path"]?.string)
                    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
                        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
                        let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
                        #expect((attributes[.posixPermissions] as? Int) == (isFolder ? 0o755 : 0o644), "\(id) \(name)")
                    }
                }
            }
        }
    }

    @Test func whereEveryVersionIsYankedNoneIsTheLatest() async throws {
        try await with([("acme.gone", "1.0.0"), ("acme.gone", "1.1.0")]) { marketplace, ctl in
            var owner = ctl
            owner.environment["MENTATLAB_TOKEN"] = try marketplace.token
            #expect(try await ctl("agent", "install", "acme.gone").code == 0)
            for version in ["1.0.0", "1.1.0"] {
                #expect(try await owner("agent", "yank", "acme.gone@\(version)", "--reason", "broken").code == 0)
            }
            let page = try await marketplace.json("agents/acme.gone")
            #expect(page["latest_version"] == nil && page["is_yanked"]?.bool == true)
            // What is installed stays, and is warned of.
            let updated = try await ctl("agent", "update")
            #expect(
                updated.code == 0 && updated.errors.contains("is yanked (broken); nothing replaces it"), "\(updated)")
            let listed = try await ctl("agent", "search", "gone")
            #expect(listed.output.contains("yanked"), "\(listed.output)")
            #expect(try await owner("agent", "unyank", "acme.gone@1.0.0").code == 0)
            let back = try await marketplace.json("agents/acme.gone")
            #expect(back["latest_version"]?.string == "1.0.0" && back["is_yanked"]?.bool == false)
        }
    }

    /// What one just did is shown by what one looks at next.
    @Test func whatOneJustDidShows() async throws {
        try await with([("acme.tool", "1.0.0+b7")]) { marketplace, ctl in
            #expect(try await ctl("register", "eve").code == 0)
            for round in 1...3 {
                #expect(try await ctl("agent", "star", "acme.tool").code == 0)
                #expect(try await ctl.json("agent", "info", "acme.tool")["agent"]?["star_count"]?.integer == 1)
                #expect(try await ctl("agent", "unstar", "acme.tool").code == 0)
                #expect(try await ctl.json("agent", "info", "acme.tool")["agent"]?["star_count"]?.integer == 0)
                let review = try await ctl(
                    "agent", "review", "acme.tool@1.0.0", "--rating", "\(round)", "--text-file", "-",
                    input: "Line one\r\nLine two\n")
                #expect(review.code == 0, "\(review.errors)")
                #expect(try await ctl.json("agent", "info", "acme.tool")["agent"]?["rating_count"]?.integer == 1)
            }
            let reviews = try await marketplace.json("agents/acme.tool/reviews")
            let review = try #require(reviews["reviews"]?.array?.first)
            #expect(review["rating"]?.integer == 3 && review["version"]?.string == "1.0.0+b7")
            #expect(review["text"]?.string?.hasPrefix("Line one\nLine two") == true)
        }
    }

    /// Where only an agent makes sense, a version is a usage error that shows the right command.
    @Test(arguments: [
        ["agent", "star", "acme.tool@1.0.0"], ["agent", "deprecate", "acme.tool@1.0.0"],
        ["agent", "unreview", "acme.tool@1"],
        ["agent", "owner", "list", "acme.tool@1.0.0"], ["agent", "owner", "invite", "acme.tool@^1", "bob"],
        ["agent", "new", "acme.tool@1.0.0"], ["agent", "update", "acme.tool@2.0.0"],
    ])
    func aVersionWhereOnlyAnAgentMakesSense(_ words: [String]) async throws {
        try await Ctl.with("http://127.0.0.1:9") { ctl in
            let outcome = try await ctl.run(words)
            #expect(outcome.code == 64, "\(outcome)")
            let command = words.prefix { !$0.contains("@") }.joined(separator: " ")
            #expect(outcome.errors.contains("try: mentatctl \(command) acme.tool\n"), "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        ("search", "`mentatctl agent search`"), ("install", "`mentatctl agent install`"),
        ("publish", "`mentatctl agent publish`"), ("list", "`mentatctl"),
    ])
    func commandsOfOtherProgramsPointToOurs(_ word: String, _ command: String) async throws {
        try await Ctl.with("http://127.0.0.1:9") { ctl in
            let outcome = try await ctl(word, "x")
            #expect(outcome.code == 64 && outcome.errors.contains(command), "\(outcome.errors)")
            for words in [["version"], ["-v"], ["-V"], ["--version"]] {
                #expect(try await ctl.run(words).output.hasPrefix("mentatctl 0."))
            }
        }
    }

    @Test func aDeadProxyIsNamed() async throws {
        try await Ctl.with("http://example.invalid") { ctl in
            var behind = ctl
            behind.environment["http_proxy"] = "http://me:secret@127.0.0.1:9"
            let outcome = try await behind("agent", "search", "x")
            #expect(outcome.code == 3 && outcome.errors.contains("proxy http://127.0.0.1:9, which http_proxy names"))
            #expect(!outcome.errors.contains("secret"))
        }
    }

    /// A token for a registry on this machine stays on it, whatever proxy the environment names.
    @Test func noProxyIsAskedForThisMachine() async throws {
        try await withMarketplace { marketplace, _ in
            _ = try await marketplace.publish([manifest("acme.a")])
            let port = try #require(marketplace.url.split(separator: ":").last)
            for (host, exceptions) in [("127.0.0.1", nil), ("localhost", nil), ("127.0.0.1", "example.org")] {
                try await Ctl.with("http://\(host):\(port)") { ctl in
                    var behind = ctl
                    behind.environment["http_proxy"] = "http://127.0.0.1:9"
                    behind.environment["all_proxy"] = "http://127.0.0.1:9"
                    behind.environment["no_proxy"] = exceptions
                    let outcome = try await behind("agent", "search", "--json")
                    #expect(outcome.code == 0, "\(host): \(outcome.errors)")
                }
            }
        }
    }

    /// On a terminal a table fits its lines, and wide characters are counted as two columns.
    @Test func tablesFitTheTerminal() async throws {
        try await withMarketplace { marketplace, _ in
            let text = String(repeating: "日本語のエージェント ", count: 12)
            let answer = try await marketplace.publish([
                part(
                    "manifest",
                    "id: acme.wide\nversion: 1.0.0\nimage: a:1\ndescription: \(text)\ninputs: []\noutputs: []\n")
            ])
            let position = try JSONValue(answer.body)["position"]?.integer ?? 0
            #expect(try await marketplace.get("agents/acme.wide?min_position=\(position)").status == 200)
            func widths(_ columns: Int) async throws -> [Int] {
                try await Oracle.run(
                    "terminal",
                    arguments: [
                        "\(columns)", try Ctl.program, "agent", "search", "wide", "--registry", marketplace.url,
                    ], input: ""
                ).map { line in line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x3000 && $1.value < 0xa000 ? 2 : 1) }
                }
            }
            for columns in [60, 80] {
                let lines = try await widths(columns)
                #expect(
                    lines.count == 2 && (lines.max() ?? 0) <= columns && (lines.max() ?? 0) > columns - 3, "\(lines)")
            }
        }
    }

    /// A registry may lie below a path: what it links to and what mentatctl asks for follow it.
    @Test func aRegistryBelowAPath() async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let proxy = try OracleProcess("path_proxy", ["/Market/one", "\(folder)/port"])
            let port = try #require(try await proxy.line("port ").split(separator: " ").last)
            let url = "http://127.0.0.1:\(port)/Market/one"
            try await withMarketplace(["--public-url", "\(url)/"]) { marketplace, _ in
                try String(marketplace.url.split(separator: ":").last ?? "").write(
                    toFile: "\(folder)/port", atomically: true, encoding: .utf8)
                try await Ctl.with("\(url)/") { ctl in
                    #expect(try await ctl("register", "ada").code == 0)
                    #expect(try await ctl("agent", "new", "ada.tool").code == 0)
                    let published = try await ctl("agent", "publish", "tool", "--claim-namespace", "--json")
                    #expect(
                        try published.json["url"]?.string == "\(url)/api/v1/marketplace/agents/ada.tool/versions/0.1.0")
                    let installed = try await ctl("agent", "install", "ada.tool")
                    #expect(installed.code == 0, "\(installed.errors)")
                    let download = try await marketplace.get("agents/ada.tool/versions/latest/download")
                    #expect(download.fields["location"]?.hasPrefix("\(url)/api/v1/marketplace/artifacts/") == true)
                    #expect(try await ctl("agent", "update").code == 0)
                    #expect(try await ctl("agent", "info", "ada.tool", "--readme").output.hasPrefix("# ada.tool"))
                }
            }
            await proxy.stop()
        }
    }

    /// Who waits for another program's lock hears of it.
    @Test func waitingForTheLockIsSaid() async throws {
        try await with([("acme.tool", "1.0.0")]) { _, ctl in
            let folder = "\(ctl.home)/.mentatlab/registry"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let holder = Process()
            holder.executableURL = URL(filePath: "/usr/bin/flock")
            holder.arguments = ["\(folder)/.lock", "sleep", "3"]
            try holder.start()
            while try await run(["flock", "--nonblock", "\(folder)/.lock", "true"]).code == 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
            let outcome = try await ctl("agent", "install", "acme.tool")
            #expect(outcome.code == 0 && outcome.errors.contains("another mentatctl is changing"), "\(outcome.errors)")
            holder.waitUntilExit()
        }
    }
}
