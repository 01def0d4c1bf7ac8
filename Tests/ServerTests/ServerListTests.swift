import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What clients of the Model Context Protocol read: the MCP Registry API.
@Suite struct ServerListTests {
    /// A marketplace with servers, and the questions of a client.
    private struct Registry {
        static let official = "io.modelcontextprotocol.registry/official"
        static let own = "mentatlab.marketplace/agent"

        let marketplace: MarketplaceProcess

        func put(_ id: String, _ version: String = "1.0.0", title: String = "", about: String = "", more: String = "")
            async throws
        {
            let text = """
                id: \(id)
                version: \(version)
                image: test/a:1
                description: \(about.isEmpty ? "Does one thing." : about)
                inputs: []
                outputs: []
                \(title.isEmpty ? "" : "ui: {title: \(title)}")
                \(more)
                """
            let answer = try await marketplace.publish([part("manifest", text)])
            try #require(answer.status == 201, "\(id): \(String(decoding: answer.body, as: UTF8.self))")
        }

        func say(_ method: String, _ path: String, _ body: String? = nil, token: String? = nil) async throws {
            let answer = try await marketplace.send(method, path, body, token: try token ?? marketplace.token)
            try #require(
                (200...201).contains(answer.status), "\(path): \(String(decoding: answer.body, as: UTF8.self))")
        }

        /// The answer to a question, which reflects all that was said before it.
        func answer(_ path: String) async throws -> JSONValue {
            let mark = path.contains("?") ? "&" : "?"
            return try await marketplace.json(
                "/v0.1/\(path)\(mark)min_position=\(try await marketplace.head() - 1)")
        }

        /// The names and versions of a list.
        func names(_ path: String) async throws -> [String] { Self.names(try await answer(path)) }

        static func names(_ list: JSONValue) -> [String] {
            (list["servers"]?.array ?? []).map { entry in
                "\(entry["server"]?["name"]?.string ?? "")@\(entry["server"]?["version"]?.string ?? "")"
            }
        }

        /// The token of another administrator: nobody moderates what is theirs.
        func moderator() async throws -> String {
            _ = try await marketplace.register("watch")
            return try await marketplace.operatorToken(for: "watch", scopes: ["moderate", "admin"])
        }

        func status(_ name: String, _ version: String) async throws -> String {
            let entry = try await answer(
                "servers/\(name.replacing("/", with: "%2F"))/versions/\(version)?include_deleted=true")
            let said = entry["_meta"]?[Self.official]
            return [
                said?["status"]?.string ?? "", said?["statusMessage"]?.string,
                said?["isLatest"]?.bool == true ? "latest" : nil,
            ]
            .compactMap { $0 }.joined(separator: ", ")
        }
    }

    private func withRegistry(_ body: (Registry) async throws -> Void) async throws {
        try await withMarketplace { marketplace, _ in try await body(Registry(marketplace: marketplace)) }
    }

    @Test func theClientOfAnotherProjectReadsIt() async throws {
        try await withRegistry { registry in
            // Given packages of several registries, a server of a registry of servers, and an agent that is none.
            let package = "packages: [{registry: npm, identifier: '@acme/one', version: 1.0.0-rc.1}]"
            try await registry.put("npm.acme.One", "1.0.0", more: package)
            try await registry.put(
                "npm.acme.One", "1.1.0", title: "One", about: String(repeating: "A long description. ", count: 20),
                more: package + "\nsource_url: https://github.com/acme/one/tree/main/servers/one")
            try await registry.put(
                "pypi.two",
                more: "packages: [{registry: pypi, identifier: two, version: latest}]\nsource_url: https://two.example/"
            )
            try await registry.put(
                "mcp.io.example.three",
                more: """
                    packages: [{registry: mcp, identifier: io.example/three}]
                    mcp: {packages: [{registry: oci, identifier: ghcr.io/three}], remotes: [{type: sse, url: 'https://three.example/sse'}, {type: sse, url: 'javascript:alert(1)'}, {type: carrier-pigeon, url: 'https://three.example'}]}
                    """)
            try await registry.put(
                "other.four", more: "packages: [{registry: other, identifier: four}]\nsource_url: 'not an address'")
            try await registry.put("acme.five", more: "packages: [{registry: npm, identifier: five}]")
            _ = try await registry.answer("servers")

            // When another project's client lists them and looks some up.
            let lines = try await Oracle.run(
                "servers",
                arguments: [
                    registry.marketplace.url, "npm/acme.One", "npm/acme.one", "pypi/two", "mcp/io.example.three",
                    "acme/five", "npm/none",
                ],
                input: "")
            let found = try JSONValue(Array(try #require(lines.first).utf8))

            // Then every entry has the published form, each is there once, and nothing is lost between pages.
            #expect(found["faults"]?.array?.compactMap(\.string) == [])
            let pages = found["pages"]?.array?.map { $0.array?.compactMap(\.string) ?? [] } ?? []
            let all = [
                "mcp/io.example.three@1.0.0", "npm/acme.One@1.0.0", "npm/acme.One@1.1.0", "other/four@1.0.0",
                "pypi/two@1.0.0",
            ]
            #expect(pages == [Array(all[0..<2]), Array(all[2..<4]), [all[4]]])
            #expect(found["export"]?.array?.compactMap(\.string) == all.filter { $0 != "npm/acme.One@1.0.0" })
            let named = found["named"]
            let one = named?["npm/acme.One"]
            #expect(one?["title"]?.string == "One")
            #expect(
                one?["description"]?.string
                    == "A long description. A long description. A long description. A long description. A long…")
            #expect(one?["repository"]?["url"]?.string == "https://github.com/acme/one")
            #expect(one?["repository"]?["subfolder"]?.string == "servers/one")
            #expect(one?["packages"]?.array?.first?["identifier"]?.string == "@acme/one")
            #expect(one?["packages"]?.array?.first?["version"]?.string == "1.0.0-rc.1")
            #expect(one?["_meta"]?[Registry.own]?["id"]?.string == "npm.acme.one")
            #expect(named?["npm/acme.one"]?["name"]?.string == "npm/acme.One")
            #expect(named?["pypi/two"]?["websiteUrl"]?.string == "https://two.example/")
            #expect(named?["pypi/two"]?["packages"]?.array?.first?["version"] == nil)
            let three = named?["mcp/io.example.three"]
            #expect(three?["packages"]?.array?.first?["registryType"]?.string == "oci")
            #expect(three?["packages"]?.array?.count == 1)
            #expect(three?["remotes"]?.array?.count == 1)
            #expect(three?["_meta"]?[Registry.own]?["origin"]?.string == "io.example/three")
            #expect(named?["acme/five"] == .null && named?["npm/none"] == .null)
        }
    }

    @Test func whatIsWithheldSaysSoAndIsFoundByWhoAsksForChanges() async throws {
        try await withRegistry { registry in
            // Given three servers, of which one has two versions.
            try await registry.put("npm.a", "1.0.0")
            try await registry.put("npm.a", "1.1.0")
            try await registry.put("npm.b")
            try await registry.put("npm.c")
            let watch = try await registry.moderator()
            let before = try await registry.answer("servers")["servers"]?.array?.last
            let since = try #require(before?["_meta"]?[Registry.official]?["updatedAt"]?.string)
            #expect(try await registry.status("npm/a", "latest") == "active, latest")
            #expect(try await registry.status("npm/a", "1.0.0") == "active")

            // When one is yanked, one is held and one is deprecated.
            try await Task.sleep(for: .milliseconds(5))
            try await registry.say(
                "POST", "agents/npm.a/versions/1.1.0/yank", #"{"reason":"broken","note":"It eats."}"#)
            try await registry.say("POST", "agents/npm.b/quarantine", #"{"reason":"malware"}"#, token: watch)
            try await registry.say("POST", "agents/npm.c/deprecation", #"{"replacement":"npm.a"}"#)

            // Then each says so, and another version is the latest.
            #expect(try await registry.status("npm/a", "1.1.0") == "deprecated, broken; It eats.")
            #expect(try await registry.status("npm/a", "latest") == "active, latest")
            #expect(try await registry.status("npm/b", "latest") == "deleted, malware, latest")
            #expect(try await registry.status("npm/c", "1.0.0") == "deprecated, use 'npm.a' instead, latest")
            #expect(try await registry.names("servers") == ["npm/a@1.0.0", "npm/a@1.1.0", "npm/c@1.0.0"])
            #expect(try await registry.names("servers?version=latest") == ["npm/a@1.0.0", "npm/c@1.0.0"])
            #expect(try await registry.names("servers?version=1.1.0") == ["npm/a@1.1.0"])
            #expect(try await registry.names("servers?version=nonsense") == [])
            #expect(try await registry.names("servers?include_deleted=true").count == 4)
            #expect(try await registry.marketplace.get("/v0.1/servers/npm%2Fb/versions").status == 404)
            // Who asks for changes gets all of them, in their order: the version that became the latest as well.
            let first = try await registry.answer("servers?limit=2&updated_since=\(since)")
            let cursor = try #require(first["metadata"]?["nextCursor"]?.string)
            #expect(cursor.allSatisfy { $0.isLetter || $0.isNumber })
            let second = try await registry.answer("servers?limit=10&cursor=\(cursor)")
            #expect(
                Registry.names(first) + Registry.names(second)
                    == ["npm/a@1.0.0", "npm/a@1.1.0", "npm/b@1.0.0", "npm/c@1.0.0"])

            // When all is as it was, it is active again.
            try await registry.say("DELETE", "agents/npm.a/versions/1.1.0/yank")
            try await registry.say("DELETE", "agents/npm.b/quarantine", token: watch)
            try await registry.say("DELETE", "agents/npm.c/deprecation")
            #expect(try await registry.status("npm/a", "latest") == "active, latest")
            #expect(
                try await registry.names("servers?version=latest") == ["npm/a@1.1.0", "npm/b@1.0.0", "npm/c@1.0.0"])
        }
    }

    @Test func aCursorHoldsItsQuestion() async throws {
        try await withRegistry { registry in
            for name in ["red-fish", "blue-fish", "red-bird", "old-fish"] {
                try await registry.put(
                    "npm.\(name)", title: "The \(name)", more: "packages: [{registry: npm, identifier: '@zoo/\(name)'}]"
                )
            }
            try await registry.put("npm.hidden-fish", more: "ui: {catalog: {visible: false}}")
            let first = try await registry.answer("servers?search=FISH&limit=2&unknown=1")
            #expect(Registry.names(first) == ["npm/blue-fish@1.0.0", "npm/old-fish@1.0.0"])
            let cursor = try #require(first["metadata"]?["nextCursor"]?.string)
            // A client that drops the search, and one that sends another.
            for more in ["", "&search=bird"] {
                let second = try await registry.answer("servers?limit=2&cursor=\(cursor)\(more)")
                #expect(Registry.names(second) == ["npm/red-fish@1.0.0"])
                #expect(second["metadata"]?["nextCursor"] == nil)
            }
            #expect(
                try await registry.names("servers?search=%40zoo%2Fred") == ["npm/red-bird@1.0.0", "npm/red-fish@1.0.0"])
            #expect(try await registry.names("servers?q=npm%2Fold") == ["npm/old-fish@1.0.0"])
            #expect(try await registry.names("servers?search=%25") == [])
            // One that is not listed can still be installed.
            #expect(try await registry.status("npm/hidden-fish", "latest") == "active, latest")
        }
    }

    @Test func faultsAreSaidAsThatAPIWantsIt() async throws {
        try await withRegistry { registry in
            try await registry.put("npm.a")
            for (path, status) in [
                ("servers?limit=101", 400), ("servers?cursor=abc", 400), ("servers?cursor=7b7d", 400),
                ("servers?updated_since=yesterday", 400), ("servers/npm%2Fnone/versions", 404),
                ("servers/npm%2Fa/versions/9.0.0", 404), ("servers/npm%2Fa/versions/one", 404),
                ("servers/a/versions", 404),
                ("servers/npm.a%2Fb/versions", 404), ("servers/..%2F..%2Fa/versions/latest", 404),
            ] {
                let answer = try await registry.marketplace.get("/v0.1/\(path)")
                let body = try JSONValue(answer.body)
                #expect(answer.status == status, "\(path)")
                #expect(answer.fields["content-type"] == "application/json", "\(path)")
                #expect(body["error"]?.string?.isEmpty == false && body["error"] == body["detail"], "\(path)")
                #expect(answer.fields["access-control-allow-origin"] == "*", "\(path)")
            }
            let preflight = try await registry.marketplace.get("/v0.1/servers", method: "OPTIONS")
            #expect(preflight.status == 204)
            let allowed = preflight.fields["access-control-allow-headers"] ?? ""
            #expect(allowed.contains("Authorization") && allowed.contains("Content-Type"))
        }
    }

    @Test func whatIsSaidAnewReplacesWhatWasSaid() async throws {
        try await withRegistry { registry in
            // Given a server that is found by its title and by its package.
            try await registry.put("npm.a", title: "Zanzibar", more: "packages: [{registry: npm, identifier: quagga}]")
            #expect(try await registry.names("servers?search=zanzibar") == ["npm/a@1.0.0"])
            #expect(try await registry.names("servers?search=quagga") == ["npm/a@1.0.0"])
            // When its page is said anew without them.
            let manifest =
                #"{"id":"npm.a","version":"1.0.0","image":"test/a:1","description":"Other.","inputs":[],"outputs":[]}"#
            try await registry.say("PUT", "agents/npm.a/versions/1.0.0/listing", "{\"manifest\":\(manifest)}")
            // Then nothing is left of what was said before.
            #expect(try await registry.names("servers?search=zanzibar") == [])
            #expect(try await registry.names("servers?search=quagga") == [])
            let server = try await registry.answer("servers/npm%2Fa/versions/latest")["server"]
            #expect(server?["description"]?.string == "Other." && server?["title"] == nil && server?["packages"] == nil)
        }
    }

    @Test func aVersionWhoseFilesAreGoneIsNoLongerTheLatest() async throws {
        try await withRegistry { registry in
            // Given a server whose latest version has a file that has to go.
            let watch = try await registry.moderator()
            try await registry.put("npm.a", "1.0.0")
            let module = HTTPClientRequest.Part(
                name: "wasm_module", bytes: [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
            #expect(try await registry.marketplace.publish([manifest("npm.a", "2.0.0"), module]).status == 201)
            #expect(try await registry.status("npm/a", "latest") == "active, latest")
            let page = try await registry.marketplace.json(
                "agents/npm.a/versions/2.0.0?min_position=\(try await registry.marketplace.head() - 1)")
            let digest = try #require(page["artifacts"]?.array?.last?["sha256"]?.string)
            // When the administrator removes the file, although the version is yanked as well.
            try await registry.say("POST", "agents/npm.a/versions/2.0.0/yank", #"{"reason":"broken"}"#)
            try await registry.say("DELETE", "artifacts/sha256/\(digest)", #"{"reason":"malware"}"#, token: watch)
            // Then it is gone, for this reason, and the one before is the latest.
            // The agent is told of it by an entry of its own, which comes a moment later.
            var status = ""
            try await eventually("it is deleted; last \(status)") {
                status = try await registry.status("npm/a", "2.0.0")
                return status.hasPrefix("deleted")
            }
            #expect(status == "deleted, files of it were removed")
            #expect(try await registry.status("npm/a", "latest") == "active, latest")
            #expect(try await registry.names("servers?version=latest") == ["npm/a@1.0.0"])
        }
    }

    /// A client sends the cursor alone and as it is.
    @Test func theCursorOfVersionsHoldsTheQuestion() async throws {
        try await withRegistry { registry in
            // Given versions of a held agent, one with a mark of its build.
            for version in ["1.0.0", "1.1.0+cu118", "1.2.0"] { try await registry.put("npm.held", version) }
            try await registry.say(
                "POST", "agents/npm.held/quarantine", #"{"reason":"malware"}"#, token: try await registry.moderator())
            // When one after the other is asked for, then each page goes on where the one before ended.
            var page = try await registry.answer("servers/npm%2Fheld/versions?include_deleted=true&limit=1")
            var found = Registry.names(page)
            while let cursor = page["metadata"]?["nextCursor"]?.string {
                #expect(cursor.allSatisfy { $0.isLetter || $0.isNumber })
                page = try await registry.answer("servers/npm%2Fheld/versions?limit=1&cursor=\(cursor)")
                found += Registry.names(page)
            }
            #expect(found == ["npm/held@1.2.0", "npm/held@1.1.0+cu118", "npm/held@1.0.0"])
            #expect(try await registry.marketplace.get("/v0.1/servers/npm%2Fheld/versions?cursor=1.2.0").status == 400)
        }
    }

    @Test func longListsGoOnWhereTheyEnded() async throws {
        try await withRegistry { registry in
            // Given more servers than the export reads at once, of which one has many versions.
            let answers = try await atOnce(101) { index in
                try await registry.marketplace.publish([manifest("pypi.p\(index)")])
            }
            #expect(answers.allSatisfy { $0.status == 201 })
            for minor in 0..<5 { try await registry.put("npm.many", "1.\(minor).0-rc.1") }
            _ = try await registry.answer("servers?limit=1")
            // Then the export has each once, and the versions come a page at a time.
            let whole = try await registry.marketplace.json("/v0.1/export")
            #expect(Set(Registry.names(whole)).count == 102 && Registry.names(whole).count == 102)
            #expect(whole["metadata"]?["count"]?.integer == 102)
            var versions: [String] = []
            var cursor: String? = ""
            while let text = cursor {
                let page = try await registry.answer("servers/npm%2Fmany/versions?limit=2&cursor=\(text)")
                versions += Registry.names(page)
                cursor = page["metadata"]?["nextCursor"]?.string
            }
            #expect(versions == (0..<5).reversed().map { "npm/many@1.\($0).0-rc.1" })
            // The changes come in their order, also where a page ends among those of one time.
            var changes: [String] = []
            cursor = ""
            while let text = cursor {
                let page = try await registry.answer("servers?updated_since=2020-01-01&limit=7&cursor=\(text)")
                changes += Registry.names(page)
                cursor = page["metadata"]?["nextCursor"]?.string
            }
            #expect(Set(changes).count == 106 && changes.count == 106)
        }
    }

    @Test func madeUpCursorsAreRefused() async throws {
        try await withRegistry { registry in
            try await registry.put("npm.a")
            func hex(_ text: String) -> String {
                text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            }
            let rest = #""c":false,"d":false,"n":0,"p":"1.0.0","s":"1970-01-01T00:00:00.000Z""#
            let fine = hex("{\(rest),\"k\":\"npm.a\"}")
            #expect(try await registry.marketplace.get("/v0.1/servers?cursor=\(fine)").status == 200)
            for made in [
                "{\(rest),\"k\":\"\\u0000\"}", "{\(rest),\"k\":\"npm.a\",\"q\":\"a\\u0000\"}", "{\(rest)}",
                "{\(rest),\"k\":\"npm.a\",\"q\":\"\(String(repeating: "a", count: 300))\"}",
                "{\(rest),\"k\":\"npm.a\",\"x\":1}",
                "[]", "null", "7",
            ] {
                let answer = try await registry.marketplace.get("/v0.1/servers?cursor=\(hex(made))")
                #expect(answer.status == 400, "\(made)")
            }
            let csv = try await registry.marketplace.get("/v0.1/servers?format=csv")
            #expect(csv.fields["content-type"] == "application/json")
            for path in ["/v0.1/servers/npm/a/versions", "/v0.1/nothing"] {
                let answer = try await registry.marketplace.get(path)
                #expect(answer.status == 404, "\(path)")
                #expect(try JSONValue(answer.body)["error"] != nil, "\(path)")
            }
        }
    }
}
