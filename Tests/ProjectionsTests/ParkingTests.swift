import Crypto
import EventLog
import Events
import Following
import Logging
import Postgres
import Projections
import System
import TestSupport
import Testing

/// What can't be applied holds up what depends on it, and nothing else.
@Suite struct ParkingTests {
    private static let agents = 8

    private func withLog(_ body: (_ url: String, _ publishing: Publishing) async throws -> Void) async throws {
        try await Publishing.onNewLog { url, publishing in
            for index in 0..<Self.agents { try await publishing.publish("acme.a\(index)", ["1.0.0"]) }
            try await body(url, publishing)
        }
    }

    /// Applies until nothing is left; returns the fault that stopped it.
    @discardableResult
    private func catchUp(_ url: String, _ projection: Projection) async throws -> (any Error)? {
        let projector = Projector(
            projection, DatabaseAccess(url: url), head: HeadFeed(Position(0)) { Position(0) },
            log: Log("test", threshold: .error))
        do {
            try await projector.catchUp()
            return nil
        } catch {
            return error
        }
    }

    private func faults(_ url: String) async throws -> [String] {
        try await TestDatabase.query(
            url,
            "SELECT projection || ' ' || key || ' ' || position FROM models.faults JOIN models.builds USING (build) ORDER BY 1"
        )
    }

    private func agents(_ url: String) async throws -> [String] {
        try await TestDatabase.queryModels(
            url, "SELECT key || ' ' || coalesce(latest_version, '') FROM agents ORDER BY key")
    }

    private func isRight(_ url: String) async throws -> Bool {
        try await Comparison(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([.agents]).allSatisfy(
            \.isRight)
    }

    /// Given rows that the database refuses, when the log is applied, then their agent waits and all others go on; and when
    /// the reason is gone, then a retry brings the agent up to the model.
    @Test func aDataErrorParksItsAgentAlone() async throws {
        try await withLog { url, publishing in
            try await TestDatabase.scriptModels(
                url, "ALTER TABLE agents ADD CONSTRAINT refuses CHECK (key NOT IN ('acme.a3', 'acme.a5'))")
            #expect(try await catchUp(url, .agents) == nil)
            #expect(try await faults(url) == ["agents acme.a3 6", "agents acme.a5 10"])
            // What comes later of a parked agent waits behind it; the others go on.
            for key in ["acme.a3", "acme.a4"] { try await publishing.publish(key, ["2.0.0"], from: 2) }
            #expect(try await catchUp(url, .agents) == nil)
            #expect(
                try await agents(url) == [
                    "acme.a0 1.0.0", "acme.a1 1.0.0", "acme.a2 1.0.0", "acme.a4 2.0.0", "acme.a6 1.0.0",
                    "acme.a7 1.0.0",
                ])
            let parking = Parking(DatabaseAccess(url: url))
            let key = try #require(AgentKey("acme.a3"))
            let again = try await parking.retry(.agents)
            #expect(again.map { "\($0.key) \($0.waitsAt?.value ?? -1)" } == ["acme.a3 6", "acme.a5 10"])

            try await TestDatabase.scriptModels(url, "ALTER TABLE agents DROP CONSTRAINT refuses")
            #expect(try await parking.retry(.agents, key: key).map(\.waitsAt) == [nil])
            #expect(try await faults(url) == ["agents acme.a5 10"])
            #expect(try await parking.retry(.agents).map(\.waitsAt) == [nil])
            #expect(try await faults(url).isEmpty)
            #expect(try await agents(url).contains("acme.a3 2.0.0"))
            #expect(try await isRight(url))
            await #expect(throws: BuildFault.self) {
                try await parking.retry(.agents, key: key)
            }
        }
    }

    /// Given an entry whose bytes say nothing, when it is skipped by an event, then this build and every later one leaves it
    /// out, and what stands behind it is applied.
    @Test func anEntryThatCannotBeDecodedIsSkippedByAnEvent() async throws {
        try await withLog { url, publishing in
            try await publishing.publish("acme.a2", ["1.1.0", "1.2.0"], from: 2)
            // The entry of version 1.1.0.
            let position = Int64(2 * Self.agents)
            try await TestDatabase.script(
                url, "UPDATE log.events SET entry = convert_to('{}', 'UTF8') WHERE position = \(position)")
            #expect(try await catchUp(url, .agents) == nil)
            #expect(try await faults(url) == ["agents acme.a2 \(position)"])
            #expect(try await agents(url).contains("acme.a2 1.0.0"))

            try await publishing.skip(position, of: "agents")
            #expect(try await Parking(DatabaseAccess(url: url)).retry(.agents).map(\.waitsAt) == [nil])
            #expect(try await catchUp(url, .agents) == nil)
            #expect(try await faults(url).isEmpty)
            #expect(try await agents(url).contains("acme.a2 1.2.0"))
            let versions = try await TestDatabase.queryModels(
                url, "SELECT count(*)::text FROM agent_versions WHERE key = 'acme.a2'")
            #expect(versions == ["2"])
            #expect(try await isRight(url))
        }
    }

    /// A model whose rows depend on several agents stops, says so, serves what it has, and goes on once it can.
    @Test func aWholeModelStopsAndGoesOn() async throws {
        try await withLog { url, _ in
            try await TestDatabase.scriptModels(
                url, "ALTER TABLE files ADD CONSTRAINT refuses CHECK (key <> 'acme.a3')")
            let fault = try await catchUp(url, .files)
            let words = fault.map { "\($0)" } ?? ""
            #expect(words.contains("'files' stands still at position 7") && words.contains("refuses"), "\(words)")
            // All before the entry is applied.
            #expect(try await faults(url) == ["files  7"])
            let named = try await TestDatabase.queryModels(url, "SELECT DISTINCT key FROM files ORDER BY 1")
            #expect(named == ["acme.a0", "acme.a1", "acme.a2"])
            #expect(try await catchUp(url, .files) != nil)
            let cursor =
                "SELECT position::text FROM models.cursors JOIN models.active USING (build) WHERE projection = 'files'"
            #expect(try await TestDatabase.query(url, cursor) == ["7"])
            #expect(try await catchUp(url, .agents) == nil)
            #expect(try await agents(url).count == Self.agents)
            try await TestDatabase.scriptModels(url, "ALTER TABLE files DROP CONSTRAINT refuses")
            #expect(try await catchUp(url, .files) == nil)
            #expect(try await faults(url).isEmpty)
        }
    }

    /// Given entries of downloads that say nothing, then the model stops before them, since they name no agent, and goes on
    /// once they are skipped.
    @Test func anEntryThatNamesNoAgentStopsASlicedModel() async throws {
        try await withLog { url, publishing in
            try await TestDatabase.script(
                url,
                "UPDATE log.events SET entry = convert_to('{}', 'UTF8'), stream = 'downloads/5' WHERE position = 9")
            #expect(try await catchUp(url, .agents) != nil)
            #expect(try await faults(url) == ["agents  9"])
            #expect(try await agents(url).count == 5)
            try await publishing.skip(9, of: "agents")
            #expect(try await catchUp(url, .agents) == nil)
            #expect(try await faults(url).isEmpty)
            #expect(try await agents(url).count == Self.agents)
        }
    }

    /// A build that parks what the one before it shows takes its place only where that is accepted.
    @Test func aRebuildThatParksMoreIsNotSwappedIn() async throws {
        try await withLog { url, _ in
            #expect(try await catchUp(url, .agents) == nil)
            try await TestDatabase.script(
                url, "UPDATE log.events SET entry = convert_to('{}', 'UTF8') WHERE position = 5")
            var options = BuildOptions(program: "tests")
            options.batchEntries = 4
            var refusal = ""
            do {
                _ = try await Rebuild(DatabaseAccess(url: url), options).run([.agents])
            } catch {
                refusal = "\(error)"
            }
            #expect(refusal.contains("1 agents that the one that is read shows (acme.a2)"), "\(refusal)")
            #expect(try await agents(url).contains("acme.a2 1.0.0"))
            // It was cut off, as a rebuild: a check would lose it.
            #expect(try await isRight(url) == false)

            options.acceptsParked = true
            let results = try await Rebuild(DatabaseAccess(url: url), options).run([.agents])
            #expect(results.map(\.position) == [Position(Int64(2 * Self.agents))])
            #expect(results.map { $0.parked.map(\.description) } == [["acme.a2"]])
            #expect(try await faults(url) == ["agents acme.a2 5"])
            #expect(try await agents(url).contains("acme.a2 "))
            // Both builds leave out the same, which proves nothing.
            #expect(try await isRight(url) == false)
        }
    }

    /// What a retry applies changes rows that no entry speaks of, so it is read as another build.
    @Test func aRetryIsSeenByWhoeverKeepsAnswers() async throws {
        try await withLog { url, _ in
            try await TestDatabase.scriptModels(
                url, "ALTER TABLE index_documents ADD CONSTRAINT refuses CHECK (key <> 'acme.a3')")
            #expect(try await catchUp(url, .index) == nil)
            #expect(try await faults(url) == ["index acme.a3 6"])
            let pool = PostgresPool(DatabaseAccess(url: url).configuration(.queries, "test"), sessions: 1)
            let feed = ModelFeed.models(pool)
            let before = try await feed.value(atMostMillisecondsOld: 0).vector.id
            try await TestDatabase.scriptModels(url, "ALTER TABLE index_documents DROP CONSTRAINT refuses")
            #expect(try await Parking(DatabaseAccess(url: url)).retry(.index).map(\.waitsAt) == [nil])
            #expect(try await feed.value(atMostMillisecondsOld: 0).vector.id != before)
            #expect(try await catchUp(url, .index) == nil)
        }
    }

    /// What a table refuses parks its agent at one and the same entry, whether it is written batch by batch or would have been
    /// written from memory at the end of a rebuild.
    @Test func whatWasFoldedAndIsRefusedParksItsAgent() async throws {
        try await withLog { url, publishing in
            // Given a table that refuses a version in every build, and downloads of it among others,
            let refuses = "ADD CONSTRAINT refuses CHECK (version <> '6.6.6')"
            try await TestDatabase.scriptModels(url, "ALTER TABLE version_downloads \(refuses)")
            try await TestDatabase.script(
                url,
                """
                CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
                DECLARE made record;
                BEGIN
                    FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
                        IF made.object_identity LIKE '%.version_downloads' AND made.object_type = 'table' THEN
                            EXECUTE format('ALTER TABLE %s %s', made.object_identity, $sql$\(refuses)$sql$);
                        END IF;
                    END LOOP;
                END $$;
                CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION refuse();
                """)
            let log = publishing.log
            let start = try await log.entries.head()
            try await publishing.download(
                [("acme.a1", "1.0.0"), ("acme.a2", "1.0.0"), ("acme.a1", "6.6.6"), ("acme.a2", "1.0.0")], times: 7)
            // when the projector applies them, and when a rebuild does,
            try await catchUp(url, .agents)
            let parked = ["agents acme.a1 \(start.value + 2)"]
            #expect(try await faults(url) == parked)
            let counts = "SELECT key || ' ' || downloads FROM agent_counters WHERE downloads > 0 ORDER BY key"
            #expect(try await TestDatabase.queryModels(url, counts) == ["acme.a1 7", "acme.a2 14"])
            let rebuilt = try await Rebuild(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([.agents])
            // then both stop before the entry that is refused, and all other agents go on.
            #expect(rebuilt.first?.parked.map(\.description) == ["acme.a1"])
            #expect(rebuilt.first?.position == Position(start.value + 4))
            #expect(try await faults(url) == parked)
            #expect(try await TestDatabase.queryModels(url, counts) == ["acme.a1 7", "acme.a2 14"])
            #expect(try await TestDatabase.query(url, "SELECT count(*)::text FROM models.folds") == ["0"])
        }
    }
}
