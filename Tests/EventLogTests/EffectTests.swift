import Crypto
import EventLog
import Events
import Foundation
import Postgres
import TestSupport
import Testing

/// What an append changes besides its events happens with it, alone or not at all.
@Suite struct EffectTests {
    private func withLog(_ body: (LogFixture, String) async throws -> Void) async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            try await body(LogFixture(log: log), url)
            await log.close()
        }
    }

    @Test func anAppendWithoutEventsHasNoPosition() async throws {
        try await withLog { fixture, url in
            let log = fixture.log
            _ = try await log.append(fixture.claim("guard"))
            let guardStream = StreamName.namespace(try #require(Namespace("guard")))
            let key = Append.IdempotencyKey(
                KeyID(actor: fixture.actor, key: "k"), fingerprint: SHA256Digest(of: [1]), reply: Array("{}".utf8))
            func append(expecting version: Int64) -> Append {
                Append(
                    expected: [guardStream: StreamVersion(version)], events: [], key: key,
                    effects: [MailboxEffect(fixture.actor, address: "a@b.c")])
            }
            // A guard that moved leaves nothing behind, the key included.
            #expect(try await log.append(append(expecting: 0)) == .refused(.stale))
            #expect(try await log.append(append(expecting: 1)) == .appended(last: nil))
            #expect(try await log.mailbox(of: fixture.actor) == "a@b.c")
            #expect(try await log.entries.head() == Position(1))
            let stored = try #require(try await log.storedReply(KeyID(actor: fixture.actor, key: "k")))
            #expect(stored.position == nil)
            #expect(try await log.append(append(expecting: 1)) == .repeated(stored))
            // Neighbours in a batch keep their positions.
            let outcomes = try await withThrowingTaskGroup(of: AppendOutcome.self) { group in
                for index in 0..<20 {
                    let person = PersonID(random: SecureRandom.bytes(16))
                    let mailbox = MailboxEffect(person, address: "\(index)@b.c")
                    group.addTask { try await log.append(Append(expected: [:], events: [], effects: [mailbox])) }
                    group.addTask { try await log.append(fixture.claim("n\(index)")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let positions = outcomes.compactMap { outcome -> Int64? in
                if case .appended(let last?) = outcome { return last.value }
                return nil
            }
            #expect(positions.sorted() == Array(1...20))
            #expect(outcomes.filter { $0 == .appended(last: nil) }.count == 20)
            #expect(try await TestDatabase.query(url, "SELECT count(*)::text FROM vault.mailboxes") == ["21"])
        }
    }

    /// Every check comes before any doing: a command that fails the last check has done nothing that the first ones let
    /// pass, and its neighbours everything.
    @Test func aFailedCheckLeavesNothingOfItsCommand() async throws {
        try await withLog { fixture, url in
            let log = fixture.log
            let spool = SpoolID()
            func append(_ index: Int, start: Int64) -> Append {
                let person = PersonID(random: SecureRandom.bytes(16))
                return Append(
                    expected: fixture.claim("n\(index)").expected, events: fixture.claim("n\(index)").events,
                    effects: [
                        MailboxEffect(person, address: "\(index)@b.c"),
                        CredentialEffect(
                            hash: SHA256Digest(of: SecureRandom.bytes(8)),
                            token: TokenID(random: SecureRandom.bytes(16)),
                            person: person, name: "\(index)"),
                        SpoolRangeEffect(index == 1 ? spool : SpoolID(), start: start, past: 100),
                    ])
            }
            async let good = log.append(append(0, start: 0))
            async let bad = log.append(append(1, start: 7))
            async let other = log.append(append(2, start: 0))
            let outcomes = try await [good, bad, other]
            #expect(outcomes[1] == .refused(.spoolMoved))
            let rows = try await TestDatabase.query(
                url,
                """
                SELECT (SELECT count(*) FROM log.events) || ' ' || (SELECT count(*) FROM vault.mailboxes) || ' '
                    || (SELECT count(*) FROM vault.tokens) || ' ' || (SELECT count(*) FROM log.spools)
                """)
            #expect(rows == ["2 2 2 2"])
            #expect(
                try await TestDatabase.query(url, "SELECT address FROM vault.mailboxes ORDER BY 1") == [
                    "0@b.c", "2@b.c",
                ])
        }
    }

    /// Effects that claim the same never share a batch: the second sees what the first has done.
    @Test func whatClaimsTheSameComesOneAfterTheOther() async throws {
        try await withLog { fixture, _ in
            let log = fixture.log
            let spool = SpoolID()
            let ranges: [AppendOutcome] = try await withThrowingTaskGroup(of: (Int, AppendOutcome).self) { group in
                for index in 0..<10 {
                    let effect = SpoolRangeEffect(spool, start: Int64(index) * 10, past: Int64(index) * 10 + 10)
                    group.addTask {
                        (index, try await log.append(Append(expected: [:], events: [], effects: [effect])))
                    }
                    // In the order of the ranges, as one drain sends them.
                    try await Task.sleep(for: .milliseconds(1))
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
            }
            #expect(ranges == [AppendOutcome](repeating: .appended(last: nil), count: 10))
            #expect(try await log.spoolMark(spool) == 100)
        }
    }

    /// A hold that was decided first is seen by a publish of the file, although both were ready for one batch.
    @Test func aFileIsHeldBeforeItIsNamedAgain() async throws {
        try await withLog { fixture, url in
            let log = fixture.log
            let key = try #require(AgentKey("acme.held"))
            let digest = SHA256Digest(of: [7])
            try await TestDatabase.script(url, "INSERT INTO vault.artifact_leases (sha256) VALUES ('\\x\(digest.hex)')")
            // Two batches wait for the lock, so what comes then gathers in the next one.
            let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
            let lock = PostgresStatement("lock", Array("SELECT pg_advisory_xact_lock(7306920370913280)".utf8))
            let locked = Task {
                try await session.run { connection in
                    try connection.transaction {
                        try connection.execute(lock)
                        Thread.sleep(forTimeInterval: 0.6)
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            let held = HeldFileEffect(DerivedVault.HeldFile(digest, of: key, precedence: []))
            let sent: [Append] = [
                fixture.claim("n1"), fixture.claim("n2"), Append(expected: [:], events: [], effects: [held]),
                fixture.claim("n3", artifacts: [digest]),
            ]
            let outcomes = try await withThrowingTaskGroup(of: (Int, AppendOutcome).self) { group in
                for (index, append) in sent.enumerated() {
                    group.addTask { (index, try await log.append(append)) }
                    try await Task.sleep(for: .milliseconds(50))
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            try await locked.value
            await session.close()
            #expect(outcomes[2] == .appended(last: nil))
            #expect(outcomes[3] == .refused(.artifactHeld))
        }
    }

    /// Thousands of refused commands cost each about as much as a few: what is refused is found by subscript.
    @Test func manyRefusedCommandsAreToldApart() async throws {
        try await withLog { fixture, _ in
            let log = fixture.log
            for index in 0..<10 { _ = try await log.append(fixture.claim("taken\(index)")) }
            let outcomes = try await withThrowingTaskGroup(of: (Int, AppendOutcome).self) { group in
                for index in 0..<3_000 {
                    let name = index % 3 == 0 ? "free\(index)" : "taken\(index % 10)"
                    // A guard that moved, so that the database decides and not the writer.
                    let append = fixture.claim("new\(index)", guards: index % 3 == 0 ? [:] : [name: 0])
                    group.addTask { (index, try await log.append(append)) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for (index, outcome) in outcomes {
                if index % 3 == 0 {
                    guard case .appended = outcome else { Issue.record("\(index): \(outcome)"); continue }
                } else {
                    #expect(outcome == .refused(.stale))
                }
            }
            #expect(try await log.entries.head() == Position(1_010))
        }
    }

    /// The reasons that the checks give are those that the program knows.
    @Test func everyReasonIsKnown() throws {
        let folder = Oracle.root.appending(path: "Sources/EventLog/SQL")
        var reasons: Set<String> = []
        for path in FileManager.default.enumerator(atPath: folder.path)?.compactMap({ $0 as? String }) ?? []
        where path.hasSuffix(".sql") {
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            for match in text.matches(of: /'([a-z-]+)' AS reason/) { reasons.insert(String(match.1)) }
        }
        #expect(reasons == Set(AppendRefusal.allCases.map(\.rawValue)))
    }
}
