import EventLog
import Foundation
import Projections
import Reactor
import TestSupport
import Testing

/// Projectors as processes that share the models: one is killed, held up, told to stop, or loses its connections.
@Suite struct SharingProcessTests {
    private enum Fate: String, CaseIterable {
        case killed
        case heldUp = "held up"
        case stopped
        case cutOff = "cut off"
    }

    /// Waits until SQL answers with a text; returns after how long.
    @discardableResult
    private func awaitAnswer(_ fixture: RelayFixture, _ sql: String, is wanted: String) async throws -> Duration {
        let clock = ContinuousClock()
        let begin = clock.now
        var found: [String] = []
        while clock.now - begin < .seconds(60) {
            found = try await TestDatabase.query(fixture.url, sql)
            if found == [wanted] { return clock.now - begin }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("\(sql): \(found), not \(wanted)")
        return clock.now - begin
    }

    /// Waits until the models have everything that the log has now; returns after how long.
    @discardableResult
    private func awaitHead(_ fixture: RelayFixture) async throws -> Duration {
        try await awaitAnswer(
            fixture,
            "SELECT (min(position) >= \(try await fixture.head()))::text FROM models.positions JOIN models.active USING (build)",
            is: "true")
    }

    private func awaitWorkers(_ fixture: RelayFixture, _ count: Int) async throws {
        try await awaitAnswer(
            fixture,
            """
            SELECT count(*)::text FROM models.shares JOIN models.active USING (build) JOIN models.workers USING (worker)
            WHERE projection = 'agents'
            """, is: "\(count)")
    }

    @Test(arguments: ["log", "kafka"])
    func othersTakeOver(_ source: String) async throws {
        try await RelayFixture.with { fixture in
            // given: two projectors, and a log that grows
            let walker = Walker(fixture, seed: 51)
            try await walker.steps(100)
            var words = ["project", "--database-url", fixture.url]
            var relay: PartProcess?
            if source == "kafka" {
                words += ["--from", "kafka", "--kafka", fixture.broker.servers, "--topic", fixture.topic]
                relay = try PartProcess(relaying: fixture)
            } else {
                words.append("--share")
            }
            let writing = Task {
                while !Task.isCancelled { try await walker.steps(10) }
            }
            let present = try PartProcess(words)
            try await awaitWorkers(fixture, 1)
            for fate in Fate.allCases {
                // when: another one comes, and then something becomes of it
                let other = try PartProcess(words)
                try await awaitWorkers(fixture, 2)
                switch fate {
                case .killed: other.send(SIGKILL)
                case .heldUp: other.send(SIGSTOP)
                case .stopped: other.send(SIGTERM)
                case .cutOff:
                    // All of both: each comes back by itself.
                    _ = try await TestDatabase.query(
                        fixture.url,
                        """
                        SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity
                        WHERE application_name ~ '^marketplace-(project|sharing|dividing)'
                          AND datname = current_database()
                        """)
                }
                // then: the models soon have all that the log had at that moment
                let after = try await awaitHead(fixture)
                print("shared from the \(source): one is \(fate.rawValue), the models go on after \(after)")
                if fate == .heldUp { other.send(SIGCONT) }
                if fate == .heldUp || fate == .cutOff {
                    // It takes part again.
                    try await awaitWorkers(fixture, 2)
                    other.send(SIGTERM)
                }
                let code = try await other.end()
                if fate != .killed { #expect(code == 0, "\(other.printed)") }
                try await awaitWorkers(fixture, 1)
            }
            writing.cancel()
            _ = await writing.result
            try await awaitHead(fixture)
            present.send(SIGTERM)
            #expect(try await present.end() == 0, "\(present.printed)")
            relay?.send(SIGTERM)
            try await relay?.end()
            // and: they are what one worker makes of the log
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
        }
    }

    /// By the database's clock workers are counted as present or gone.
    @Test func theDatabasesClockJumps() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "clock-\(UUID().uuidString.prefix(8))").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let clock = try ShiftedClock(file)
        try await PrivatePostgres.with(environment: clock.environment) { server in
            // given: two projectors that share the models
            try await TestDatabase.migrate(server.url)
            let log = try await EventLog.open(EventLog.Configuration(url: server.url))
            let reactor = try Reactor(name: "sharing")
            let fixture = RelayFixture(url: server.url, log: log, topic: "", reactor: reactor)
            let walker = Walker(fixture, seed: 52)
            let words = ["project", "--share", "--database-url", server.url]
            let projectors = [try PartProcess(words), try PartProcess(words)]
            try await awaitWorkers(fixture, 2)
            for seconds: Int64 in [3_600, -3_600, 0] {
                // when: the clock jumps, forwards and back
                try clock.set(seconds)
                try await walker.steps(30)
                // then: the models go on, and both take part
                let after = try await awaitHead(fixture)
                print("shared: the database's clock is \(seconds) s off, the models go on after \(after)")
                try await awaitWorkers(fixture, 2)
            }
            for projector in projectors {
                projector.send(SIGTERM)
                #expect(try await projector.end() == 0, "\(projector.printed)")
            }
            #expect(try await TestDatabase.wrongModels(fixture.url) == [])
            await log.close()
            reactor.stop()
        }
    }
}
