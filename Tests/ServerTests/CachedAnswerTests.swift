import Foundation
import HTTPClient
import JSON
import Synchronization
import TestSupport
import Testing

/// Answers that are kept as bytes are what an answer read anew would be, and never older than they say.
@Suite struct CachedAnswerTests {
    private func log(_ marketplace: MarketplaceProcess) throws -> String {
        try String(contentsOfFile: "\(marketplace.folder)-up.log", encoding: .utf8)
    }

    /// True once the log says that a path was answered from memory.
    private func isCached(_ path: String, _ marketplace: MarketplaceProcess) throws -> Bool {
        try log(marketplace).split(separator: "\n").contains {
            $0.contains("\"path\":\"/api/v1/marketplace/\(path)\"") && $0.contains("\"status\":\"cached\"")
        }
    }

    /// What is popular changes without an entry that says so.
    @Test func aPageOfWhatIsPopularIsDroppedWithIt() async throws {
        try await withMarketplace { marketplace, url in
            // Given a page of a category that is kept,
            let category = "ui: {title: Kept, catalog: {category: tools}}"
            #expect(try await marketplace.publish([manifest("acme.kept", more: category)]).status == 201)
            _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
            func page() async throws -> [UInt8] {
                try await marketplace.get("/categories/tools", [("Accept", "text/html")]).body
            }
            var kept: [UInt8] = []
            try await eventually("the page is kept") {
                kept = try await page()
                return try log(marketplace).split(separator: "\n").contains {
                    $0.contains(#""path":"/categories/tools""#) && $0.contains(#""status":"cached""#)
                }
            }
            // when something is popular that was not, then the page says so.
            try await TestDatabase.script(
                url,
                """
                INSERT INTO models.popular_generations (generation, day, position)
                SELECT coalesce(max(generation), 0) + 1, current_date, 0 FROM models.popular_generations;
                INSERT INTO models.popular_agents (generation, list, days, category, rank, key, downloads, readers, growth)
                SELECT max(generation), 'readers', 30, 'tools', 1, 'acme.kept', 7, 5, 0 FROM models.popular_generations
                """)
            try await eventually("the page has it") { try await page() != kept }
        }
    }

    @Test func theSameIsAnsweredFromMemoryUntilItChanges() async throws {
        try await withMarketplace { marketplace, _ in
            let actions = (0..<100).map { "act-\($0)" }.joined(separator: ", ")
            let long = manifest("acme.kept", more: "capabilities: {actions: [\(actions)]}")
            let first = try await marketplace.publish([long])
            let shown = try #require(first.fields["marketplace-position"])
            #expect(try await marketplace.get("agents/acme.kept?min_position=\(shown)").status == 200)
            for path in ["agents/acme.kept", "agents?limit=5"] {
                // What was read before the front has followed the log so far is not kept, so it may take some.
                var answers: [HTTPClientResponse] = []
                try await eventually("\(path) is kept") {
                    answers.append(try await marketplace.get(path))
                    return try isCached(path, marketplace)
                }
                answers.append(try await marketplace.get(path))
                let (first, kept) = (try #require(answers.first), try #require(answers.last))
                #expect(try isCached(path, marketplace))
                #expect(kept.body == first.body)
                for name in Set(first.fields.keys).subtracting(["request-id", "date"]) {
                    #expect(kept.fields[name] == first.fields[name], "\(name)")
                }
                #expect(kept.fields["request-id"] != first.fields["request-id"])
                let etag = try #require(kept.fields["etag"])
                #expect(try await marketplace.get(path, [(name: "If-None-Match", value: etag)]).status == 304)
                let head = try await marketplace.get(path, method: "HEAD")
                #expect(head.fields["content-length"] == "\(kept.body.count)" && head.body.isEmpty)
            }

            let port = try #require(marketplace.url.split(separator: ":").last.flatMap { UInt16($0) })
            let request = "GET /api/v1/marketplace/agents/acme.kept HTTP/1.1\r\nHost: localhost\r\n"
            let raw = try await RawHTTP.exchange(
                port: port,
                [.send(String(repeating: "\(request)\r\n", count: 200) + "\(request)Connection: close\r\n\r\n")])
            #expect(raw.components(separatedBy: "HTTP/1.1 200 OK").count == 202)
            #expect(raw.components(separatedBy: "connection: close").count == 2)

            // A client that takes gzip gets it, with a tag that is the same content's and not the same bytes'.
            let plain = try await marketplace.get("agents/acme.kept")
            #expect(plain.fields["vary"] == "accept-encoding")
            for (accepted, isTaken) in [
                ("gzip", true), ("br, gzip;q=0.5", true), ("GZIP ; q=1", true), ("gzip;q=0", false),
                ("identity", false),
                ("xgzip", false),
            ] {
                let answer = try await marketplace.get(
                    "agents/acme.kept", [(name: "Accept-Encoding", value: accepted)])
                #expect(answer.fields["content-encoding"] == (isTaken ? "gzip" : nil), "\(accepted)")
                #expect(answer.fields["etag"]?.hasPrefix("W/") == isTaken)
                if isTaken {
                    let file = "\(marketplace.folder)/page.gz"
                    try Data(answer.body).write(to: URL(filePath: file))
                    #expect(Array(try await run(["gzip", "-dc", file]).output.utf8) == plain.body)
                } else {
                    #expect(answer.body == plain.body)
                }
            }

            let published = try await marketplace.publish([manifest("acme.kept", "2.0.0")])
            let position = try #require(published.fields["marketplace-position"])
            let fresh = try await marketplace.json("agents/acme.kept?min_position=\(position)")
            #expect(fresh["latest_version"]?.string == "2.0.0")
            for path in ["agents/acme.kept", "agents?limit=5"] {
                try await eventually("\(path) is new") {
                    String(decoding: try await marketplace.get(path).body, as: UTF8.self).contains("2.0.0")
                }
            }
        }
    }

    /// While versions are published, no answer shows less than the position that it names.
    @Test(arguments: ["32", "0"])
    func noAnswerIsOlderThanItSays(_ mebibytes: String) async throws {
        try await withMarketplace(["--cache-mebibytes", mebibytes]) { marketplace, _ in
            let first = try await marketplace.publish([manifest("acme.kept", "1.0.0")])
            let shown = try #require(first.fields["marketplace-position"])
            #expect(try await marketplace.get("agents/acme.kept?min_position=\(shown)").status == 200)
            let positions = Mutex<[Int64: Int64]>([:])
            let publishing = Task { () throws -> Void in
                for number in 1...40 {
                    let published = try await marketplace.publish([manifest("acme.kept", "1.\(number).0")])
                    let position = try #require(published.fields["marketplace-position"].flatMap { Int64($0) })
                    positions.withLock { $0[Int64(number)] = position }
                    try await Task.sleep(for: .milliseconds(15))
                }
            }
            let reading = Task { () throws -> [(shown: Int64, position: Int64)] in
                var seen: [(shown: Int64, position: Int64)] = []
                while !Task.isCancelled {
                    let answer = try await marketplace.get("agents/acme.kept")
                    let version = try #require(try JSONValue(answer.body)["latest_version"]?.string)
                    seen.append(
                        (
                            try #require(Int64(version.split(separator: ".")[1])),
                            try #require(answer.fields["marketplace-position"].flatMap { Int64($0) })
                        ))
                }
                return seen
            }
            try await publishing.value
            reading.cancel()
            let seen = try await reading.value
            let published = positions.withLock { $0 }
            #expect(seen.count > 50)
            for (shown, position) in seen {
                let newest = published.filter { $0.value <= position }.keys.max() ?? 0
                #expect(shown >= newest, "version 1.\(shown).0 at position \(position)")
            }
            #expect(try log(marketplace).contains(#""status":"cached""#) == (mebibytes != "0"))
        }
    }
}
