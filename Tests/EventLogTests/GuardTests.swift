import EventLog
import Events
import Synchronization
import TestSupport
import Testing

/// A command is appended only while each stream that it guards is at the version that it read.
@Suite struct GuardTests {
    /// A stream that is advanced again and again, and where each of its versions was reached.
    private final class Advanced: Sendable {
        private let state = Mutex((positions: [Position](), isOver: false))
        private let name: String

        init(_ name: String) { self.name = name }

        var version: Int64 { state.withLock { Int64($0.positions.count) } }
        /// The version that the stream had just before a position.
        func version(before position: Position) -> Int64 {
            state.withLock { state in Int64(state.positions.count { $0 < position }) }
        }
        func end() { state.withLock { $0.isOver = true } }

        func advance(_ fixture: LogFixture) async throws {
            while !state.withLock({ $0.isOver }) {
                let outcome = try await fixture.log.append(fixture.claim(name, expecting: version))
                guard case .appended(let last?) = outcome else { throw EventLogError.corrupt("\(outcome)") }
                state.withLock { $0.positions.append(last) }
                try await Task.sleep(for: .milliseconds(Int64.random(in: 1...9)))
            }
        }
    }

    private struct Taken: Sendable {
        let position: Position
        let own: Int64
        let foreign: Int64
    }

    @Test func noGuardPassesThatMoved() async throws {
        try await TestDatabase.with { url in
            let first = LogFixture(log: try await EventLog.open(EventLog.Configuration(url: url)))
            let second = LogFixture(log: try await EventLog.open(EventLog.Configuration(url: url)))
            let (own, foreign) = (Advanced("own"), Advanced("foreign"))

            let taken = try await withThrowingTaskGroup(of: [Taken].self) { group in
                group.addTask {
                    try await own.advance(first)
                    return []
                }
                group.addTask {
                    try await foreign.advance(second)
                    return []
                }
                for caller in 0..<24 {
                    group.addTask {
                        var taken: [Taken] = []
                        // On a slow machine more of them come too late; then each caller goes on until some were taken.
                        for number in 0..<5_000 where number < 60 || taken.count < 5 {
                            // Now and then a version that is past, or a lone event of the other writer's.
                            let ownVersion = own.version
                            let foreignVersion = max(0, foreign.version - (number % 7 == 3 ? 1 : 0))
                            if number % 11 == 5 {
                                _ = try await second.log.append(second.claim("other-\(caller)-\(number)"))
                            }
                            let outcome = try await first.log.append(
                                first.claim(
                                    "n-\(caller)-\(number)",
                                    guards: ["own": ownVersion, "foreign": foreignVersion]))
                            switch outcome {
                            case .appended(let last?):
                                taken.append(
                                    Taken(position: last, own: ownVersion, foreign: foreignVersion))
                            case .refused(.stale): break
                            default: throw EventLogError.corrupt("\(outcome)")
                            }
                        }
                        return taken
                    }
                }
                var all: [Taken] = []
                for _ in 0..<24 { all += try await group.next() ?? [] }
                own.end()
                foreign.end()
                try await group.waitForAll()
                return all
            }
            await first.log.close()
            await second.log.close()

            #expect(taken.count > 100, "\(taken.count) were taken")
            #expect(own.version > 10 && foreign.version > 10)
            for command in taken {
                #expect(own.version(before: command.position) == command.own)
                #expect(foreign.version(before: command.position) == command.foreign)
            }
        }
    }
}
