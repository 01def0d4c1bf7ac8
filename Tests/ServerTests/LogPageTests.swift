import Crypto
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// The log as pages, held to what the API says of it.
@Suite struct LogPageTests {
    private func page(_ marketplace: MarketplaceProcess, _ path: String) async throws -> (status: Int, text: String) {
        let answer = try await marketplace.get(path, [(name: "Accept", value: "text/html")])
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    /// The entries of a page and of all that follow it, as they come.
    private func walk(_ marketplace: MarketplaceProcess, _ path: String) async throws -> [Int64] {
        var (path, found): (String?, [Int64]) = (path, [])
        while let asked = path {
            let (status, text) = try await page(marketplace, asked)
            try #require(status == 200, "\(asked): \(text)")
            let list =
                text.split(separator: "<ol class=\"time\" id=\"entries\">").last?.split(
                    separator: "</ol>", omittingEmptySubsequences: false
                ).first ?? ""
            found += list.matches(of: /href="\/log\/(\d+)"/).compactMap { Int64($0.1) }
            path = text.firstMatch(of: /<a href="([^"]+)" rel="next">/).map {
                String($0.1).replacing("&amp;", with: "&")
            }
        }
        return found
    }

    private func events(_ marketplace: MarketplaceProcess) async throws -> [(position: Int64, entry: JSONValue)] {
        let head = try await marketplace.head()
        var events: [(position: Int64, entry: JSONValue)] = []
        while Int64(events.count) < head {
            let page = try await marketplace.json("events?from=\(events.count)&limit=1000")["events"]?.array ?? []
            events += page.compactMap { event in
                guard let position = event["position"]?.integer, let entry = event["entry"] else { return nil }
                return (position, entry)
            }
        }
        return events
    }

    /// A marketplace in which somebody published, somebody judged, and words were erased.
    private func furnish(_ marketplace: MarketplaceProcess) async throws {
        let (_, ada) = try await marketplace.register("ada")
        let (_, bob) = try await marketplace.register("bob")
        for version in 0..<45 {
            let answer = try await marketplace.publish([manifest("ada.tool", "1.\(version).0")], token: ada)
            try #require(answer.status == 201)
        }
        try #require(try await marketplace.publish([manifest("bob.tool")], token: bob).status == 201)
        for text in ["first words", "second words"] {
            let review = "{\"rating\":4,\"text\":\"\(text)\"}"
            try #require(
                try await marketplace.send("PUT", "agents/ada.tool/reviews/mine", review, token: bob).status == 201)
        }
        for method in ["PUT", "DELETE"] {
            try #require(try await marketplace.send(method, "agents/ada.tool/star", token: bob).status < 300)
        }
        try #require(
            try await marketplace.send(
                "POST", "agents/ada.tool/versions/1.2.0/yank", #"{"reason":"broken"}"#, token: ada
            ).status < 300)
        let moderator = try await marketplace.issue("moderate", by: try marketplace.token)
        try #require(
            try await marketplace.send("POST", "agents/bob.tool/quarantine", #"{"reason":"malware"}"#, token: moderator)
                .status < 300)
        _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
    }

    @Test func aWalkBackSeesEachEntryOnceTheLastOneFirst() async throws {
        try await withMarketplace { marketplace, _ in
            try await furnish(marketplace)
            let all = try await events(marketplace)
            try #require(all.count > 60)
            #expect(try await walk(marketplace, "/log") == all.map(\.position).reversed())
            func chosen(_ choice: (JSONValue) -> Bool) -> [Int64] {
                all.filter { choice($0.entry) }.map(\.position).reversed()
            }
            let published = chosen { $0["type"]?.string == "agent.version-published.v1" }
            #expect(try await walk(marketplace, "/log?type=agent.version-published.v1") == published)
            let stream = chosen { $0["subject"]?.string == "agent/ada.tool" }
            #expect(try await walk(marketplace, "/log?stream=agent/ada.tool") == stream)
            // The agent's own entries, and what people judged.
            let about = chosen { $0["subject"]?.string?.split(separator: "/").dropFirst().first == "ada.tool" }
            #expect(about.count > stream.count)
            #expect(try await walk(marketplace, "/log?agent=Ada.Tool") == about)
            // Of an agent and a type, as of a stream and a type.
            let stars = all.filter { $0.entry["type"]?.string == "star.added.v1" }.map(\.position)
            #expect(try await walk(marketplace, "/log?agent=ada.tool&type=star.added.v1") == stars)
            let yanks = all.filter { $0.entry["type"]?.string == "agent.version-yanked.v1" }.map(\.position)
            #expect(try await walk(marketplace, "/log?stream=agent/ada.tool&type=agent.version-yanked.v1") == yanks)
            for path in ["/log?type=x", "/log?stream=x", "/log?agent=ada.tool&stream=agent/ada.tool", "/log?before=x"] {
                #expect(try await page(marketplace, path).status == 400, "\(path)")
            }
            #expect(try await walk(marketplace, "/log?stream=agent/none.such") == [])
            // A position that the log has is reflected at once; one that it does not have is refused.
            for path in ["/log", "/log/3", "/log?agent=ada.tool"] {
                let known = "\(path)\(path.contains("?") ? "&" : "?")min_position="
                #expect(try await page(marketplace, "\(known)\(all.count - 1)").status == 200, "\(path)")
                #expect(try await page(marketplace, "\(known)\(all.count + 1000)").status == 409, "\(path)")
            }
            for path in ["/log/\(all.count)", "/log/00", "/log/-1", "/log/x", "/log/99999999999999999999"] {
                #expect(try await page(marketplace, path).status == 404, "\(path)")
            }
        }
    }

    @Test func eachEntryIsShownWithItsBytesAndWhatItCommitsTo() async throws {
        try await withMarketplace { marketplace, _ in
            try await furnish(marketplace)
            let contents = try await marketplace.json("contents?limit=1000")["contents"]?.array ?? []
            try #require(contents.count > 30)
            for (position, entry) in try await events(marketplace) {
                let (status, text) = try await page(marketplace, "/log/\(position)")
                try #require(status == 200, "\(position)")
                let bytes = text.split(separator: "tabindex=\"0\">").last?.split(separator: "</pre>").first ?? ""
                let shown = bytes.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing(
                    "&amp;", with: "&")
                #expect(shown == String(decoding: entry.canonicalBytes, as: UTF8.self), "\(position)")
                #expect(text.contains("noindex"))
                var commitments: [String] = []
                if case .object(let members)? = entry["data"] {
                    commitments = members.filter { $0.name.hasSuffix("_commitment") }.compactMap(\.value.string)
                }
                let checks = text.matches(of: /data-check="([0-9a-f]+)" data-bytes="([0-9a-f]+)"/)
                let kept = contents.filter { $0["position"]?.integer == position }
                #expect(checks.count == kept.count, "\(position)")
                for check in checks {
                    // What a script computes of it is what the entry says.
                    let bytes = try #require(Hex.decode(String(check.2)))
                    #expect(SHA256Digest(of: bytes).hex == String(check.1), "\(position)")
                    #expect(commitments.contains(String(check.1)), "\(position)")
                }
            }
        }
    }

    @Test func whatBecameOfItStandsBesideIt() async throws {
        try await withMarketplace { marketplace, _ in
            try await furnish(marketplace)
            let all = try await events(marketplace)
            let erased = try #require(all.first { $0.entry["type"]?.string == "content.erased.v1" })
            let first = try #require(all.first { $0.entry["id"] == erased.entry["data"]?["entry"] })
            let text = try await page(marketplace, "/log/\(first.position)").text
            #expect(text.contains("erased (owner) by <a href=\"/log/\(erased.position)\">"))
            #expect(!text.contains("first words") && !text.contains("data-check"))
            // The words that took their place are there.
            let second = try #require(all.first { $0.entry["type"]?.string == "review.edited.v1" })
            #expect(try await page(marketplace, "/log/\(second.position)").text.contains("second words"))
            func published(_ stream: String, _ version: String) throws -> Int64 {
                try #require(
                    all.first {
                        $0.entry["subject"]?.string == stream && $0.entry["data"]?["version"]?.string == version
                            && $0.entry["type"]?.string == "agent.version-published.v1"
                    }
                ).position
            }
            let yanked = try await page(marketplace, "/log/\(try published("agent/ada.tool", "1.2.0"))").text
            #expect(yanked.contains("The version 1.2.0 is yanked since"))
            // So it does at every other entry that is about the version.
            let yank = try #require(all.first { $0.entry["type"]?.string == "agent.version-yanked.v1" })
            #expect(
                try await page(marketplace, "/log/\(yank.position)").text.contains("The version 1.2.0 is yanked since"))
            let other = try await page(marketplace, "/log/\(try published("agent/ada.tool", "1.3.0"))").text
            #expect(!other.contains("yanked since"))
            let held = try await page(marketplace, "/log/\(try published("agent/bob.tool", "1.0.0"))").text
            #expect(held.contains("Moderators hold all versions since"))
        }
    }
}
