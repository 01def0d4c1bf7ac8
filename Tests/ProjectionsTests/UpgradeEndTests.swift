import EventLog
import Postgres
import Projections
import TestSupport
import Testing

/// The end of an upgrade waits for programs of the older release, whatever the clock says of them.
@Suite struct UpgradeEndTests {
    /// A database with a model of an older release, and a lease of one of its programs that was renewed at a time.
    private func withOlderRelease(renewed: String, _ body: (_ url: String) async throws -> Void) async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            await log.close()
            try await TestDatabase.script(
                url,
                """
                INSERT INTO models.builds (projection, version, purpose, definition, program, activated)
                VALUES ('files', 0, 'serve', 'x', 'older', now());
                INSERT INTO models.cursors (build, position) SELECT max(build), 0 FROM models.builds;
                INSERT INTO models.active (projection, version, build) SELECT 'files', 0, max(build) FROM models.builds;
                INSERT INTO log.programs (id, login, program, part, edition, models, seen)
                VALUES (gen_random_uuid(), 'x', 'older', 'query', 0, '{files 0}', \(renewed));
                """)
            try await body(url)
        }
    }

    /// Ends the upgrade once the server has run for as long as a lease lasts; says what was dropped, or why not.
    private func finish(_ url: String) async throws -> String {
        while true {
            do {
                let before = try await Upgrade(DatabaseAccess(url: url), program: "tests").finish(dropsNewer: false)
                return "\(before.others.map { "\($0.projection) \($0.version)" })"
            } catch let fault as BuildFault {
                guard fault.description.contains("try again in") else { return fault.description }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Given a program that was killed before the clock was set back, then its lease, which ends in an hour, holds nothing up.
    @Test func aLeaseOfTheFutureEnds() async throws {
        try await withOlderRelease(renewed: "clock_timestamp() + interval '1 hour'") { url in
            let dropped = try await finish(url)
            #expect(dropped == "[\"files 0\"]")
        }
    }

    /// Given a program that renews its lease by a clock that is an hour behind, then the upgrade waits for it.
    @Test func aLeaseThatIsRenewedCountsWhateverTheClockSays() async throws {
        try await withOlderRelease(renewed: "clock_timestamp() - interval '1 hour'") { url in
            let renewing = Task {
                while !Task.isCancelled {
                    try await TestDatabase.script(
                        url, "UPDATE log.programs SET seen = seen + interval '5 seconds' WHERE program = 'older'")
                    try await Task.sleep(for: .seconds(1))
                }
            }
            let words = try await finish(url)
            #expect(words.contains("programs of another release are at work (older query"), "\(words)")
            renewing.cancel()
            _ = await renewing.result
        }
    }
}
