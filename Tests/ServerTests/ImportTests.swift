import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

@Suite struct ImportTests {
    private func importing(_ lines: String, into marketplace: MarketplaceProcess) async throws -> (
        code: Int32, output: String, errors: String
    ) {
        let file = "\(marketplace.folder)/catalog.jsonl"
        try lines.write(toFile: file, atomically: true, encoding: .utf8)
        return try await run([
            try MarketplaceProcess.program, "import", file, "--url", marketplace.url, "--token-file",
            "\(marketplace.folder)/admin-token",
        ])
    }

    @Test func idsAreMadeOfTheRegistryAndTheName() async throws {
        try await withMarketplace { marketplace, _ in
            let packages: [(String, String, String)] = [
                ("@1mcp/agent", "node", "npm.1mcp.agent"), ("1panel-deployment", "node", "npm.1panel-deployment"),
                ("Foo__Bar", "python", "pypi.foo-bar"), ("@a/.b", "node", "npm.a.b"),
                ("github.com/x/y-", "go", "go.github.com.x.y"),
                ("com.acme:thing", "java", "maven.com.acme-thing"), ("-x-/-y-", "rust", "other.x.y"),
                ("a..b", "node", "npm.a.b"),
            ]
            let lines = packages.map { #"{"package":"\#($0.0)","runtime":"\#($0.1)"}"# }.joined(separator: "\n")
            let outcome = try await importing(lines, into: marketplace)
            // "@a/.b" and "a..b" are two packages of one id: both are named, and the first is published.
            #expect(
                outcome.output.hasSuffix("8 read, 7 published, 0 refreshed, 0 unchanged, 0 duplicate, 1 failed\n"),
                "\(outcome)")
            #expect(outcome.errors.contains("line 8: 'a..b' would have the id 'npm.a.b' of '@a/.b' (line 4)"))
            #expect(outcome.code == 1)
            let head = try await marketplace.head()
            let list = try await marketplace.json("agents?limit=100&min_position=\(head - 1)")
            let ids = Set(list["agents"]?.array?.compactMap { $0["id"]?.string } ?? [])
            #expect(ids == Set(packages.map(\.2)))
        }
    }

    @Test func aBadLineIsNamedAndStopsNothing() async throws {
        try await withMarketplace { marketplace, _ in
            let lines = """
                {"package":"good","name":null,"description":null,"category":null,"runtime":null,"license":null,"url":null}
                {"package":"good","description":"another text"}
                {"package":null}
                {"package":7}
                {broken
                {"name":"no package"}

                {"package":"typed","name":5}
                []
                {"package":"@@"}
                {"package":"licensed","license":"mit","url":"https://example.com/x","name":"Licensed","category":"c","runtime":"node"}
                """
            let outcome = try await importing(lines, into: marketplace)
            #expect(
                outcome.output.hasSuffix("10 read, 2 published, 0 refreshed, 0 unchanged, 1 duplicate, 7 failed\n"),
                "\(outcome)")
            #expect(outcome.code == 1)
            for line in [3, 4, 5, 6, 8, 9, 10] { #expect(outcome.errors.contains("line \(line): "), "line \(line)") }
            let agent = try await marketplace.json(
                "agents/npm.licensed?min_position=\(try await marketplace.head() - 1)")
            #expect(agent["license"]?.string == "MIT")
            #expect(agent["source_url"]?.string == "https://example.com/x")
            #expect(agent["display_name"]?.string == "Licensed")
            #expect(agent["image"]?.string == "imported/npm.licensed:0.0.0")
            #expect(agent["runtime"]?.string == "node")
            #expect(agent["categories"]?.array?.first?.string == "c")
            #expect(agent["latest_version"]?.string == "0.0.0")
            let again = try await importing(lines, into: marketplace)
            #expect(again.output.hasSuffix("10 read, 0 published, 0 refreshed, 2 unchanged, 1 duplicate, 7 failed\n"))
        }
    }

    /// A catalogue can be imported again: what changed is said anew on the same version, and what did not costs nothing.
    @Test func aCatalogueIsRefreshed() async throws {
        try await withMarketplace { marketplace, _ in
            func lines(_ text: String) -> String {
                """
                {"package":"@a/tool","runtime":"node","description":"First.","version":"1.2.3"}
                {"package":"@a/tool","runtime":"node","description":"\(text)","version":"1.2.3"}
                {"package":"plain","runtime":"python","description":"\(text)","version":"2024-01-x"}
                """
            }
            let first = try await importing(lines("One."), into: marketplace)
            #expect(
                first.output.hasSuffix("3 read, 2 published, 0 refreshed, 0 unchanged, 1 duplicate, 0 failed\n"),
                "\(first)")
            let head = try await marketplace.head()
            // The last line of a package counts, and importing the same again costs no entry.
            let again = try await importing(lines("One."), into: marketplace)
            #expect(
                again.output.hasSuffix("0 published, 0 refreshed, 2 unchanged, 1 duplicate, 0 failed\n"), "\(again)")
            #expect(try await marketplace.head() == head)
            for text in ["Two.", "One."] {
                let other = try await importing(lines(text), into: marketplace)
                #expect(
                    other.output.hasSuffix("0 published, 2 refreshed, 0 unchanged, 1 duplicate, 0 failed\n"), "\(other)"
                )
                let position = try await marketplace.head() - 1
                let page = try await marketplace.json("agents/npm.a.tool/versions/1.2.3?min_position=\(position)")
                #expect(page["listing"]?["description"]?.string == text)
                #expect(page["listing"]?["packages"]?.array?.first?["identifier"]?.string == "@a/tool")
                #expect(page["listing"]?["packages"]?.array?.first?["version"]?.string == "1.2.3")
                // Files and digests are those of the publication.
                #expect(try await marketplace.json("agents/npm.a.tool/versions")["versions"]?.array?.count == 1)
                let plain = try await marketplace.json("agents/pypi.plain/versions/0.0.0")
                #expect(plain["listing"]?["packages"]?.array?.first?["version"]?.string == "2024-01-x")
            }
            #expect(try await marketplace.head() == head + 4)
        }
    }

    @Test(arguments: ["array", "gzip", "members", "bom", "stdin"])
    func aCatalogueComesInManyForms(_ form: String) async throws {
        try await withMarketplace { marketplace, _ in
            let lines = #"{"package":"a"}"# + "\n" + #"{"package":"b"}"# + "\n"
            let file = "\(marketplace.folder)/catalog"
            let text =
                form == "array" ? #" [ {"package":"a"}, {"package":"b"} ]"# : form == "bom" ? "\u{feff}\(lines)" : lines
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            if form == "gzip" || form == "members" {
                let copy = form == "members" ? "gzip -c c1 > c; gzip -c c2 >> c" : "gzip -c catalog > c"
                let made = try await run(
                    ["sh", "-c", "head -1 catalog > c1; tail -1 catalog > c2; \(copy); mv c catalog"],
                    in: marketplace.folder)
                #expect(made.code == 0)
            }
            let outcome = try await run(
                [
                    try MarketplaceProcess.program, "import", form == "stdin" ? "-" : file, "--url", marketplace.url,
                    "--token-file", "\(marketplace.folder)/admin-token",
                ], input: form == "stdin" ? lines : "")
            #expect(
                outcome.output.hasSuffix("2 read, 2 published, 0 refreshed, 0 unchanged, 0 duplicate, 0 failed\n"),
                "\(outcome)")
        }
    }

    /// What can't be kept as it is is cut or cleaned with a warning, and not lost.
    @Test func faultyTextsAreNotLost() async throws {
        try await withMarketplace { marketplace, _ in
            let file = "\(marketplace.folder)/catalog.jsonl"
            var bytes =
                Array(#"{"package":"long","description":"\#(String(repeating: "é", count: 5_000))"}"#.utf8) + [0x0a]
            bytes += Array(#"{"package":"half","description":"a\ud800b \ud83d\ude00 \u200bc"}"#.utf8) + [0x0a]
            bytes +=
                Array(#"{"package":"latin","description":"caf"#.utf8) + [0xe9, 0x09, 0x01] + Array(#""}"#.utf8) + [0x0a]
            try Data(bytes).write(to: URL(filePath: file))
            let outcome = try await run([
                try MarketplaceProcess.program, "import", file, "--url", marketplace.url, "--token-file",
                "\(marketplace.folder)/admin-token",
            ])
            #expect(outcome.code == 0, "\(outcome)")
            for words in [
                "line 1: warning: long: description: only the first 8192 of 10000 bytes", "line 2: warning: half",
                "line 3: warning: latin",
            ] {
                #expect(outcome.errors.contains(words), "\(outcome.errors)")
            }
            let position = try await marketplace.head() - 1
            let half = try await marketplace.json("agents/other.half/versions/0.0.0?min_position=\(position)")
            #expect(half["listing"]?["description"]?.string == "a\u{fffd}b 😀 c")
            let long = try await marketplace.json("agents/other.long/versions/0.0.0")
            #expect(long["listing"]?["description"]?.string?.utf8.count == 8_192)
        }
    }

    /// What a registry of the MCP Registry API lists is taken over with versions, statuses, packages and addresses.
    @Test func aRegistryOfServersIsImported() async throws {
        try await withMarketplace { marketplace, _ in
            func page(_ status: String, _ text: String) -> String {
                let meta = #"{"io.modelcontextprotocol.registry/official":{"status":"\#(status)","isLatest":true}}"#
                return """
                    {"servers":[
                      {"server":{"name":"io.github.ada/files","description":"\(text)","version":"1.0.0",
                        "repository":{"url":"https://github.com/ada/files","source":"github"},
                        "packages":[{"registryType":"npm","identifier":"@ada/files","version":"1.0.0"}],
                        "remotes":[{"type":"streamable-http","url":"https://files.example/mcp"}]},"_meta":{}},
                      {"server":{"name":"io.github.ada/files","description":"\(text)","version":"1.1.0"},"_meta":\(meta)},
                      {"name":"com.example/old","description":"Old form","status":"deleted","version":"2024.1"},
                      {"server":{"name":"no-namespace","version":"1.0.0"}}
                    ],"metadata":{"count":4}}
                    """
            }
            func importing(_ page: String) async throws -> (code: Int32, output: String, errors: String) {
                let file = "\(marketplace.folder)/servers.json"
                try page.write(toFile: file, atomically: true, encoding: .utf8)
                return try await run([
                    try MarketplaceProcess.program, "import", file, "--format", "mcp-registry", "--url",
                    marketplace.url,
                    "--token-file", "\(marketplace.folder)/admin-token",
                ])
            }
            let first = try await importing(page("active", "One."))
            #expect(
                first.output.hasSuffix("4 read, 3 published, 0 refreshed, 0 unchanged, 0 duplicate, 1 failed\n"),
                "\(first)")
            #expect(first.errors.contains("server 4: 'name' has to be a namespace and a name"))
            let position = try await marketplace.head() - 1
            let version = try await marketplace.json(
                "agents/mcp.io.github.ada.files/versions/1.0.0?min_position=\(position)")
            let listing = try #require(version["listing"])
            #expect(listing["mcp"]?["remotes"]?.array?.first?["url"]?.string == "https://files.example/mcp")
            #expect(listing["mcp"]?["packages"]?.array?.first?["identifier"]?.string == "@ada/files")
            #expect(
                listing["packages"]?.array?.compactMap { $0["identifier"]?.string } == [
                    "io.github.ada/files", "@ada/files",
                ])
            #expect(listing["source_url"]?.string == "https://github.com/ada/files")
            let old = try await marketplace.json("agents/mcp.com.example.old")
            #expect(old["is_yanked"]?.bool == true)
            let head = try await marketplace.head()
            let again = try await importing(page("active", "One."))
            #expect(
                again.output.hasSuffix("0 published, 0 refreshed, 3 unchanged, 0 duplicate, 1 failed\n"), "\(again)")
            #expect(try await marketplace.head() == head)
            let changed = try await importing(page("deprecated", "Two."))
            #expect(
                changed.output.hasSuffix("0 published, 2 refreshed, 1 unchanged, 0 duplicate, 1 failed\n"), "\(changed)"
            )
            let later = try await marketplace.head() - 1
            let agent = try await marketplace.json("agents/mcp.io.github.ada.files?min_position=\(later)")
            #expect(agent["is_deprecated"]?.bool == true && agent["latest_version"]?.string == "1.1.0")
            let back = try await importing(page("active", "Two."))
            #expect(back.output.hasSuffix("0 published, 1 refreshed, 2 unchanged, 0 duplicate, 1 failed\n"), "\(back)")
            // A character that can't stand in JSON loses no page.
            let broken = try await importing(page("active", #"Two.\ud800"#))
            #expect(broken.code == 1 && broken.output.contains("4 read, 0 published, 2 refreshed"), "\(broken)")
            #expect(broken.errors.contains("warning: characters that can't stand in JSON were replaced"))
            #expect(try await importing(page("active", "Two.")).output.contains("2 refreshed"))
            // What the operator yanked stays yanked, whatever the registry says.
            let yanked = try await marketplace.send(
                "POST", "agents/mcp.io.github.ada.files/versions/1.1.0/yank", #"{"reason":"malware"}"#,
                token: try marketplace.token)
            #expect(yanked.status == 201)
            let kept = try await importing(page("active", "Two."))
            #expect(kept.output.hasSuffix("0 published, 0 refreshed, 3 unchanged, 0 duplicate, 1 failed\n"), "\(kept)")
        }
    }

    @Test func noFolderIsMade() async throws {
        try await withFolder { folder in
            for more in [[], ["--url", "http://127.0.0.1:9"]] {
                let outcome = try await run(
                    [try MarketplaceProcess.program, "import", "-", "--data", "\(folder)/none"] + more)
                #expect(outcome.code == 64, "\(outcome)")
            }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/none"))
        }
    }

    @Test func aSignalEndsAnImport() async throws {
        try await withMarketplace { marketplace, _ in
            var isRunning = false
            // A machine that is slow to tell how far an import is may find it at its end.
            for round in 0..<5 where !isRunning {
                let start = try await marketplace.head()
                let lines = (0..<2_000).map { #"{"package":"r\#(round)p\#($0)"}"# }.joined(separator: "\n")
                let file = "\(marketplace.folder)/catalog.jsonl"
                try lines.write(toFile: file, atomically: true, encoding: .utf8)
                let process = Process()
                process.executableURL = URL(filePath: try MarketplaceProcess.program)
                process.arguments = [
                    "import", file, "--url", marketplace.url, "--token-file", "\(marketplace.folder)/admin-token",
                ]
                process.standardOutput = FileHandle.nullDevice
                process.standardError = FileHandle.nullDevice
                try process.start()
                while process.isRunning, try await marketplace.head() == start {
                    try await Task.sleep(for: .milliseconds(20))
                }
                // What waits for a marketplace that stands still can't come to its end.
                kill(marketplace.processID, SIGSTOP)
                isRunning = process.isRunning
                process.interrupt()
                while process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
                kill(marketplace.processID, SIGCONT)
                if isRunning { #expect(process.terminationStatus == 130) }
            }
            #expect(isRunning)
        }
    }

    @Test func whereNothingRunsIsSaid() async throws {
        try await withFolder { folder in
            let outcome = try await run([try MarketplaceProcess.program, "import", "none.jsonl", "--data", folder])
            #expect(outcome.code == 64)
            #expect(outcome.errors.contains("no marketplace runs in"))
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["MENTATLAB_TEST_DATA"] != nil))
    func theRealCatalogueIsPublishedOnce() async throws {
        let data = try #require(ProcessInfo.processInfo.environment["MENTATLAB_TEST_DATA"])
        try await withMarketplace { marketplace, _ in
            let command = [
                try MarketplaceProcess.program, "import", "\(data)/catalog.jsonl", "--url", marketplace.url,
                "--token-file",
                "\(marketplace.folder)/admin-token",
            ]
            let first = try await run(command)
            #expect(
                first.output == "2152 read, 2049 published, 0 refreshed, 0 unchanged, 103 duplicate, 0 failed\n",
                "\(first.errors.suffix(500))")
            #expect(first.code == 0)
            let head = try await marketplace.head()
            let second = try await run(command)
            #expect(second.output == "2152 read, 0 published, 0 refreshed, 2049 unchanged, 103 duplicate, 0 failed\n")
            #expect(try await marketplace.head() == head)
            let found = try await marketplace.json(
                "agents?q=taskwarrior&min_position=\(try await marketplace.head() - 1)")
            #expect(found["agents"]?.array?.contains { $0["id"]?.string == "npm.0xbeedao.mcp-taskwarrior" } == true)
        }
    }
}
