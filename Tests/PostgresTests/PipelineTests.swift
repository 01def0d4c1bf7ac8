import Postgres
import Reactor
import System
import TestSupport
import Testing

@Suite struct PipelineTests {
    private static let double = PostgresStatement("double", Array("SELECT $1::bigint * 2".utf8))
    private static let divide = PostgresStatement("divide", Array("SELECT 1 / $1::int".utf8))
    private static let keep = PostgresStatement("keep", Array("INSERT INTO kept (n) VALUES ($1)".utf8))
    private static let sleep = PostgresStatement("sleep", Array("SELECT pg_sleep($1::int / 20.0)::text".utf8))

    private func with(
        _ url: String, timeout: Int = 30_000, maximumWaiting: Int = 1_000,
        _ body: (PostgresPipeline) async throws -> Void
    ) async throws {
        let reactor = try Reactor()
        defer { reactor.stop() }
        let pipeline = PostgresPipeline(
            PostgresConfiguration(
                url: url, applicationName: "pipelined", statementTimeoutMilliseconds: timeout), on: reactor,
            maximumWaiting: maximumWaiting)
        try await body(pipeline)
        await pipeline.close()
    }

    private func kind(_ body: () async throws -> Void) async -> PostgresError.Kind? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? PostgresError)?.kind
        }
    }

    @Test func eachStatementGetsItsOwnAnswer() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await with(url) { pipeline in
                let answers = try await withThrowingTaskGroup(of: (Int64, Int64).self) { group in
                    for number in Int64(0)..<500 {
                        group.addTask {
                            let answer = try await pipeline.execute(Self.double, [.int8(number)]) { rows in
                                try rows.first?.integer(0) ?? -1
                            }
                            return (number, answer)
                        }
                    }
                    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                #expect(answers.count == 500)
                #expect(answers.allSatisfy { $0.value == 2 * $0.key })
            }
        }
    }

    /// One that fails takes back nothing of its neighbours, whether it is the first of its kind or a later one.
    /// Each statement reads the schema that it needs, however statements for others lie between; one whose search path the
    /// server does not take fails and never reads another schema.
    @Test func eachStatementReadsTheSchemaThatItNeeds() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await TestDatabase.script(
                url,
                """
                CREATE SCHEMA one; CREATE TABLE one.place AS SELECT 1::bigint AS n;
                CREATE SCHEMA two; CREATE TABLE two.place AS SELECT 2::bigint AS n;
                """)
            let place = PostgresStatement("place", Array("SELECT n FROM place".utf8))
            try await with(url) { pipeline in
                let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<300 {
                        group.addTask {
                            let expected = Int64(number / 3 % 2 + 1)
                            let isBad = number % 50 == 49
                            let path = isBad ? "\"one" : ["one", "two"][Int(expected) - 1]
                            do {
                                let found = try await pipeline.executeRepeatable(place, searchPath: path) {
                                    try $0.first?.integer(0) ?? -1
                                }
                                return isBad || found != expected
                            } catch let error as PostgresError where error.kind == .connectionLost {
                                // The connection of a bad path is given up, with what was sent on it.
                                return false
                            }
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(wrong == 0)
                let one = try await pipeline.execute(place, searchPath: "one") { try $0.first?.integer(0) ?? -1 }
                #expect(one == 1)
            }
        }
    }

    @Test func aStatementFailsAlone() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await TestDatabase.script(url, "CREATE TABLE kept (n int PRIMARY KEY CHECK (n % 7 <> 3))")
            try await with(url) { pipeline in
                let failed = await withTaskGroup(of: Int?.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            do {
                                try await pipeline.execute(Self.keep, [.int4(Int32(number))]) { _ in }
                                return nil
                            } catch {
                                return (error as? PostgresError)?.sqlState == "23514" ? number : -1
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
                }
                #expect(failed.sorted() == (0..<100).filter { $0 % 7 == 3 })
                let kept = try await TestDatabase.query(url, "SELECT n::text FROM kept ORDER BY kept.n")
                #expect(kept == (0..<100).filter { $0 % 7 != 3 }.map(String.init))
                let error = await #expect(throws: PostgresError.self) {
                    try await pipeline.execute(Self.divide, [.int4(0)]) { _ in }
                }
                #expect(error?.sqlState == "22012")
                #expect(try await pipeline.execute(Self.divide, [.int4(1)]) { try $0.first?.integer(0) } == 1)
            }
        }
    }

    /// A statement that can't be prepared now can be once what it names is there.
    @Test func whatCouldNotBePreparedIsPreparedAnew() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await with(url) { pipeline in
                let error = await #expect(throws: PostgresError.self) {
                    try await pipeline.execute(Self.keep, [.int4(1)]) { _ in }
                }
                #expect(error?.sqlState == "42P01")
                try await TestDatabase.script(url, "CREATE TABLE kept (n int)")
                try await pipeline.execute(Self.keep, [.int4(1)]) { _ in }
                #expect(try await TestDatabase.query(url, "SELECT n::text FROM kept") == ["1"])
            }
        }
    }

    @Test func aLostConnectionIsSaidAndMadeAnew() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await with(url) { pipeline in
                let cut =
                    "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE application_name = 'pipelined' AND datname = current_database()"
                async let first = kind { try await pipeline.execute(Self.sleep, [.int4(400)]) { _ in } }
                async let second = kind { try await pipeline.execute(Self.sleep, [.int4(400)]) { _ in } }
                while try await TestDatabase.query(url, cut) == [] { try await Task.sleep(for: .milliseconds(10)) }
                #expect(await [first, second] == [.connectionLost, .connectionLost])
                #expect(try await pipeline.execute(Self.double, [.int8(2)]) { try $0.first?.integer(0) } == 4)
                // One that rested is noticed at the next statement at the latest, which may be sent again.
                _ = try await TestDatabase.query(url, cut)
                #expect(try await pipeline.executeRepeatable(Self.double, [.int8(3)]) { try $0.first?.integer(0) } == 6)
            }
        }
    }

    @Test func aServerThatIsAwayIsUnreachableForAllThatWait() async throws {
        try await with("host=/nowhere dbname=x") { pipeline in
            let kinds = await withTaskGroup(of: PostgresError.Kind?.self) { group in
                for _ in 0..<5 { group.addTask { await kind { try await pipeline.execute(Self.double) { _ in } } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds == Array(repeating: .unreachable, count: 5))
        }
    }

    /// The server has 64 at once and 10 wait; a lock keeps them there until one is turned away.
    @Test func moreThanMayWaitIsPushedBack() async throws {
        try await TestDatabase.with(migrated: false) { url in
            let holder = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
            let lock = PostgresStatement("lock", Array("SELECT pg_advisory_lock(7)::text".utf8))
            let unlock = PostgresStatement("unlock", Array("SELECT pg_advisory_unlock(7)".utf8))
            let pass = PostgresStatement("pass", Array("SELECT pg_advisory_xact_lock_shared(7)::text".utf8))
            try await holder.run { _ = try $0.execute(lock).count }
            try await with(url, maximumWaiting: 10) { pipeline in
                let (passed, refused) = try await withThrowingTaskGroup(of: PostgresError.Kind?.self) { group in
                    for _ in 0..<200 { group.addTask { await kind { try await pipeline.execute(pass) { _ in } } } }
                    var (passed, refused) = (0, 0)
                    for try await kind in group {
                        // Nothing passes before somebody is turned away.
                        if passed + refused == 0 { try await holder.run { _ = try $0.execute(unlock).count } }
                        passed += kind == nil ? 1 : 0
                        refused += kind == .poolExhausted ? 1 : 0
                    }
                    return (passed, refused)
                }
                #expect(passed + refused == 200)
                #expect(passed >= 10 && refused >= 1)
            }
            await holder.close()
        }
    }

    @Test func aServerThatDoesNotAnswerIsGivenUp() async throws {
        try await TestDatabase.with(migrated: false) { url in
            try await PostgresProxy.with(url) { proxy in
                try await with(proxy.url, timeout: 100) { pipeline in
                    _ = try await pipeline.execute(Self.double, [.int8(1)]) { _ in }
                    try proxy.hold("double")
                    let kind = await kind { try await pipeline.execute(Self.double, [.int8(1)]) { _ in } }
                    #expect(kind == .unanswered)
                    try proxy.release()
                }
            }
        }
    }
}
