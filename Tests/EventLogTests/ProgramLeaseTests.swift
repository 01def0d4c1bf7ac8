import EventLog
import Events
import Postgres
import TestSupport
import Testing

/// The leases by which an upgrade knows who is at work.
@Suite struct ProgramLeaseTests {
    private func lease(_ url: String) -> (ProgramLease, PostgresPool) {
        let pool = PostgresPool(PostgresConfiguration(url: url, applicationName: "tests"), sessions: 1)
        return (ProgramLease(pool, program: "tests 1", part: "query", models: ["agents 1"]), pool)
    }

    /// However many leases a login takes, those that are there are renewed, and none of it grows without bound.
    @Test func aCrowdOfLeasesEndsNobodyElses() async throws {
        try await TestDatabase.with { url in
            let (first, firstPool) = lease(url)
            try await first.keep()
            try await TestDatabase.script(
                url, "SELECT log.keep_lease(gen_random_uuid(), 'x', 'crowd', 9, '{}') FROM generate_series(1, 499)")
            let (late, latePool) = lease(url)
            await #expect(throws: PostgresError.self) { try await late.keep() }
            try await first.keep()
            // Those that are silent for a minute make room.
            try await TestDatabase.script(
                url, "UPDATE log.programs SET seen = seen - interval '61 s' WHERE part = 'crowd'")
            try await late.keep()
            await late.end()
            #expect(
                try await TestDatabase.query(url, "SELECT program || ' ' || part || ' ' || models[1] FROM log.programs")
                    == ["tests 1 query agents 1"])
            await firstPool.close()
            await latePool.close()
        }
    }

    @Test func whatALeaseSaysIsPlainAndShort() async throws {
        try await TestDatabase.with { url in
            try await TestDatabase.script(
                url,
                "SELECT log.keep_lease(gen_random_uuid(), repeat(E'\\x1b[2J', 50), E'a\\nb', 9, ARRAY['a', NULL, repeat('y', 500)])"
            )
            let said = try await TestDatabase.query(
                url, "SELECT program || '|' || part || '|' || array_to_string(models, ',', 'NULL') FROM log.programs")
            #expect(said == ["\(String(repeating: "?[2J", count: 25))|a?b|a,\(String(repeating: "y", count: 100))"])
        }
    }

    /// Who slept through the end of an upgrade learns of it at the next renewal.
    @Test func aProgramOfAnEarlierEditionGetsNone() async throws {
        try await TestDatabase.with { url in
            let (program, pool) = lease(url)
            try await program.keep()
            try program.check()
            try await TestDatabase.script(url, "UPDATE log.vocabulary SET edition = \(EventCatalogue.edition + 1)")
            await #expect(throws: ProgramLease.Outdated.self) { try await program.keep() }
            #expect(throws: ProgramLease.Outdated.self) { try program.check() }
            await pool.close()
        }
    }
}
