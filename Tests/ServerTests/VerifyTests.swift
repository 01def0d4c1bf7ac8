import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// `marketplace log verify` names whatever was changed behind the log's back, and nothing else.
@Suite struct VerifyTests {
    /// What is changed, and the differences that it adds: kind and position. A stream that is another one in the
    /// column shifts the ranks of those that follow in its own.
    private struct Change {
        let sql: String
        let expected: [String]
    }

    // Positions 0 to 3 found the log; acme.a is registered at 5 and published at 6, 7 and 8.
    private static let changes: [Change] = [
        Change(
            sql: "UPDATE log.events SET stream = 'agent/acme.z' WHERE position = 5",
            expected: ["column 5", "rank 6", "rank 7", "rank 8", "stream 5"]),
        Change(sql: "UPDATE log.events SET type = 'agent.sold.v1' WHERE position = 6", expected: ["column 6"]),
        Change(
            sql: "UPDATE log.events SET recorded = recorded + interval '1 hour' WHERE position = 7",
            expected: ["column 7"]),
        Change(sql: "UPDATE log.events SET version = 9 WHERE position = 8", expected: ["stream 8"]),
        Change(sql: "UPDATE log.events SET slice = (slice + 1) % 64 WHERE position = 2", expected: ["column 2"]),
        Change(sql: "UPDATE log.streams SET version = 7 WHERE position = 4", expected: ["stream 4"]),
        Change(
            sql:
                "UPDATE log.events SET entry = replace(convert_from(entry, 'UTF8'), '{', '{ ')::bytea WHERE position = 1",
            expected: ["not-canonical 1"]),
        Change(
            sql:
                "UPDATE log.contents SET document = convert_to('{\"kind\":\"name\",\"name\":\"eve\"}', 'UTF8') WHERE position = 2",
            expected: ["commitment 2"]),
        Change(
            sql: "UPDATE log.contents SET field = 'other_commitment' WHERE position = 6",
            expected: ["unclaimed-content 6"]),
        Change(
            sql:
                "INSERT INTO log.contents SELECT 900, field, nonce, document, is_public FROM log.contents WHERE position = 7",
            expected: ["unclaimed-content 900"]),
        Change(
            sql: """
                UPDATE log.events SET entry = convert_to(regexp_replace(
                    convert_from(entry, 'UTF8'), 'urn:mentatlab:log:[0-9a-f]{32}',
                    'urn:mentatlab:log:' || repeat('0', 32)), 'UTF8')
                WHERE position = 3
                """, expected: ["other-log 3"]),
        Change(
            sql: "DELETE FROM vault.artifact_names",
            expected: ["artifact-unprotected 6", "artifact-unprotected 7", "artifact-unprotected 8"]),
        Change(sql: "UPDATE log.events SET entry = '\\x7b7d' WHERE position = 4", expected: ["malformed 4"]),
        Change(sql: "DELETE FROM log.events WHERE position = 0", expected: ["gap 0", "stream 0"]),
        Change(
            sql: "CREATE OR REPLACE VIEW log.newest AS SELECT 50::bigint AS position, now() AS recorded",
            expected: ["head log"]),
    ]

    @Test func eachChangeBehindItsBackIsNamed() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await withFolder { folder in
                let marketplace = try await MarketplaceProcess(
                    ["up", "--data", folder, "--database-url", url, "--port", "0"], folder: folder)
                for version in ["1.0.0", "1.1.0", "1.2.0"] {
                    #expect(try await marketplace.publish([manifest("acme.a", version)]).status == 201)
                }
                #expect(try await marketplace.head() == 9)
                let program = try MarketplaceProcess.program
                let sound = try await marketplace.operate(["log", "verify"])
                #expect(sound.code == 0, "\(sound)")
                #expect(sound.output == "9 entries, 4 contents, 3 artifacts verified, 0 differences\n")

                func verify() async throws -> [String] {
                    let outcome = try await run([
                        program, "log", "verify", "--json", "--database-url", url, "--artifacts", "\(folder)/artifacts",
                    ])
                    #expect(outcome.code == 1, "\(outcome)")
                    let differences = try #require(try JSONValue(Array(outcome.output.utf8))["differences"]?.array)
                    return differences.map { difference in
                        let position = difference["position"]?.integer.map { "\($0)" } ?? "log"
                        return "\(difference["kind"]?.string ?? "") \(position)"
                    }.sorted()
                }

                // Files: one is cut, one is changed in place, one is gone.
                let files = try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/artifacts/sha256")
                    .filter { $0.utf8.count == 65 }.sorted().map { "\(folder)/artifacts/sha256/\($0)" }
                try #require(files.count == 3)
                var bytes = try Data(contentsOf: URL(filePath: files[0]))
                bytes[0] ^= 1
                try bytes.write(to: URL(filePath: files[0]))
                try Data().write(to: URL(filePath: files[1]))
                try FileManager.default.removeItem(atPath: files[2])
                var expected = try await verify()
                #expect(
                    expected.map { $0.prefix { $0 != " " } } == [
                        "artifact-changed", "artifact-changed", "artifact-missing",
                    ])

                for change in Self.changes {
                    try await TestDatabase.script(url, change.sql)
                    expected = (expected + change.expected).sorted()
                    #expect(try await verify() == expected, "\(change.sql)")
                }
                _ = try await marketplace.stop()
            }
        }
    }

    /// Appends that go on meanwhile are no differences.
    @Test func aLogThatGrowsIsSound() async throws {
        try await withMarketplace { marketplace, url in
            let growing = Task { () throws -> Int in
                var count = 0
                while !Task.isCancelled {
                    #expect(try await marketplace.publish([manifest("acme.n\(count)")]).status == 201)
                    count += 1
                }
                return count
            }
            for _ in 0..<8 {
                let outcome = try await marketplace.operate(["log", "verify"])
                #expect(outcome.code == 0, "\(outcome)")
            }
            growing.cancel()
            let grown = try await growing.value
            #expect(grown > 0, "only \(grown) were published meanwhile")
        }
    }

    /// An auditor has the entries and the public contents with their nonces, and needs no database to check each commitment.
    @Test func aLogIsVerifiedFromOutside() async throws {
        try await withMarketplace { marketplace, url in
            for version in ["1.0.0", "1.1.0", "1.2.0"] {
                #expect(try await marketplace.publish([manifest("acme.a", version)]).status == 201)
            }
            // A private content: it is no auditor's, and no difference.
            let ada = try await marketplace.register("ada")
            let token = try await marketplace.issue("publish:acme.a", by: ada.token)
            #expect(!token.isEmpty)
            let program = try MarketplaceProcess.program
            func verify() async throws -> (code: Int32, differences: [String], counts: JSONValue) {
                let outcome = try await run([program, "log", "verify", "--json", "--url", marketplace.url])
                let document = try JSONValue(Array(outcome.output.utf8))
                let differences = (document["differences"]?.array ?? []).map {
                    "\($0["kind"]?.string ?? "") \($0["position"]?.integer ?? -1)"
                }
                return (outcome.code, differences, document)
            }
            let head = try await marketplace.head()
            let sound = try await verify()
            #expect(sound.code == 0 && sound.differences.isEmpty, "\(sound)")
            #expect(sound.counts["entries"]?.integer == head)
            let stored = try await TestDatabase.query(url, "SELECT count(*)::text FROM log.contents WHERE is_public")
            let all = try await TestDatabase.query(url, "SELECT count(*)::text FROM log.contents")
            #expect(sound.counts["contents"]?.integer.map { "\($0)" } == stored.first && stored != all)

            // A marketplace may keep entries to itself, the last ones as well.
            let port = try #require(marketplace.url.split(separator: ":").last.map(String.init))
            for (first, last) in [(head - 3, head - 1), (2, 3)] {
                let liar = try OracleProcess("withholding_log", [port, "\(first)", "\(last)"])
                let url = "http://127.0.0.1:\(try await liar.line("port ").dropFirst(5))"
                let told = try await run([program, "log", "verify", "--json", "--url", url])
                await liar.stop()
                #expect(told.code == 1 && told.output.contains(#""kind":"gap","position":\#(first)}"#), "\(told)")
            }

            let listed = try await marketplace.json("contents?from=6&limit=1")
            #expect(listed["contents"]?.array?.first?["position"]?.integer == 6 && listed["next"]?.integer == 7)
            #expect(try await marketplace.json("contents/6/listing_commitment")["nonce"]?.string?.utf8.count == 64)
            let within = try await TestDatabase.query(
                url, "SELECT position::text FROM log.contents WHERE field = 'within_commitment'")
            let hidden = try await marketplace.get("contents/\(try #require(within.first))/within_commitment")
            expect(hidden, "404 content-not-found")

            try await TestDatabase.script(
                url,
                """
                UPDATE log.contents SET document = convert_to('{"kind":"listing","title":"x"}', 'UTF8') WHERE position = 6;
                UPDATE log.contents SET field = 'other_commitment' WHERE position = 7
                """)
            let changed = try await verify()
            #expect(changed.code == 1 && changed.differences == ["commitment 6", "unclaimed-content 7"], "\(changed)")
            try await TestDatabase.script(url, "DELETE FROM log.events WHERE position = 4")
            let gap = try await verify()
            #expect(gap.code == 1 && gap.differences.contains("gap 4"), "\(gap)")
            let refused = try await run([program, "log", "verify", "--url", marketplace.url, "--data", "x"])
            #expect(refused.code == 64 && refused.errors.contains("--url and --data are both given"))
        }
    }

    @Test func whatCanNotBeVerifiedIsSaid() async throws {
        try await withFolder { folder in
            let program = try MarketplaceProcess.program
            for (arguments, message) in [
                (["--data", "\(folder)/none"], "there is no data folder"),
                (["--database-url", "x"], "needs --artifacts"),
            ] {
                let outcome = try await run([program, "log", "verify"] + arguments)
                #expect(outcome.code == 64)
                #expect(outcome.errors.contains(message))
            }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let idle = try await run([program, "log", "verify", "--data", folder])
            #expect(idle.code == 64)
            #expect(idle.errors.contains("no marketplace runs in"))
            #expect(try await run([program, "log"]).errors.contains("`marketplace log` needs one of verify"))
        }
    }
}
