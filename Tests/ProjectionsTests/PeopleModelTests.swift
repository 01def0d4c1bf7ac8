import Crypto
import EventLog
import Events
import Following
import Logging
import Projections
import System
import TestSupport
import Testing

/// The models of people and their judgments are functions of the log, however it is cut into batches.
@Suite struct PeopleModelTests {
    private static let tables = [
        "publishers", "agents", "agent_counters", "agent_figures", "agent_versions", "agent_owners", "reviews",
        "review_votes", "stars",
        "flags", "download_readers", "version_downloads", "daily_downloads", "index_documents",
        "files", "file_holds", "removed_files", "withheld_files",
    ]

    private func rows(_ url: String) async throws -> [String] {
        var rows: [String] = []
        for table in Self.tables {
            rows += try await TestDatabase.queryModels(url, "SELECT '\(table) ' || t::text FROM \(table) t ORDER BY 1")
        }
        return rows
    }

    /// Readers that come too late to count do not decide whether older ones are still stored.
    @Test func readersThatComeTooLateForgetNobody() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let head = HeadFeed(Position(0)) { try await log.entries.head() }
            let projector = Projector(
                .agents, DatabaseAccess(url: url), head: head, log: Log("test", threshold: .error))
            let key = try #require(AgentKey("acme.a"))
            func append(_ number: UInt8) async throws {
                let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
                let seen = AgentReadersSeen(
                    agent: key, day: now.day, domain: ReaderDomain(random: [UInt8](repeating: 1, count: 16)),
                    readers: [DayToken(random: [UInt8](repeating: number, count: 16))], version: "1.0.0")
                let event = Append.NewEvent(
                    envelope: Envelope(
                        id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                        stream: .downloads(slice: StreamName.agent(key).slice), time: now.day.start, recordedTime: now,
                        origin: Envelope.Origin(), event: seen), version: nil)
                guard case .appended = try await log.append(Append(expected: [:], events: [event])) else {
                    throw EventLogError.corrupt("not appended")
                }
            }
            try await append(1)
            try await projector.applyBatch()
            try await append(2)
            // As if it had been recorded ten days later, which no log takes from a writer of today.
            try await TestDatabase.script(
                url,
                """
                UPDATE log.events SET entry = convert_to(regexp_replace(convert_from(entry, 'UTF8'),
                    '"recordedtime":"[0-9-]{10}', '"recordedtime":"' || (now() AT TIME ZONE 'UTC')::date + 10), 'UTF8')
                WHERE position = 1
                """)
            try await projector.applyBatch()
            let stored = "SELECT encode(readers, 'hex') FROM download_readers WHERE version = ''"
            let before = try await TestDatabase.queryModels(url, stored)
            #expect(before.count == 1)
            try await TestDatabase.emptyModels(url)
            try await projector.applyBatch()
            #expect(try await TestDatabase.queryModels(url, stored) == before)
            await log.close()
        }
    }

    @Test(arguments: [1, 2, 3])
    func howTheLogIsCutChangesNothing(_ seed: UInt64) async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let head = HeadFeed(Position(0)) { try await log.entries.head() }
            let projectors = ProjectionCatalogue.all.map {
                Projector($0, DatabaseAccess(url: url), head: head, log: Log("test", threshold: .error))
            }
            var walk = RandomWalk(log, url, seed: seed)
            try await walk.begin()
            for _ in 0..<150 {
                try await walk.step()
                if walk.random.once(in: 4) {
                    for projector in projectors { try await projector.applyBatch() }
                }
            }
            for projector in projectors { try await projector.applyBatch() }
            let before = try await rows(url)
            #expect(before.count > 60)
            try await TestDatabase.emptyModels(url)
            for projector in projectors { try await projector.applyBatch() }
            let anew = try await rows(url)
            #expect(anew == before, "seed \(seed): \(zip(anew, before).first { $0.0 != $0.1 }.map { "\($0)" } ?? "")")

            // And the counts are what there is to count.
            let counts = try await TestDatabase.queryModels(
                url,
                """
                SELECT c.key || ' ' || c.stars || ' ' || c.ones + c.twos + c.threes + c.fours + c.fives || ' ' || c.fives
                FROM agent_counters c ORDER BY c.key
                """)
            let counted = try await TestDatabase.queryModels(
                url,
                """
                SELECT a.key || ' ' || (SELECT count(*) FROM stars s WHERE s.key = a.key) || ' '
                    || (SELECT count(*) FROM reviews r WHERE r.key = a.key) || ' '
                    || (SELECT count(*) FROM reviews r WHERE r.key = a.key AND r.rating = 5)
                FROM agents a ORDER BY a.key
                """)
            #expect(counts == counted)
            let downloads = try await TestDatabase.queryModels(
                url, "SELECT key || ' ' || downloads || ' ' || readers FROM agent_counters ORDER BY key")
            #expect(
                downloads
                    == walk.agents.map { id in
                        "\(id.key) \(walk.raw[id.key] ?? 0) \(walk.readers[id.key]?.count ?? 0)"
                    }.sorted())
            #expect(counts.count == 4)
            await log.close()
        }
    }
}
