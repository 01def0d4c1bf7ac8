import EventLog
import Events
import Postgres
import System
import TestSupport
import Testing

/// A program that stops at the worst moment holds nobody up.
@Suite struct StallTests {
    /// The bound that is named for it: what a pause inside a transaction may cost others.
    private static let bound = Int64(PostgresConfiguration.transactionPauseMilliseconds)

    /// Runs what `stopped` does through a proxy that keeps back the last 5 bytes of a statement, and meanwhile
    /// appends by another program.
    private func appendsBeside(
        _ statement: String, stopped: @escaping @Sendable (EventLog) async throws -> Void
    ) async throws {
        try await TestDatabase.with { url in
            try await PostgresProxy.with(url) { proxy in
                var small = EventLog.Configuration(url: url)
                small.partitionPositions = 200
                let sound = try await EventLog.open(small)
                var large = EventLog.Configuration(url: proxy.url)
                large.partitionPositions = 200
                let slow = try await EventLog.open(large)
                let fixture = LogFixture(log: sound)
                for index in 0..<110 { _ = try await sound.append(fixture.claim("before\(index)")) }

                try proxy.hold(statement)
                let work = Task { try await stopped(slow) }
                try await proxy.held()
                let began = Host.steadyClockMilliseconds()
                for index in 0..<40 {
                    let outcome = try await sound.append(fixture.claim("beside\(index)"))
                    guard case .appended = outcome else { Issue.record("\(outcome)"); break }
                }
                try await sound.maintain()
                #expect(Host.steadyClockMilliseconds() - began < Self.bound)
                try proxy.release()
                try await work.value

                // Whatever the stopped one did, it did once.
                let head = try await sound.entries.head().value
                let page = try await sound.entries.read(from: Position(0), limit: 1_000)
                #expect(page.entries.map(\.position.value) == Array(0..<head))
                #expect(head == 150 || head == 151)
                await slow.close()
                await sound.close()
            }
        }
    }

    @Test func anAppendThatStopsBeforeItsLastPacket() async throws {
        try await appendsBeside("append") { log in
            let outcome = try await log.append(LogFixture(log: log).claim("stopped"))
            guard case .appended = outcome else { Issue.record("\(outcome)"); return }
        }
    }

    /// A command that waits for a stream is not overtaken by one that came later and changes what it read.
    @Test func whoWaitsIsNotOvertaken() async throws {
        try await TestDatabase.with { url in
            try await PostgresProxy.with(url) { proxy in
                let log = try await EventLog.open(EventLog.Configuration(url: proxy.url))
                let fixture = LogFixture(log: log)
                _ = try await log.append(fixture.claim("first"))
                try proxy.hold("append")
                async let held = log.append(fixture.claim("wanted"))
                try await proxy.held()
                // Expects what is under way to be done, and that nobody has the other one.
                async let waiting = log.append(fixture.claim("wanted", expecting: 1, guards: ["other": 0]))
                try await Task.sleep(for: .milliseconds(100))
                async let later = log.append(fixture.claim("other"))
                try await Task.sleep(for: .milliseconds(100))
                try proxy.release()
                let outcomes = try await [held, waiting, later]
                #expect(outcomes == [1, 2, 3].map { .appended(last: Position($0)) })
                await log.close()
            }
        }
    }

    @Test(arguments: ["make_partition", "attach_partition", "prune"])
    func upkeepThatStopsBeforeItsLastPacket(_ statement: String) async throws {
        try await appendsBeside(statement) { try await $0.maintain() }
    }
}
