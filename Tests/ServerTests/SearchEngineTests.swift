import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// An OpenSearch node beside a marketplace: how its indices follow the log, and what happens where it is gone.
@Suite(.enabled(if: SearchEngineUnderTest.node != nil))
struct SearchEngineTests {
    private static let home = ProcessInfo.processInfo.environment["OPENSEARCH_HOME"]

    /// Asks until the engine has found the agents; returns their ids.
    private func findInEngine(
        _ query: String, _ marketplace: MarketplaceProcess, past position: Int64? = nil
    ) async throws -> [String] {
        let position = if let position { position } else { try await marketplace.head() - 1 }
        var finder = ""
        for _ in 0..<600 {
            let response = try await marketplace.get("agents?q=\(query)&min_position=\(position)")
            #expect(response.status == 200)
            finder = response.fields["marketplace-search"] ?? ""
            if finder == "opensearch" { return try ids(response) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw MarketplaceProcess.Failure(description: "the engine was not asked: '\(finder)'")
    }

    private func ids(_ response: HTTPClientResponse) throws -> [String] {
        try JSONValue(response.body, limits: JSONLimits(bytes: 16 << 20))["agents"]?.array?
            .compactMap { $0["id"]?.string } ?? []
    }

    /// The indices of a marketplace, with true for the one that is searched.
    private func indices(_ marketplace: MarketplaceProcess) async throws -> [String: Bool] {
        let log = try #require(
            try await marketplace.json("events?limit=1")["events"]?.array?.first?["entry"]?["source"]?.string)
        let id = try #require(log.split(separator: ":").last).replacing("-", with: "")
        let node = try #require(SearchEngineUnderTest.node)
        let answer = try await marketplace.client.send(HTTPClientRequest("GET", "\(node)/mentatlab-\(id)*/_alias"))
        let members = try JSONValue(answer.body).members ?? []
        return Dictionary(
            uniqueKeysWithValues: members.map { index in
                let aliases = index.value["aliases"]?.members?.map(\.name) ?? []
                return (index.name, aliases.contains { !$0.hasPrefix("write-") })
            })
    }

    /// What tells an index from another one of its name; nil where there is none.
    private func uuid(of index: String, _ marketplace: MarketplaceProcess) async throws -> String? {
        let node = try #require(SearchEngineUnderTest.node)
        let answer = try await marketplace.client.send(HTTPClientRequest("GET", "\(node)/\(index)/_settings"))
        return try JSONValue(answer.body)[index]?["settings"]?["index"]?["uuid"]?.string
    }

    private func otherUUID(
        than known: String?, of index: String, _ marketplace: MarketplaceProcess
    ) async throws -> String {
        for _ in 0..<600 {
            if let uuid = try await uuid(of: index, marketplace), uuid != known { return uuid }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw MarketplaceProcess.Failure(description: "\(index) was not made anew")
    }

    @Test func anIndexFollowsTheLogAndTheBuild() async throws {
        try await withMarketplace(["--cache-mebibytes", "0"] + SearchEngineUnderTest.openSearch.options) {
            marketplace, url in
            // Given an engine that has an agent,
            #expect(try await marketplace.publish([manifest("acme.zebra-a")]).status == 201)
            #expect(try await findInEngine("zebra", marketplace) == ["acme.zebra-a"])
            let before = try await indices(marketplace)
            #expect(before.values.filter(\.self).count == 1)
            // when the models are rebuilt,
            #expect(try await marketplace.operate(["rebuild", "agents"]).code == 0)
            // then the engine has an index of the new build in place of the old one, and goes on in it.
            var after = before
            try await eventually("the index is another") {
                after = try await indices(marketplace)
                return after.count == 1 && after != before
            }
            #expect(after.count == 1 && Set(after.keys).isDisjoint(with: before.keys))
            #expect(try await marketplace.publish([manifest("acme.zebra-b")]).status == 201)
            #expect(try await findInEngine("zebra", marketplace) == ["acme.zebra-a", "acme.zebra-b"])
            // What it holds of an agent that is not shown is not shown.
            let node = try #require(SearchEngineUnderTest.node)
            let stray = #"{"key": "acme.zebra-c", "name": ["zebra"], "score": 2000}"#
            let index = try #require(after.keys.first)
            let put = try await marketplace.client.send(
                HTTPClientRequest(
                    "PUT", "\(node)/\(index)/_doc/acme.zebra-c?refresh=true",
                    fields: [("Content-Type", "application/json")], body: Array(stray.utf8)))
            #expect(put.status == 201)
            #expect(try await findInEngine("zebra", marketplace) == ["acme.zebra-a", "acme.zebra-b"])
            // One that is removed, and one that was filled from another history of the log, are filled anew.
            let identity = try await uuid(of: index, marketplace)
            #expect(try await marketplace.client.send(HTTPClientRequest("DELETE", "\(node)/\(index)")).status == 200)
            let second = try await otherUUID(than: identity, of: index, marketplace)
            let cursor = #"{"cursor": {"next": 3, "last": "another", "filled_to": null, "follower": ""}}"#
            var status = 0
            // The follower writes it as well.
            for _ in 0..<100 where status != 200 {
                status = try await marketplace.client.send(
                    HTTPClientRequest(
                        "PUT", "\(node)/\(index)/_doc/cursor", fields: [("Content-Type", "application/json")],
                        body: Array(cursor.utf8))
                ).status
            }
            _ = try await otherUUID(than: second, of: index, marketplace)
            #expect(try await findInEngine("zebra", marketplace) == ["acme.zebra-a", "acme.zebra-b"])
            // Another front over the same database is answered by the same engine; one of the two fills it.
            try await withFolder { folder in
                let front = try await MarketplaceProcess(
                    ["query", "--data", folder, "--database-url", url, "--artifacts", folder, "--port", "0"]
                        + SearchEngineUnderTest.openSearch.options, folder: folder)
                #expect(try await marketplace.publish([manifest("acme.zebra-d")]).status == 201)
                let head = try await marketplace.head() - 1
                #expect(try await findInEngine("zebra", front, past: head).count == 3)
                // Where whoever filled it is gone, the other one does so after some seconds.
                _ = try await front.stop()
            }
            #expect(try await marketplace.publish([manifest("acme.zebra-e")]).status == 201)
            #expect(try await findInEngine("zebra", marketplace).count == 4)
        }
    }

    /// The program looks every second.
    private func expectHealth(_ marketplace: MarketplaceProcess, saysTrouble: Bool) async throws {
        var says = !saysTrouble
        try await eventually("trouble is said: \(saysTrouble)") {
            says = "\(try await marketplace.json("/health/ready"))".contains("search engine")
            return says == saysTrouble
        }
    }

    @Test func modelsAreSearchedWhileTheEngineIsGone() async throws {
        let home = try #require(Self.home)
        try await withFolder { folder in
            // Given a marketplace over a node of its own,
            let data = "\(folder)/node"
            let port = "\(try Process.freePort())"
            func start() async throws {
                let started = try await run(Process.apart(["\(home)/bin/opensearch-start", data, port]))
                #expect(started.code == 0, "\(started.errors)")
            }
            func stop() async throws { _ = try await run(["\(home)/bin/opensearch-stop", data, "-KILL"]) }
            try await start()
            do {
                let options = ["--cache-mebibytes", "0", "--search", "http://127.0.0.1:\(port)"]
                try await withMarketplace(options) { marketplace, _ in
                    #expect(try await marketplace.publish([manifest("acme.zebra-a")]).status == 201)
                    #expect(try await findInEngine("zebra", marketplace) == ["acme.zebra-a"])
                    // when the node is killed, the models answer, and both the answer and the program say so,
                    try await stop()
                    #expect(try await marketplace.publish([manifest("acme.zebra-b")]).status == 201)
                    let head = try await marketplace.head() - 1
                    let alone = try await marketplace.get("agents?q=zebra&min_position=\(head)")
                    #expect(alone.fields["marketplace-search"] == "postgres; reason=unavailable")
                    #expect(try ids(alone) == ["acme.zebra-a", "acme.zebra-b"])
                    try await expectHealth(marketplace, saysTrouble: true)
                    // and once it is back, it catches up and answers again.
                    try await start()
                    #expect(try await findInEngine("zebra", marketplace) == ["acme.zebra-a", "acme.zebra-b"])
                    try await expectHealth(marketplace, saysTrouble: false)
                }
            } catch {
                try? await stop()
                throw error
            }
            try await stop()
        }
    }

    @Test(arguments: [
        (["--search", "opensearch:9200"], "http://HOST:PORT"), (["--search", "http://a:b@host"], "@host"),
        (["--search", "http://host/path"], "http://HOST:PORT"), (["--search", "http://host?x"], "http://HOST:PORT"),
        (["--search-credentials-file", "/dev/null"], "--search"),
        (["--search", "http://host", "--search-credentials-file", "/dev/null"], "USER:PASSWORD"),
    ])
    func wrongOptionsAreSaid(_ options: [String], _ message: String) async throws {
        let refused = try await run(
            [try MarketplaceProcess.program, "query", "--database-url", "postgresql://", "--artifacts", "x"] + options)
        #expect(refused.code == 64 && refused.errors.contains(message), "\(refused.errors)")
        #expect(!refused.errors.contains("a:b"))
    }
}
