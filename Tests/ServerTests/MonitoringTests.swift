import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What a marketplace counts of itself, held to the page that explains it, to the reference reader of the format and to promtool.
@Suite struct MonitoringTests {
    private static let kafka = ProcessInfo.processInfo.environment["MENTATLAB_TEST_KAFKA"]
    private static let folder = Oracle.root.appending(path: "docs/operations")
    /// What only some parts have: slices of builds that several programs share, and topics.
    private static let ofOtherParts: Set = [
        "projection_slice_lag_entries", "projection_slice_lag_seconds", "relay_lag_entries", "relay_moved_seconds",
        "relay_held",
    ]

    /// A family as the reference reader sees it.
    private struct Family {
        let name: String
        let kind: String
        let samples: [(name: String, labels: [String: String], value: Double)]

        func value(_ labels: [String: String] = [:]) -> Double {
            samples.filter { sample in labels.allSatisfy { sample.labels[$0.key] == $0.value } }
                .filter { !$0.name.hasSuffix("_bucket") && !$0.name.hasSuffix("_sum") }
                .reduce(0) { $0 + $1.value }
        }
    }

    private func metricsURL(_ marketplace: MarketplaceProcess) throws -> String {
        let run = try JSONValue(Array(Data(contentsOf: URL(filePath: "\(marketplace.folder)/run.json"))))
        return try #require(run["metrics_url"]?.string)
    }

    private func families(_ marketplace: MarketplaceProcess) async throws -> [String: Family] {
        let answer = try await marketplace.client.send(HTTPClientRequest("GET", try metricsURL(marketplace)))
        try #require(answer.status == 200)
        #expect(
            answer.fields["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        let lines = try await Oracle.run("measures", input: String(decoding: answer.body, as: UTF8.self))
        let families = try lines.map { line in
            let family = try JSONValue(Array(line.utf8), limits: JSONLimits(bytes: 1 << 22))
            return Family(
                name: family["name"]?.string ?? "", kind: family["kind"]?.string ?? "",
                samples: (family["samples"]?.array ?? []).map { sample in
                    var labels: [String: String] = [:]
                    if case .object(let members)? = sample["labels"] {
                        for member in members { labels[member.name] = member.value.string }
                    }
                    return (
                        sample["name"]?.string ?? "", labels, (sample["value"]?.string).flatMap { Double($0) } ?? .nan
                    )
                })
        }
        return Dictionary(uniqueKeysWithValues: families.map { ($0.name, $0) })
    }

    /// The names of the page, each with its kind and labels.
    private func explained() throws -> [String: (kind: String, labels: Set<String>)] {
        let page = try String(contentsOf: Self.folder.appending(path: "monitoring.md"), encoding: .utf8)
        var known: [String: (kind: String, labels: Set<String>)] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let labels = cells.count > 3 ? Set(cells[2].split(separator: ", ").map(String.init)) : []
            for match in cells[0].matches(of: /`([a-z_]+)`/) {
                let name = String(match.1)
                known[name.hasPrefix("process_") ? name : "mentatlab_marketplace_\(name)"] = (cells[1], labels)
            }
        }
        return known
    }

    @Test func thePageExplainsEveryMeasureAndNothingElse() async throws {
        let known = try explained()
        try #require(known.count > 30)
        let (broker, topic) = (Self.kafka, "log-\(UUID().uuidString.lowercased())")
        try await withMarketplace(broker.map { ["--kafka", $0, "--topic", topic] } ?? []) { marketplace, _ in
            try await use(marketplace)
            var found = try await families(marketplace)
            // A relay has to find its broker first.
            try await eventually("the relay is there") {
                guard broker != nil, found["mentatlab_marketplace_relay_held"] == nil else { return true }
                found = try await families(marketplace)
                return false
            }
            let missing = Set(known.keys).subtracting(found.keys).map {
                $0.replacing("mentatlab_marketplace_", with: "")
            }
            let absent = Self.ofOtherParts.filter { broker == nil || !$0.hasPrefix("relay_") }
            #expect(Set(missing) == absent, "not measured")
            #expect(Set(found.keys).subtracting(known.keys) == [], "not explained")
            for (name, family) in found {
                let (kind, labels) = try #require(known[name])
                #expect(family.kind == kind, "\(name)")
                let seen = Set(family.samples.flatMap(\.labels.keys)).subtracting(["le"])
                #expect(seen == labels, "\(name)")
            }
            if broker != nil { #expect(found["mentatlab_marketplace_relay_held"]?.value(["topic": topic]) == 1) }
        }
    }

    /// A publish that is taken and one that is not, a search, a page that is kept, a download, and what nobody should ask.
    private func use(_ marketplace: MarketplaceProcess) async throws {
        let parts = [manifest("acme.a", more: "ui: {title: Zebra}"), try package([:])]
        try #require(try await marketplace.publish(parts).status == 201)
        try #require(try await marketplace.publish([part("manifest", "no")]).status == 422)
        _ = try await marketplace.json("agents?q=zebra&min_position=\(try await marketplace.head() - 1)")
        for _ in 0..<40 { _ = try await marketplace.get("/agents/acme.a", [(name: "Accept", value: "text/html")]) }
        _ = try await marketplace.get("agents/acme.a/versions/1.0.0/download?source=ci")
        for path in ["agents/none", "nothing/here", "agents/acme.a?x=1"] { _ = try await marketplace.get(path) }
        _ = try await marketplace.send("BREW", "agents/acme.a")
    }

    @Test func requestsSearchesPublishesAndDownloadsAreCounted() async throws {
        try await withMarketplace { marketplace, _ in
            try await use(marketplace)
            let found = try await families(marketplace)
            func value(_ name: String, _ labels: [String: String] = [:]) -> Double {
                found["mentatlab_marketplace_\(name)"]?.value(labels) ?? -1
            }
            #expect(value("publish_duration_seconds", ["result": "published"]) == 1)
            #expect(value("publish_duration_seconds", ["result": "refused"]) == 1)
            #expect(value("api_requests", ["endpoint": "publish", "status": "422"]) == 1)
            #expect(value("api_requests", ["endpoint": "agentPage", "status": "200"]) == 40)
            #expect(value("api_requests", ["endpoint": "showAgent", "status": "404"]) == 1)
            #expect(value("api_requests", ["endpoint": "none"]) == 2)
            #expect(value("api_requests", ["method": "other", "status": "501"]) == 1)
            #expect(value("search_latency_seconds", ["index": "postgres", "result_count_bucket": "1-9"]) == 1)
            #expect(value("downloads", ["source": "ci"]) == 1)
            #expect(value("cache_hits") > 0)
            // Downloads may have joined since.
            let head = try await marketplace.head()
            #expect(value("log_entries") > 3 && value("log_entries") <= Double(head))
            #expect(value("appended_entries") > 3 && value("append_batch_entries") > 0)
            #expect(value("metrics_failures") == 0)
            // Kept ones are counted, but take no time.
            let durations = value("api_request_duration_seconds", ["endpoint": "agentPage"])
            #expect(durations + value("cache_hits") == 40 && durations >= 1)
            // Nobody and nothing is named.
            for family in found.values {
                for sample in family.samples {
                    #expect(
                        !sample.labels.values.contains { $0.contains("acme") || $0.contains("127.0.0.1") }, "\(sample)")
                }
            }
        }
    }

    @Test func measuresAreServedToThisMachineAloneAndNothingElseIs() async throws {
        try await withMarketplace { marketplace, _ in
            let url = try metricsURL(marketplace)
            #expect(url.hasPrefix("http://127.0.0.1:"))
            func status(_ url: String, _ fields: [(name: String, value: String)] = []) async throws -> Int {
                try await marketplace.client.send(HTTPClientRequest("GET", url, fields: fields)).status
            }
            #expect(try await status(url, [(name: "Host", value: "evil.example")]) == 421)
            let origin = url.replacing("/metrics", with: "")
            #expect(try await status("\(origin)/") == 404)
            #expect(try await status("\(origin)/api/v1/marketplace/agents") == 404)
            // The marketplace itself says nothing of it.
            #expect(try await marketplace.get("/metrics").status == 404)
        }
    }

    @Test func statusSaysTheSameOnATerminal() async throws {
        try await withMarketplace { marketplace, _ in
            try await use(marketplace)
            let program = try MarketplaceProcess.program
            let shown = try await run([program, "status", "--data", marketplace.folder])
            #expect(shown.code == 0 && shown.errors.isEmpty, "\(shown.errors)")
            for words in [
                "log        ", " entries\n", "model      agents build 1 (active): ", " behind", "publishes  2, ",
                "spool      ", "disk       data: ", "program    ",
            ] {
                #expect(shown.output.contains(words), "\(shown.output)")
            }
            let json = try await run([program, "status", "--json", "--metrics-url", try metricsURL(marketplace)])
            let families = try JSONValue(Array(json.output.utf8), limits: JSONLimits(bytes: 1 << 22))["families"]?.array
            let entries = families?.first { $0["name"]?.string == "mentatlab_marketplace_log_entries" }
            let counted = (entries?["samples"]?.array?.first?["value"]?.string).flatMap { Int64($0) } ?? -1
            let head = try await marketplace.head()
            #expect(counted > 3 && counted <= head)
            for arguments in [
                ["--data", "\(marketplace.folder)-none"], ["--metrics-url", "\(marketplace.url)/"],
                ["--metrics-url", "http://127.0.0.1:1/metrics"],
            ] {
                let refused = try await run([program, "status"] + arguments)
                #expect(refused.code != 0 && refused.output.isEmpty && !refused.errors.isEmpty, "\(arguments)")
            }
        }
    }

    // MARK: Rules and dashboards

    private static var promtool: String {
        get throws {
            try #require(ProcessInfo.processInfo.environment["MENTATLAB_PROMTOOL"], "run the tests by ./test")
        }
    }

    @Test func rulesAreSoundAndEachWasTried() async throws {
        let folder = Self.folder.path
        let checked = try await run([try Self.promtool, "check", "rules", "\(folder)/alerts.yml"])
        #expect(checked.code == 0, "\(checked.output) \(checked.errors)")
        let tried = try await run([try Self.promtool, "test", "rules", "\(folder)/alerts_test.yml"])
        #expect(tried.code == 0, "\(tried.output) \(tried.errors)")
        let (rules, trials) = try (
            String(contentsOfFile: "\(folder)/alerts.yml", encoding: .utf8),
            String(contentsOfFile: "\(folder)/alerts_test.yml", encoding: .utf8)
        )
        let names = rules.matches(of: /- alert: (\w+)/).map { String($0.1) }
        #expect(names.count > 10)
        for name in names { #expect(trials.contains(try Regex("alertname: \(name)\\n *exp_alerts:")), "\(name)") }
        try expectKnown(rules, "alerts.yml")
        try expectKnown(trials, "alerts_test.yml")
    }

    /// Every measure that a text names is one that the page explains.
    private func expectKnown(_ text: String, _ name: String) throws {
        let known = try explained()
        for match in text.matches(of: /mentatlab_marketplace_[a-z_]+/) {
            let measure = String(match.0)
            let plain = ["_total", "_bucket", "_sum", "_count", "_info"].reduce(measure) { name, suffix in
                known[name] == nil && name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
            }
            #expect(known[plain] != nil, "\(name) names \(measure)")
        }
    }

    @Test func theDashboardOfOperationsAsksForMeasuresThatThereAre() async throws {
        let text = try String(contentsOf: Self.folder.appending(path: "grafana-operations.json"), encoding: .utf8)
        try expectKnown(text, "grafana-operations.json")
        let panels = try JSONValue(Array(text.utf8), limits: JSONLimits(bytes: 1 << 20))["panels"]?.array ?? []
        let questions = panels.flatMap { $0["targets"]?.array ?? [] }.compactMap { $0["expr"]?.string }
        try #require(questions.count > 15)
        // As rules, so that promtool reads them; Grafana puts values in the place of its variables.
        let rules = questions.enumerated().map { number, question in
            let plain = question.replacing("$__rate_interval", with: "1m").replacing("$instance", with: ".*")
            return "  - {record: \"q:\(number)\", expr: \(JSONValue.string(plain).text)}"
        }
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let file = "\(folder)/questions.yml"
            try "groups:\n- name: q\n  rules:\n\(rules.joined(separator: "\n"))\n".write(
                toFile: file, atomically: true, encoding: .utf8)
            let checked = try await run([try Self.promtool, "check", "rules", file])
            #expect(checked.code == 0, "\(checked.output) \(checked.errors)")
        }
    }

    @Test func theDashboardOfStatisticsAsksForWhatIsThere() async throws {
        let text = try String(contentsOf: Self.folder.appending(path: "grafana-stats.json"), encoding: .utf8)
        let panels = try JSONValue(Array(text.utf8), limits: JSONLimits(bytes: 1 << 20))["panels"]?.array ?? []
        let targets = panels.flatMap { $0["targets"]?.array ?? [] }
        try #require(targets.count > 4)
        try await withMarketplace { marketplace, _ in
            try await use(marketplace)
            let description = try await marketplace.json("/openapi/openapi.json")
            for target in targets {
                let url = try #require(target["url"]?.string)
                #expect(url.hasPrefix("${marketplace}/api/v1/marketplace/"))
                let path = url.replacing("${marketplace}", with: "")
                let answer = try await marketplace.json(path)
                let root = try #require(target["root_selector"]?.string)
                #expect(answer[root]?.array != nil, "\(path)")
                // Where there is no row yet, the description says which members one has.
                let endpoint = path.prefix { $0 != "?" }
                let schema = description["paths"]?[String(endpoint)]?["get"]?["responses"]?["200"]?["content"]?[
                    "application/json"]?["schema"]
                let row = member(root, of: schema, in: description).flatMap { resolved($0["items"], in: description) }
                for column in target["columns"]?.array ?? [] {
                    let name = try #require(column["selector"]?.string)
                    #expect(member(name, of: row, in: description) != nil, "\(path) has no '\(name)'")
                }
            }
        }
    }

    /// What a reference leads to.
    private func resolved(_ schema: JSONValue?, in description: JSONValue) -> JSONValue? {
        guard let name = schema?["$ref"]?.string?.split(separator: "/").last else { return schema }
        return description["components"]?["schemas"]?[String(name)]
    }

    private func member(_ name: String, of schema: JSONValue?, in description: JSONValue) -> JSONValue? {
        let schema = resolved(schema, in: description)
        if let found = schema?["properties"]?[name] { return resolved(found, in: description) }
        return (schema?["allOf"]?.array ?? []).lazy.compactMap { member(name, of: $0, in: description) }.first
    }
}

extension JSONValue {
    fileprivate var text: String { String(decoding: canonicalBytes, as: UTF8.self) }
}
