import HTTPClient
import JSON
import Testing

/// An answer ends at 1 MiB, and says where it goes on.
@Suite struct AnswerSizeTests {
    private static let mebibyte = 1 << 20

    @Test func aPageThatWouldBeTooLargeIsShorter() async throws {
        try await withMarketplace { marketplace, _ in
            // A debug build beside all other tests takes long for a megabyte of JSON.
            let client = HTTPClient(connections: 1, timeoutMilliseconds: 300_000)
            func get(_ target: String) async throws -> HTTPClientResponse {
                try await client.send(HTTPClientRequest("GET", marketplace.url + target))
            }
            // 250 capabilities of 190 bytes: each version makes an entry and a row of some 48 KB.
            let words = (0..<250).map { "\"c\($0)\(String(repeating: "x", count: 186))\"" }.joined(separator: ",")
            let count = 24
            var position: Int64 = 0
            for number in 0..<count {
                let text = """
                    {"id":"acme.large","version":"1.\(number).0","image":"x:1","description":"d","inputs":[],"outputs":[],
                    "capabilities":[\(words)]}
                    """
                let answer = try await marketplace.publish([part("manifest", text)])
                #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self).prefix(300))")
                position = try #require(try JSONValue(answer.body)["position"]?.integer)
            }
            // The log, by position, by stream and by type.
            for filter in ["", "&stream=agent/acme.large", "&type=agent.version-published.v1"] {
                var (next, seen, pages) = (Int64(0), 0, 0)
                while next <= position {
                    let answer = try await get(
                        "/api/v1/marketplace/events?from=\(next)&limit=1000\(filter)")
                    #expect(answer.status == 200 && answer.body.count <= Self.mebibyte, "\(answer.body.count)")
                    let page = try JSONValue(answer.body, limits: JSONLimits(bytes: 2 << 20, values: 2 << 20))
                    seen +=
                        page["events"]?.array?.count {
                            $0["entry"]?["type"]?.string?.hasSuffix("version-published.v1") == true
                        } ?? 0
                    let after = try #require(page["next"]?.integer)
                    #expect(after > next)
                    next = after
                    pages += 1
                }
                #expect(seen == count && pages > 1, "\(filter): \(seen) in \(pages)")
            }
            // A list whose rows are large.
            var path: String? = "/api/v1/marketplace/agents/acme.large/versions?limit=100&min_position=\(position)"
            var versions: Set<String> = []
            var pages = 0
            while let target = path {
                let answer = try await get(target)
                #expect(answer.status == 200 && answer.body.count <= Self.mebibyte, "\(answer.body.count)")
                let page = try JSONValue(answer.body, limits: JSONLimits(bytes: 2 << 20, values: 2 << 20))
                for version in page["versions"]?.array ?? [] { versions.insert(version["version"]?.string ?? "") }
                path = answer.fields["link"]?.firstMatch(of: /<([^>]+)>; rel="next"/).map { String($0.1) }
                pages += 1
                try #require(pages < 50)
            }
            #expect(versions.count == count, "\(versions.count) in \(pages)")
        }
    }
}
