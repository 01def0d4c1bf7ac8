import AgentIndex
import Foundation
import HTTPClient
import JSON
import Manifest
import TestSupport
import Testing

/// However many versions an agent has, what installers read of it comes in pages of a megabyte.
@Suite struct IndexPageTests {
    @Test func anAgentOfManyVersionsIsInstalledFromItsPages() async throws {
        try await withMarketplace { marketplace, _ in
            let document = try await marketplace.publishManyVersions("acme.many")
            #expect(document.bytes.count <= 1 << 20)
            var versions = document.versions.count
            for link in document.older {
                let path = "/index/Acme.Many/pages/\(link.digest)"
                let page = try await marketplace.get(path)
                #expect(page.status == 200 && page.body.count <= 1 << 20)
                versions += try IndexPage(page.body, behind: link, of: document.key).versions.count
                let tag = try #require(page.fields["etag"])
                #expect(try await marketplace.get(path, [("If-None-Match", tag)]).status == 304)
            }
            #expect(versions == 30 && !document.older.isEmpty)
            let oldest = try #require(document.older.last)
            #expect(oldest.lowest.description == "1.0.0")

            // The oldest is yanked: its page is replaced, and who asks for it still gets it.
            let yanked = try await marketplace.send(
                "POST", "agents/acme.many/versions/1.0.0/yank", #"{"reason":"broken"}"#, token: try marketplace.token)
            #expect(yanked.status == 201)
            let after = try await marketplace.indexDocument(
                "acme.many", at: yanked.fields["marketplace-position"] ?? "")
            #expect(after.older.count == document.older.count && after.older.last?.digest != oldest.digest)
            // For a while it is there for those who read the document before.
            #expect(try await marketplace.get("/index/acme.many/pages/\(oldest.digest)").status == 200)
            expect(try await marketplace.get("/index/acme.none/pages/\(oldest.digest)"), "404 artifact-not-found")
            let none = String(repeating: "0", count: 64)
            expect(try await marketplace.get("/index/acme.many/pages/\(none)"), "404 artifact-not-found")
            let download = try await marketplace.get("agents/acme.many/versions/1.0.0/download")
            #expect(download.status == 302)
            for (range, version) in [("^2", "2.0.0"), ("latest", "30.0.0"), ("<3", "2.0.0")] {
                let answer = try await marketplace.get("agents/acme.many/versions/\(range)/download")
                #expect(answer.fields["marketplace-version"] == version, "\(range)")
            }
            try await Ctl.with(marketplace.url) { ctl in
                for (range, version) in [("1.0.0", "1.0.0"), ("^2", "2.0.0"), ("<3", "2.0.0"), ("latest", "30.0.0")] {
                    let installed = try await ctl.json("agent", "install", "acme.many@\(range)")
                    #expect(installed["installed"]?.array?.first?["version"]?.string == version, "\(range)")
                }
            }
        }
    }
}

extension MarketplaceProcess {
    /// Publishes versions of an agent that need more than one page of the index.
    func publishManyVersions(_ id: String, majors: ClosedRange<Int> = 1...30) async throws -> IndexDocument {
        // Peers, which nobody installs, that make a version take some 43 KB of the index.
        let range = (1...7).map { ">=\($0).0.0 <\($0).5.0" }.joined(separator: " || ")
        let needs =
            "peer_dependencies:"
            + (0..<250).map { "\n  - {id: acme.needed\($0), version: '\(range)'}" }.joined()
        var position = ""
        for major in majors {
            let answer = try await publish([manifest(id, "\(major).0.0", more: needs)])
            #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
            position = answer.fields["marketplace-position"] ?? ""
        }
        return try await indexDocument(id, at: position)
    }

    /// The document of an agent, once it reflects a position.
    func indexDocument(_ id: String, at position: String) async throws -> IndexDocument {
        var answer = try await get("/index/\(id)?min_position=\(position)")
        for _ in 0..<20 where answer.status == 503 { answer = try await get("/index/\(id)?min_position=\(position)") }
        return try IndexDocument(answer.body)
    }
}
