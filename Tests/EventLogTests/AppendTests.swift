import Crypto
import EventLog
import Events
import Postgres
import TestSupport
import Testing

@Suite struct AppendTests {
    private func withLog(
        partitionPositions: Int64 = 1 << 24, _ body: (LogFixture, String) async throws -> Void
    ) async throws {
        try await TestDatabase.with { url in
            var configuration = EventLog.Configuration(url: url)
            configuration.partitionPositions = partitionPositions
            let log = try await EventLog.open(configuration)
            try await body(LogFixture(log: log), url)
            await log.close()
        }
    }

    @Test func positionsAreContiguousFromZero() async throws {
        try await withLog { fixture, _ in
            let positions = try await withThrowingTaskGroup(of: AppendOutcome.self) { group in
                for index in 0..<500 { group.addTask { try await fixture.log.append(fixture.claim("n\(index)")) } }
                return try await group.reduce(into: [Int64]()) { positions, outcome in
                    if case .appended(let last?) = outcome { positions.append(last.value) }
                }
            }
            #expect(positions.sorted() == Array(0..<500))
            #expect(try await fixture.log.entries.head() == Position(500))
            let page = try await fixture.log.entries.read(from: Position(490), limit: 100)
            #expect(page.entries.map(\.position.value) == Array(490..<500))
            #expect(page.next == Position(500))
        }
    }

    /// A page ends at so many bytes, and where one goes on nothing is left out.
    @Test func aPageIsBoundedInBytes() async throws {
        try await withLog { fixture, _ in
            let key = try #require(AgentKey("acme.large"))
            let count = 40
            for number in 0..<count {
                let published = VersionPublished(
                    version: "1.\(number).0", artifacts: [], listed: true,
                    capabilities: (0..<250).map { "c\($0)\(String(repeating: "x", count: 180))" },
                    listingCommitment: SHA256Digest(of: []))
                let event = fixture.event(.agent(key), published, Int64(number + 1))
                _ = try await fixture.log.append(
                    Append(expected: [.agent(key): StreamVersion(Int64(number))], events: [event]))
            }
            typealias Read = (Position) async throws -> EventReader.Page
            let reads: [Read] = [
                { try await fixture.log.entries.read(from: $0, limit: 1_000) },
                { try await fixture.log.entries.read(type: VersionPublished.type, from: $0, limit: 1_000) },
                { try await fixture.log.entries.read(stream: "agent/acme.large", from: $0, limit: 1_000) },
            ]
            for read in reads {
                var (next, seen) = (Position(0), [Position]())
                while next < Position(Int64(count)) {
                    let page = try await read(next)
                    #expect(page.entries.reduce(0) { $0 + $1.bytes.count } <= EventReader.maximumBytes)
                    seen += page.entries.map(\.position)
                    try #require(page.next > next)
                    next = page.next
                }
                #expect(seen == (0..<count).map { Position(Int64($0)) })
            }
        }
    }

    @Test func anEntryComesBackAsItsBytes() async throws {
        try await withLog { fixture, _ in
            _ = try await fixture.log.append(fixture.claim("acme"))
            let entry = try #require(try await fixture.log.entries.read(from: Position(0), limit: 1).entries.first)
            let envelope = try entry.envelope()
            #expect(envelope.bytes == entry.bytes)
            #expect(envelope.log == fixture.log.id)
            #expect(entry.version == StreamVersion(1))
        }
    }

    @Test func aStreamAtAnotherVersionConflictsAlone() async throws {
        try await withLog { fixture, _ in
            let log = fixture.log
            #expect(try await log.append(fixture.claim("acme")) == .appended(last: Position(0)))
            // One batch holds them both; the conflict does not take its neighbour along.
            async let stale = log.append(fixture.claim("acme"))
            async let sound = log.append(fixture.claim("other"))
            let outcomes = try await (stale, sound)
            #expect(outcomes.0 == .refused(.stale))
            #expect(outcomes.1 == .appended(last: Position(1)))
            #expect(try await log.append(fixture.claim("acme", expecting: 1)) == .appended(last: Position(2)))
            #expect(try await log.append(fixture.claim("acme", expecting: 5)) == .refused(.stale))
            #expect(try await log.entries.head() == Position(3))
        }
    }

    @Test func exactlyOneOfManyClaimsAName() async throws {
        try await withLog { fixture, url in
            let second = try await EventLog.open(EventLog.Configuration(url: url))
            let outcomes = try await withThrowingTaskGroup(of: AppendOutcome.self) { group in
                for index in 0..<40 {
                    let log = index % 2 == 0 ? fixture.log : second
                    group.addTask { try await log.append(fixture.claim("acme")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == .appended(last: Position(0)) }.count == 1)
            #expect(outcomes.filter { $0 == .refused(.stale) }.count == 39)
            await second.close()
        }
    }

    @Test func aGuardThatMovedConflicts() async throws {
        try await withLog { fixture, _ in
            let log = fixture.log
            _ = try await log.append(fixture.claim("guard"))
            #expect(try await log.append(fixture.claim("a", guards: ["guard": 0])) == .refused(.stale))
            #expect(try await log.append(fixture.claim("a", guards: ["guard": 1])) == .appended(last: Position(1)))
        }
    }

    @Test func severalStreamsAreAppendedTogetherOrNot() async throws {
        try await withLog { fixture, _ in
            let log = fixture.log
            let (a, b) = (try #require(Namespace("a")), try #require(Namespace("b")))
            func both(_ versions: (Int64, Int64)) throws -> Append {
                Append(
                    expected: [.namespace(a): StreamVersion(versions.0), .namespace(b): StreamVersion(versions.1)],
                    events: [
                        try #require(fixture.event("a", version: versions.0 + 1)),
                        try #require(fixture.event("b", version: versions.1 + 1)),
                        try #require(fixture.event("a", version: versions.0 + 2)),
                    ])
            }
            #expect(try await log.append(both((0, 1))) == .refused(.stale))
            #expect(try await log.entries.head() == Position(0))
            #expect(try await log.append(both((0, 0))) == .appended(last: Position(2)))
            let entries = try await log.read(after: [.namespace(a): .none, .namespace(b): .none])
            #expect(entries.map(\.entry.position.value) == [0, 1, 2])
            #expect(entries.map(\.entry.version?.value) == [1, 1, 2])
            #expect(try await log.read(after: [.namespace(a): StreamVersion(1)]).map(\.entry.position.value) == [2])
        }
    }

    @Test func aKeyAppendsOnceAndAnswersAlike() async throws {
        try await withLog { fixture, url in
            let second = try await EventLog.open(EventLog.Configuration(url: url))
            // Different streams, so that the key alone decides; two programs race for it.
            let outcomes = try await withThrowingTaskGroup(of: AppendOutcome.self) { group in
                for index in 0..<20 {
                    let log = index % 2 == 0 ? fixture.log : second
                    group.addTask { try await log.append(fixture.claim("n\(index)", key: "k")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(try await fixture.log.entries.head() == Position(1))
            #expect(outcomes.filter { if case .appended = $0 { true } else { false } }.count == 1)
            let stored = try #require(try await fixture.log.storedReply(KeyID(actor: fixture.actor, key: "k")))
            #expect(stored.position == Position(0))
            #expect(outcomes.filter { $0 == .repeated(stored) }.count == 19)
            #expect(try await second.append(fixture.claim("x", key: "k", fingerprint: [2])) == .keyReused)
            #expect(try await fixture.log.entries.head() == Position(1))
            await second.close()
        }
    }

    @Test func onlyWhatAppendedKeepsItsKey() async throws {
        try await withLog { fixture, _ in
            let log = fixture.log
            _ = try await log.append(fixture.claim("acme"))
            #expect(try await log.append(fixture.claim("acme", key: "k")) == .refused(.stale))
            #expect(try await log.storedReply(KeyID(actor: fixture.actor, key: "k")) == nil)
            #expect(try await log.append(fixture.claim("other", key: "k")) == .appended(last: Position(1)))
        }
    }

    @Test func aKeyIsFreeAgainAfterADay() async throws {
        try await withLog { fixture, url in
            _ = try await fixture.log.append(fixture.claim("a", key: "k"))
            try await TestDatabase.script(
                url, "UPDATE vault.idempotency_keys SET created = now() - interval '25 hours'")
            #expect(try await fixture.log.storedReply(KeyID(actor: fixture.actor, key: "k")) == nil)
            #expect(try await fixture.log.append(fixture.claim("b", key: "k")) == .appended(last: Position(1)))
        }
    }

    @Test func anUnleasedArtifactIsNotNamed() async throws {
        try await withLog { fixture, url in
            let digest = SHA256Digest(of: [1, 2, 3])
            #expect(
                try await fixture.log.append(fixture.claim("a", artifacts: [digest])) == .refused(.artifactUnleased))
            try await TestDatabase.script(url, "INSERT INTO vault.artifact_leases (sha256) VALUES ('\\x\(digest.hex)')")
            #expect(
                try await fixture.log.append(fixture.claim("a", artifacts: [digest])) == .appended(last: Position(0)))
            let names = try await TestDatabase.query(url, "SELECT encode(sha256, 'hex') FROM vault.artifact_names")
            #expect(names == [digest.hex])
        }
    }

    @Test func contentsStandBesideTheirEntry() async throws {
        try await withLog { fixture, url in
            let content = Content(document: Array(#"{"kind":"name","name":"x"}"#.utf8), nonce: SecureRandom.bytes(32))
            let new = Append.NewContent(field: "name_commitment", content: content, isPublic: true)
            let stale = Append(
                expected: fixture.claim("b", expecting: 3).expected,
                events: [try #require(fixture.event("b", version: 4, contents: [new]))])
            let sound = Append(
                expected: fixture.claim("a").expected, events: [try #require(fixture.event("a", contents: [new]))])
            async let first = fixture.log.append(stale)
            async let second = fixture.log.append(sound)
            #expect(try await first == .refused(.stale))
            #expect(try await second == .appended(last: Position(0)))
            let rows = try await TestDatabase.query(
                url,
                "SELECT position || ' ' || field || ' ' || encode(sha256(nonce || document), 'hex') FROM log.contents")
            #expect(rows == ["0 name_commitment \(content.commitment)"])
        }
    }

    /// Commands that are refused take what belongs to them out of the batch: contents, keys, credentials and files of
    /// the others stand under their own positions.
    @Test func refusedNeighboursLeaveNothing() async throws {
        try await withLog { fixture, url in
            var random = SeededRandom(seed: 1)
            let taken = (0..<60).map { _ in Int.random(in: 0..<3, using: &random) > 0 }
            for (index, isTaken) in taken.enumerated() where !isTaken {
                _ = try await fixture.log.append(fixture.claim("n\(index)"))
            }
            let outcomes = try await withThrowingTaskGroup(of: (Int, AppendOutcome).self) { group in
                for index in taken.indices {
                    let digest = SHA256Digest(of: Array("file \(index)".utf8))
                    let hasFile = index % 4 == 0
                    if hasFile, index % 8 == 0 {
                        try await TestDatabase.script(
                            url, "INSERT INTO vault.artifact_leases (sha256) VALUES ('\\x\(digest.hex)')")
                    }
                    group.addTask {
                        (index, try await fixture.log.append(fixture.full(index, artifacts: hasFile ? [digest] : [])))
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            // What the log holds, by the name that every part of a command carries.
            let contents = try await TestDatabase.query(
                url,
                "SELECT e.stream || ' ' || convert_from(c.document, 'UTF8') FROM log.contents c JOIN log.events e USING (position)"
            )
            let keys = try await TestDatabase.query(
                url,
                "SELECT e.stream || ' ' || convert_from(k.reply, 'UTF8') FROM vault.idempotency_keys k JOIN log.events e USING (position)"
            )
            let credentials = try await TestDatabase.query(url, "SELECT encode(hash, 'hex') FROM vault.tokens")
            let files = try await TestDatabase.query(url, "SELECT encode(sha256, 'hex') FROM vault.artifact_names")
            var appended: [Int] = []
            for (index, isTaken) in taken.enumerated() {
                switch outcomes[index] {
                case .appended: appended.append(index)
                case .refused(.stale): #expect(!isTaken)
                // Where a command is stale as well, either reason stands: a batch first looks for no stream that begins.
                case .refused(.artifactUnleased): #expect(index % 4 == 0 && index % 8 != 0, "\(index)")
                default: Issue.record("\(String(describing: outcomes[index]))")
                }
            }
            #expect(appended.allSatisfy { taken[$0] && ($0 % 4 != 0 || $0 % 8 == 0) })
            #expect(
                appended.count + outcomes.values.count { $0 == .refused(.stale) || $0 == .refused(.artifactUnleased) }
                    == 60)
            #expect(contents.sorted() == appended.map { "namespace/second-\($0) \"\($0)\"" }.sorted())
            #expect(keys.sorted() == appended.map { "namespace/second-\($0) \($0)" }.sorted())
            #expect(Set(credentials) == Set(appended.map { SHA256Digest(of: Array("secret \($0)".utf8)).hex }))
            #expect(
                Set(files)
                    == Set(appended.filter { $0 % 4 == 0 }.map { SHA256Digest(of: Array("file \($0)".utf8)).hex }))
        }
    }

    @Test func appendsGoOnAcrossPartitions() async throws {
        try await withLog(partitionPositions: 8) { fixture, url in
            for index in 0..<40 {
                #expect(
                    try await fixture.log.append(fixture.claim("n\(index)")) == .appended(last: Position(Int64(index))))
                try await fixture.log.maintain()
            }
            #expect(try await fixture.log.entries.read(from: Position(0), limit: 100).entries.count == 40)
            let partitions = try await TestDatabase.query(url, "SELECT count(*)::text FROM log.partitions")
            #expect(partitions.first.flatMap { Int($0) } ?? 0 >= 6)
        }
    }

    /// Whether the backend dies before, in or after the commit, each command ends once and is told the truth.
    @Test func aLostConnectionLosesAndDoublesNothing() async throws {
        try await withLog { fixture, url in
            let killer = Task {
                while !Task.isCancelled {
                    try await TestDatabase.script(
                        url,
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'marketplace-append' AND datname = current_database()"
                    )
                    try await Task.sleep(for: .milliseconds(15))
                }
            }
            // On a busy machine every new connection may be lost before anything is sent: then nothing was appended.
            @Sendable func append(_ command: Append) async throws -> AppendOutcome {
                for _ in 0..<50 {
                    do { return try await fixture.log.append(command) } catch EventLogError.unavailable { continue }
                }
                return try await fixture.log.append(command)
            }
            let outcomes = try await withThrowingTaskGroup(of: AppendOutcome.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for index in 0..<50 { _ = try await append(fixture.claim("w\(worker)-\(index)")) }
                        return try await append(fixture.claim("w\(worker)-last"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            killer.cancel()
            _ = await killer.result
            #expect(outcomes.allSatisfy { if case .appended = $0 { true } else { false } })
            #expect(try await fixture.log.entries.head() == Position(8 * 51))
            let abandoned = try await TestDatabase.query(
                url, "SELECT count(*)::text FROM log.writers WHERE first IS NULL")
            #expect(abandoned != ["0"], "no connection was lost in the middle of a batch")
        }
    }

    /// A call of the append with nothing in it, however many arrays it takes.
    private func emptyAppend(_ url: String, _ batch: Int, at time: String) async throws -> String {
        let modes =
            "SELECT count(*)::text FROM pg_proc, unnest(proargmodes) AS mode WHERE proname = 'append' AND mode = 'i'"
        let count = try await TestDatabase.query(url, modes).first.flatMap { Int($0) }
        let arrays = [String](repeating: "'{}'", count: try #require(count) - 4).joined(separator: ", ")
        return "CALL log_r1.append('w', \(batch), \(time), 0, \(arrays), NULL, NULL, NULL)"
    }

    @Test func aSettledBatchIsNeverCommittedLate() async throws {
        try await withLog { _, url in
            try await TestDatabase.script(url, "CALL log_r1.settle('w', 7, NULL, NULL, NULL, NULL)")
            let error = await #expect(throws: PostgresError.self) {
                try await TestDatabase.script(
                    url, try await emptyAppend(url, 7, at: "now()"))
            }
            #expect(error?.sqlState == "ML001")
        }
    }

    @Test func aStampFromAnotherClockIsRefused() async throws {
        try await withLog { _, url in
            let error = await #expect(throws: PostgresError.self) {
                try await TestDatabase.script(
                    url, try await emptyAppend(url, 1, at: "now() - interval '6 seconds'"))
            }
            #expect(error?.sqlState == "ML002")
        }
    }

    /// Nobody but the owner of the schema changes what was appended; only who decides commands sees the vault.
    @Test(arguments: [
        ("marketplace_commands", "UPDATE log.events SET stream = 'x'"),
        ("marketplace_commands", "DELETE FROM log.events"),
        ("marketplace_commands", "DELETE FROM log.streams"),
        ("marketplace_commands", "UPDATE log.contents SET field = 'x'"),
        ("marketplace_commands", "TRUNCATE log.events"), ("marketplace_commands", "CALL log_r1.make_partition(0, 1)"),
        ("marketplace_queries", "SELECT * FROM vault.tokens"),
        ("marketplace_queries", "INSERT INTO models.cursors VALUES (0, 1)"),
        ("marketplace_queries", "DELETE FROM model_agents_1.agents"),
        ("marketplace_projectors", "SELECT * FROM vault.tokens"),
        ("marketplace_projectors", "DELETE FROM log.events"), ("marketplace_queries", "SELECT * FROM log.contents"),
    ])
    func rolesHaveNoMoreThanTheyNeed(_ role: String, _ sql: String) async throws {
        try await TestDatabase.with { url in
            let error = await #expect(throws: PostgresError.self) {
                try await TestDatabase.script(url, "SET ROLE \(role); \(sql)")
            }
            #expect(error?.sqlState == "42501")
        }
    }

    @Test func readsByTypeAndStreamLeadOn() async throws {
        try await withLog { fixture, _ in
            for index in 0..<5 { _ = try await fixture.log.append(fixture.claim("n\(index)")) }
            let reader = fixture.log.entries
            let type = try await reader.read(type: NamespaceClaimed.type, from: Position(1), limit: 2)
            #expect(type.entries.map(\.position.value) == [1, 2])
            #expect(type.next == Position(3))
            let none = try await reader.read(type: LogCreated.type, from: Position(0), limit: 2)
            #expect(none.entries.isEmpty)
            #expect(none.next == Position(5))
            let stream = try await reader.read(stream: "namespace/n3", from: Position(0), limit: 2)
            #expect(stream.entries.map(\.position.value) == [3])
            #expect(stream.next == Position(5))
            #expect(try await reader.read(from: Position(9), limit: 5).next == Position(9))
        }
    }

    @Test func aDatabaseThatLacksWhatTheLogReliesOnIsRefused() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await TestDatabase.script(
                url, "CREATE DATABASE wrong_\(url.suffix(36)) TEMPLATE template0 LC_CTYPE 'C'")
            let wrong = url.replacing("dbname=test_", with: "dbname=wrong_")
            try await TestDatabase.migrate(wrong)
            await #expect(throws: EventLogError.self) { try await EventLog.open(EventLog.Configuration(url: wrong)) }
            try await TestDatabase.script(url, "DROP DATABASE wrong_\(url.suffix(36)) WITH (FORCE)")
        }
    }
}
