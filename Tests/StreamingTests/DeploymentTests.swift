import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What stands in deploy/: each part runs by the words that its container has, with the logins that it gets and no others.
@Suite struct DeploymentTests {
    private static let folder = Oracle.root.appending(path: "deploy")

    /// A container of the compose file, or of a pod.
    private struct Part {
        let name: String
        let words: [String]
        let replicas: Int
        /// The files of logins that it gets; nil for all.
        let logins: [String]?
        /// What the cluster asks of it, under which name.
        let probes: [(path: String, host: String)]

        /// Nil where it is not ours.
        init?(_ value: JSONValue) throws {
            guard value["image"]?.string == "marketplace" else { return nil }
            name = try #require(value["name"]?.string)
            words = try #require(value["words"]?.array).compactMap(\.string)
            replicas = Int(try #require(value["replicas"]?.integer))
            logins = value["logins"]?.array?.compactMap(\.string)
            probes = try (value["probes"]?.array ?? []).map { probe in
                (try #require(probe["path"]?.string), try #require(probe["host"]?.string))
            }
        }
    }

    /// Which front the proxy of deploy/nginx.conf sends a request to.
    private struct Proxy {
        private let ofCommand: [Regex<AnyRegexOutput>]

        init() throws {
            let text = try String(contentsOf: folder.appending(path: "nginx.conf"), encoding: .utf8)
            ofCommand = try text.split(separator: "\n").compactMap { line in
                let line = line.trimmingCharacters(in: .whitespaces)
                guard line.hasPrefix("~"), line.hasSuffix(" command;") else { return nil }
                return try Regex(String(line.dropFirst().dropLast(" command;".count)))
            }
            #expect(ofCommand.count == 5)
        }

        func front(_ method: String, _ target: String) -> String {
            guard ["GET", "HEAD"].contains(method) else { return "command" }
            return ofCommand.contains { target.firstMatch(of: $0) != nil } ? "command" : "query"
        }
    }

    private static func parts(_ kind: String) async throws -> [Part] {
        let lines = try await Oracle.run("deployment", arguments: [folder.path, kind], input: "")
        return try #require(try JSONValue(Array(lines.joined().utf8)).array).compactMap(Part.init)
    }

    /// The parts at work over one Postgres and one broker, by the names of their containers.
    private final class Running {
        let folder: String
        private let topic: String
        private(set) var parts: [String: [PartProcess]] = [:]
        let client = HTTPClient(connections: 8, timeoutMilliseconds: 60_000)

        init(_ folder: String, topic: String) {
            self.folder = folder
            self.topic = topic
        }

        func start(_ part: Part) throws {
            let logins = "\(folder)/logins-\(part.name)"
            try FileManager.default.createDirectory(atPath: logins, withIntermediateDirectories: true)
            for login in try part.logins ?? FileManager.default.contentsOfDirectory(atPath: "\(folder)/logins") {
                try FileManager.default.copyItem(atPath: "\(folder)/logins/\(login)", toPath: "\(logins)/\(login)")
            }
            let isFront = part.words.contains { $0.hasPrefix("--address") }
            parts[part.name] = try (0..<part.replicas).map { number in
                // A volume belongs to root and to the group of the pod.
                if part.logins != nil, isFront {
                    try FileManager.default.createDirectory(
                        atPath: "\(folder)/data-\(part.name)-\(number)", withIntermediateDirectories: true,
                        attributes: [.posixPermissions: 0o2777])
                }
                var words = part.words.map { word in
                    word.replacing("/srv/logins", with: logins)
                        .replacing("/srv/artifacts", with: "\(folder)/artifacts")
                        .replacing("/srv/data", with: "\(folder)/data-\(part.name)-\(number)")
                        .replacing("=0.0.0.0", with: "=127.0.0.1")
                        .replacing("kafka:9092", with: TestBroker.shared.servers)
                }
                if isFront { words.append("--port=0") }
                if words.contains(where: { $0.hasPrefix("--kafka") }) { words.append("--topic=\(topic)") }
                return try PartProcess(words)
            }
        }

        /// Where the fronts of a part serve.
        func urls(_ name: String) async throws -> [String] {
            var urls: [String] = []
            for part in parts[name] ?? [] {
                try await part.says("ready at ")
                urls.append(String(try #require(part.printed.firstMatch(of: /ready at (http:\S+)/)).1))
            }
            return urls
        }

        func publish(_ id: String, at url: String) async throws -> HTTPClientResponse {
            // The front that founded the log has the token.
            let token = try (0..<2).compactMap { number -> String? in
                let paths = ["admin-token", "marketplace/admin-token"].map { "\(folder)/data-command-\(number)/\($0)" }
                return try paths.first { FileManager.default.fileExists(atPath: $0) }.map {
                    try String(contentsOfFile: $0, encoding: .utf8).trimmingCharacters(in: .newlines)
                }
            }.first
            return try await client.send(.publication(of: id, at: url, token: try #require(token)))
        }

        func stop() async throws {
            for part in parts.values.joined() { part.send(SIGTERM) }
            for (name, running) in parts {
                for part in running { #expect(try await part.end() == 0, "\(name): \(part.printed)") }
            }
        }
    }

    @Test(arguments: ["compose", "kubernetes"])
    func thePartsRunAsTheirContainersDo(_ kind: String) async throws {
        let parts = try await Self.parts(kind)
        let topic = try await TestBroker.shared.topic(
            partitions: 64, settings: ["message.timestamp.type": "LogAppendTime"])
        let folder = FileManager.default.temporaryDirectory.appending(path: "deployed-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await PrivatePostgres.with(settings: ["max_connections": "300"]) { database in
            // given: a database with a login for each part
            let prepare = try PartProcess([
                "database", "prepare", "--database-url", database.url, "--logins", "\(folder)/logins",
            ])
            #expect(try await prepare.end() == 0, "\(prepare.printed)")
            // when: all containers run
            let running = Running(folder, topic: topic)
            for part in parts where part.name != "prepare" { try running.start(part) }
            let (commands, queries) = (try await running.urls("command"), try await running.urls("query"))
            // then: what one front takes, each front for reads shows, by way of the topic
            var position = ""
            for (number, url) in commands.enumerated() {
                let answer = try await running.publish("acme.agent-\(number)", at: url)
                #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
                position = try #require(answer.fields["marketplace-position"])
            }
            for url in queries {
                let path = "\(url)/api/v1/marketplace/agents/acme.agent-0?min_position=\(position)"
                // Projectors that have begun a moment ago are still dividing the models.
                var answer = try await running.client.send(HTTPClientRequest("GET", path))
                for _ in 0..<12 where answer.status == 503 {
                    answer = try await running.client.send(HTTPClientRequest("GET", path))
                }
                #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
            }
            let replicas = Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0.replicas) })
            for (sql, wanted) in [
                ("SELECT (next > \(position))::text FROM relay.topics WHERE holder <> ''", "true"),
                (
                    "SELECT count(*)::text FROM models.shares JOIN models.active USING (build) WHERE projection = 'index'",
                    "\(replicas["project"] ?? 0)"
                ),
            ] {
                var found: [String] = []
                try await eventually("\(sql): \(wanted); last \(found)") {
                    found = try await TestDatabase.query(database.url, sql)
                    return found == [wanted]
                }
            }
            for part in parts where !part.probes.isEmpty {
                for url in try await running.urls(part.name) { try await answers(part, at: url) }
            }
            try await everyEndpointIsWhereTheProxyLooks(running, ["command": commands[0], "query": queries[0]])
            let sessions = try await TestDatabase.query(
                database.url,
                """
                SELECT usename || ' ' || count(*) FROM pg_stat_activity
                WHERE application_name LIKE 'marketplace-%' GROUP BY usename ORDER BY 1
                """)
            print("\(kind): \(parts.map { "\($0.name) x \($0.replicas)" }) have sessions: \(sessions)")
            try await running.stop()
        }
    }

    /// What the cluster asks of a part is answered, under the name that it asks by.
    private func answers(_ part: Part, at url: String) async throws {
        for probe in part.probes {
            let answer = try await run([
                "curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--header",
                "Host: \(probe.host)", "\(url)\(probe.path)",
            ])
            #expect(answer.output == "200", "\(part.name) \(probe)")
        }
    }

    private func everyEndpointIsWhereTheProxyLooks(_ running: Running, _ fronts: [String: String]) async throws {
        let proxy = try Proxy()
        let front = try #require(fronts["query"])
        let description = try await running.client.send(
            HTTPClientRequest("GET", "\(front)/openapi/openapi.json"))
        let paths = try #require(try JSONValue(description.body)["paths"]?.members)
        #expect(paths.count > 40)
        for path in paths {
            for method in path.value.members?.map({ $0.name.uppercased() }) ?? [] where method != "PARAMETERS" {
                let target = path.name.replacing(/\{[a-z0-9_]+\}/, with: "x")
                // Those that answer for long are told apart by their paths alone.
                guard !target.hasSuffix("/stream") else { continue }
                let name = proxy.front(method, target)
                let answer = try await running.client.send(
                    HTTPClientRequest(method, "\(try #require(fronts[name]))\(target)"))
                let body = String(decoding: answer.body, as: UTF8.self)
                #expect(
                    !body.contains("\"detail\":\"see ") && answer.status != 405,
                    "\(method) \(target) at \(name): \(body)")
            }
        }
    }

    @Test func theImageHasTheLibrariesThatTheProgramsLoad() async throws {
        let text = try String(contentsOf: Self.folder.appending(path: "Containerfile"), encoding: .utf8)
        let image = try #require(text.components(separatedBy: "\nFROM ").last)
        let installed = Set(image.split { " \n\\".contains($0) }.map(String.init))
        let environment = ProcessInfo.processInfo.environment
        let programs = try ["MENTATLAB_MARKETPLACE", "MENTATLAB_MENTATCTL"].map { try #require(environment[$0]) }
        let loaded = try await run([
            "bash", "-c",
            """
            for program in \(programs.joined(separator: " ")); do
                for library in $(readelf -d "$program" | sed -n 's/.*NEEDED.*\\[\\(.*\\)\\]/\\1/p'); do
                    path=$(ldd "$program" | sed -n "s/^\\s*$library => \\(\\S*\\) .*/\\1/p")
                    dpkg-query --search "*/$(basename "$(readlink --canonicalize "$path")")" 2> /dev/null | cut -d: -f1
                done
            done | sort --unique
            """,
        ])
        // Those of Swift are linked into the programs of the image.
        let packages = loaded.output.split(separator: "\n").map(String.init)
        #expect(packages.count >= 8, "\(packages) \(loaded.errors)")
        for package in packages where !["libc6", "libgcc-s1"].contains(package) {
            #expect(installed.contains(package), "the image lacks \(package)")
        }
    }
}
