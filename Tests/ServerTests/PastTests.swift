import Contract
import EventLog
import Events
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// The past: what the marketplace says of it is what anybody works out from the log and the contents that are there.
@Suite struct PastTests {
    /// A log of 20,000 entries of every kind, erasures and holds among them, recorded over six days: Python goes through
    /// `/events` and `/contents` and comes to the same answers, now and at five moments before.
    @Test func anybodyWorksOutTheSameFromTheLog() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            var walk = RandomWalk(log, url, seed: 20, agents: 24, gathering: 100)
            try await walk.begin()
            while try await log.entries.head() < Position(20_000) {
                for _ in 0..<100 { try await walk.step() }
            }
            try await walk.flush()
            await log.close()
            // As if it had been recorded over six days, which no log takes from a writer of today.
            try await TestDatabase.script(
                url,
                """
                CREATE TEMP TABLE times AS SELECT position, date_trunc('day', now()) - interval '6 days'
                    + interval '6 days' * (position::float8 / (SELECT max(position) + 1 FROM log.events)) AS at
                    FROM log.events;
                UPDATE log.events e SET recorded = date_trunc('milliseconds', t.at), entry = convert_to(regexp_replace(
                    convert_from(e.entry, 'UTF8'), '"recordedtime":"[^"]{24}"', '"recordedtime":"'
                    || to_char(date_trunc('milliseconds', t.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"'), 'UTF8')
                FROM times t WHERE t.position = e.position
                """)
            try await withFolder { folder in
                let marketplace = try await MarketplaceProcess(
                    ["up", "--data", folder, "--database-url", url, "--port", "0"], folder: folder)
                try await awaitModels(marketplace)
                _ = try await marketplace.register("looker")
                let token = try await marketplace.operatorToken(for: "looker", scopes: ["moderate"])
                var forensics: [String] = []
                for id in try await Self.tokens(url) {
                    let found = try await marketplace.operate(["forensics", "--token", id, "--json"])
                    #expect(found.code == 0, "\(found.errors)")
                    forensics.append(#"{"token": "\#(id)", "found": \#(found.output)}"#)
                }
                try await awaitModels(marketplace)
                try await awaitPopular(marketplace)
                let input =
                    #"{"url": "\#(marketplace.url)", "moments": [40, 4000, 8000, 12000, 17500], "token": "\#(token)", "forensics": [\#(forensics.joined(separator: ","))]}"#
                for (oracle, kinds) in [
                    "past": ["agent", "versions", "version", "owners", "downloads", "index", "download", "exposure"],
                    "figures": ["reputation", "downloads by version", "popular", "activity"]
                        + ["downloads", "rating", "wasm", "review", "hold", "removal"].map { "points for \($0)" },
                ] {
                    let lines = try await Oracle.run(oracle, input: input)
                    #expect(lines.filter { $0.hasPrefix("fault") } == [])
                    let counts = try JSONValue(Array(try #require(lines.last).utf8))
                    for kind in kinds {
                        #expect(counts[kind]?.integer ?? 0 > (kind.hasPrefix("points") ? 0 : 15), "\(kind)")
                    }
                    #expect(counts["faults"]?.integer == 0)
                    print("recomputed: \(lines.last ?? "")")
                }
                try await marketplace.stop()
            }
        }
    }

    /// Given an agent that somebody else got and published a bad version of, when moderators hold that version, then its
    /// exposure says from when to when it could be had, who took it and what it newly asked for, and an installation as
    /// of before gets what there was before.
    @Test func aTakeoverIsToldAndUndoneByTheLogAlone() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let (_, eve) = try await marketplace.register("eve")
            func publish(_ version: String, _ more: String, by token: String) async throws -> Int64 {
                let answer = try await marketplace.publish([manifest("ada.tool", version, more: more)], token: token)
                return try #require(try json(answer)["position"]?.integer)
            }
            let good = try await publish("1.0.0", "capabilities: [network]", by: ada)
            try await marketplace.give("owner", of: "agents/ada.tool", to: (name: "eve", token: eve), by: ada)
            // A release is compared with a release, whatever came in between.
            _ = try await publish("1.0.1-rc.1", "capabilities: [network, shell]", by: eve)
            let bad = try await publish("1.0.1", "capabilities: [network, shell]", by: eve)
            _ = try await marketplace.get("/index/ada.tool?min_position=\(bad)")
            #expect(try await marketplace.get("agents/ada.tool/versions/latest/download").status == 302)
            let moderator = try await marketplace.issue("moderate", by: try marketplace.token)
            let held = try await marketplace.send(
                "POST", "agents/ada.tool/versions/1.0.1/quarantine", #"{"reason":"malware"}"#, token: moderator)
            let end = try #require(try json(held)["position"]?.integer)

            let exposure = try await marketplace.json("agents/ada.tool/exposure?version=1.0.1&min_position=\(end)")
            for name in ["resolvable", "downloadable"] {
                let spans = exposure[name]?.array ?? []
                #expect(spans.map { [$0["from"]?.integer, $0["until"]?.integer] } == [[bad, end]], "\(name)")
            }
            #expect(exposure["news"]?["against"]?.string == "1.0.0")
            #expect(exposure["news"]?["capabilities"]?.array?.compactMap(\.string) == ["shell"])
            #expect(exposure["news"]?["other_publisher"]?["username"]?.string == "ada")
            #expect(exposure["publisher"]?["username"]?.string == "eve")
            let history = try await marketplace.json("agents/ada.tool/history")["history"]?.array ?? []
            #expect(
                history.compactMap { $0["type"]?.string } == [
                    "agent.registered.v1", "agent.version-published.v1", "agent.owner-added.v1",
                    "agent.version-published.v1", "agent.version-published.v1", "agent.quarantined.v1",
                ])
            // What is held now is got at no moment; what was latest before is latest then.
            func latest(_ asOf: String) async throws -> String? {
                let path = "agents/ada.tool/versions/latest/download?as_of=\(asOf)"
                return try await marketplace.get(path, method: "HEAD").fields["marketplace-version"]
            }
            #expect(try await latest("\(good)") == "1.0.0")
            _ = try await marketplace.get("/index/ada.tool?min_position=\(end)")
            #expect(try await latest("\(bad)") == "1.0.0")
            let page = try await marketplace.json("agents/ada.tool?as_of=\(bad)")
            #expect(page["latest_version"]?.string == "1.0.0")
            let words = try await marketplace.get("/agents/ada.tool.md?as_of=\(bad)")
            #expect(String(decoding: words.body, as: UTF8.self).contains("| `network` | 1.0.0, "))
            let owners = try await marketplace.json("agents/ada.tool/owners?as_of=\(good)")["owners"]?.array ?? []
            #expect(owners.compactMap { $0["username"]?.string } == ["ada"])

            try await Ctl.with(marketplace.url) { ctl in
                var ctl = ctl
                let installed = try await ctl("agent", "install", "ada.tool", "--as-of", "\(good)")
                #expect(installed.code == 0 && installed.output.contains("1.0.0"), "\(installed.errors)")
                #expect(try await ctl("config", "set", "as_of", "yesterday").code == 64)
                #expect(try await ctl("config", "set", "as_of", "\(good)").code == 0)
                #expect(try await ctl.json("agent", "info", "ada.tool")["versions"]?.array?.count == 1)
                #expect(
                    try await ctl.json("agent", "info", "ada.tool", "--as-of", "now")["versions"]?.array?.count == 3)
                // What was withdrawn since is told of the present, whatever moment is looked at.
                let yank = try await marketplace.send(
                    "POST", "agents/ada.tool/versions/1.0.0/yank", #"{"reason":"broken"}"#, token: ada)
                let yanked = try #require(try json(yank)["position"]?.integer)
                _ = try await marketplace.get("/index/ada.tool?min_position=\(yanked)")
                let update = try await ctl("agent", "update")
                #expect(update.code == 0 && update.errors.contains("is yanked (broken)"), "\(update.errors)")
                ctl.environment["MENTATLAB_AS_OF"] = "0"
                let early = try await ctl("agent", "install", "ada.tool", "--json")
                #expect(early.code == 1 && early.problem == "agent-not-found", "\(early.errors)")
                let shown = try await ctl("agent", "exposure", "ada.tool@1.0.1")
                #expect(shown.output.contains("asks for shell; 1.0.0 did not"), "\(shown.output)")
            }
        }
    }

    /// A moment that can't be, a moment before the log, and what keeps no past: each is refused in words of its own.
    @Test func whatHasNoPastSaysSo() async throws {
        try await withMarketplace { marketplace, _ in
            let admin = try marketplace.token
            #expect(try await marketplace.publish([manifest("acme.tool")], token: admin).status == 201)
            let head = try await marketplace.head()
            _ = try await marketplace.get("agents/acme.tool?min_position=\(head - 1)")
            let refusals = [
                ("agents/acme.tool?as_of=yesterday", "400 invalid-parameter"),
                ("agents/acme.tool?as_of=2026-02-30", "400 invalid-parameter"),
                ("agents/acme.tool?as_of=\(head + 10)", "409 position-unknown"),
                ("/index/acme.tool?as_of=\(head + 10)", "409 position-unknown"),
                ("agents/acme.tool?as_of=2020-01-01", "404 agent-not-found"),
                ("agents/acme.tool?as_of=0", "404 agent-not-found"),
                ("agents/acme.tool/versions/latest/download?as_of=0", "404 agent-not-found"),
                ("agents?as_of=1", "422 past-not-kept"), ("agents?q=word&as_of=1", "422 past-not-kept"),
                ("agents/acme.tool/reviews?as_of=1", "422 past-not-kept"),
                ("agents/acme.tool/exposure?version=9.9.9", "404 version-not-found"),
                ("agents/nobody.here/history", "404 agent-not-found"),
                ("agents/nobody.here/exposure?version=1.0.0", "404 agent-not-found"),
                ("agents/acme.tool/dependents?cursor=%2F", "400 invalid-parameter"),
            ]
            for (path, refusal) in refusals { expect(try await marketplace.get(path), refusal) }
            // A moment after the last entry is the present, and no answer about the past is kept by a cache.
            let manifest = try await marketplace.get("agents/acme.tool/versions/1.0.0/manifest?as_of=\(head - 1)")
            #expect(manifest.fields["marketplace-as-of"] == "\(head - 1)")
            #expect(manifest.fields["cache-control"] == "no-store" && manifest.fields["x-robots-tag"] == "noindex")
            for moment in ["\(head - 1)", "2100-01-01", "2100-01-01T00:00:00%2B01:00"] {
                let answer = try await marketplace.get("agents/acme.tool?as_of=\(moment)")
                #expect(answer.status == 200 && answer.fields["marketplace-as-of"] == "\(head - 1)", "\(moment)")
                #expect(answer.fields["cache-control"] == "no-store" && answer.fields["x-robots-tag"] == "noindex")
                #expect(answer.fields["etag"] == nil)
            }
        }
    }

    /// The ids of some tokens of a log.
    private static func tokens(_ url: String) async throws -> [String] {
        try await TestDatabase.query(
            url,
            """
            SELECT substr(convert_from(entry, 'UTF8')::jsonb ->> 'subject', 7) FROM log.events
            WHERE convert_from(entry, 'UTF8')::jsonb ->> 'type' = 'token.issued.v1' ORDER BY position LIMIT 6
            """)
    }

    /// Waits until what is popular was counted at the end of the log.
    private func awaitPopular(_ marketplace: MarketplaceProcess) async throws {
        for _ in 0..<3_000 {
            let projections = try await marketplace.json("projections")["projections"]?.array ?? []
            let head = projections.compactMap { $0["head"]?.integer }.max()
            let counted = try await marketplace.json("popular")["counted_at"]?.integer
            if let head, let counted, counted >= head - 1 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("what is popular is not counted")
    }

    private func awaitModels(_ marketplace: MarketplaceProcess) async throws {
        for _ in 0..<3_000 {
            let models = try await marketplace.json("projections")["projections"]?.array ?? []
            if !models.isEmpty, models.allSatisfy({ $0["lag"]?.integer == 0 }) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the models do not reach the log")
    }
}
