import Foundation
import Kafka
import Synchronization
import TestSupport
import Testing

/// Relays as processes: killed, held up, and without their broker.
@Suite struct RelayProcessTests {
    /// Waits until all of the log is delivered.
    private func delivered(_ fixture: RelayFixture) async throws {
        let head = try await fixture.head()
        try await eventually("the log is delivered up to \(head)") {
            try await TestDatabase.query(fixture.url, "SELECT next::text FROM relay.topics") == ["\(head)"]
        }
    }

    /// Waits until more is delivered.
    private func moves(_ fixture: RelayFixture) async throws {
        let before = try await TestDatabase.query(fixture.url, "SELECT next::text FROM relay.topics")
        try await eventually("something is delivered", every: .milliseconds(5)) {
            try await TestDatabase.query(fixture.url, "SELECT next::text FROM relay.topics") != before
        }
    }

    @Test func aRebuildReadsTheTopicAndSaysSo() async throws {
        try await RelayFixture.with { fixture in
            // Given a topic with the log, which goes on growing
            let walker = Walker(fixture, seed: 44)
            try await walker.steps(200)
            let relay = try PartProcess(relaying: fixture)
            try await delivered(fixture)
            let isEnough = Atomic(false)
            defer { isEnough.store(true, ordering: .relaxed) }
            let writing = Task {
                repeat { try await walker.steps(5) } while !isEnough.load(ordering: .relaxed)
            }
            func rebuild(_ more: [String]) async throws -> (code: Int32, printed: String) {
                let program = try PartProcess(["rebuild", "--database-url", fixture.url] + more)
                let code = try await program.end()
                return (code, program.printed)
            }
            // When all models are made anew from it, then each is read, and it says where entries came from
            let kafka = ["--kafka", fixture.broker.servers, "--topic", fixture.topic]
            let done = try await rebuild(["--all", "--from", "kafka"] + kafka)
            #expect(done.code == 0 && done.printed.contains("entries came from the topic"), "\(done)")
            #expect(done.printed.components(separatedBy: "is read now").count == 10)
            isEnough.store(true, ordering: .relaxed)
            try await writing.value
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
            // And what contradicts itself is refused
            for (words, reason) in [
                (["--all", "--from", "kafka"], "--from kafka needs --kafka"),
                (["--all"] + kafka, "--kafka needs --from kafka"),
                (["--all", "--check", "--from", "kafka"] + kafka, "--check and --compare read the log itself"),
            ] {
                let refused = try await rebuild(words)
                #expect(refused.code == 64 && refused.printed.contains(reason), "\(refused)")
            }
            relay.send(SIGTERM)
            #expect(try await relay.end() == 0)
        }
    }

    @Test func anotherRelayTakesOverFromOneThatIsKilledAndFromOneThatIsHeldUp() async throws {
        try await RelayFixture.with { fixture in
            // Given two relays and a log that grows
            let walker = Walker(fixture, seed: 41)
            try await walker.steps(100)
            let one = try PartProcess(relaying: fixture)
            try await one.says("relaying to \(fixture.topic) from position 0")
            let two = try PartProcess(relaying: fixture)
            try await two.says("standing by: ")
            // It grows until the last take-over, however long programs take to start.
            let isEnough = Atomic(false)
            defer { isEnough.store(true, ordering: .relaxed) }
            let writing = Task {
                repeat { try await walker.steps(50) } while !isEnough.load(ordering: .relaxed)
            }
            // When the one that sends is killed while there is much to send
            try await moves(fixture)
            one.send(SIGKILL)
            let afterKill = try await two.says("relaying to")
            // And the next one is held up for longer than its lease
            let three = try PartProcess(relaying: fixture)
            try await three.says("standing by: ")
            try await moves(fixture)
            two.send(SIGSTOP)
            let afterStop = try await three.says("relaying to")
            two.send(SIGCONT)
            try await two.says("another relay has taken over")
            try await two.says("standing by: ")
            isEnough.store(true, ordering: .relaxed)
            try await writing.value
            // And the last one stops in order
            try await delivered(fixture)
            three.send(SIGTERM)
            #expect(try await three.end() == 0)
            try await two.says("relaying to", times: 2)
            try await walker.steps(20)
            try await delivered(fixture)
            two.send(SIGTERM)
            #expect(try await two.end() == 0)
            // Then nothing is missing or out of order
            let repeats = try await fixture.holdsTheLog()
            print("take-over: after a kill \(afterKill), after a stop \(afterStop); repeats=\(repeats)")
        }
    }

    @Test(.enabled(if: TestBroker.isReal, "a cluster that is played can't be killed"))
    func aBrokerThatIsGoneIsWaitedFor() async throws {
        let port = try Process.freePort()
        let folder = FileManager.default.temporaryDirectory.appending(path: "broker-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let broker = try await PrivateBroker(folder, port: port)
        try await RelayFixture.with { fixture in
            let fixture = fixture.at(broker.servers)
            let walker = Walker(fixture, seed: 42)
            let relay = try PartProcess(relaying: fixture, servers: broker.servers, more: ["--create-topic"])
            try await relay.says("relaying to")
            let writing = Task { try await walker.steps(1_500) }
            // When the broker crashes in the middle, and is away for ten seconds, or for as long as somebody wants to see
            try await Task.sleep(for: .milliseconds(500))
            try await broker.stop("-KILL")
            let seconds = ProcessInfo.processInfo.environment["MENTATLAB_OUTAGE_SECONDS"].flatMap(Int.init) ?? 10
            try await Task.sleep(for: .seconds(seconds))
            try await broker.start()
            try await writing.value
            // Then the relay goes on by itself
            try await delivered(fixture)
            relay.send(SIGTERM)
            #expect(try await relay.end() == 0)
            try await fixture.holdsTheLog()
        }
        try await broker.stop()
    }

    /// The broker's disk is full, and the broker goes down. With room again all goes on. A small file system can be had by root
    /// alone, and in a container even root may be refused.
    @Test(
        .enabled(if: TestBroker.isReal, "a cluster that is played has no disk"),
        .enabled(if: getuid() == 0, "a small file system can be had by root alone"))
    func aBrokerWhoseDiskIsFullIsWaitedFor() async throws {
        let disk = FileManager.default.temporaryDirectory.appending(path: "broker-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: disk) }
        let mounted = try await run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", disk])
        guard mounted.code == 0 else { try Test.cancel("no small file system can be had here: \(mounted.errors)") }
        do {
            try await fillAndEmpty(disk)
            _ = try await run(["umount", "-l", disk])
        } catch {
            _ = try await run(["umount", "-l", disk])
            throw error
        }
    }

    private func fillAndEmpty(_ disk: String) async throws {
        let broker = try await PrivateBroker(disk, port: try Process.freePort())
        try await RelayFixture.with { fixture in
            // Given a relay
            let fixture = fixture.at(broker.servers)
            let walker = Walker(fixture, seed: 43)
            try await walker.steps(100)
            let relay = try PartProcess(relaying: fixture, servers: broker.servers, more: ["--create-topic"])
            try await delivered(fixture)
            // When nothing more goes onto the broker's disk, until that breaks something
            let ballast = "\(disk)/ballast"
            _ = try await run(["dd", "if=/dev/zero", "of=\(ballast)", "bs=64k"])
            var isBehind = false
            for _ in 0..<100 where !isBehind {
                try await walker.steps(200)
                let lag = try await TestDatabase.query(
                    fixture.url, "SELECT (\(try await fixture.head()) - next > 1000)::text FROM relay.topics")
                isBehind = lag == ["true"]
            }
            #expect(isBehind && relay.isRunning, "\(relay.printed)")
            try FileManager.default.removeItem(atPath: ballast)
            _ = try? await broker.stop("-KILL")
            try await broker.start()
            // Then all is delivered
            try await delivered(fixture)
            relay.send(SIGTERM)
            #expect(try await relay.end() == 0)
            let repeats = try await fixture.holdsTheLog()
            print("the broker's disk was full: repeats=\(repeats)")
        }
        try await broker.stop()
    }

    @Test func aWrongCommandSaysWhatIsWrong() async throws {
        try await RelayFixture.with { fixture in
            for (relay, words) in [
                (try PartProcess(relaying: fixture, servers: "nowhere"), "--kafka names 'nowhere'"),
                (try PartProcess(relaying: fixture, topic: "a/b"), "--topic is 'a/b'"),
                (try PartProcess(relaying: fixture, more: ["--kafka-settings-file", "/dev/null/x"]), "/dev/null/x"),
            ] {
                #expect(try await relay.end() != 0)
                #expect(relay.printed.contains(words), "\(relay.printed)")
            }
            if TestBroker.isReal {
                let relay = try PartProcess(relaying: fixture, topic: "missing-topic")
                #expect(try await relay.end() == 1)
                #expect(relay.printed.contains("there is no topic 'missing-topic', or this login may not see it"))
            }
        }
    }
}
