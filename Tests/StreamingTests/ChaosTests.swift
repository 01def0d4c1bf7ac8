import EventLog
import Events
import Foundation
import Kafka
import Projections
import Reactor
import Streaming
import TestSupport
import Testing

/// Whatever is killed, stopped or gone for a while: every model is what the log says, and Kafka holds every entry.
///
/// `MENTATLAB_CHAOS_SECONDS` says for how long, `MENTATLAB_SEED` repeats a run.
@Suite struct ChaosTests {
    private static let clients = 6

    @Test(.enabled(if: TestBroker.isReal, "a cluster that is played can't be killed"))
    func everyModelIsWhatTheLogSaysAndKafkaHoldsEveryEntry() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = UInt64(environment["MENTATLAB_SEED"] ?? "") ?? UInt64.random(in: 1..<1_000_000)
        let seconds = Int(environment["MENTATLAB_CHAOS_SECONDS"] ?? "") ?? 60
        print("chaos: seed=\(seed)")
        let folder = FileManager.default.temporaryDirectory.appending(path: "chaos-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await PrivatePostgres.with(settings: ["max_connections": "300"]) { database in
            let broker = try await PrivateBroker("\(folder)/broker", port: try Process.freePort())
            let stage = ChaosStage(folder, database, broker)
            try await stage.startMissing()
            let clients = Task {
                await withTaskGroup { group in
                    for index in 0..<Self.clients { group.addTask { await stage.publish(index, seed: seed) } }
                }
            }
            while stage.acknowledged.count < 5 { try await Task.sleep(for: .milliseconds(50)) }
            let rebuild: PartProcess?
            do {
                rebuild = try await disturb(stage, seconds: seconds, seed: seed)
            } catch {
                clients.cancel()
                throw error
            }
            clients.cancel()
            await clients.value
            // One that met a crash of Postgres may have failed; another one ends what it has left.
            if try await rebuild?.end() != 0 {
                let last = try PartProcess(["rebuild", "agents", "index", "reputation", "--database-url", database.url])
                #expect(try await last.end() == 0, "\(last.printed)")
            }
            try await check(stage, seed: seed)
            try await broker.stop()
        }
    }

    // MARK: Disturbing

    /// Returns the rebuild that was begun in the middle.
    private func disturb(_ stage: ChaosStage, seconds: Int, seed: UInt64) async throws -> PartProcess? {
        var random = SeededRandom(seed: seed)
        let clock = ContinuousClock()
        let begin = clock.now
        var rebuild: PartProcess?
        var round = 0
        while clock.now - begin < .seconds(seconds) {
            round += 1
            if round == 3 {
                rebuild = try PartProcess([
                    "rebuild", "agents", "index", "reputation", "--database-url", stage.database.url,
                ])
            }
            let name = stage.names[Int(random.next() % UInt64(stage.names.count))]
            switch random.next() % 10 {
            case 0:
                print("chaos: the broker crashes")
                try await stage.broker.stop("-KILL")
                try await Task.sleep(for: .milliseconds(Int(random.next() % 3_000)))
                try await stage.broker.start()
            case 1:
                print("chaos: Postgres crashes")
                stage.database.killNow()
                try await Task.sleep(for: .milliseconds(Int(random.next() % 1_000) + 100))
                try await stage.database.start(settings: ["max_connections": "300"])
            case 2, 3, 4:
                print("chaos: \(name) is held up")
                stage.send(SIGSTOP, to: name)
                try await Task.sleep(for: .milliseconds(Int(random.next() % 5_000) + 200))
                stage.send(SIGCONT, to: name)
            default:
                print("chaos: \(name) is killed")
                stage.send(SIGKILL, to: name)
                try await stage.awaitEnd(of: name)
            }
            try await Task.sleep(for: .milliseconds(Int(random.next() % 1_500) + 100))
            try await stage.startMissing()
        }
        return rebuild
    }

    // MARK: Judging

    private func check(_ stage: ChaosStage, seed: UInt64) async throws {
        let url = stage.database.url
        try await stage.startMissing()
        let log = try await EventLog.open(EventLog.Configuration(url: url))
        let head = try await log.entries.head().value
        try await reach(head, stage)
        let takeOvers = try await TestDatabase.query(url, "SELECT (epoch - 1)::text FROM relay.topics")
        let faults = try await stage.stopAll()
        #expect(faults.isEmpty, "seed \(seed): \(faults)")

        // What was answered is in the log, once and where it was said to be.
        let published = try await TestDatabase.query(
            url, "SELECT stream || ' ' || position FROM log.events WHERE type = 'agent.version-published.v1'")
        let places = Set(published)
        let twice = published.count - Set(published.map { $0.split(separator: " ")[0] }).count
        #expect(twice == 0, "seed \(seed)")
        let lost = stage.acknowledged.filter { !places.contains("agent/\($0.key) \($0.value)") }
        // The models are what one thread makes of the log from its beginning.
        let compared = try await Comparison(DatabaseAccess(url: url), BuildOptions(program: "chaos")).run(
            ProjectionCatalogue.all)
        let differences = compared.flatMap(\.differences)
        // The topic holds every entry, in order where it stands first.
        let reactor = try Reactor(name: "chaos")
        let fixture = RelayFixture(
            url: url, log: log, topic: stage.topic, reactor: reactor,
            broker: TestBroker(servers: stage.broker.servers))
        let found = try await fixture.judge()
        print(
            "chaos: events=\(head) acknowledged=\(stage.acknowledged.count) lost=\(lost.count + found.missing) doubled_in_models=\(differences.count) first_occurrences_out_of_order=\(found.outOfOrder) repeats=\(found.repeats) take_overs=\(takeOvers.first ?? "?")"
        )
        #expect(lost.isEmpty && found.missing == 0, "seed \(seed): \(lost.keys)")
        #expect(differences.isEmpty, "seed \(seed): \(differences)")
        let areRight = compared.allSatisfy { $0.isRight }
        #expect(areRight, "seed \(seed)")
        #expect(found.outOfOrder == 0, "seed \(seed)")
        #expect(stage.surprises.isEmpty, "seed \(seed): \(stage.surprises)")
        await log.close()
        reactor.stop()
    }

    /// Waits until topic and models have all of the log.
    private func reach(_ head: Int64, _ stage: ChaosStage) async throws {
        for _ in 0..<1_200 {
            let least = try await TestDatabase.query(
                stage.database.url,
                """
                SELECT least((SELECT min(next) FROM relay.topics), min(c.position))::text
                FROM models.active a
                JOIN models.positions c ON c.build = a.build
                """)
            if least == ["\(head)"] { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        let printed = stage.names.map { "\($0): \(stage.printed($0).suffix(400))" }
        Issue.record("topic and models do not reach \(head): \(printed)")
    }
}
