import Foundation
import JSON
import Projections
import TestSupport
import Testing

/// Nothing acknowledged is lost and nothing is there twice, whatever is killed or stopped, and whenever.
@Suite struct CrashTests {
    private static let clients = 32

    @Test func nothingAcknowledgedIsLostOrDoubled() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = UInt64(environment["MENTATLAB_SEED"] ?? "") ?? UInt64.random(in: 1..<1_000_000)
        let rounds = Int(environment["MENTATLAB_CRASH_ROUNDS"] ?? "") ?? 20
        print("crash test: seed=\(seed)")
        var random = SeededRandom(seed: seed)
        try await withEmbedded { folder in
            defer {
                for name in ["failpoints", "second-failpoints", "second", "second-up.log"] {
                    try? FileManager.default.removeItem(atPath: "\(folder)-\(name)")
                }
            }
            let stage = try CrashStage(folder)
            let ledger = CrashLedger()
            // The first start is cut off in a migration, in the making of the first partition, in the founding.
            for point in [
                "migrations_record.sent", "migrations_record.answered", "make_partition.answered",
                "attach_partition.answered", "append.sending", "append.answered",
            ] { try await stage.startAndDie(at: point) }
            try await stage.startMissing()

            defer { stage.killAll() }
            let clients = Task {
                await withTaskGroup { group in
                    for index in 0..<Self.clients {
                        group.addTask { await stage.publish(index, seed: seed, into: ledger) }
                    }
                }
            }
            do {
                for (round, attack) in CrashAttack.deck(rounds, using: &random).enumerated() {
                    print("crash round \(round): \(attack)")
                    try await attack.run(stage, ledger, using: &random)
                    try await stage.startMissing()
                    try await Task.sleep(for: .milliseconds(Int.random(in: 100...600, using: &random)))
                }
                // With nobody disturbed any more each client gets an answer.
                try await Task.sleep(for: .seconds(1))
            } catch {
                clients.cancel()
                throw error
            }
            clients.cancel()
            await clients.value
            try await check(stage, ledger, rounds: rounds, seed: seed)
        }
    }

    private func check(_ stage: CrashStage, _ ledger: CrashLedger, rounds: Int, seed: UInt64) async throws {
        let first = try stage.marketplace(.first)
        var published: [String: [Int64]] = [:]
        var recorded: [String: Int64] = [:]
        for (position, entry) in try await Self.entries(first).enumerated()
        where entry["type"]?.string == "agent.version-published.v1" {
            let agent = try #require(entry["subject"]?.string).dropFirst("agent/".count)
            published[String(agent), default: []].append(Int64(position))
            let time = try #require(entry["recordedtime"]?.string)
            recorded[String(agent)] = Int64(
                (try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(time)).timeIntervalSince1970 * 1000
            )
        }
        let acknowledged = ledger.acknowledged
        let lost = acknowledged.filter { published[$0.key]?.contains($0.value) != true }
        let doubled = published.filter { $0.value.count > 1 }
        let during = ledger.killsDuringCommit(recorded: recorded)
        print(
            "rounds=\(rounds) acknowledged=\(acknowledged.count) lost=\(lost.count) doubled=\(doubled.count) kills=\(ledger.kills) kills_during_commit=\(during)"
        )
        #expect(lost.isEmpty && doubled.isEmpty, "seed \(seed): \(lost.keys) \(doubled.keys)")
        #expect(ledger.surprises.isEmpty, "seed \(seed)")
        #expect(during > 0, "seed \(seed)")
        #expect(acknowledged.count > rounds * 10, "seed \(seed)")

        // The log is what its bytes say, and every file that it names is there.
        let sound = try await run([try MarketplaceProcess.program, "log", "verify", "--data", stage.folder])
        #expect(sound.code == 0, "seed \(seed): \(sound)")

        // The models are what a rebuild from nothing makes of it.
        _ = try await first.json("agents?min_position=\(try await first.head() - 1)")
        let url = try stage.databaseURL
        try await stage.marketplace(.second).kill()
        try await first.kill()
        let models = try await Self.models(url)
        #expect(try await Self.rebuilt(url) == models, "seed \(seed)")
        try await stage.startMissing()
        for target in [CrashTarget.second, .first] { #expect(try await stage.marketplace(target).stop() == 0) }
    }

    private static func entries(_ marketplace: MarketplaceProcess) async throws -> [JSONValue] {
        var all: [JSONValue] = []
        while true {
            let page = try await marketplace.json("events?limit=1000&from=\(all.count)")
            let events = try #require(page["events"]?.array)
            // No gap, from the first to the last.
            for (offset, event) in events.enumerated() {
                #expect(event["position"]?.integer == Int64(all.count + offset))
            }
            if events.isEmpty { return all }
            all += events.compactMap { $0["entry"] }
        }
    }

    /// A digest of each table of the models.
    private static func models(_ url: String) async throws -> [String] {
        let tables = try await TestDatabase.query(
            url,
            """
            SELECT schemaname || '.' || tablename FROM pg_tables
            WHERE schemaname IN (SELECT 'model_' || projection || '_' || build FROM models.active) ORDER BY 1
            """)
        var digests: [String] = []
        for table in tables {
            digests += try await TestDatabase.query(
                url,
                "SELECT '\(table) ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")), '') FROM \(table) t"
            )
        }
        return digests
    }

    /// The same of a copy whose models were made anew.
    private static func rebuilt(_ url: String) async throws -> [String] {
        let copy = url.replacing("dbname='marketplace'", with: "dbname='rebuilt'")
        let admin = url.replacing("dbname='marketplace'", with: "dbname='postgres'")
        // The backends of what was killed may still be there.
        try await TestDatabase.script(
            admin, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'marketplace'")
        for attempt in 1... {
            do {
                try await TestDatabase.script(admin, "CREATE DATABASE rebuilt TEMPLATE marketplace")
                break
            } catch {
                guard attempt < 50 else { throw error }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        try await TestDatabase.emptyModels(copy)
        let projector = Process()
        projector.executableURL = URL(filePath: try MarketplaceProcess.program)
        projector.arguments = ["project", "--database-url", copy]
        projector.standardOutput = FileHandle.nullDevice
        try projector.start()
        defer { if projector.isRunning { kill(projector.processIdentifier, SIGKILL) } }
        try await eventually("the copy is projected") {
            try await TestDatabase.query(
                copy,
                "SELECT (count(*) = \(ProjectionCatalogue.all.count) AND min(position) = (SELECT count(*) FROM log.events))::text FROM models.cursors"
            ) == ["true"]
        }
        projector.interrupt()
        while projector.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        return try await models(copy)
    }
}
