import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Runs `body` with a data folder whose embedded Postgres is gone afterwards, whatever happened.
func withEmbedded<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    try await withFolder { folder in
        do {
            let value = try await body(folder)
            try await EmbeddedServer(folder).remove()
            return value
        } catch {
            try? await EmbeddedServer(folder).remove()
            throw error
        }
    }
}

/// The Postgres server behind a data folder, as a test handles it from outside.
struct EmbeddedServer {
    private let cluster: String

    /// Finds the cluster: beside the data of an ordinary user, under /var/lib for root.
    init(_ folder: String) async throws {
        guard getuid() == 0 else {
            cluster = "\(folder)/postgres"
            return
        }
        let resolved = try await run(["readlink", "-f", folder]).output.trimmingCharacters(in: .newlines)
        let hash = try await run(["sha256sum"], input: resolved).output.prefix(16)
        cluster = "/var/lib/mentatlab/\(hash)/postgres"
    }

    /// The id of the server's first process; nil while none runs.
    var processID: Int32? {
        guard let text = try? String(contentsOfFile: "\(cluster)/postmaster.pid", encoding: .utf8),
            let pid = text.split(separator: "\n").first.flatMap({ Int32($0) }), ProcessState.isAlive(pid)
        else { return nil }
        return pid
    }

    /// The folder of the server's log.
    var logFolder: String { "\(cluster)/log" }

    /// The folder that holds the cluster.
    var place: String { URL(filePath: cluster).deletingLastPathComponent().path }

    /// Ends it at once, as a crash would.
    func killNow() {
        if let processID { kill(processID, SIGKILL) }
    }

    /// Ends it and removes the cluster.
    func remove() async throws {
        if let processID {
            kill(processID, SIGQUIT)
            try await eventually("it has ended") { self.processID == nil }
        }
        guard getuid() == 0 else { return }
        let place = URL(filePath: cluster).deletingLastPathComponent()
        let siblings = try FileManager.default.contentsOfDirectory(atPath: place.deletingLastPathComponent().path)
        for name in siblings where name.hasPrefix(place.lastPathComponent) {
            try FileManager.default.removeItem(at: place.deletingLastPathComponent().appending(path: name))
        }
    }
}

@Suite struct RunningTests {
    private func up(_ folder: String) async throws -> MarketplaceProcess {
        try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
    }

    @Test func whoIsAskedTwiceLeavesNoServerBehind() async throws {
        try await withEmbedded { folder in
            let marketplace = try await up(folder)
            let server = try await EmbeddedServer(folder)
            #expect(server.processID != nil)
            kill(marketplace.processID, SIGTERM)
            #expect([0, 130].contains(try await marketplace.stop()))
            #expect(server.processID == nil)
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/run.json"))
        }
    }

    @Test func everythingIsThereOnceAfterStopsAndKills() async throws {
        try await withEmbedded { folder in
            var marketplace = try await up(folder)
            #expect(!marketplace.printed.contains("mlm_") && marketplace.printed.contains("is kept in"))
            let token = try marketplace.token
            let mode =
                try FileManager.default.attributesOfItem(atPath: "\(folder)/admin-token")[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try await marketplace.publish([manifest("acme.a")]).status == 201)
            let events = try await marketplace.get("events?limit=1000").body
            let server = try await EmbeddedServer(folder)
            let firstServer = try #require(server.processID)

            // Stopped: the server goes with the program.
            #expect(try await marketplace.stop() == 0)
            #expect(server.processID == nil)
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/run.json"))

            // Started again, then killed: the orphan is adopted.
            marketplace = try await up(folder)
            #expect(try marketplace.token == token)
            #expect(!marketplace.printed.contains("mlm_"))
            let secondServer = try #require(server.processID)
            #expect(secondServer != firstServer)
            try await marketplace.kill()
            #expect(server.processID == secondServer)
            marketplace = try await up(folder)
            #expect(server.processID == secondServer)
            #expect(try await marketplace.get("events?limit=1000").body == events)

            // Both killed.
            try await marketplace.kill()
            server.killNow()
            marketplace = try await up(folder)
            #expect(try await marketplace.get("events?limit=1000").body == events)
            #expect(try await marketplace.publish([manifest("acme.a")]).status == 200)
            #expect(try await marketplace.stop() == 0)
        }
    }

    /// A data folder that was removed takes its marketplace along, also where its cluster lies elsewhere.
    @Test func aNewFolderAtAnOldPathIsANewMarketplace() async throws {
        try await withEmbedded { folder in
            var marketplace = try await up(folder)
            let token = try marketplace.token
            #expect(try await marketplace.publish([manifest("acme.a")]).status == 201)
            try await marketplace.kill()
            let old = try #require(try await EmbeddedServer(folder).processID)
            if getuid() != 0 {
                kill(old, SIGQUIT)
                try await eventually("the old one has ended") { !ProcessState.isAlive(old) }
            }
            try FileManager.default.removeItem(atPath: folder)

            marketplace = try await up(folder)
            #expect(try marketplace.token != token)
            #expect(try await marketplace.head() == 4)
            #expect(!ProcessState.isAlive(old) || getuid() != 0)
            #expect(try await marketplace.stop() == 0)
        }
    }

    @Test func theSecondSaysWhereTheFirstRunsAndImportsIntoIt() async throws {
        try await withEmbedded { folder in
            let marketplace = try await up(folder)
            try #"{"package":"one"}"#.write(toFile: "\(folder)/catalog.jsonl", atomically: true, encoding: .utf8)
            let second = try await run([
                try MarketplaceProcess.program, "up", "--data", folder, "--catalog", "\(folder)/catalog.jsonl",
            ])
            #expect(second.code == 0)
            #expect(
                second.output
                    == "MentatLab Marketplace already runs at \(marketplace.url)\n1 read, 1 published, 0 refreshed, 0 unchanged, 0 duplicate, 0 failed\n"
            )
            let run = try JSONValue(Array(try Data(contentsOf: URL(filePath: "\(folder)/run.json"))))
            #expect(run["url"]?.string == marketplace.url)
            #expect(run["pid"]?.integer == Int64(marketplace.processID))
            #expect(run["database_url"]?.string?.contains("dbname='marketplace'") == true)
            #expect(try await marketplace.stop() == 0)
        }
    }

    @Test func aPortThatIsTakenIsSaid() async throws {
        try await withMarketplace { marketplace, _ in
            let port = try #require(marketplace.url.split(separator: ":").last)
            try await TestDatabase.with(migrated: false) { url in
                try await withFolder { folder in
                    let outcome = try await run([
                        try MarketplaceProcess.program, "up", "--data", folder, "--database-url", url, "--port",
                        "\(port)",
                    ])
                    #expect(outcome.code == 64)
                    #expect(outcome.errors.contains("--port is \(port), which another program listens on"))
                }
            }
        }
    }

    @Test func thePartsRunApart() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await withFolder { folder in
                let shared = ["--database-url", url, "--artifacts", "\(folder)/files", "--port", "0"]
                let command = try await MarketplaceProcess(
                    ["command", "--data", folder, "--public-url", "https://market.example"] + shared, folder: folder)
                let query = try await MarketplaceProcess(["query"] + shared, folder: folder)
                let projector = Process()
                projector.executableURL = URL(filePath: try MarketplaceProcess.program)
                projector.arguments = ["project", "--database-url", url]
                projector.standardOutput = FileHandle.nullDevice
                try projector.start()

                let published = try await command.publish([manifest("acme.apart")])
                #expect(published.status == 201)
                #expect(
                    published.fields["location"]
                        == "https://market.example/api/v1/marketplace/agents/acme.apart/versions/1.0.0")
                let position = try #require(published.fields["marketplace-position"])
                #expect(try await query.get("agents/acme.apart?min_position=\(position)").status == 200)
                #expect(
                    try await query.get("agents/acme.apart/versions/1.0.0/manifest").body
                        == manifest("acme.apart").bytes)
                // What it prints may go to somebody's log; the secret lies in the folder alone.
                #expect(!command.printed.contains("mlm_") && command.printed.contains("is kept in"))
                // Each front has its own routes alone.
                #expect(try await command.get("agents").status == 404)
                #expect(try await query.get("publish", method: "POST").status == 404)

                #expect(try await command.stop() == 0)
                #expect(try await query.stop() == 0)
                projector.interrupt()
                while projector.isRunning { try await Task.sleep(for: .milliseconds(20)) }
                #expect(projector.terminationStatus == 0)
            }
        }
    }

    @Test func theDatabaseIsNamedWhereOthersDoNotReadIt() async throws {
        try await TestDatabase.with { url in
            for way in ["variable", "file"] {
                try await withFolder { folder in
                    let file = "\(folder).url"
                    defer { try? FileManager.default.removeItem(atPath: file) }
                    try "\(url)\n".write(toFile: file, atomically: true, encoding: .utf8)
                    let marketplace = try await MarketplaceProcess(
                        ["up", "--data", folder, "--port", "0"] + (way == "file" ? ["--database-url-file", file] : []),
                        folder: folder, environment: way == "variable" ? ["MENTATLAB_DATABASE_URL": url] : [:])
                    #expect(try await marketplace.get("agents").status == 200)
                    let announced = try JSONValue([UInt8](Data(contentsOf: URL(filePath: "\(folder)/run.json"))))
                    // It may be anybody's login; only one that just reads is told on.
                    #expect(announced["database_url"] == nil && announced["url"]?.string == marketplace.url)
                    #expect(try await marketplace.stop() == 0)
                }
            }
        }
        for url in ["postgresql://a:secret@/x?host=/nonexistent", "host=/nonexistent password=secret"] {
            let outcome = try await run([try MarketplaceProcess.program, "project", "--database-url", url])
            #expect(outcome.errors.contains("warning: others on this machine can read the password"))
            #expect(!outcome.errors.contains("secret"))
        }
        let plain = try await run([
            try MarketplaceProcess.program, "project", "--database-url", "postgresql://a@/x?host=/nonexistent",
        ])
        #expect(plain.code != 0 && !plain.errors.contains("warning"))
    }

    /// Root is for what only root can open; whoever takes the program over afterwards is nobody special.
    @Test(arguments: [true, false])
    func rootIsGivenUp(_ isEmbedded: Bool) async throws {
        guard getuid() == 0 else {
            let refused = try await run([
                try MarketplaceProcess.program, "up", "--user", "nobody", "--data", "/tmp/none",
            ])
            #expect(refused.code == 64 && refused.errors.contains("--user gives up root"), "\(refused.errors)")
            return
        }
        try await TestDatabase.with { url in
            try await withFolder { folder in
                let artifacts = "\(folder)-files/made/artifacts"
                defer { try? FileManager.default.removeItem(atPath: "\(folder)-files") }
                let words = ["up", "--data", folder, "--artifacts", artifacts, "--port", "0"]
                let marketplace = try await MarketplaceProcess(
                    words + ["--user", "nobody"] + (isEmbedded ? [] : ["--database-url", url]), folder: folder)
                #expect(try await marketplace.publish([manifest("acme.tool")]).status == 201)
                // Every thread, with all its ids and none of root's groups.
                let tasks = "/proc/\(marketplace.processID)/task"
                for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
                    let status = try String(contentsOfFile: "\(tasks)/\(task)/status", encoding: .utf8)
                    for name in ["Uid", "Gid", "Groups"] {
                        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(name):") })
                        let ids = Set(line.split(whereSeparator: \.isWhitespace).dropFirst())
                        #expect(ids == ["65534"], "\(line)")
                    }
                }
                let files = FileManager.default
                for path in [folder, "\(folder)-files/made", artifacts, "\(folder)/admin-token"] {
                    #expect(try files.attributesOfItem(atPath: path)[.ownerAccountID] as? Int == 65_534, "\(path)")
                }
                #expect(try await marketplace.stop() == 0)
                // A folder of another user is not taken over in passing.
                let other = try await run([try MarketplaceProcess.program] + words + ["--user", "daemon"])
                #expect(other.code == 64 && other.errors.contains("chown -R daemon"), "\(other.errors)")
            }
        }
        for (user, reason) in [("root", "who is root as well"), ("no-such-user", "who is nobody here")] {
            let refused = try await run([try MarketplaceProcess.program, "up", "--user", user, "--data", "/tmp/none"])
            #expect(refused.code == 64 && refused.errors.contains(reason), "\(refused.errors)")
        }
    }

    @Test func aFolderThatOthersCanWriteToIsRefused() async throws {
        try await TestDatabase.with { url in
            try await withFolder { folder in
                let files = FileManager.default
                let words = [
                    try MarketplaceProcess.program, "up", "--data", folder, "--database-url", url, "--port", "0",
                ]
                try files.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
                try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
                let open = try await run(words)
                #expect(
                    open.code == 64 && open.errors.contains("others can write to the data folder"), "\(open.errors)")
                try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
                try "mlm_".write(toFile: "\(folder)/admin-token", atomically: true, encoding: .utf8)
                try files.setAttributes([.posixPermissions: 0o666], ofItemAtPath: "\(folder)/admin-token")
                let token = try await run(words)
                #expect(
                    token.code == 64 && token.errors.contains("others can write to the token file"), "\(token.errors)")
                guard getuid() == 0 else { return }
                try files.removeItem(atPath: "\(folder)/admin-token")
                #expect(unsafe chown(folder, 65_534, 65_534) == 0)
                let foreign = try await run(words)
                #expect(foreign.code == 64 && foreign.errors.contains("belongs to user 65534"), "\(foreign.errors)")
            }
        }
    }

    @Test(arguments: [
        (["fly"], "there is no command 'fly'"), (["up", "--prot", "1"], "has no option --prot"),
        (["up", "--port", "x"], "--port is 'x'"),
        (["import"], "needs FILE"), (["query", "--artifacts", "x"], "needs a database"),
        (["up", "extra"], "does not take 'extra'"),
        (["project", "unknown", "--database-url", "host=/nonexistent"], "marketplace:"),
    ])
    func aCommandLineThatCanNotBeFollowedIsExplained(_ arguments: [String], _ message: String) async throws {
        let outcome = try await run([try MarketplaceProcess.program] + arguments)
        #expect(outcome.code != 0)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }
}

/// The example agents run and answer to the contract of agents.
@Suite struct ExampleAgentTests {
    private func folder(_ name: String) throws -> String {
        try #require(ProcessInfo.processInfo.environment["MENTATLAB_EXAMPLES"], "run the tests by ./test") + "/\(name)"
    }

    private func result(_ output: String) throws -> JSONValue {
        let values = try output.split(separator: "\n").map { try JSONValue(Array($0.utf8)) }
        return try #require(values.first { $0["type"] == nil && $0["mentat_meta"] != nil }, "\(output)")
    }

    private static let commands: [(String, [String])] = [
        ("word-count", ["python3", "src/main.py"]), ("slugify", ["node", "src/main.js"]),
        ("rot13", ["wasmkit", "run", "agent.wasm"]),
    ]

    @Test(arguments: [
        ("word-count", "counts", #""words":1"#), ("slugify", "slug", #""slug":"hi""#),
        ("rot13", "text", #""text":"uv""#),
    ])
    func answers(_ name: String, _ output: String, _ expected: String) async throws {
        let command = try #require(Self.commands.first { $0.0 == name }?.1)
        try await withFolder { unpacked in
            try FileManager.default.createDirectory(atPath: unpacked, withIntermediateDirectories: true)
            #expect(try await run(["tar", "-xzf", "\(try folder(name))/package.tar.gz", "-C", unpacked]).code == 0)
            for input in [#"{"spec":{"text":"hi"}}"#, #"{"text":"hi"}"#, #"{"spec":{"text":"hi"},"context":{}}"#] {
                let outcome = try await run(command, input: input, in: unpacked)
                #expect(outcome.code == 0, "\(outcome)")
                let answer = try result(outcome.output)
                #expect(answer["result"]?[output] != nil)
                #expect(String(decoding: answer.canonicalBytes, as: UTF8.self).contains(expected), "\(outcome.output)")
            }
            for input in ["", "{}", "[]", #"{"spec":{"text":5}}"#, "no json"] {
                let outcome = try await run(command, input: input, in: unpacked)
                #expect(outcome.code == 2, "\(name) \(input): \(outcome)")
                #expect(try result(outcome.output)["error"]?.string != nil)
            }
        }
    }

    @Test func arePublishedByUp() async throws {
        let examples = try #require(
            ProcessInfo.processInfo.environment["MENTATLAB_EXAMPLES"], "run the tests by ./test")
        try await withMarketplace(["--publish", examples]) { marketplace, _ in
            try await eventually("all three are published") { marketplace.printed.contains("mentatlab.word-count") }
            for id in ["mentatlab.rot13", "mentatlab.slugify", "mentatlab.word-count"] {
                #expect(marketplace.printed.contains("published \(id) 1.0.0\n"))
            }
            let rot13 = try await marketplace.json(
                "agents/mentatlab.rot13?min_position=\(try await marketplace.head() - 1)")
            #expect(rot13["has_wasm"]?.bool == true)
        }
    }

    /// A port that is taken is said before anything is made.
    @Test func aTakenPortIsSaidBeforeAnythingIsMade() async throws {
        try await withMarketplace { marketplace, _ in
            try await withFolder { folder in
                let port = String(marketplace.url.split(separator: ":").last ?? "")
                let outcome = try await run([
                    try MarketplaceProcess.program, "up", "--data", "\(folder)/data", "--port", port,
                ])
                #expect(outcome.code == 64 && outcome.errors.contains("--port is \(port)"), "\(outcome)")
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/data"))
            }
        }
    }
}
