import Crypto
import EventLog
import Events
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

@testable import CommandAPI

/// A line of another server's log about a download a moment ago.
func downloadLine(
    id: String, _ agent: String, _ version: String, reader: String = "reader", daysAgo: Double = 0
) -> String {
    let time = Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 - daysAgo * 86_400) * 1_000) - 1_000)
    return """
        {"id":"\(id)","agent":"\(agent)","version":"\(version)","time":"\(time)","reader":"\(reader)"}

        """
}

/// Downloads are answered whatever happens, and each is counted once.
@Suite struct DownloadTests {
    private func counts(_ marketplace: MarketplaceProcess, _ agent: String) async throws -> (raw: Int64, unique: Int64)
    {
        let body = try await marketplace.json("agents/\(agent)/downloads")
        return (try #require(body["downloads"]?.integer), try #require(body["unique_downloads"]?.integer))
    }

    /// Waits until so many downloads are counted; then nothing more comes either.
    private func expectCounted(
        _ marketplace: MarketplaceProcess, _ agent: String, _ wanted: Int64, orUpTo most: Int64? = nil
    ) async throws {
        var raw: Int64 = -1
        try await eventually("\(wanted) downloads; last \(raw)") {
            raw = (try? await counts(marketplace, agent).raw) ?? -1
            return raw >= wanted
        }
        try await Task.sleep(for: .milliseconds(1_200))
        let last = try await counts(marketplace, agent).raw
        #expect((wanted...(most ?? wanted)).contains(last), "\(last), not \(wanted)")
    }

    /// Waits until so many readers are counted: they come apart from the downloads.
    private func expectReaders(_ marketplace: MarketplaceProcess, _ agent: String, _ wanted: Int64) async throws {
        var readers: Int64 = -1
        try await eventually("\(wanted) readers; last \(readers)") {
            readers = try await counts(marketplace, agent).unique
            return readers == wanted
        }
    }

    private func publish(_ marketplace: MarketplaceProcess, _ agent: String, _ versions: String...) async throws {
        var last = ""
        for version in versions {
            let answer = try await marketplace.publish([manifest(agent, version)])
            #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
            last = answer.fields["marketplace-position"] ?? ""
        }
        #expect(try await marketplace.get("/index/\(agent)?min_position=\(last)").status == 200)
        #expect(try await marketplace.get("agents/\(agent)?min_position=\(last)").status == 200)
    }

    @Test func aDownloadLeadsToTheFileOfTheVersionThatIsMeant() async throws {
        try await withMarketplace { marketplace, _ in
            try await publish(marketplace, "Acme.Tool", "1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1", "2.0.0-rc.2")
            let admin = try marketplace.token
            for (asked, wanted) in [
                ("latest", "1.10.0"), ("1.2.0", "1.2.0"), ("^1.0.0", "1.10.0"), ("~1.2", "1.2.0"),
                ("%3E%3D2.0.0-rc.1", "2.0.0-rc.2"), ("2.0.0-rc.1", "2.0.0-rc.1"), ("*", "1.10.0"),
            ] {
                let answer = try await marketplace.get("agents/acme_tool/versions/\(asked)/download")
                #expect(answer.status == 404, "an underscore is another agent")
                let found = try await marketplace.get("agents/acme.tool/versions/\(asked)/download")
                #expect(found.status == 302 && found.fields["marketplace-version"] == wanted, "\(asked)")
                #expect(found.fields["cache-control"] == "no-store")
                let file = try await marketplace.get(try #require(found.fields["location"]))
                #expect(file.status == 200 && String(decoding: file.body, as: UTF8.self).contains("version: \(wanted)"))
            }
            for (asked, wanted) in [
                ("3", "404 version-not-found"), ("2.x", "404 version-not-found"), ("nope", "404 version-not-found"),
                ("9.9.9", "404 version-not-found"),
            ] {
                expect(try await marketplace.get("agents/acme.tool/versions/\(asked)/download"), wanted)
            }
            expect(try await marketplace.get("agents/no/versions/1.0.0/download"), "404 agent-not-found")
            expect(
                try await marketplace.get("agents/acme.tool/versions/latest/download?source=x"), "400 invalid-parameter"
            )
            expect(
                try await marketplace.get("agents/acme.tool/versions/latest/download?via=x"), "400 invalid-parameter")

            // What is yanked is for those who pinned it.
            let yank = try await marketplace.send(
                "POST", "agents/acme.tool/versions/1.10.0/yank", #"{"reason":"broken"}"#, token: admin)
            let position = try #require(yank.fields["marketplace-position"])
            let index = try await marketplace.get("/index/Acme.Tool?min_position=\(position)")
            let etag = try #require(index.fields["etag"])
            #expect(try await marketplace.get("/index/acme.tool", [("If-None-Match", etag)]).status == 304)
            let latest = try await marketplace.get("agents/acme.tool/versions/latest/download")
            #expect(latest.fields["marketplace-version"] == "1.2.0")
            let pinned = try await marketplace.get("agents/acme.tool/versions/1.10.0/download")
            #expect(pinned.status == 302)
            let head = try await marketplace.get("agents/acme.tool/versions/1.2.0/download", method: "HEAD")
            #expect(head.status == 302)
            // 7 of before and these 2; who only asks for the head downloads nothing.
            try await expectCounted(marketplace, "acme.tool", 9)
            try await expectReaders(marketplace, "acme.tool", 1)
            #expect(try await marketplace.json("agents/acme.tool")["download_count"]?.integer == 1)
            let waiting = try await marketplace.json("/health/downloads")
            #expect(waiting["waiting_bytes"]?.integer == 0 && waiting["oldest_wait_ms"]?.integer == 0)
            let list = try await marketplace.json("agents?sort=downloads")
            #expect(list["agents"]?.array?.first?["id"]?.string == "acme.tool")
        }
    }

    /// A person counts once a day, wherever they come from; so does an address, and with it all accounts that are young.
    @Test(arguments: [(0, 3), (7, 1)] as [(Int, Int64)])
    func readersAreCountedOnceADayAndStandInNoEntry(_ youngDays: Int, _ readers: Int64) async throws {
        try await withMarketplace(["--limit", "young-days=\(youngDays)"]) { marketplace, databaseURL in
            try await publish(marketplace, "acme.read", "1.0.0", "1.1.0")
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            for token in [nil, nil, ada, ada, bob, "mlm_nonsense"] {
                for version in ["1.0.0", "1.1.0"] {
                    let fields = token.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
                    let answer = try await marketplace.get("agents/acme.read/versions/\(version)/download", fields)
                    #expect(answer.status == 302)
                }
            }
            try await expectCounted(marketplace, "acme.read", 12)
            try await expectReaders(marketplace, "acme.read", readers)
            // No more come with the next flush, which is due within a second.
            try await Task.sleep(for: .milliseconds(1_500))
            try await expectReaders(marketplace, "acme.read", readers)
            let versions = try await marketplace.json("agents/acme.read/downloads?days=1")["versions"]?.array ?? []
            #expect(versions.map { $0["unique_downloads"]?.integer } == [readers, readers])
            let entries = try await TestDatabase.query(
                databaseURL, "SELECT convert_from(entry, 'UTF8') FROM log.events WHERE stream LIKE 'downloads/%'")
            #expect(!entries.isEmpty)
            for entry in entries {
                #expect(!entry.contains("127.0.0.1") && !entry.contains("actor") && !entry.contains("correlation"))
                // A count names no reader, and its time is the minute; readers have the day alone.
                let time = try #require(entry.firstMatch(of: /"time":"([^"]*)"/).map { String($0.1) })
                if entry.contains("readers-seen") {
                    #expect(time.hasSuffix("T00:00:00.000Z"), "\(time)")
                } else {
                    #expect(!entry.contains("reader") && time.hasSuffix(":00.000Z"), "\(entry)")
                }
            }
        }
    }

    @Test func anotherServersLogIsTakenOnce() async throws {
        try await withMarketplace { marketplace, _ in
            try await publish(marketplace, "acme.cdn", "1.0.0")
            let admin = try marketplace.token
            func report(_ lines: String, token: String? = nil, type: String = "application/x-ndjson") async throws
                -> HTTPClientResponse
            {
                try await marketplace.send("POST", "downloads", lines, token: token ?? admin, type: type)
            }
            let lines = (0..<40).map {
                downloadLine(id: "\($0)", "acme.cdn", "1.0.0", reader: "10.0.0.\($0 % 4)", daysAgo: Double($0 % 2))
            }
            // Batches that overlap, several at once, and the same ones again.
            try await withThrowingTaskGroup { group in
                for start in [0, 10, 20, 0, 10, 20] {
                    group.addTask { try await report(lines[start..<start + 20].joined()) }
                }
                for try await answer in group { #expect(answer.status == 201 || answer.status == 200) }
            }
            let again = try json(try await report(lines.joined()), 200)
            #expect(again["accepted"]?.integer == 0 && again["repeated"]?.integer == 40)
            try await expectCounted(marketplace, "acme.cdn", 40)
            try await expectReaders(marketplace, "acme.cdn", 4)

            // One bad line, and nothing is taken.
            let bad = downloadLine(id: "new", "acme.cdn", "1.0.0")
            for (line, path) in [
                ("{}", "/1/id"), ("[]", "/1"), ("{", "/1"),
                (downloadLine(id: "x", "acme.cdn", "2.0.0"), "/1/version"),
                (downloadLine(id: "x", "acme.no", "1.0.0"), "/1/agent"),
                (downloadLine(id: "x", "acme.cdn", "1.0.0", daysAgo: 3), "/1/time"),
                (downloadLine(id: "x", "acme.cdn", "1.0.0", daysAgo: -1), "/1/time"),
            ] {
                let answer = try await report(bad + line)
                expect(answer, "422 invalid-body")
                let findings = try JSONValue(answer.body)["findings"]?.array ?? []
                #expect(findings.contains { $0["path"]?.string == path }, "\(line): \(findings)")
            }
            expect(try await report(""), "422 invalid-body")
            expect(try await report(bad, type: "application/json"), "415 unsupported-media-type")
            #expect(try await counts(marketplace, "acme.cdn").raw == 40)
        }
    }

    /// The program is killed between a redirect and its entry, and around the append: each download counts once.
    @Test(arguments: [
        "downloads.recorded", "downloads.appending", "append.sent", "append.answered", "downloads.appended",
    ])
    func aKillLosesNoDownloadAndDoublesNone(_ moment: String) async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await withFolder { folder in
                let failpoints = "\(folder)-failpoints"
                defer { try? FileManager.default.removeItem(atPath: failpoints) }
                try FileManager.default.createDirectory(atPath: failpoints, withIntermediateDirectories: true)
                let arguments = [
                    "up", "--data", folder, "--database-url", url, "--port", "0", "--download-flush", "1",
                    "--readers-flush", "1",
                ]
                let environment = ["MENTATLAB_FAILPOINTS": failpoints]
                var marketplace = try await MarketplaceProcess(arguments, folder: folder, environment: environment)
                try await publish(marketplace, "acme.kill", "1.0.0")
                var answered: Int64 = 0
                // One a round may be written down without an answer that arrives.
                var unanswered: Int64 = 0
                for round in 0..<3 {
                    if round > 0 {
                        marketplace = try await MarketplaceProcess(arguments, folder: folder, environment: environment)
                    }
                    let path = "agents/acme.kill/versions/latest/download"
                    for _ in 0..<5 where try await marketplace.get(path).status == 302 { answered += 1 }
                    try "kill".write(toFile: "\(failpoints)/\(moment)", atomically: true, encoding: .utf8)
                    for _ in 0..<200 {
                        guard let status = try? await marketplace.get(path).status else {
                            unanswered += 1
                            break
                        }
                        if status == 302 { answered += 1 }
                        try await Task.sleep(for: .milliseconds(20))
                    }
                    try await marketplace.kill()
                    try? FileManager.default.removeItem(atPath: "\(failpoints)/\(moment)")
                }
                marketplace = try await MarketplaceProcess(arguments, folder: folder, environment: environment)
                #expect(answered >= 15 && unanswered == 3)
                if moment == "downloads.recorded" {
                    try await expectCounted(marketplace, "acme.kill", answered + unanswered)
                } else {
                    try await expectCounted(marketplace, "acme.kill", answered, orUpTo: answered + unanswered)
                }
                #expect(try await marketplace.stop() == 0)
                let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/spool")
                #expect(left.isEmpty, "what was counted is removed")
            }
        }
    }

    /// A power cut takes what came within a second, however seldom downloads go to the log.
    @Test func whatIsWrittenDownIsForcedToTheDiskSoon() async throws {
        try await TestDatabase.with { url in
            try await withFolder { folder in
                let failpoints = "\(folder)-failpoints"
                defer { try? FileManager.default.removeItem(atPath: failpoints) }
                try FileManager.default.createDirectory(atPath: failpoints, withIntermediateDirectories: true)
                let marketplace = try await MarketplaceProcess(
                    ["up", "--data", folder, "--database-url", url, "--port", "0", "--download-flush", "3600"],
                    folder: folder, environment: ["MENTATLAB_FAILPOINTS": failpoints])
                try await publish(marketplace, "acme.sync", "1.0.0")
                let moment = "\(failpoints)/spool.synchronized"
                try "kill".write(toFile: moment, atomically: true, encoding: .utf8)
                let path = "agents/acme.sync/versions/latest/download"
                #expect(try await marketplace.get(path).status == 302)
                try await eventually("the disk is asked") { !FileManager.default.fileExists(atPath: moment) }
                try await marketplace.kill()
            }
        }
    }

    /// What a power cut left in a spool, however long, holds up no line behind it.
    @Test func linesBehindGarbageAreCounted() async throws {
        try await TestDatabase.with { url in
            try await withFolder { folder in
                func start(_ seconds: Int) async throws -> MarketplaceProcess {
                    try await MarketplaceProcess(
                        [
                            "up", "--data", folder, "--database-url", url, "--port", "0", "--download-flush",
                            "\(seconds)",
                        ],
                        folder: folder)
                }
                var marketplace = try await start(3_600)
                try await publish(marketplace, "acme.torn", "1.0.0")
                for _ in 0..<3 {
                    #expect(try await marketplace.get("agents/acme.torn/versions/latest/download").status == 302)
                }
                try await marketplace.kill()
                let spools = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/spool")
                let file = URL(filePath: "\(folder)/spool/\(try #require(spools.first))")
                let lines = try Data(contentsOf: file)
                #expect(!lines.isEmpty)
                var torn = Data(String(repeating: "no line\n", count: 200_000).utf8)
                torn += Data(count: 3 << 20) + Data([0x0a]) + lines
                try torn.write(to: file)

                marketplace = try await start(1)
                try await expectCounted(marketplace, "acme.torn", 3)
                #expect(try await marketplace.stop() == 0)
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/spool").isEmpty)
            }
        }
    }

    @Test func aSpoolThatIsFullCountsWhatItLosesAndAnswersAllTheSame() async throws {
        try await withMarketplace(["--spool-mebibytes", "0"]) { marketplace, _ in
            try await publish(marketplace, "acme.full", "1.0.0")
            for _ in 0..<3 {
                #expect(try await marketplace.get("agents/acme.full/versions/1.0.0/download").status == 302)
            }
            #expect(try await marketplace.json("/health/downloads")["lost"]?.integer == 3)
            #expect(try await counts(marketplace, "acme.full").raw == 0)
        }
    }

    /// The formula of the token, made anew from its parts; its key is destroyed when its time is over.
    @Test func dayTokensAreWhatTheyAreSaidToBeAndTheirKeysEnd() async throws {
        try await withFolder { folder in
            let keys = try DayKeys(folder)
            let agent = try #require(AgentKey("acme.a"))
            let noon = Timestamp(milliseconds: 20_000 * 86_400_000 + 43_200_000)
            let token = try keys.token("10.0.0.1", agent: agent, at: noon).token
            #expect(
                try DayKeys(folder).token("10.0.0.1", agent: agent, at: noon).token == token, "another front, the same")
            #expect(try keys.token("10.0.0.2", agent: agent, at: noon).token != token)
            let sender = PersonID(random: [UInt8](repeating: 1, count: 16))
            let told = try keys.token("10.0.0.1", agent: agent, at: noon, sender: sender)
            #expect(told.token != token, "nobody asks for the token of another front's reader")
            #expect(try keys.token("10.0.0.1", agent: agent, at: noon.adding(milliseconds: 86_400_000)).token != token)
            let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).sorted().first)
            #expect(file == "2024-10-04")
            let key = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(file)")))
            let script =
                "import hmac,sys;print(hmac.new(bytes.fromhex(sys.argv[1]),b'10.0.0.1\\0acme.a','sha256').hexdigest())"
            let oracle = try await run(["/usr/bin/python3", "-c", script, Hex.encode(Array(key[..<32]))]).output
            #expect(told.domain.hex == Hex.encode(Array(key[32...])))
            #expect(oracle.prefix(32) == token.hex)

            try keys.destroy(at: noon.adding(milliseconds: 86_400_000))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
            // 48 hours after its day began.
            try keys.destroy(at: Timestamp(milliseconds: 20_002 * 86_400_000))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["2024-10-05"])
            #expect(try keys.token("10.0.0.1", agent: agent, at: noon).token != token)
            // What can't be destroyed is said, and keeps no key alive.
            try FileManager.default.createDirectory(atPath: "\(folder)/2020-01-01", withIntermediateDirectories: true)
            #expect(throws: (any Error).self) { try keys.destroy(at: Timestamp(milliseconds: 20_010 * 86_400_000)) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["2020-01-01"])
        }
    }
}
