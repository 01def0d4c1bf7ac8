import Foundation
import FoundationXML
import HTTPClient
import JSON
import TestSupport
import Testing

/// What others than people read of the pages, and pages as text.
@Suite struct SiteFileTests {
    private static let browser: [(name: String, value: String)] = [("Accept", "text/html")]

    private func text(
        _ marketplace: MarketplaceProcess, _ path: String, _ fields: [(name: String, value: String)] = browser
    ) async throws -> (status: Int, type: String, text: String) {
        let answer = try await marketplace.get(path, fields)
        return (answer.status, answer.fields["content-type"] ?? "", String(decoding: answer.body, as: UTF8.self))
    }

    /// Publishes as somebody whom moderators may judge.
    private func publish(
        _ marketplace: MarketplaceProcess, _ token: String, _ parts: [HTTPClientRequest.Part]
    ) async throws {
        let answer = try await marketplace.publish(parts, token: token)
        try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
    }

    @Test func theListOfPagesNamesEveryAgentOnce() async throws {
        try await withMarketplace(["--public-url", "https://market.example"]) { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            for id in ["eve.a", "eve.b", "eve.held"] { try await publish(marketplace, eve, [manifest(id)]) }
            try await hold(marketplace, "eve.held")
            let rules = try await text(marketplace, "/robots.txt").text
            let list = try #require(rules.split(separator: "\n").first { $0.hasPrefix("Sitemap: ") })
            #expect(list == "Sitemap: https://market.example/sitemap.xml")
            let index = try document(try await text(marketplace, "/sitemap.xml").text)
            #expect(index.name == "sitemapindex")
            var pages: [String] = []
            for address in index.addresses {
                let path = address.replacingOccurrences(of: "https://market.example", with: "")
                let found = try document(try await text(marketplace, path).text)
                #expect(found.name == "urlset")
                pages += found.addresses
            }
            #expect(
                Set(pages).count == pages.count && pages.contains("https://market.example/guide/first-agent"))
            #expect(
                pages.filter { $0.contains("/agents/") }.sorted()
                    == ["/agents/eve.a", "/agents/eve.b"].map { "https://market.example\($0)" })
        }
    }

    private func hold(_ marketplace: MarketplaceProcess, _ id: String) async throws {
        let moderator = try await marketplace.issue("moderate", by: try marketplace.token)
        let held = try await marketplace.send(
            "POST", "agents/\(id)/quarantine", #"{"reason":"malware"}"#, token: moderator)
        try #require(held.status < 300, "\(String(decoding: held.body, as: UTF8.self))")
        _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
    }

    private func document(_ text: String) throws -> (name: String, addresses: [String]) {
        let found = try XMLDocument(xmlString: text)
        let addresses = try found.nodes(forXPath: "//*[local-name()='loc']").compactMap(\.stringValue)
        return (found.rootElement()?.name ?? "", addresses)
    }

    @Test func everyPageIsAlsoText() async throws {
        try await withMarketplace { marketplace, _ in
            let readme = "# Tool\n\nSee [Usage](#usage) and <b>more</b>.\n\n## Usage\n\n```sh\ntool --help\n```\n"
            let (_, eve) = try await marketplace.register("eve")
            try await publish(marketplace, eve, [manifest("eve.tool"), part("readme", readme)])
            for (path, fields) in [
                ("/agents/eve.tool/documentation.md", Self.browser),
                ("/agents/eve.tool/documentation", [("Accept", "text/markdown, text/html, */*")]),
                ("/agents/eve.tool/documentation", [("User-Agent", "curl/8.1"), ("Accept", "*/*")]),
            ] {
                let answer = try await text(marketplace, path, fields)
                #expect(answer.status == 200)
                #expect(answer.type == "text/markdown; charset=utf-8", "\(path) \(fields)")
                #expect(answer.text.contains("```sh\ntool --help\n```"), "\(answer.text)")
                #expect(answer.text.contains("See Usage and more."), "\(answer.text)")
                #expect(!answer.text.contains("<"))
            }
            for fields in [
                Self.browser, [("Accept", "text/html, text/markdown;q=0.5")], [("Accept", "text/markdown;q=0")],
                [("User-Agent", "Mozilla/5.0"), ("Accept", "*/*")],
            ] {
                let answer = try await text(marketplace, "/agents/eve.tool", fields)
                #expect(answer.type == "text/html; charset=utf-8", "\(fields)")
            }
            // Each form is kept on its own, also where both have one address.
            for _ in 0..<3 {
                let page = try await text(marketplace, "/agents/eve.tool")
                let markdown = try await text(marketplace, "/agents/eve.tool", [("Accept", "text/markdown")])
                #expect(page.text.hasPrefix("<!doctype html>") && markdown.text.hasPrefix("# "))
            }
            #expect(try await text(marketplace, "/index.md").text.contains("## Publish in three commands"))
            #expect(try await text(marketplace, "/search.md?q=tool").text.contains("](/agents/eve.tool)"))
            let missing = try await text(marketplace, "/agents/eve.tol.md")
            #expect(missing.status == 404 && missing.type.hasPrefix("text/markdown"))
            #expect(missing.text.contains("## Did you mean") && missing.text.contains("/agents/eve.tool"))
            // Where a path ends like that of a form by itself, links have an ending more.
            try await publish(marketplace, eve, [manifest("eve.tool", "1.0.0-rc.md"), part("readme", readme)])
            let versions = try await text(marketplace, "/agents/eve.tool/versions").text
            #expect(versions.contains("\"/agents/eve.tool/versions/1.0.0-rc.md.html\""))
            let version = try await text(marketplace, "/agents/eve.tool/versions/1.0.0-rc.md.html", [])
            #expect(version.type.hasPrefix("text/html") && version.text.contains("Version 1.0.0-rc.md<"))
            let markdown = try await text(marketplace, "/agents/eve.tool/versions/1.0.0-rc.md.md")
            #expect(markdown.type.hasPrefix("text/markdown") && markdown.text.contains("## Version 1.0.0-rc.md"))
            // An agent may be called so, and what is no page has no endings.
            try await publish(marketplace, eve, [manifest("eve.md"), part("readme", readme)])
            try await eventually("the index has eve.md") {
                try await marketplace.get("/index/eve.md").status == 200
            }
            #expect(try await marketplace.json("/index/eve.md")["id"]?.string == "eve.md")
            #expect(try await text(marketplace, "/agents/eve.md.html", []).text.contains("agent install eve.md"))
            // The API has no such endings.
            #expect(try await text(marketplace, "/api/v1/marketplace/agents/eve.tool.md").status == 404)
            let guide = try await text(marketplace, "/llms.txt")
            #expect(guide.type == "text/markdown; charset=utf-8" && guide.text.hasPrefix("# "))
            for target in guide.text.matches(of: /\]\(([^)]+)\)/).map({ String($0.1) }) {
                let path = target.replacingOccurrences(of: marketplace.url, with: "")
                #expect(path.hasPrefix("/"), "\(target)")
                #expect(try await text(marketplace, path, []).status == 200, "\(path)")
            }
        }
    }

    @Test func aBadgeTellsOneThingAndThatItIsHeldBeforeAnythingElse() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            try await publish(marketplace, eve, [manifest("eve.tool", "1.2.3")])
            func label(_ name: String) async throws -> String? {
                let answer = try await text(marketplace, "/agents/eve.tool/badges/\(name).svg")
                #expect(answer.type == "image/svg+xml")
                _ = try XMLDocument(xmlString: answer.text)
                return answer.text.firstMatch(of: /aria-label="([^"]*)"/).map { String($0.1) }
            }
            #expect(try await label("version") == "agent: v1.2.3")
            #expect(try await label("readers") == "readers: 0")
            #expect(try await label("rating") == "rating: none yet")
            #expect(try await text(marketplace, "/agents/eve.tool/badges/none.svg").status == 404)
            #expect(try await text(marketplace, "/agents/eve.none/badges/version.svg").status == 404)
            try await hold(marketplace, "eve.tool")
            // A kept answer is dropped a moment after the models say something else.
            for name in ["version", "rating"] {
                try await eventually("\(name) is quarantined") {
                    try await label(name)?.hasSuffix(": quarantined") != false
                }
            }
            #expect(try await label("version") == "agent: quarantined")
            #expect(try await label("rating") == "rating: quarantined")
        }
    }

    @Test func documentationIsReadOfAnyVersion() async throws {
        try await withMarketplace { marketplace, _ in
            // Given two versions with a README each, and one without
            let (_, eve) = try await marketplace.register("eve")
            try await publish(marketplace, eve, [manifest("eve.tool", "1.0.0"), part("readme", "# First plan\n")])
            try await publish(marketplace, eve, [manifest("eve.tool", "1.0.1")])
            try await publish(marketplace, eve, [manifest("eve.tool", "1.1.0"), part("readme", "# Second plan\n")])
            let position = try await marketplace.head() - 1
            let page = "/agents/eve.tool/documentation"
            func words(_ version: String) async throws -> String {
                try await text(marketplace, "\(page)?min_position=\(position)\(version)").text
            }
            // Then each is read under its version, which is said where another one is shown
            let note = "This is not the version that is shown."
            let (shown, first, named) = (
                try await words(""), try await words("&version=1.0.0"), try await words("&version=1.1.0")
            )
            #expect(shown.contains("Second plan") && !shown.contains(note))
            #expect(first.contains("First plan") && !first.contains("Second plan") && first.contains(note))
            #expect(named.contains("Second plan") && !named.contains(note))
            #expect(try await words("&version=1.0.1").contains("brings no README along"))
            // And the page of a version leads there, where there is something to read
            let address = "/documentation?version="
            #expect(try await text(marketplace, "/agents/eve.tool/versions/1.0.0").text.contains("\(address)1.0.0"))
            #expect(try await text(marketplace, "/agents/eve.tool/versions/1.0.1").text.contains(address) == false)
            #expect(try await marketplace.get("\(page)?version=9.9.9").status == 404)
        }
    }

    @Test func whatIsHeldOrRemovedIsNotShown() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            let admin = try marketplace.token
            try await publish(
                marketplace, eve,
                [manifest("eve.tool"), part("readme", "# Secret plan\n"), part("changelog", "# Changed plan\n")])
            let page = "/agents/eve.tool/documentation"
            func settle(_ isSettled: (String) -> Bool) async throws {
                try await eventually("the page has settled") { isSettled(try await text(marketplace, page).text) }
            }
            try await settle { $0.contains("Secret plan") && $0.contains("Changed plan") }
            let version = try await marketplace.json("agents/eve.tool/versions/1.0.0")
            let readme = try #require(
                version["artifacts"]?.array?.first { $0["role"]?.string == "readme" }?["sha256"]?.string)
            let removed = try await marketplace.send(
                "DELETE", "artifacts/sha256/\(readme)", #"{"reason":"legal"}"#, token: admin)
            try #require(removed.status < 300, "\(String(decoding: removed.body, as: UTF8.self))")
            try await settle { !$0.contains("Secret plan") && $0.contains("Changed plan") }
            try await hold(marketplace, "eve.tool")
            try await settle { !$0.contains("Changed plan") }
        }
    }
}
