import EventLog
import Events
import Following
import Logging
import Postgres
import Projections
import TestSupport
import Testing

/// What happens to a build while it is made: what it can't apply, what is skipped meanwhile, who else is at it.
@Suite struct UnfinishedBuildTests {
    private static let agents = 8

    /// A log of eight agents with a version each, at positions 0 to 15, and models that are up to it.
    private func withModels(_ body: (_ url: String, _ publishing: Publishing) async throws -> Void) async throws {
        try await Publishing.onNewLog { url, publishing in
            for index in 0..<Self.agents { try await publishing.publish("acme.a\(index)", ["1.0.0"]) }
            for projection in [Projection.agents, .files] { try await catchUp(url, projection) }
            try await body(url, publishing)
        }
    }

    private func catchUp(_ url: String, _ projection: Projection) async throws {
        let projector = Projector(
            projection, DatabaseAccess(url: url), head: HeadFeed(Position(0)) { Position(0) },
            log: Log("test", threshold: .error))
        try await projector.catchUp()
    }

    /// What stands in the log at a position says nothing any more.
    private func spoil(_ url: String, at position: Int64) async throws {
        try await TestDatabase.script(
            url, "UPDATE log.events SET entry = convert_to('{}', 'UTF8') WHERE position = \(position)")
    }

    /// Makes the builds those of the release before this one.
    private func age(_ url: String) async throws {
        try await TestDatabase.script(url, "UPDATE models.builds SET version = 0; UPDATE models.active SET version = 0")
    }

    private func rebuild(_ url: String, _ projection: Projection, acceptsParked: Bool = false) async throws -> [String]
    {
        var options = BuildOptions(program: "tests")
        options.acceptsParked = acceptsParked
        return try await Rebuild(DatabaseAccess(url: url), options).run([projection]).map {
            "\($0.projection) \($0.build) at \($0.position) parks \($0.parked)"
        }
    }

    /// The refusal of a rebuild.
    private func refusal(_ url: String, _ projection: Projection) async -> String {
        do {
            return "not refused: \(try await rebuild(url, projection))"
        } catch {
            return "\(error)"
        }
    }

    /// The faults of builds, each with the number of the build.
    private func faults(_ url: String) async throws -> [String] {
        try await TestDatabase.query(url, "SELECT build || ' ' || key || ' ' || position FROM models.faults ORDER BY 1")
    }

    private func stand(_ url: String, _ projection: Projection, at position: Int64) async throws -> BuildReader.Stand? {
        let pool = PostgresPool(DatabaseAccess(url: url).configuration(.readers, "test"), sessions: 1)
        return try await BuildReader(pool: pool).fault(of: projection, at: Position(position))
    }

    private func isRight(_ url: String, _ projection: Projection) async throws -> Bool {
        try await Comparison(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([projection])
            .allSatisfy(\.isRight)
    }

    /// Given a model of a new release that crosses agents, and an entry that it can't decode, then its build stops there and
    /// says so; once the entry is skipped the same build goes on and is read.
    @Test func anEntryThatStopsABuildOfANewReleaseIsSkipped() async throws {
        try await withModels { url, publishing in
            try await spoil(url, at: 7)
            try await age(url)
            let build = try #require(
                try await TestDatabase.query(url, "SELECT (max(build) + 1)::text FROM models.builds").first)
            for _ in 0..<2 {
                let words = await refusal(url, .files)
                #expect(
                    words.contains("can't apply the entry at 7") && words.contains("project skip files 7"), "\(words)")
                #expect(try await faults(url) == ["\(build)  7"])
            }
            // Another model goes on.
            do {
                _ = try await Rebuild(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([.files, .flags])
                Issue.record("it was not refused")
            } catch let fault as BuildFault {
                #expect(fault.swapped.map(\.projection) == ["flags"])
            }
            let stand = try #require(try await stand(url, .files, at: 7))
            #expect(stand.key == nil && !stand.isRead)
            #expect(try await self.stand(url, .files, at: 8) == nil)

            try await publishing.skip(7, of: "files")
            #expect(try await rebuild(url, .files) == ["files \(build) at 17 parks []"])
            #expect(try await faults(url).isEmpty)
            #expect(try await isRight(url, .files))
        }
    }

    /// Given a model of a new release that parks an agent which the older one shows, then it is not swapped in, however often it
    /// is tried, and is not made anew each time; once the entry is skipped it is swapped in.
    @Test func aNewReleaseHidesNoAgentUnasked() async throws {
        try await withModels { url, publishing in
            try await spoil(url, at: 5)
            try await age(url)
            let words = await refusal(url, .agents)
            #expect(words.contains("1 agents that the one that is read shows (acme.a2)"), "\(words)")
            let faults = try await faults(url)
            #expect(await refusal(url, .agents) == words)
            #expect(try await self.faults(url) == faults && faults.count == 1)
            // Another model is not held up.
            await #expect(throws: BuildFault.self) {
                try await Rebuild(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([.agents, .flags])
            }
            let read = try await TestDatabase.query(url, "SELECT projection FROM models.active WHERE version = 1")
            #expect(read == ["flags"])
            let stand = try #require(try await stand(url, .agents, at: 5))
            #expect(stand.key?.description == "acme.a2" && !stand.isRead)

            try await publishing.skip(5, of: "agents")
            let build = try #require(faults.first?.split(separator: " ").first)
            #expect(try await rebuild(url, .agents) == ["agents \(build) at 17 parks []"])
            #expect(try await isRight(url, .agents))
        }
    }

    /// Given what the older release parks as well, or nothing that is read, then a build that parks an agent is swapped in.
    @Test(arguments: [true, false])
    func whatNobodySeesHoldsNoReleaseUp(_ hasOlder: Bool) async throws {
        try await withModels { url, publishing in
            try await publishing.publish("acme.a2", ["2.0.0"], from: 2)
            try await spoil(url, at: 16)
            try await catchUp(url, .agents)
            let parked = try await faults(url)
            #expect(parked.map { $0.hasSuffix(" acme.a2 16") } == [true])
            if hasOlder { try await age(url) } else { try await TestDatabase.script(url, "DELETE FROM models.active") }
            let results = try await rebuild(url, .agents)
            #expect(results.map { $0.hasSuffix("at 17 parks [acme.a2]") } == [true], "\(results)")
        }
    }

    /// Given a rebuild that was cut off behind an entry that it and the build that is read park, when the entry is skipped and
    /// retried there, then the rebuild goes on with what it has, leaves the same out and is swapped in.
    @Test func aSkipReachesABuildThatIsMadeMeanwhile() async throws {
        try await withModels { url, publishing in
            try await publishing.publish("acme.a2", ["2.0.0", "3.0.0"], from: 2)
            try await spoil(url, at: 16)
            try await catchUp(url, .agents)
            for index in 0..<8 { try await publishing.publish("acme.b\(index)", ["1.0.0"]) }
            try await catchUp(url, .agents)
            await Rebuild.cutOff(url, [.agents], batchEntries: 8)
            #expect(try await faults(url).map { $0.hasSuffix(" acme.a2 16") } == [true, true])
            let begun = try await TestDatabase.query(url, "SELECT max(build)::text FROM models.builds")
            try await publishing.skip(16, of: "agents")
            #expect(try await Parking(DatabaseAccess(url: url)).retry(.agents).map(\.waitsAt) == [nil])
            #expect(try await rebuild(url, .agents) == ["agents \(begun[0]) at 35 parks []"])
            #expect(try await faults(url).isEmpty)
            #expect(try await isRight(url, .agents))
            let shown = try await TestDatabase.queryModels(
                url, "SELECT latest_version FROM agents WHERE key = 'acme.a2'")
            #expect(shown == ["3.0.0"])
        }
    }

    /// Given a rebuild that was cut off after it had applied an entry, when that entry is skipped because the build that is
    /// read can't apply it, then the rebuild is made anew and leaves it out.
    @Test func whatIsSkippedTooLateIsLeftOutAllTheSame() async throws {
        try await withModels { url, publishing in
            for index in 0..<8 { try await publishing.publish("acme.b\(index)", ["1.0.0"]) }
            try await TestDatabase.scriptModels(
                url, "ALTER TABLE files ADD CONSTRAINT refuses CHECK (key <> 'acme.b1')")
            await #expect(throws: BuildFault.self) { try await catchUp(url, .files) }
            await Rebuild.cutOff(url, [.files], batchEntries: 8)
            try await publishing.skip(19, of: "files")
            let results = try await rebuild(url, .files)
            #expect(results.map { $0.hasSuffix("at 33 parks []") } == [true], "\(results)")
            let named = try await TestDatabase.queryModels(
                url, "SELECT DISTINCT key FROM files WHERE key LIKE 'acme.b%' ORDER BY 1")
            #expect(named == [0, 2, 3, 4, 5, 6, 7].map { "acme.b\($0)" })
            #expect(try await isRight(url, .files))
        }
    }

    /// A session that has the turn on a build, which others wait for until it is closed.
    private func turn(_ url: String, on build: String) async throws -> PostgresSession {
        let holder = PostgresSession(PostgresConfiguration(url: url, applicationName: "holder"))
        let hold = PostgresStatement("hold", Array("SELECT pg_advisory_lock(1885564270, (\(build)))::text".utf8))
        _ = try await holder.run { try $0.execute(hold).count }
        return holder
    }

    private func waiting(_ url: String) async throws -> Int {
        try await TestDatabase.query(
            url,
            "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND classid = 1885564270 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).count
    }

    /// Given a rebuild whose program lost its claim without knowing it, when another one goes on with the build, then the first
    /// writes no more, and what both had in memory is counted once.
    @Test func whoeverLostABuildWritesNoMore() async throws {
        try await withModels { url, publishing in
            try await publishing.download((0..<40).map { ("acme.a\($0 % 8)", "1.0.0") }, times: 3)
            try await catchUp(url, .agents)
            await Rebuild.cutOff(url, [.agents], batchEntries: 10)
            let holder = try await turn(url, on: "SELECT max(build) FROM models.builds")
            let first = Task {
                try await Rebuild(DatabaseAccess(url: url), BuildOptions(program: "first")).run([.agents])
            }
            try await eventually("the first waits") { try await waiting(url) == 1 }
            _ = try await TestDatabase.query(
                url,
                "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'marketplace-builds'"
            )
            let second = Task {
                while true {
                    do {
                        return try await Rebuild(DatabaseAccess(url: url), BuildOptions(program: "second")).run([
                            .agents
                        ])
                    } catch let fault as BuildFault where fault.isBusy {}
                }
            }
            try await eventually("the second waits") { try await waiting(url) == 2 }
            await holder.close()
            await #expect(throws: BuildFault.self) { try await first.value }
            #expect(try await second.value.map(\.position) == [Position(56)])
            let counts = try await TestDatabase.queryModels(url, "SELECT DISTINCT downloads::text FROM agent_counters")
            #expect(counts == ["15"])
            #expect(try await isRight(url, .agents))
        }
    }

    /// Given a build that is swapped in while somebody else is about to go on with it, then that one is refused, and the build
    /// that is read stays what it is.
    @Test func aBuildThatIsReadIsNotGoneOnWith() async throws {
        try await withModels { url, _ in
            await Rebuild.cutOff(url, [.agents], batchEntries: 5)
            let build = "(SELECT max(build) FROM models.builds)"
            let holder = try await turn(url, on: "SELECT 0")
            let swap = Task {
                try await TestDatabase.script(
                    url,
                    """
                    BEGIN;
                    UPDATE models.builds SET activated = now(), epoch = epoch + 1 WHERE build = \(build);
                    UPDATE models.active SET build = \(build) WHERE projection = 'agents';
                    SELECT pg_advisory_xact_lock(1885564270, 0);
                    COMMIT;
                    """)
            }
            try await eventually("the swap is about to be committed") { try await waiting(url) == 1 }
            let late = Task {
                do {
                    return "not refused: \(try await rebuild(url, .agents))"
                } catch let fault as BuildFault {
                    return fault.isBusy ? "busy" : fault.description
                }
            }
            try await eventually("it waits for the row") {
                try await TestDatabase.query(
                    url,
                    "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'marketplace-builds' AND wait_event_type = 'Lock'"
                ).count == 1
            }
            await holder.close()
            try await swap.value
            #expect(try await late.value == "busy")
            let read = try await TestDatabase.query(
                url,
                "SELECT (retired IS NULL)::text || ' ' || epoch FROM models.builds JOIN models.active USING (build) WHERE active.projection = 'agents'"
            )
            #expect(read == ["true 2"])
        }
    }

    /// Given a swap, and a check, that wait for the turn on the build that is read, when its epoch is raised before they
    /// get it, then they go on all the same.
    @Test(arguments: [true, false])
    func whoWaitsForTheTurnFindsTheBuildAsItIsThen(_ isSwap: Bool) async throws {
        try await withModels { url, _ in
            let active = "SELECT build FROM models.active WHERE projection = 'agents'"
            let holder = try await turn(url, on: active)
            let work = Task { isSwap ? try await !rebuild(url, .agents).isEmpty : try await isRight(url, .agents) }
            try await eventually("it waits for the turn") { try await waiting(url) == 1 }
            try await TestDatabase.script(url, "UPDATE models.builds SET epoch = epoch + 1 WHERE build = (\(active))")
            await holder.close()
            #expect(try await work.value)
        }
    }

    /// A check brings a build that is far behind to the head in short turns, so that others have theirs in between.
    @Test func aCheckTakesShortTurns() async throws {
        try await withModels { url, publishing in
            for index in 0..<25 {
                try await publishing.publish("acme.long\(index)", (0..<50).map { "1.\($0).0" })
            }
            try await TestDatabase.script(
                url,
                """
                CREATE TABLE public.moves (build int, turn bigint);
                CREATE FUNCTION public.note_move() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO public.moves VALUES (NEW.build, txid_current()); RETURN NEW; END $$;
                CREATE TRIGGER note AFTER INSERT ON models.cursors FOR EACH ROW EXECUTE FUNCTION public.note_move();
                """)
            #expect(try await isRight(url, .agents))
            let turns = try await TestDatabase.query(
                url,
                "SELECT count(DISTINCT turn)::text FROM public.moves JOIN models.active USING (build) WHERE projection = 'agents'"
            )
            #expect(turns == ["3"])
        }
    }

    /// A table that is gone, one that nobody knows, and columns that were changed are named.
    @Test func aCheckNamesTablesThatDiffer() async throws {
        try await withModels { url, publishing in
            try await TestDatabase.scriptModels(
                url,
                """
                DROP TABLE stars;
                DROP TABLE agent_versions;
                CREATE TABLE planted (id int);
                ALTER TABLE agents ADD COLUMN extra text;
                ALTER TABLE version_downloads ALTER COLUMN downloads TYPE numeric;
                """)
            // Nothing more can be applied to it.
            try await publishing.publish("acme.a2", ["2.0.0"], from: 2)
            let found = try await Comparison(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([.agents])
            let words = found.flatMap(\.differences).map { "\($0.kind) \($0.table) \($0.key ?? "-") \($0.columns)" }
            #expect(
                words.sorted() == [
                    "changed agents - [\"extra text\"]",
                    "changed version_downloads - [\"downloads bigint\", \"downloads numeric\"]",
                    "missing agent_versions - []",
                    "missing stars - []",
                    "planted planted - []",
                ])
            #expect(found.map(\.isRight) == [false])
            #expect(try await rebuild(url, .agents).count == 1)
            #expect(try await isRight(url, .agents))
        }
    }
}
