import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite struct PostgresTests {
    private func open(_ url: String, timeout: Int = 30_000) -> PostgresSession {
        PostgresSession(
            PostgresConfiguration(url: url, applicationName: "tests", statementTimeoutMilliseconds: timeout))
    }

    private func statement(_ sql: String) -> PostgresStatement {
        PostgresStatement("s\(sql.hashValue)", Array(sql.utf8))
    }

    /// A run that was cancelled while it waited for its turn, or for the connection, does not begin.
    @Test func aRunThatIsCancelledBeforeItBeginsNeverBegins() async throws {
        try await TestDatabase.with(migrated: false) { url in
            let session = open(url)
            // The first run lasts until the second one is cancelled, however slow the machine.
            let isRunning = Atomic(false)
            let mayEnd = Atomic(false)
            async let first: Void = session.run { _ in
                isRunning.store(true, ordering: .sequentiallyConsistent)
                while !mayEnd.load(ordering: .sequentiallyConsistent) { usleep(1_000) }
            }
            while !isRunning.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(5)) }
            let hasBegun = Mutex(false)
            let second = Task { try await session.run { _ in hasBegun.withLock { $0 = true } } }
            try await Task.sleep(for: .milliseconds(50))
            second.cancel()
            mayEnd.store(true, ordering: .sequentiallyConsistent)
            await #expect(throws: CancellationError.self) { try await second.value }
            try await first
            #expect(!hasBegun.withLock { $0 })
        }
    }

    /// A server that takes no request to cancel holds no run up, and the request can't hit a later run.
    @Test func aCancelThatGetsNoAnswerHoldsNoRunUp() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await PostgresProxy.with(url) { proxy in
                let session = open(proxy.url)
                let backend = statement("SELECT pg_backend_pid()")
                let before = try await session.run { try $0.execute(backend).first?.integer(0) }
                try proxy.stall()
                let slow = statement("SELECT pg_sleep(1)::text")
                let hasBegun = Mutex(false)
                let cancelled = Task {
                    try await session.run { connection in
                        hasBegun.withLock { $0 = true }
                        return try connection.execute(slow).count
                    }
                }
                while !hasBegun.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
                try await Task.sleep(for: .milliseconds(100))
                cancelled.cancel()
                _ = try? await cancelled.value
                // The connection was given up, since the server may still be asked.
                try proxy.resume()
                let after = try await session.run { try $0.execute(backend).first?.integer(0) }
                #expect(before != nil && after != nil && before != after)
            }
        }
    }

    @Test func valuesComeBackAsTheyWent() async throws {
        try await TestDatabase.with(migrated: false) { url in
            let session = open(url)
            let echo = statement(
                "SELECT $1::bool, $2::int, $3::bigint, $4::text, $5::bytea, $6::timestamptz, $7::bigint[], $8::text, $9::int[], $10::int[], '{}'::int[]"
            )
            try await session.run { connection in
                let row = try #require(
                    try connection.execute(
                        echo,
                        [
                            .bool(true), .int4(-7), .int8(.min), .text("é\u{1F600}"), .bytea([0, 255, 0]),
                            .timestamp(milliseconds: -1), .int8s([1, -1, .max]), .null, .int4s([.min, 0, 7]),
                            .int4s([1, nil]),
                        ]
                    ).first)
                #expect(try row.bool(0))
                #expect(try row.integer(1) == -7)
                #expect(try row.integer(2) == .min)
                #expect(try row.text(3) == "é\u{1F600}")
                #expect(try row.bytes(4) == [0, 255, 0])
                #expect(try row.milliseconds(5) == -1)
                #expect(try row.integers(6) == [1, -1, .max])
                #expect(row.isNull(7))
                #expect(try row.int4s(8) == [.min, 0, 7] && row.int4s(10) == [])
                #expect(throws: PostgresError.self) { try row.int4s(9) }
                #expect(throws: PostgresError.self) { try row.int4s(6) }
                #expect(throws: PostgresError.self) { try row.text(7) }
                #expect(throws: PostgresError.self) { try row.integer(3) }
            }
        }
    }

    @Test func arraysOfEveryTypeArriveWithTheirNulls() async throws {
        try await TestDatabase.with(migrated: false) { url in
            let count = statement(
                "SELECT cardinality($1::text[]), cardinality($2::bytea[]), cardinality($3::bool[]), cardinality($4::int[]), ($1)[2] IS NULL"
            )
            try await open(url).run { connection in
                let row = try #require(
                    try connection.execute(
                        count, [.texts(["a", nil]), .byteas([[1], nil, []]), .bools([]), .int4s([1, nil])]
                    ).first)
                #expect(try (0..<4).map { try row.integer($0) } == [2, 3, 0, 2])
                #expect(try row.bool(4))
            }
        }
    }

    @Test func errorsCarryTheStateAndNeverAValue() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await TestDatabase.script(url, "CREATE TABLE t (secret text CONSTRAINT only_one PRIMARY KEY)")
            let insert = statement("INSERT INTO t VALUES ($1)")
            let session = open(url)
            try await session.run { _ = try $0.execute(insert, [.text("hunter2")]).affected }
            let duplicate = await #expect(throws: PostgresError.self) {
                try await session.run { _ = try $0.execute(insert, [.text("hunter2")]).affected }
            }
            #expect(duplicate?.sqlState == "23505")
            #expect(duplicate?.constraint == "only_one")
            #expect(duplicate.map { !"\($0)".contains("hunter2") } ?? false)
            let cast = statement("SELECT ($1::text)::int")
            let invalid = await #expect(throws: PostgresError.self) {
                try await session.run { _ = try $0.execute(cast, [.text("hunter2")]).affected }
            }
            #expect(invalid?.sqlState == "22P02")
            #expect(invalid.map { !"\($0)".contains("hunter2") } ?? false)
        }
    }

    @Test func aTransactionThatThrowsLeavesNothing() async throws {
        struct Stop: Error {}
        try await TestDatabase.with(migrated: false) { url in
            try await TestDatabase.script(url, "CREATE TABLE t (x int)")
            let session = open(url)
            await #expect(throws: Stop.self) {
                try await session.run { connection in
                    try connection.transaction {
                        try connection.executeScript("INSERT INTO t VALUES (1)")
                        throw Stop()
                    }
                }
            }
            #expect(try await TestDatabase.query(url, "SELECT count(*)::text FROM t") == ["0"])
        }
    }

    /// The server would answer such a COMMIT with a rollback, and no error.
    @Test func aTransactionInWhichAStatementFailedIsNotTakenForCommitted() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await TestDatabase.script(url, "CREATE TABLE t (x int)")
            let session = open(url)
            await #expect(throws: PostgresError.self) {
                try await session.run { connection in
                    try connection.transaction {
                        try connection.executeScript("INSERT INTO t VALUES (1)")
                        try? connection.executeScript("SELECT 1 / 0")
                    }
                }
            }
            #expect(try await session.run { $0.isInTransaction } == false)
            #expect(try await TestDatabase.query(url, "SELECT count(*)::text FROM t") == ["0"])
        }
    }

    @Test func aTransactionLeftOpenIsRolledBack() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await TestDatabase.script(url, "CREATE TABLE t (x int)")
            let session = open(url)
            try await session.run { try $0.executeScript("BEGIN; INSERT INTO t VALUES (1)") }
            let isInTransaction = try await session.run { $0.isInTransaction }
            #expect(!isInTransaction)
            #expect(try await TestDatabase.query(url, "SELECT count(*)::text FROM t") == ["0"])
        }
    }

    @Test func aLostConnectionIsSaidAndMadeAnew() async throws {
        try await TestDatabase.with(migrated: false) { url in
            let session = open(url)
            let pid = statement("SELECT pg_backend_pid()")
            let first = try await session.run { try $0.execute(pid).first?.integer(0) ?? 0 }
            try await TestDatabase.script(url, "SELECT pg_terminate_backend(\(first))")
            let lost = await #expect(throws: PostgresError.self) {
                _ = try await session.run { try $0.execute(pid).first?.integer(0) }
            }
            #expect(lost?.kind == .connectionLost)
            let second = try await session.run { try $0.execute(pid).first?.integer(0) ?? 0 }
            #expect(first != second)
        }
    }

    @Test func timeoutsAndCancellationEndAStatement() async throws {
        try await TestDatabase.with(migrated: false) { url in
            let sleep = statement("SELECT pg_sleep(60)::text")
            let timedOut = await #expect(throws: PostgresError.self) {
                try await open(url, timeout: 100).run { _ = try $0.execute(sleep).count }
            }
            #expect(timedOut?.sqlState == "57014")

            let session = open(url)
            let task = Task { try await session.run { try $0.execute(sleep).count } }
            try await Task.sleep(for: .milliseconds(300))
            task.cancel()
            let cancelled = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(cancelled?.sqlState == "57014")
            // A request to give up that comes between two statements is not lost.
            let one = statement("SELECT 1")
            let (isBetween, tell) = AsyncStream.makeStream(of: Void.self)
            let between = Task {
                try await session.run { connection in
                    for _ in 0..<1_000 {
                        try connection.execute(one)
                        tell.finish()
                        usleep(10_000)
                    }
                }
            }
            for await _ in isBetween {}
            between.cancel()
            let ended = await #expect(throws: PostgresError.self) { try await between.value }
            #expect(ended?.sqlState == "57014")
            // The session is sound, and the request to give up hit no later statement.
            #expect(try await session.run { try $0.execute(one).first?.integer(0) } == 1)
        }
    }

    @Test func aPoolLendsEachSessionOnceAndPushesBack() async throws {
        try await TestDatabase.with(migrated: false) { url in
            let pool = PostgresPool(
                PostgresConfiguration(url: url, applicationName: "tests"), sessions: 2, maximumWaiters: 2)
            let sleep = statement("SELECT pg_sleep(0.5)::text")
            let outcomes = await withTaskGroup(of: PostgresError.Kind?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            _ = try await pool.run { try $0.execute(sleep).count }
                            return nil
                        } catch let error as PostgresError {
                            return error.kind
                        } catch {
                            return .server
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 4)
            #expect(outcomes.filter { $0 == .poolExhausted }.count == 4)
            await pool.close()
        }
    }

    @Test func whoIsNotThereIsSaidToBe() async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await open("host=/nonexistent dbname=x").run { $0.isInTransaction }
        }
        #expect(error?.kind == .unreachable)
        #expect(error?.isTransient == true)
    }

    @Test func twoProgramsMigrateAtOnce() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await TestDatabase.migrate(url) } }
                try await group.waitForAll()
            }
            let names = try await TestDatabase.query(url, "SELECT name FROM schema_steps ORDER BY name")
            #expect(
                names == [
                    "routines/log_r1", "schema/generations", "schema/log", "schema/models", "schema/passing",
                    "schema/popular", "schema/relay", "schema/sharing", "schema/skipped", "schema/vault",
                ])
        }
    }

    /// What was applied is applied as it was: another text, and a database of another program, are refused unchanged;
    /// steps of a newer program are left alone.
    @Test func aDatabaseOfAnotherProgramIsRefused() async throws {
        try await TestDatabase.with(migrated: false) { url in
            let configuration = PostgresConfiguration(url: url, applicationName: "tests")
            func step(_ name: String, _ sql: String) -> PostgresMigration { PostgresMigration(name, Array(sql.utf8)) }
            let first = step("a", "CREATE TABLE a (x integer)")
            try await PostgresMigrator.migrate(configuration, [first])
            let newer = [first, step("b", "CREATE TABLE b (x integer)")]
            try await PostgresMigrator.migrate(configuration, newer)
            try await PostgresMigrator.migrate(configuration, [first])
            var error = await #expect(throws: PostgresMigrationError.self) {
                try await PostgresMigrator.migrate(
                    configuration, [step("a", "CREATE TABLE a (y integer)"), step("c", "CREATE TABLE c (x integer)")])
            }
            #expect(error == .otherText("a"))
            error = await #expect(throws: PostgresMigrationError.self) {
                try await PostgresMigrator.migrate(configuration, [step("d", "CREATE TABLE d (x integer)")])
            }
            #expect(error == .foreign(["a", "b"]))
            let tables = try await TestDatabase.query(
                url, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            #expect(tables == ["a", "b", "schema_steps"])
        }
    }

    /// A step waits for as long as it takes, and says for whom.
    @Test func aMigrationSaysWhomItWaitsFor() async throws {
        try await TestDatabase.with(migrated: false) { url in
            let configuration = PostgresConfiguration(url: url, applicationName: "tests")
            let first = PostgresMigration("a", Array("CREATE TABLE a (x integer)".utf8))
            try await PostgresMigrator.migrate(configuration, [first])
            let holder = PostgresSession(PostgresConfiguration(url: url, applicationName: "the holder"))
            let said = Mutex<[String]>([])
            let isLocked = Atomic(false)
            // It holds the lock until it is named.
            async let held = holder.run { connection in
                try connection.transaction {
                    try connection.executeScript("LOCK TABLE a")
                    isLocked.store(true, ordering: .sequentiallyConsistent)
                    for _ in 0..<200 where !said.withLock({ $0.contains { $0.contains("waits for process") } }) {
                        try connection.executeScript("SELECT pg_sleep(0.1)")
                    }
                }
            }
            while !isLocked.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(10)) }
            let second = PostgresMigration("b", Array("ALTER TABLE a ADD COLUMN y integer".utf8))
            try await PostgresMigrator.migrate(configuration, [first, second]) { line in
                said.withLock { $0.append(line) }
            }
            try await held
            let lines = said.withLock { $0 }
            #expect(lines.first == "applying b")
            #expect(
                lines.contains { $0.contains("waits for process") && $0.contains("(the holder, in a transaction for") })
        }
    }
}
