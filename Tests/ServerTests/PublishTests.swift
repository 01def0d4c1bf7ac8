import Crypto
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Runs a marketplace over a database of the test's own.
func withMarketplace(
    _ more: [String] = [], _ body: (MarketplaceProcess, _ databaseURL: String) async throws -> Void
) async throws {
    try await TestDatabase.with { url in
        try await withFolder { folder in
            let marketplace = try await MarketplaceProcess(
                ["up", "--data", folder, "--database-url", url, "--port", "0", "--verbose"]
                    + (more.contains("--download-flush") ? [] : ["--download-flush", "1", "--readers-flush", "1"])
                    + more,
                folder: folder)
            do {
                try await body(marketplace, url)
            } catch {
                try? await marketplace.kill()
                throw error
            }
            #expect(try await marketplace.stop() == 0)
        }
    }
}

@Suite struct PublishTests {
    private func position(_ response: HTTPClientResponse) throws -> Int64 {
        try #require(response.fields["marketplace-position"].flatMap { Int64($0) })
    }

    @Test func whatIsPublishedIsFoundShownAndDownloaded() async throws {
        try await withMarketplace { marketplace, _ in
            let package = try package(["src/main.py": "print()"])
            let yaml = manifest(
                "acme.Zebra_Finder", more: "license: mit\nui: {title: Zebra Finder, catalog: {category: animals}}")
            let published = try await marketplace.publish([yaml, package, part("readme", "# Zebras")])
            #expect(published.status == 201, "\(String(decoding: published.body, as: UTF8.self))")
            let position = try position(published)
            let answer = try JSONValue(published.body)
            #expect(answer["id"]?.string == "acme.zebra-finder")
            #expect(answer["position"]?.integer == position)
            #expect(answer["new"]?.bool == true)
            #expect(published.fields["location"] == "/api/v1/marketplace/agents/acme.zebra-finder/versions/1.0.0")

            // Read your writes.
            let found = try await marketplace.json("agents?q=frobnicate+zebra&min_position=\(position)")
            let agent = try #require(found["agents"]?.array?.first)
            #expect(agent["agent_id"]?.string == "acme.Zebra_Finder")
            #expect(agent["display_name"]?.string == "Zebra Finder")
            #expect(agent["publisher"]?["username"]?.string == "admin")
            #expect(try await marketplace.json("agents?q=giraffe")["agents"]?.array?.isEmpty == true)
            #expect(try await marketplace.json("agents?category=animals")["agents"]?.array?.count == 1)

            for spelling in ["acme.Zebra_Finder", "acme.zebra-finder", "ACME.zebra__finder"] {
                let detail = try await marketplace.json("agents/\(spelling)")
                #expect(detail["id"]?.string == "acme.zebra-finder")
                #expect(detail["license"]?.string == "MIT")
            }
            let version = try await marketplace.json("agents/acme.zebra-finder/versions/1.0.0")
            let artifacts = try #require(version["artifacts"]?.array)
            #expect(artifacts.compactMap { $0["role"]?.string } == ["manifest", "package", "readme"])
            for (artifact, sent) in zip(artifacts, [yaml, package, part("readme", "# Zebras")]) {
                let file = try await marketplace.get(try #require(artifact["url"]?.string))
                #expect(file.body == sent.bytes)
                #expect(SHA256Digest(of: file.body).hex == artifact["sha256"]?.string)
                #expect(file.fields["content-type"] == "application/octet-stream")
                #expect(file.fields["x-content-type-options"] == "nosniff")
                #expect(file.fields["content-security-policy"]?.contains("sandbox") == true)
                #expect(file.fields["cache-control"] == "public, max-age=300")
            }
            #expect(try await marketplace.get("agents/acme.zebra-finder/versions/1.0.0/manifest").body == yaml.bytes)
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["MENTATLAB_TEST_DATA"] != nil))
    func realManifestsArePublished() async throws {
        let data = try #require(ProcessInfo.processInfo.environment["MENTATLAB_TEST_DATA"])
        try await withMarketplace { marketplace, _ in
            let ids = ["flexinfer.echo", "loom-mcp-executor", "mentatlab.psyche-sim"]
            for id in ids {
                let bytes = Array(try Data(contentsOf: URL(filePath: "\(data)/mentatlab/manifests/\(id).yaml")))
                let response = try await marketplace.publish([HTTPClientRequest.Part(name: "manifest", bytes: bytes)])
                #expect(response.status == 201, "\(id): \(String(decoding: response.body, as: UTF8.self))")
            }
            let list = try await marketplace.json("agents?sort=name&min_position=\(try await marketplace.head() - 1)")
            // One of them asks not to be listed.
            #expect(
                list["agents"]?.array?.compactMap { $0["id"]?.string } == ["flexinfer.echo", "mentatlab.psyche-sim"])
        }
    }

    @Test func theSameAgainChangesNothingAndAnotherContentConflicts() async throws {
        try await withMarketplace { marketplace, _ in
            let first = try await marketplace.publish([manifest("acme.a")])
            let head = try await marketplace.head()
            for _ in 0..<2 {
                let again = try await marketplace.publish([manifest("acme.a")])
                #expect(again.status == 200)
                #expect(try position(again) == position(first))
                #expect(try JSONValue(again.body)["new"]?.bool == false)
            }
            let changed = try await marketplace.publish([manifest("acme.a", more: "author: x")])
            #expect(changed.status == 409)
            #expect(try JSONValue(changed.body)["code"]?.string == "version-exists")
            let build = try await marketplace.publish([manifest("acme.a", "1.0.0+build")])
            #expect(build.status == 409)
            #expect(try await marketplace.head() == head)
            let next = try await marketplace.publish([manifest("acme.a", "1.0.1-rc.1")])
            #expect(next.status == 201)
            let detail = try await marketplace.json("agents/acme.a?min_position=\(try position(next))")
            // A release is shown before any pre-release.
            #expect(detail["latest_version"]?.string == "1.0.0")
        }
    }

    @Test func twentyAtOnceAppendOnce() async throws {
        try await withMarketplace { marketplace, _ in
            let head = try await marketplace.head()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await marketplace.publish([manifest("acme.race")]).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 1)
            #expect(statuses.filter { $0 == 200 }.count == 19)
            #expect(try await marketplace.head() == head + 3)
        }
    }

    @Test func anIdempotencyKeyGivesTheFirstReply() async throws {
        try await withMarketplace { marketplace, _ in
            let first = try await marketplace.publish([manifest("acme.a")], key: "k-1")
            let again = try await marketplace.publish([manifest("acme.a")], key: "k-1")
            #expect(first.status == 201 && again.status == 201)
            #expect(first.body == again.body)
            let other = try await marketplace.publish([manifest("acme.b")], key: "k-1")
            #expect(other.status == 422)
            #expect(try JSONValue(other.body)["code"]?.string == "idempotency-key-reused")
        }
    }

    /// Whoever is faster appends, the others get its reply, whatever they would have decided by themselves.
    @Test func oneKeyAtOnceGivesOneReply() async throws {
        try await withMarketplace { marketplace, _ in
            for round in 0..<10 {
                let head = try await marketplace.head()
                let id = "acme.k\(round)"
                let answers = try await withThrowingTaskGroup(of: HTTPClientResponse.self) { group in
                    for index in 0..<12 {
                        let parts = [manifest(id, more: index < 6 ? "" : "author: another")]
                        group.addTask { try await marketplace.publish(parts, key: "key-\(round)") }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.filter { $0.status == 201 }.count == 6)
                #expect(Set(answers.filter { $0.status == 201 }.map(\.body)).count == 1)
                let reused = answers.filter { $0.status == 422 }
                #expect(try reused.count { try JSONValue($0.body)["code"]?.string == "idempotency-key-reused" } == 6)
                // One registration and one version; the namespace is claimed in the first round.
                #expect(try await marketplace.head() == head + (round == 0 ? 3 : 2))
            }
        }
    }

    @Test func whatIsNotListedIsShownById() async throws {
        try await withMarketplace { marketplace, _ in
            let hidden = try await marketplace.publish([
                manifest("acme.hidden", more: "ui: {catalog: {visible: false}}")
            ])
            let position = try position(hidden)
            #expect(try await marketplace.json("agents?min_position=\(position)")["agents"]?.array?.isEmpty == true)
            #expect(try await marketplace.json("agents/acme.hidden")["listed"]?.bool == false)
        }
    }

    @Test func pagesLeadThroughTheWholeList() async throws {
        try await withMarketplace { marketplace, _ in
            var last: Int64 = 0
            for index in 0..<7 { last = try position(try await marketplace.publish([manifest("acme.a\(index)")])) }
            for sort in ["recent", "name"] {
                var path: String? = "agents?limit=3&sort=\(sort)&min_position=\(last)"
                var keys: [String] = []
                while let next = path {
                    let page = try await marketplace.get(next)
                    keys += try #require(try JSONValue(page.body)["agents"]?.array).compactMap { $0["id"]?.string }
                    path = page.fields["link"].flatMap {
                        $0.firstMatch(of: /^<(.*)>; rel="next"$/).map { String($0.1) }
                    }
                }
                let all = (0..<7).map { "acme.a\($0)" }
                #expect(keys == (sort == "name" ? all : all.reversed()))
            }
            var versions: [String] = []
            for version in ["1.2.0", "1.10.0", "2.0.0-rc.1", "0.9.0"] {
                last = try position(try await marketplace.publish([manifest("acme.v", version)]))
            }
            var path: String? = "agents/acme.v/versions?limit=2&min_position=\(last)"
            while let next = path {
                let page = try await marketplace.get(next)
                versions += try #require(try JSONValue(page.body)["versions"]?.array).compactMap {
                    $0["version"]?.string
                }
                path = page.fields["link"].flatMap { $0.firstMatch(of: /^<(.*)>; rel="next"$/).map { String($0.1) } }
            }
            #expect(versions == ["2.0.0-rc.1", "1.10.0", "1.2.0", "0.9.0"])
            #expect(try await marketplace.json("agents/acme.v")["latest_version"]?.string == "1.10.0")
        }
    }

    @Test func anAnswerThatIsKnownIsNotSentAgain() async throws {
        try await withMarketplace { marketplace, _ in
            let last = try position(try await marketplace.publish([manifest("acme.a")]))
            let digest = SHA256Digest(of: manifest("acme.a").bytes).hex
            for path in [
                "agents?min_position=\(last)", "agents/acme.a", "agents/acme.a/versions",
                "agents/acme.a/versions/1.0.0",
                "artifacts/sha256/\(digest)", "/openapi/openapi.json",
            ] {
                let first = try await marketplace.get(path)
                let tag = try #require(first.fields["etag"], "\(path)")
                let second = try await marketplace.get(path, [("If-None-Match", "\"x\", W/\(tag)")])
                #expect(second.status == 304, "\(path)")
                #expect(second.body.isEmpty)
                let head = try await marketplace.get(path, method: "HEAD")
                #expect(head.status == 200 && head.body.isEmpty)
                #expect(head.fields["content-length"] == "\(first.body.count)")
            }
            // What happens elsewhere invalidates nothing.
            let before = try await marketplace.get("agents/acme.a").fields["etag"]
            let elsewhere = try position(try await marketplace.publish([manifest("acme.b")]))
            #expect(try await marketplace.get("agents/acme.a?min_position=\(elsewhere)").fields["etag"] == before)
            let changed = try position(try await marketplace.publish([manifest("acme.a", "1.1.0")]))
            #expect(try await marketplace.get("agents/acme.a?min_position=\(changed)").fields["etag"] != before)
        }
    }

    @Test func theLogIsServedAsItsBytes() async throws {
        try await withMarketplace { marketplace, databaseURL in
            _ = try await marketplace.publish([manifest("acme.a")])
            let page = try await marketplace.get("events?limit=1000")
            let text = String(decoding: page.body, as: UTF8.self)
            let stored = try await TestDatabase.query(
                databaseURL, "SELECT convert_from(entry, 'UTF8') FROM log.events ORDER BY position")
            #expect(stored.count == 7)
            for entry in stored { #expect(text.contains("\"entry\":\(entry)}")) }
            #expect(try JSONValue(page.body)["next"]?.integer == 7)
            let types = try JSONValue(page.body)["events"]?.array?.compactMap { $0["entry"]?["type"]?.string }
            #expect(
                types == [
                    "log.created.v1", "user.registered.v1", "username.claimed.v1", "token.issued.v1",
                    "namespace.claimed.v1",
                    "agent.registered.v1", "agent.version-published.v1",
                ])
            let stream = try await marketplace.json("events?stream=agent/acme.a&from=6")
            #expect(stream["events"]?.array?.compactMap { $0["position"]?.integer } == [6])
            let typed = try await marketplace.json("events?type=log.created.v1")
            #expect(typed["events"]?.array?.count == 1)
        }
    }

    /// No name, secret or address is in what strangers keep.
    @Test func entriesHoldNoNamesAndNoSecrets() async throws {
        try await withMarketplace { marketplace, _ in
            _ = try await marketplace.publish([manifest("acme.a", more: "author: Ada Lovelace")], key: "idem-key-1")
            let log = String(decoding: try await marketplace.get("events?limit=1000").body, as: UTF8.self)
            let secret = try marketplace.token
            for word in [
                "Ada", "\"name\":", secret, SHA256Digest(of: Array(secret.utf8)).hex, "idem-key-1", "zebras",
                "127.0.0.1",
            ] {
                #expect(!log.contains(word), "\(word)")
            }
            let lines = try String(contentsOfFile: "\(marketplace.folder)-up.log", encoding: .utf8)
            #expect(lines.contains("\"path\":\"/api/v1/marketplace/publish\""))
            #expect(!lines.contains("mlm_"))
        }
    }
}
