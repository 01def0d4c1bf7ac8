import Crypto
import EventLog
import Events
import Foundation
import Postgres
import TestSupport
import Testing

/// Upkeep leaves nothing that is due, and a program works with its own generation of routines alone.
@Suite struct UpkeepTests {
    @Test func pruningGoesOnUntilNothingIsDue() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            try await TestDatabase.script(
                url,
                """
                INSERT INTO vault.idempotency_keys (id, fingerprint, reply, created)
                SELECT gen_random_uuid(), 'f', 'r', now() - interval '25 hours' FROM generate_series(1, 200000);
                INSERT INTO vault.idempotency_keys (id, fingerprint, reply)
                SELECT gen_random_uuid(), 'f', 'r' FROM generate_series(1, 1000);
                INSERT INTO log.writers (writer, batch, settled)
                SELECT 'w', n, now() - interval '25 hours' FROM generate_series(1, 50000) n;
                """)
            try await log.maintain()
            let left = try await TestDatabase.query(
                url,
                """
                SELECT (SELECT count(*) FROM vault.idempotency_keys) || ' '
                    || (SELECT count(*) FROM log.writers WHERE writer = 'w')
                """)
            #expect(left == ["1000 0"])
            await log.close()
        }
    }

    /// Rows that are due all the time don't keep upkeep from ending, or from what else it has to do.
    @Test func aRunEndsHoweverMuchBecomesDueMeanwhile() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            // Given somebody who makes rows that are due, faster than a step takes,
            let making = Task {
                while !Task.isCancelled {
                    try await TestDatabase.script(
                        url,
                        "INSERT INTO vault.daily_shares SELECT 1, gen_random_uuid(), 1 FROM generate_series(1, 5000)")
                }
            }
            // when upkeep runs, then it ends before they do.
            try await eventually("rows are due") {
                try await TestDatabase.query(url, "SELECT (count(*) > 0)::text FROM vault.daily_shares") == ["true"]
            }
            try await log.maintain()
            let count = { try await TestDatabase.query(url, "SELECT count(*)::text FROM vault.daily_shares") }
            let left = try await count()
            try await eventually("more rows are due") { try await count() != left }
            making.cancel()
            _ = await making.result
            await log.close()
        }
    }

    /// Large tables are swept in parts; rows in places that others left are found as well.
    @Test func aTableIsSweptInPartsWhichGoAroundIt() async throws {
        try await TestDatabase.with { url in
            var configuration = EventLog.Configuration(url: url)
            configuration.sweptBlocks = 100
            let log = try await EventLog.open(configuration)
            func left() async throws -> Int {
                let count = try await TestDatabase.query(
                    url, "SELECT count(*)::text FROM vault.idempotency_keys WHERE created < now() - interval '1 day'")
                return Int(count[0]) ?? -1
            }
            for cycle in 0..<2 {
                // Given keys that are due and, in the second cycle, stand where others were before,
                try await TestDatabase.script(
                    url,
                    """
                    INSERT INTO vault.idempotency_keys (id, fingerprint, reply, created)
                    SELECT gen_random_uuid(), 'f', 'r', now() - interval '25 hours' FROM generate_series(1, 40000);
                    """)
                // when upkeep runs once, then it looks at a part,
                try await log.maintain()
                let first = try await left()
                #expect(first > 0 && first < 40_000, "cycle \(cycle): \(first)")
                // and with some more runs at all.
                for _ in 0..<6 { try await log.maintain() }
                #expect(try await left() == 0, "cycle \(cycle)")
                try await TestDatabase.script(url, "VACUUM vault.idempotency_keys")
            }
            await log.close()
        }
    }

    /// Who may only read can't keep the log from getting room, by a lock or by an uncommitted grant that gives nothing.
    @Test(arguments: ["SELECT count(*) FROM log.newest", "GRANT SELECT ON log.newest TO CURRENT_USER"])
    func aReaderThatHoldsALockIsEnded(_ statement: String) async throws {
        try await TestDatabase.with { url in
            var patient = DatabaseAccess(url: url).configuration(.queries, "test")
            patient.transactionPauseMilliseconds = nil
            let reader = PostgresSession(patient)
            let held = DispatchSemaphore(value: 0)
            let (isHeld, tell) = AsyncStream.makeStream(of: Void.self)
            let holding = Task {
                try await reader.run { connection in
                    try connection.executeScript("BEGIN")
                    try connection.executeScript(statement)
                    tell.finish()
                    held.wait()
                    try connection.executeScript(statement)
                }
            }
            for await _ in isHeld {}
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            #expect(try await log.append(LogFixture(log: log).claim("a")) == .appended(last: Position(0)))
            held.signal()
            let ended = await #expect(throws: PostgresError.self) { try await holding.value }
            #expect(ended?.kind == .connectionLost)
            await log.close()
        }
    }

    @Test func aDatabaseOfAnotherGenerationIsRefused() async throws {
        try await TestDatabase.with { url in
            try await TestDatabase.script(url, "ALTER SCHEMA log_r1 RENAME TO log_r9")
            let error = await #expect(throws: EventLogError.self) {
                try await EventLog.open(EventLog.Configuration(url: url))
            }
            #expect(
                "\(error.map { "\($0)" } ?? "")".contains("works with the routines log_r1, the database has log_r9"))
        }
    }

    /// A newer program brings routines of its own beside those of this one, and both go on.
    @Test func twoGenerationsStandSideBySide() async throws {
        try await TestDatabase.with { url in
            let newer =
                EventLogSchema.steps + [
                    PostgresMigration("routines/log_r2", Array("CREATE SCHEMA log_r2".utf8))
                ]
            try await PostgresMigrator.migrate(PostgresConfiguration(url: url, applicationName: "tests"), newer)
            try await TestDatabase.migrate(url)
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            #expect(try await log.append(LogFixture(log: log).claim("a")) == .appended(last: Position(0)))
            await log.close()
        }
    }

    /// A log with an entry of every type is what its own bytes say.
    @Test func aLogOfEveryTypeVerifies() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            var versions: [StreamName: Int64] = [:]
            for type in EventCatalogue.types {
                let file = Oracle.root.appending(path: "Tests/EventsTests/Golden/\(type).json")
                let golden = try Envelope(bytes: Array(try Data(contentsOf: file)))
                let stream = type == LogCreated.type ? StreamName.log(log.id) : golden.stream
                let version = stream.kind.hasVersions ? (versions[stream] ?? 0) + 1 : nil
                versions[stream] = version
                let artifacts = (golden.event as? VersionPublished)?.artifacts ?? []
                for artifact in artifacts {
                    try await TestDatabase.script(
                        url, "INSERT INTO vault.artifact_leases (sha256) VALUES ('\\x\(artifact.sha256.hex)')")
                }
                let envelope = Envelope(
                    id: UUIDv7(milliseconds: golden.time.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                    stream: stream, time: golden.time, recordedTime: golden.time, origin: golden.origin,
                    event: golden.event)
                let outcome = try await log.append(
                    Append(
                        expected: version.map { [stream: StreamVersion($0 - 1)] } ?? [:],
                        events: [Append.NewEvent(envelope: envelope, version: version.map(StreamVersion.init))],
                        effects: artifacts.map(ArtifactEffect.init)))
                guard case .appended = outcome else { Issue.record("\(type): \(outcome)"); continue }
            }
            var differences: [LogDifference] = []
            let counts = try await LogVerifier(DatabaseAccess(url: url).configuration(.readers, "test")) { _, _ in nil }
                .verify(
                    report: { differences.append($0) }, progress: { _, _ in })
            #expect(counts.entries == Int64(EventCatalogue.types.count))
            // One of the files was removed, and here all of them are there.
            #expect(differences.map(\.kind) == [.artifactRemains], "\(differences.prefix(3))")
            await log.close()
        }
    }
}
