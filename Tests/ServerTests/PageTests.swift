import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// The pages for people, with words on them that would rather be something else.
@Suite struct PageTests {
    /// Where axe-core and the Nu Html Checker lie; nil where nobody says so.
    private static let checks = ProcessInfo.processInfo.environment["WEB_CHECKS_HOME"]

    /// Words that try to run, to leave their box, or to turn their surroundings around.
    private static let hostile = [
        "</title></style></script><script>window.__ran=1</script>", "<img src=x onerror=window.__ran=1>",
        "\" onfocus=window.__ran=1 autofocus x=\"", "' onmouseover='window.__ran=1", "javascript:window.__ran=1",
        "&lt;b&gt; &amp;amp; &#60;script&#62;", "]]><!--<svg/onload=window.__ran=1>--!>", "{{7*7}} ${7*7} <%= 7*7 %>",
        "\u{202e}desrever\u{202c} \u{2067}isolated", "مرحبا بالعالم, שלום, 日本語のエージェント, ภาษาไทย",
        "Z\u{0351}\u{036b}\u{0343}a\u{0340}\u{0341}l\u{0334}g\u{0321}o\u{0488}",
        String(repeating: "W", count: 190),
        "[a](javascript:alert(1)) ![x](https://evil.example/x.png) <https://evil.example>",
    ]

    /// A picture of one pixel (GIF 89a).
    private static let picture =
        "GIF89a\u{1}\0\u{1}\0\0\0\0,\0\0\0\0\u{1}\0\u{1}\0\0\u{2}\u{2}L\u{1}\0;"

    /// The pages that say why there is nothing else.
    private static let faults = [
        "/nothing": 404, "/agents/none": 404, "/publishers/nobody": 404, "/search?sort=best": 400,
    ]

    private static func quoted(_ text: String) -> String {
        String(decoding: JSONValue.string(text).canonicalBytes, as: UTF8.self)
    }

    /// A marketplace with an ordinary agent, and one with hostile words wherever people write some; returns the paths of its pages.
    private func furnish(_ marketplace: MarketplaceProcess) async throws -> [String] {
        func zebra(_ version: String, network: Bool) -> HTTPClientRequest.Part {
            manifest(
                "acme.zebra", version,
                more: """
                    license: MIT
                    runtime: node20
                    source_url: https://github.com/acme/zebra
                    capabilities: {actions: [count], network: \(network)}
                    dependencies: [{id: acme.other, version: ^1.0.0}]
                    ui: {title: Zebra counter, catalog: {category: tools, tags: [stripes]}}
                    """)
        }
        let readme = """
            # Zebra\n\n[![state](https://ci.example/s.svg)](https://ci.example) counts *stripes* as `stripes` says.

            ![A zebra of ours](docs/zebra.gif) ![Not ours](https://elsewhere.example/zebra.png)

            ## Use\n\n- one\n- two\n  1. inner\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> said\n\n```sh\nzebra --all\n```

            #### Deep\n\n- [x] done\n- [ ] open\n\n---\n\n<details><summary>More</summary>\n\ninside\n\n</details>
            """
        let archive = try package(["docs/zebra.gif": Self.picture, "docs/page.gif": "<svg onload=alert(1)>"])
        let whole = [
            zebra("1.0.0", network: false), part("readme", readme), part("changelog", "# 1.0.0\n\n- Began."), archive,
        ]
        for parts in [
            whole, [zebra("1.1.0", network: true), part("readme", readme), archive], [manifest("acme.other")],
            [manifest("npm.mcp-server")],
        ] {
            let answer = try await marketplace.publish(parts)
            try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        }
        for (index, words) in Self.hostile.enumerated() {
            let text = """
                {"id": "acme.hostile-\(index)", "version": "1.0.0", "image": "test/a:1", "description": \(Self.quoted(words + "\n\n" + words)),
                 "inputs": [{"name": "in\(index)", "type": "string", "description": \(Self.quoted(words))}], "outputs": [],
                 "author": \(Self.quoted(words)), "source_url": \(Self.quoted(words)), "runtime": "wasm",
                 "ui": {"title": \(Self.quoted(words)), "catalog": {"category": \(Self.quoted(String(words.prefix(60)))), "tags": [\(Self.quoted(String(words.prefix(60))))]}}}
                """
            let document =
                "# \(words)\n\n\(words)\n\n- \(words)\n\n[\(words)](\(words)) ![\(words)](docs/x.png) <\(words)>\n\n| \(words) |\n|---|\n| \(words) |\n\n<div>\(words)\n\n    \(words)\n"
            let answer = try await marketplace.publish([part("manifest", text), part("readme", document)])
            try #require(answer.status == 201, "\(words): \(String(decoding: answer.body, as: UTF8.self))")
        }
        let reader = try await marketplace.register("reader")
        let name = Self.quoted(String(Self.hostile[0].prefix(60)))
        let bio = Self.quoted(String(Self.hostile.joined(separator: " ").prefix(400)))
        let told = try await marketplace.send(
            "PUT", "users/me/profile",
            "{\"display_name\":\(name),\"bio\":\(bio),\"website_url\":\"https://evil.example/\"}", token: reader.token)
        if told.status >= 300 { Issue.record("\(String(decoding: told.body, as: UTF8.self))") }
        for (index, words) in Self.hostile.enumerated() {
            let body =
                "{\"rating\":\(index % 5 + 1),\"title\":\(Self.quoted(String(words.prefix(100)))),\"text\":\(Self.quoted(words))}"
            _ = try await marketplace.get(
                "agents/acme.hostile-\(index)/versions/1.0.0/download", [("Authorization", "Bearer \(reader.token)")])
            let answer = try await marketplace.send(
                "PUT", "agents/acme.hostile-\(index)/reviews/mine", body, token: reader.token)
            if answer.status >= 300 { Issue.record("\(String(decoding: answer.body, as: UTF8.self))") }
        }
        let note = "{\"reason\":\"broken\",\"note\":\(Self.quoted(Self.hostile[0]))}"
        _ = try await marketplace.send(
            "POST", "agents/acme.hostile-0/versions/1.0.0/yank", note, token: try marketplace.token)
        let words = "{\"note\":\(Self.quoted(Self.hostile[1])),\"replacement\":\"acme.zebra\"}"
        _ = try await marketplace.send("POST", "agents/acme.hostile-1/deprecation", words, token: try marketplace.token)
        _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
        let tabs = ["", "/documentation", "/versions", "/versions/1.0.0", "/reviews", "/dependencies", "/history"]
        let search = Self.hostile[0].addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let begin = try await marketplace.json("agents/acme.zebra/history")["history"]?.array?.first?["position"]?
            .integer
        var paths = [
            "/", "/search", "/search?q=zebra", "/search?q=\(search)", "/search?q=nothinglikeit", "/publishers/admin",
            "/publishers/admin/reputation", "/publishers/reader", "/search?sort=best", "/publishers/nobody", "/nothing",
            "/agents/none",
            "/categories/tools",
            "/compare", "/compare?a=acme.zebra@1.0.0&b=acme.zebra@1.1.0", "/compare?a=acme.zebra&b=acme.hostile-0",
            "/stats", "/stats?days=365", "/stats?as_of=\(try await marketplace.head() - 1)",
            "/about", "/policy", "/privacy", "/security",
        ]
        for agent in ["acme.zebra", "acme.hostile-0"] { paths += tabs.map { "/agents/\(agent)\($0)" } }
        for index in 1..<Self.hostile.count {
            paths += ["/agents/acme.hostile-\(index)", "/agents/acme.hostile-\(index)/documentation"]
        }
        let hostile = try await marketplace.json("agents/acme.hostile-0/history")["history"]?.array?.last?["position"]?
            .integer
        paths += [
            "/guide", "/guide/first-agent", "/guide/api", "/guide/errors", "/guide/search", "/guide/api/publish",
            "/log", "/log?agent=acme.zebra", "/log?stream=agent/none", "/log/0", "/log/\(hostile ?? 0)",
        ]
        return paths + ["/agents/acme.hostile-11/reviews", "/agents/acme.zebra?as_of=\((begin ?? 0) + 1)"]
    }

    private func page(_ marketplace: MarketplaceProcess, _ path: String) async throws -> HTTPClientResponse {
        try await marketplace.get(path, [(name: "Accept", value: "text/html")])
    }

    @Test(.enabled(if: checks != nil)) func pagesAreSoundHTMLAndEveryLinkLeadsSomewhere() async throws {
        let home = try #require(Self.checks)
        try await withMarketplace { marketplace, _ in
            let paths = try await furnish(marketplace)
            try await withFolder { folder in
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                var links: Set<String> = []
                for (index, path) in paths.enumerated() {
                    let answer = try await page(marketplace, path)
                    #expect(answer.status == Self.faults[path] ?? 200, "\(path)")
                    #expect(answer.fields["content-type"] == "text/html; charset=utf-8", "\(path)")
                    #expect(answer.fields["content-security-policy"]?.contains("unsafe") == false, "\(path)")
                    let text = String(decoding: answer.body, as: UTF8.self)
                    for match in text.matches(of: /(?:href|src|action)="([^"]*)"/) {
                        let target = String(match.1).replacing("&amp;", with: "&")
                        // What people wrote leads out of here, and is an address.
                        #expect(
                            ["/", "#", "https://", "\(marketplace.url)/"].contains { target.hasPrefix($0) },
                            "\(path): \(target)")
                        if target.hasPrefix("/") { links.insert(target) }
                    }
                    try Data(answer.body).write(to: URL(filePath: "\(folder)/\(index).html"))
                }
                for link in links.sorted() {
                    let answer = try await page(marketplace, link)
                    #expect(answer.status < 400, "\(link): \(answer.status)")
                }
                let files = paths.indices.map { "\(folder)/\($0).html" }
                let judged = try await run(
                    ["/usr/bin/java", "-jar", "\(home)/vnu.jar", "--errors-only", "--format", "json"] + files)
                let messages =
                    try JSONValue(Array(judged.errors.utf8), limits: JSONLimits(bytes: 16 << 20))["messages"]?.array
                    ?? []
                #expect(
                    messages.map {
                        "\($0["url"]?.string?.suffix(12) ?? ""): \($0["message"]?.string ?? "") \($0["extract"]?.string ?? "")"
                    } == [])
            }
        }
    }

    @Test func asTextWordsStayWordsAndLinksLeadSomewhere() async throws {
        try await withMarketplace { marketplace, _ in
            let paths = try await furnish(marketplace)
            var documents: [String] = []
            for path in paths {
                let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
                let name = parts[0] == "/" ? "/index" : parts[0]
                let answer = try await marketplace.get("\(name).md\(parts.count > 1 ? "?\(parts[1])" : "")")
                #expect(answer.status == Self.faults[path] ?? 200, "\(path)")
                #expect(answer.fields["content-type"] == "text/markdown; charset=utf-8", "\(path)")
                documents.append(String(decoding: answer.body, as: UTF8.self))
            }
            // What another implementation makes of it: no HTML, and no link to what is neither here nor an address.
            let input = documents.map { Self.quoted($0) + "\n" }.joined()
            let judged = try await Oracle.run("markdown_words", input: input)
            try #require(judged.count == documents.count)
            for (path, line) in zip(paths, judged) {
                let found = try JSONValue(Array(line.utf8), limits: JSONLimits(bytes: 1 << 24))
                #expect(found["html"]?.array?.isEmpty == true, "\(path): \(line.prefix(300))")
                for link in found["links"]?.array?.compactMap(\.string) ?? [] {
                    #expect(
                        ["/", "#", "https://", "http://www."].contains { link.hasPrefix($0) }, "\(path): \(link)")
                }
            }
            // The words come out as they went in.
            let text = judged[paths.firstIndex(of: "/agents/acme.hostile-1") ?? 0]
            let words = try JSONValue(Array(text.utf8))["text"]?.string ?? ""
            #expect(words.contains("\(Self.hostile[1]) \(Self.hostile[1])"), "\(words)")
            let last = try JSONValue(
                Array(judged[paths.firstIndex(of: "/agents/acme.hostile-12") ?? 0].utf8))
            #expect(last["text"]?.string?.contains(Self.hostile[12]) == true, "\(last["text"]?.string ?? "")")
        }
    }

    @Test func picturesAreThoseOfThePackageAndNothingElse() async throws {
        try await withMarketplace { marketplace, _ in
            _ = try await furnish(marketplace)
            let text = String(
                decoding: try await page(marketplace, "/agents/acme.zebra/documentation").body, as: UTF8.self)
            let pictures = text.matches(of: /<img src="([^"]*)"/).map { String($0.1) }
            #expect(pictures.count == 1)
            let path = try #require(pictures.first)
            let answer = try await marketplace.get(path)
            #expect(answer.status == 200 && answer.fields["content-type"] == "image/gif")
            #expect(answer.fields["content-security-policy"] == "default-src 'none'; sandbox")
            #expect(answer.body == Array(Self.picture.utf8))
            // What is no picture is not shown, whatever it is called; what no entry names is not looked into.
            let other = try await marketplace.get(path.replacing("zebra.gif", with: "page.gif"))
            #expect(other.status == 404)
            let digest = try #require(path.split(separator: "/").dropFirst().first)
            let unnamed = path.replacing(digest, with: String(repeating: "0", count: 64))
            #expect(try await marketplace.get(unnamed).status == 404)
            for name in ["..%2Fzebra.gif", "docs", "%2Fetc%2Fpasswd", "docs%2Fzebra.gif%00"] {
                #expect(try await marketplace.get("/pictures/\(digest)/\(name)").status >= 400, "\(name)")
            }
        }
    }

    /// A browser asks for all pictures of a page at once.
    @Test func allPicturesOfAPageAreShown() async throws {
        try await withMarketplace { marketplace, _ in
            // Given a README with more pictures than are looked for at once,
            let names = (0..<24).map { "docs/p\($0).gif" }
            let readme = names.map { "![a picture](\($0))" }.joined(separator: "\n\n")
            let archive = try package(Dictionary(uniqueKeysWithValues: names.map { ($0, Self.picture) }))
            #expect(try await marketplace.publish([manifest("acme.a"), part("readme", readme), archive]).status == 201)
            // What a busy machine does not read in time the page leaves out, and says so.
            var pictures: [String] = []
            try await eventually("the documentation is shown") {
                let shown = try await page(marketplace, "/agents/acme.a/documentation")
                let text = String(decoding: shown.body, as: UTF8.self)
                pictures = text.matches(of: /<img src="([^"]*)"/).map { String($0.1) }
                return pictures.count == names.count
            }
            // when all are asked for together, then none is refused for the sake of the others.
            let answers = try await withThrowingTaskGroup { group in
                for path in pictures { group.addTask { try await marketplace.get(path).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(answers.count == names.count && answers.allSatisfy { $0 == 200 || $0 == 503 }, "\(answers)")
        }
    }

    @Test(.enabled(if: checks != nil)) func aBrowserFindsNoFaultAndAPersonTheirWay() async throws {
        let home = try #require(Self.checks)
        try await withMarketplace { marketplace, _ in
            let paths = try await furnish(marketplace)
            let list = "[\(paths.map(Self.quoted).joined(separator: ","))]"
            let folder = Oracle.root.appending(path: ".build/screenshots").path
            let (_, judge) = try await marketplace.register("judge")
            let lines = try await Oracle.run(
                "browser",
                arguments: [
                    marketplace.url, folder, home, list, "acme.zebra", judge,
                    try FaultPages.written(in: marketplace.folder),
                ], input: "")
            let faults = try JSONValue(Array(try #require(lines.last).utf8)).array?.compactMap(\.string)
            #expect(faults == [])
        }
    }

    @Test func pagesAreCachedAndDroppedByTheLog() async throws {
        try await withMarketplace { marketplace, _ in
            _ = try await marketplace.publish([manifest("acme.a")])
            _ = try await marketplace.json("agents/acme.a?min_position=\(try await marketplace.head() - 1)")
            for path in ["/agents/acme.a", "/agents/acme.a/versions"] {
                let first = try await page(marketplace, path)
                let tag = try #require(first.fields["etag"])
                let again = try await marketplace.get(path, [(name: "If-None-Match", value: tag)])
                #expect(again.status == 304, "\(path)")
                // A credential changes nothing.
                let known = try await marketplace.get(
                    path, [("Accept", "text/html"), ("Authorization", "Bearer \(try marketplace.token)")])
                #expect(known.body == first.body && known.fields["set-cookie"] == nil, "\(path)")
            }
            // Kept pages are sent at once; one with a parameter that nobody knows is not kept.
            let log = { try String(contentsOfFile: "\(marketplace.folder)-up.log", encoding: .utf8) }
            /// How many answers were kept ones, once all lines of the log are written: a thread of its own writes them.
            func keptAnswers() async throws -> Int {
                var before = -1
                while true {
                    let now = try log().components(separatedBy: #""status":"cached""#).count
                    if now == before { return now }
                    before = now
                    try await Task.sleep(for: .milliseconds(300))
                }
            }
            func isKept(_ path: String) async throws -> Bool {
                for _ in 0..<40 {
                    let before = try log().components(separatedBy: #""status":"cached""#).count
                    _ = try await self.page(marketplace, path)
                    if try log().components(separatedBy: #""status":"cached""#).count > before { return true }
                    try await Task.sleep(for: .milliseconds(25))
                }
                return false
            }
            #expect(try await isKept("/agents/acme.a"))
            // Who has it already is told so without writing it again.
            let kept = try await keptAnswers()
            let tag = try #require(try await page(marketplace, "/agents/acme.a").fields["etag"])
            for (tag, status) in [(tag, 304), ("\"other\", \(tag)", 304), ("\"other\"", 200)] {
                let answer = try await marketplace.get(
                    "/agents/acme.a", [("Accept", "text/html"), ("If-None-Match", tag)])
                #expect(answer.status == status && answer.body.isEmpty == (status == 304), "\(tag)")
            }
            #expect(try await keptAnswers() == kept + 4)
            #expect(try await !isKept("/agents/acme.a?utm_source=somewhere"))
            _ = try await marketplace.publish([manifest("acme.a", "2.0.0")])
            let position = try await marketplace.head() - 1
            let page = try await page(marketplace, "/agents/acme.a/versions?min_position=\(position)")
            #expect(String(decoding: page.body, as: UTF8.self).contains("2.0.0"))
            let named = try #require(page.fields["marketplace-position"].flatMap { Int64($0) })
            #expect(named >= position)
            // Never older than the position that it names, also from the cache.
            for _ in 0..<3 {
                let cached = try await self.page(marketplace, "/agents/acme.a/versions")
                #expect(String(decoding: cached.body, as: UTF8.self).contains("2.0.0"))
            }
        }
    }

    @Test func whatModeratorsHoldIsNotOffered() async throws {
        try await withMarketplace { marketplace, _ in
            _ = try await marketplace.register("watch")
            let moderator = try await marketplace.operatorToken(for: "watch", scopes: ["moderate", "admin"])
            let held = """
                id: npm.held
                version: 1.0.0
                image: test/a:1
                description: Does one thing.
                inputs: []
                outputs: []
                packages: [{registry: npm, identifier: held, version: 1.0.0}]
                """
            for version in ["1.0.0", "1.1.0"] {
                let text = held.replacingOccurrences(of: "version: 1.0.0\nimage", with: "version: \(version)\nimage")
                let answer = try await marketplace.publish([part("manifest", text)])
                try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
            }
            let paths = ["", "/versions", "/versions/1.0.0", "/documentation", "/documentation?version=1.0.0"]
            func pages() async throws -> [String] {
                var pages: [String] = []
                for path in paths {
                    let mark = path.contains("?") ? "&" : "?"
                    let target = "/agents/npm.held\(path)\(mark)min_position=\(try await marketplace.head() - 1)"
                    pages.append(String(decoding: try await marketplace.get(target).body, as: UTF8.self))
                }
                return pages
            }
            for page in try await pages() { #expect(page.contains("agent install npm.held")) }
            #expect(try await pages()[0].contains("mcpServers"))
            let hold = try await marketplace.send(
                "POST", "agents/npm.held/quarantine", #"{"reason":"malware"}"#, token: moderator)
            try #require(hold.status < 300)
            for page in try await pages() {
                #expect(page.contains("Moderators hold all its versions"))
                #expect(!page.contains("agent install") && !page.contains("mcpServers") && !page.contains("curl "))
            }
        }
    }

    /// The rest of a list is a page of its own, with its own form as Markdown.
    @Test func laterPagesNameThemselves() async throws {
        try await withMarketplace { marketplace, _ in
            for minor in 0..<3 {
                #expect(try await marketplace.publish([manifest("acme.a", "1.\(minor).0")]).status == 201)
            }
            let position = try await marketplace.head() - 1
            let first = "/agents/acme.a/versions"
            for (path, canonical) in [("\(first)?cursor=1.2.0", "\(first)?cursor=1.2.0"), (first, first)] {
                let mark = path.contains("?") ? "&" : "?"
                let answer = try await marketplace.get("\(path)\(mark)min_position=\(position)")
                let page = String(decoding: answer.body, as: UTF8.self)
                #expect(
                    page.contains("1.1.0") && page.contains("rel=\"canonical\" href=\"\(marketplace.url)\(canonical)\"")
                )
                let form = try #require(page.firstMatch(of: /type="text\/markdown" href="([^"]*)"/)?.1)
                let markdown = try await marketplace.get(String(form).replacing("&amp;", with: "&"))
                let text = String(decoding: markdown.body, as: UTF8.self)
                #expect(text.contains("1.1.0") && text.contains("1.2.0](") == (path == first), "\(form)")
            }
        }
    }

    @Test func filesOfPagesAreKeptForeverAndUnknownOnesAreNotThere() async throws {
        try await withMarketplace { marketplace, _ in
            let front = String(decoding: try await page(marketplace, "/").body, as: UTF8.self)
            let assets = Set(front.matches(of: /"(\/assets\/[^"]+)"/).map { String($0.1) })
            #expect(assets.count == 3)
            var total = 0
            for asset in assets {
                let answer = try await marketplace.get(asset, [(name: "Accept-Encoding", value: "gzip")])
                #expect(answer.fields["cache-control"] == "public, max-age=31536000, immutable")
                total += answer.body.count
            }
            #expect(total < 25_000)
            #expect(try await page(marketplace, "/assets/style-0000000000000000.css").status == 404)
        }
    }
}
