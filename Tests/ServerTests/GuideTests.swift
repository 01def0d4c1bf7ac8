import Contract
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// The guide, whose commands are run as they stand there, and the description of the API for people.
@Suite struct GuideTests {
    private static let folder = Oracle.root.appending(path: "docs/guide")

    /// The files of the guide's own chapters.
    static let chapters: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".md") }.sorted()
    }()

    /// A command and what the page says that it prints.
    private struct Step {
        var command: String
        var output: [String]
    }

    private static func text(_ chapter: String) throws -> String {
        try String(contentsOf: folder.appending(path: chapter), encoding: .utf8)
    }

    /// The commands of a page, in their order: `$` begins one, `>` goes on with it, everything else is what it printed.
    private static func steps(_ text: String) -> [Step] {
        var (steps, isCode): ([Step], Bool) = ([], false)
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isCode = line == "```console"
            } else if isCode, line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2)), output: []))
            } else if isCode, line.hasPrefix("> "), steps.last?.output.isEmpty == true {
                steps[steps.count - 1].command += "\n" + line.dropFirst(2)
            } else if isCode, !steps.isEmpty {
                steps[steps.count - 1].output.append(line)
            }
        }
        return steps
    }

    /// A line without what differs from one run to the next.
    private static func plain(_ line: String) -> String {
        let rules: [(Regex<Substring>, String)] = [
            (/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, "UUID"), (/[0-9a-f]{64}/, "DIGEST"),
            (/[0-9a-f]{32}/, "ID"), (/\d{4}-\d\d-\d\dT[\d:.]+Z/, "TIME"),
            (/\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}/, "DAY"),
            (/[\d.]+ (?:ms|s ago|a second|entries a batch|descriptors|B compressed)/, "MEASURE"),
            (/[\d.]+ (?:KiB|MiB|GiB)/, "SIZE"), (/\(\d+ %\)/, "SHARE"), (/\d+:\d\d left/, "LEFT"),
            (/in [\d.]+ s/, "DURATION"), (/[qrt]=\d+/, "NUMBER"), (/^(?:requests|cache) .*/, "COUNTED"),
        ]
        return rules.reduce(line) { line, rule in line.replacing(rule.0, with: rule.1) }
    }

    @Test(arguments: chapters) func everyCommandPrintsWhatThePageSays(chapter: String) async throws {
        let steps = Self.steps(try Self.text(chapter))
        try #require(!steps.isEmpty)
        let examples = try #require(
            ProcessInfo.processInfo.environment["MENTATLAB_EXAMPLES"], "run the tests by ./test")
        try await withFolder { home in
            let work = "\(home)/work"
            try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
            // Downloads get their entries when nobody looks at positions any more.
            let later = ["--download-flush", "3600", "--readers-flush", "3600"]
            try await withMarketplace(["--publish", examples] + later) { marketplace, databaseURL in
                // What the pages begin with: a marketplace with its example agents, in whose folder one stands.
                for agent in ["rot13", "slugify", "word-count"] {
                    try await eventually("\(agent) is shown") {
                        try await marketplace.get("agents/mentatlab.\(agent)").status == 200
                    }
                }
                try await eventually("the models reach the log") {
                    let models = try await marketplace.json("projections")["projections"]?.array ?? []
                    return models.allSatisfy { $0["lag"]?.integer == 0 }
                }
                try FileManager.default.createSymbolicLink(
                    atPath: "\(work)/.mentatlab", withDestinationPath: marketplace.folder)
                try
                    #"{"package": "zebra-mcp", "name": "Zebra MCP", "description": "Counts zebras in a text.", "category": "text", "runtime": "node", "license": "mit", "url": "https://github.com/example/zebra"}"#
                    .appending("\n").write(toFile: "\(work)/servers.jsonl", atomically: true, encoding: .utf8)
                let printed = try await run(steps, in: work, home: home, marketplace, databaseURL)
                try #require(printed.count == steps.count, "\(printed.last ?? [])")
                for (step, printed) in zip(steps, printed) {
                    #expect(printed.map(Self.plain) == step.output.map(Self.plain), "\(step.command)")
                }
            }
        }
    }

    /// Runs commands in one shell; returns the lines that each printed.
    private func run(
        _ steps: [Step], in work: String, home: String, _ marketplace: MarketplaceProcess, _ databaseURL: String
    ) async throws -> [[String]] {
        let usual = "http://127.0.0.1:7080"
        var script = "exec 2>&1\n"
        // Nobody types as fast as a shell reads: the models have reached the log by then.
        let reading =
            "for _ in {1..100}; do curl -s \(marketplace.url)/api/v1/marketplace/projections | grep -qE '\"lag\": ?[1-9]' || break; sleep 0.05; done"
        for step in steps {
            script += "\(reading)\nprintf '\\036'\n\(step.command.replacing(usual, with: marketplace.url))\n"
        }
        let programs = [
            try MarketplaceProcess.program, try #require(ProcessInfo.processInfo.environment["MENTATLAB_MENTATCTL"]),
        ]
        let path =
            Set(programs.map { URL(filePath: $0).deletingLastPathComponent().path }).sorted() + ["/usr/bin", "/bin"]
        let shell = try await TestSupport.run(
            [
                "env", "-i", "PATH=\(path.joined(separator: ":"))", "HOME=\(home)", "LANG=C.UTF-8",
                "MENTATLAB_REGISTRY=\(marketplace.url)", "MENTATLAB_DATABASE_URL=\(databaseURL)", "bash", "-s",
            ], input: script, in: work)
        let text = shell.output.replacing(marketplace.url, with: usual).replacing(work, with: "/home/ada/work")
            .replacing(home, with: "/home/ada")
        return text.split(separator: "\u{1e}", omittingEmptySubsequences: false).dropFirst().map { part in
            var lines = part.components(separatedBy: "\n")
            if lines.last == "" { lines.removeLast() }
            return lines
        }
    }

    @Test func everyChapterIsReachedAndNamesCommandsThatThereAre() async throws {
        let named = Set(GuideChapter.allCases.map { "\($0.rawValue).md" })
        #expect(Set(Self.chapters).subtracting(named) == [], "a file is no chapter")
        #expect(Set(GuideChapter.parts.flatMap(\.chapters)) == Set(GuideChapter.allCases))
        let program = try #require(ProcessInfo.processInfo.environment["MENTATLAB_MENTATCTL"])
        let known =
            try await TestSupport.run([program, "help"]).output
            + (try await TestSupport.run([try MarketplaceProcess.program, "help"]).output)
        for chapter in Self.chapters {
            let text = try Self.text(chapter)
            #expect(
                text.hasPrefix("# \(GuideChapter(rawValue: String(chapter.dropLast(3)))?.title ?? "")\n"), "\(chapter)")
            // What is shown to be typed is run.
            #expect(text.matches(of: /```(?!console\n|\n)/).isEmpty, "\(chapter)")
            for match in text.matches(of: /`(?:mentatctl|marketplace) ([a-z]+)(?: ([a-z]+))?/) {
                // Most commands have two words or three; of one with a single word the second is no part.
                let words = match.2.map { "\(match.1) \($0)" } ?? String(match.1)
                let isKnown = known.contains("\n  \(words) ") || known.contains("\n  \(match.1)  ")
                #expect(isKnown, "\(chapter): \(words)")
            }
        }
    }

    @Test func everyOperationHasAPageWithALineThatWorks() async throws {
        let examples = try #require(
            ProcessInfo.processInfo.environment["MENTATLAB_EXAMPLES"], "run the tests by ./test")
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try await withMarketplace(["--publish", examples, "--security-contact", "mailto:security@example.org"]) {
                marketplace, _ in
                let variables = try await furnish(marketplace, folder)
                let list = String(decoding: try await marketplace.get("/guide/api.md").body, as: UTF8.self)
                for endpoint in Endpoints.all.map(\.declaration) {
                    #expect(list.contains("](/guide/api/\(endpoint.name))"), "\(endpoint.name)")
                    let page = try await marketplace.get("/guide/api/\(endpoint.name).md")
                    try #require(page.status == 200, "\(endpoint.name)")
                    let text = String(decoding: page.body, as: UTF8.self)
                    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("curl ") })
                    for code in endpoint.allProblems {
                        #expect(text.contains("`\(code.rawValue)`"), "\(endpoint.name)")
                    }
                    // What ends things for others is not sent.
                    guard !Self.ending.contains(endpoint.name) else { continue }
                    let answer = try await TestSupport.run(
                        ["env", "-i", "PATH=/usr/bin:/bin"] + variables.map { "\($0.key)=\($0.value)" } + [
                            "bash", "-c",
                            "\(line.replacing("curl ", with: "curl -s --max-time 2 -o answer -w '%{http_code}' "))",
                        ], in: folder)
                    let status = Int(answer.output.suffix(3)) ?? 0
                    let body = (try? String(contentsOfFile: "\(folder)/answer", encoding: .utf8)) ?? ""
                    let code = (try? JSONValue(Array(body.utf8)))?["code"]?.string
                    if let expected = Self.refused[endpoint.name] {
                        #expect(code == expected, "\(line): \(status) \(body.prefix(300))")
                    } else {
                        #expect((200..<300).contains(status), "\(line): \(status) \(body.prefix(300))")
                    }
                }
            }
        }
    }

    /// Operations after which others have nothing left to work on.
    private static let ending: Set = ["eraseMe", "renewToken", "revokeOtherTokens"]
    /// What samples meet that the administrator sends, who owns the example agents and has no offers: each is understood, and
    /// refused for exactly that reason.
    private static let refused = [
        "submitReview": "own-agent", "putReview": "own-agent", "showMyReview": "review-not-found",
        "voteOnReview": "not-permitted", "withdrawVote": "not-permitted", "starAgent": "own-agent",
        "removeOwner": "last-owner", "removeMember": "last-owner", "acceptInvitation": "invitation-not-found",
        "endInvitation": "invitation-not-found", "registerUser": "name-taken", "revokeToken": "token-not-found",
        "quarantineAgent": "own-agent", "liftAgent": "own-agent", "quarantineVersion": "own-agent",
        "liftVersion": "own-agent", "removeArtifact": "own-agent", "showIndexPage": "artifact-not-found",
    ]

    /// Files and values that the lines name; returns the variables of the shell.
    private func furnish(_ marketplace: MarketplaceProcess, _ folder: String) async throws -> [String: String] {
        try await eventually("the sample is shown") {
            try await marketplace.get("agents/mentatlab.word-count").status == 200
        }
        try
            #"{"id": "acme.sample", "version": "1.0.0", "image": "a/b:1", "description": "A sample.", "inputs": [], "outputs": []}"#
            .write(toFile: "\(folder)/manifest.yaml", atomically: true, encoding: .utf8)
        try Data(try package([:]).bytes).write(to: URL(filePath: "\(folder)/package.tar.gz"))
        let now = Date().ISO8601Format()
        let id = String(repeating: "0", count: 32)
        let line = """
            {"id":"\(id)","agent":"mentatlab.word-count","version":"1.0.0","time":"\(now.dropLast()).000Z","reader":"somebody"}

            """
        try line.write(toFile: "\(folder)/lines", atomically: true, encoding: .utf8)
        let version = try await marketplace.json("agents/mentatlab.word-count/versions/1.0.0")
        let digest = try #require(version["artifacts"]?.array?.first?["sha256"]?.string)
        _ = try await marketplace.register("somebody")
        let packages = """
            {"package": "zebra-mcp", "name": "Zebra MCP", "description": "Counts zebras.", "category": "text", "runtime": "node", "license": "mit", "url": "https://github.com/example/zebra"}

            """
        try packages.write(toFile: "\(folder)/servers.jsonl", atomically: true, encoding: .utf8)
        try marketplace.token.write(toFile: "\(folder)/token", atomically: true, encoding: .utf8)
        let imported = try await TestSupport.run(
            [
                try MarketplaceProcess.program, "import", "\(folder)/servers.jsonl", "--url", marketplace.url,
                "--token-file", "\(folder)/token",
            ])
        try #require(imported.code == 0, "\(imported.errors)")
        _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
        let content = try #require(
            try await marketplace.json("contents?limit=1")["contents"]?.array?.first)
        return [
            "MENTATLAB_TOKEN": try marketplace.token, "NAME": "admin", "NAMESPACE": "mentatlab", "DIGEST": digest,
            "SERVER": "npm%2Fzebra-mcp", "POSITION": "\(content["position"]?.integer ?? 0)",
            "FIELD": content["field"]?.string ?? "", "PAGE": "1",
            "INVITATION": String(repeating: "0", count: 32), "TOKEN": String(repeating: "0", count: 32),
        ]
    }
}
