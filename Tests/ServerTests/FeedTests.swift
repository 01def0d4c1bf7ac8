import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Feeds, as an independent reader of them understands them.
@Suite struct FeedTests {
    private static let paths = [
        "/feeds/new", "/feeds/agents/acme.a", "/feeds/publishers/eve", "/feeds/categories/tools",
    ]

    /// A feed of a marketplace as another implementation reads it, and its entries by their titles.
    private func read(
        _ marketplace: MarketplaceProcess, _ path: String
    ) async throws -> (feed: JSONValue, entries: [String: JSONValue]) {
        let position = try await marketplace.head() - 1
        let answer = try await marketplace.get("\(path)?min_position=\(position)")
        try #require(answer.status == 200, "\(path): \(String(decoding: answer.body, as: UTF8.self))")
        #expect(answer.fields["content-type"] == "application/atom+xml; charset=utf-8")
        let line = JSONValue.string(String(decoding: answer.body, as: UTF8.self)).canonicalBytes
        let found = try await Oracle.run("news", input: String(decoding: line, as: UTF8.self) + "\n")
        let feed = try JSONValue(Array(try #require(found.first).utf8), limits: JSONLimits(bytes: 1 << 22))
        #expect(feed["version"]?.string == "atom10" && feed["sound"]?.bool == true, "\(path): \(feed)")
        let entries = (feed["entries"]?.array ?? []).compactMap { entry in entry["title"]?.string.map { ($0, entry) } }
        return (feed, Dictionary(entries) { first, _ in first })
    }

    private func publish(_ marketplace: MarketplaceProcess, _ token: String, _ text: HTTPClientRequest.Part)
        async throws
    {
        let answer = try await marketplace.publish([text], token: token)
        try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
    }

    private func listing(_ id: String, _ version: String, title: String) -> HTTPClientRequest.Part {
        let text = String(decoding: JSONValue.string(title).canonicalBytes, as: UTF8.self)
        return manifest(id, version, more: "ui: {title: \(text), catalog: {category: tools}}")
    }

    @Test func feedsTellOfEachVersionOnceUnderANameThatStays() async throws {
        let words = "Zebra </title><script>alert(1)</script> & ]]>"
        try await withMarketplace(["--public-url", "https://market.example"]) { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            try await publish(marketplace, eve, listing("acme.a", "1.0.0", title: words))
            try await publish(marketplace, eve, listing("acme.a", "1.1.0", title: words))
            try await publish(marketplace, eve, listing("acme.a", "1.0.1", title: words))
            try await publish(marketplace, eve, listing("acme.b", "1.0.0", title: "Other"))
            let (agent, versions) = try await read(marketplace, "/feeds/agents/acme.a")
            // An id that ends like the form of a page leads back to its own feed.
            try await publish(marketplace, eve, listing("acme.md", "1.0.0", title: "Form"))
            let position = try await marketplace.head() - 1
            let form = try await marketplace.get("/feeds/agents/acme.md.html?min_position=\(position)")
            let target = String(decoding: form.body, as: UTF8.self).firstMatch(of: /rel="self"[^>]*href="([^"]+)"/)
            #expect(target.map { String($0.1) } == "https://market.example/feeds/agents/acme.md.html")
            #expect(agent["self"]?.array?.first?.string == "https://market.example/feeds/agents/acme.a")
            // By when they were published, not by their numbers; words stay words.
            #expect(
                (agent["entries"]?.array ?? []).map { $0["title"]?.string }
                    == ["1.0.1", "1.1.0", "1.0.0"].map { "\(words) \($0)" })
            let entry = try #require(versions["\(words) 1.1.0"])
            #expect(entry["link"]?.string == "https://market.example/agents/acme.a/versions/1.1.0")
            #expect(entry["author"]?.string == "eve")
            // The times of events.
            let version = try await marketplace.json("agents/acme.a/versions/1.1.0")
            #expect(entry["published"]?.string == version["published_at"]?.string)
            let log = try #require(
                try await marketplace.json("events?limit=1")["events"]?.array?.first?["entry"]?["source"]?.string)
            #expect(entry["id"]?.string == "\(log):agent:acme.a:1.1.0")
            // The same news in every feed that tells of it, also in other spellings, under a name that nobody can change.
            var ids: Set<String> = []
            for path in ["/feeds/publishers/eve", "/feeds/categories/tools", "/feeds/categories/TOOLS"] {
                let (feed, news) = try await read(marketplace, path)
                #expect(
                    Set(news.keys)
                        == Set(["1.0.0", "1.0.1", "1.1.0"].map { "\(words) \($0)" } + ["Other 1.0.0", "Form 1.0.0"]),
                    "\(path)")
                #expect(
                    news["\(words) 1.1.0"] == entry && news["\(words) 1.0.1"] == versions["\(words) 1.0.1"], "\(path)")
                if path.contains("categories") { ids.insert(feed["id"]?.string ?? "") }
            }
            #expect(ids == ["\(log):feed:category:tools"])
            let (_, new) = try await read(marketplace, "/feeds/new")
            #expect(new["Other"]?["id"]?.string == "\(log):agent:acme.b")
            #expect(new["Other"]?["updated"] == new["Other"]?["published"])
            for path in ["/feeds/agents/acme.none", "/feeds/publishers/nobody", "/feeds/categories/none"] {
                #expect(try await marketplace.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test func aYankIsNewsOfItsOwnAndWhatIsHeldIsNotTold() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            try await publish(marketplace, eve, listing("acme.a", "1.0.0", title: "A"))
            try await publish(marketplace, eve, listing("acme.b", "1.0.0", title: "B"))
            let (before, versions) = try await read(marketplace, "/feeds/agents/acme.a")
            let published = try #require(versions["A 1.0.0"])
            _ = try await marketplace.send(
                "POST", "agents/acme.a/versions/1.0.0/yank", #"{"reason":"broken"}"#, token: eve)
            let (after, changed) = try await read(marketplace, "/feeds/agents/acme.a")
            // What was told stays, and what came is told beside it.
            #expect(changed["A 1.0.0"] == published)
            let yanked = try #require(changed["A 1.0.0 is yanked: broken"])
            #expect(yanked["id"]?.string?.hasPrefix("\(published["id"]?.string ?? ""):yanked:") == true)
            #expect(yanked["updated"]?.string ?? "" > published["updated"]?.string ?? "")
            #expect(after["updated"] == yanked["updated"] && after["id"] == before["id"])
            _ = try await marketplace.send("DELETE", "agents/acme.a/versions/1.0.0/yank", token: eve)
            let (_, back) = try await read(marketplace, "/feeds/agents/acme.a")
            #expect(back == versions)
            let moderator = try await marketplace.issue("moderate", by: try marketplace.token)
            _ = try await marketplace.send(
                "POST", "agents/acme.b/quarantine", #"{"reason":"malware"}"#, token: moderator)
            for path in Self.paths {
                let (_, entries) = try await read(marketplace, path)
                #expect(!entries.keys.contains { $0.hasPrefix("B") }, "\(path)")
            }
            let (held, none) = try await read(marketplace, "/feeds/agents/acme.b")
            #expect(none.isEmpty && held["updated"]?.string != nil)
        }
    }

    @Test func whoHasAFeedIsToldSoAndPagesNameIt() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, eve) = try await marketplace.register("eve")
            try await publish(marketplace, eve, listing("acme.a", "1.0.0", title: "A"))
            _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
            let pages = ["/", "/agents/acme.a", "/publishers/eve", "/categories/tools"]
            for (page, feed) in zip(pages, Self.paths) {
                let first = try await marketplace.get(feed)
                let tag = try #require(first.fields["etag"])
                #expect(try await marketplace.get(feed, [(name: "If-None-Match", value: tag)]).status == 304, "\(feed)")
                let answer = try await marketplace.get(page, [(name: "Accept", value: "text/html")])
                let link = "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"\(feed)\">"
                #expect(String(decoding: answer.body, as: UTF8.self).contains(link), "\(page)")
            }
        }
    }
}
