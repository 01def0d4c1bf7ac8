import Events
import Following
import Logging
import Synchronization
import TestSupport
import Testing

@Suite struct FeedTests {
    /// A database whose value is set by hand, and that counts how often it is asked.
    private final class Source: Sendable {
        struct Failure: Error {}
        private let state = Mutex((value: Int64(0), asked: 0, isBroken: false))

        func set(_ value: Int64) { state.withLock { $0.value = value } }
        func setBroken(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }
        var asked: Int { state.withLock { $0.asked } }

        func read() throws -> Position {
            try state.withLock { state in
                state.asked += 1
                if state.isBroken { throw Failure() }
                return Position(state.value)
            }
        }

        func feed() -> HeadFeed { HeadFeed(Position(0)) { try self.read() } }
    }

    @Test func anAnnouncementWakesAtOnceWithoutAQuery() async throws {
        let source = Source()
        // Nothing that is asked would ever say so.
        let feed = source.feed()
        let waiting = Task { try await feed.passes(Position(4), withinMilliseconds: 20_000) }
        try await Task.sleep(for: .milliseconds(30))
        feed.announce(Position(4))
        try await Task.sleep(for: .milliseconds(30))
        feed.announce(Position(5))
        #expect(try await waiting.value)
    }

    @Test func whatOthersChangeIsFoundByOneQueryForAll() async throws {
        let source = Source()
        let feed = source.feed()
        let waiting = Task {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<50 {
                    group.addTask { try await feed.passes(Position(Int64(index % 3)), withinMilliseconds: 20_000) }
                }
                return try await group.reduce(true) { $0 && $1 }
            }
        }
        try await Task.sleep(for: .milliseconds(50))
        source.set(3)
        #expect(try await waiting.value)
        #expect(source.asked < 50, "\(source.asked) queries for 50 waiters")
        // Nobody waits: nothing is asked.
        let asked = source.asked
        try await Task.sleep(for: .milliseconds(120))
        #expect(source.asked <= asked + 1)
    }

    @Test func aQueryThatBeganBeforeTheCallIsTooOld() async throws {
        // Given a query that has read the value and takes a while to answer
        let value = Mutex(Int64(1))
        let feed = HeadFeed(Position(0)) {
            let read = value.withLock { $0 }
            if read == 1 { try await Task.sleep(for: .milliseconds(300)) }
            return Position(read)
        }
        let slow = Task { try await feed.value(atMostMillisecondsOld: 0) }
        try await Task.sleep(for: .milliseconds(100))
        // When the value changes, then who asks after that gets the new one
        value.withLock { $0 = 2 }
        #expect(try await feed.value(atMostMillisecondsOld: 0) == Position(2))
        _ = try await slow.value
    }

    @Test func whatTakesLongToReadIsReadBesideThoseWhoAsk() async throws {
        // Given a value that is known, and a query for a newer one that does not answer
        let value = Mutex(Int64(1))
        let held = AsyncStream<Void>.makeStream()
        let feed = HeadFeed(Position(0)) {
            let read = value.withLock { $0 }
            if read == 2 { for await _ in held.stream { break } }
            return Position(read)
        }
        func ask() async throws -> Position {
            try await feed.value(atMostMillisecondsOld: 60_000, readAgainAfterMilliseconds: 0)
        }
        #expect(try await ask() == Position(1))
        value.withLock { $0 = 2 }
        // when somebody asks, the known one is the answer,
        #expect(try await ask() == Position(1))
        #expect(try await ask() == Position(1))
        // and the newer one once it was read.
        held.continuation.finish()
        try await eventually("the newer value is known") { try await ask() == Position(2) }
    }

    @Test func whoWaitsInVainIsToldSo() async throws {
        let feed = Source().feed()
        #expect(try await feed.passes(Position(0), withinMilliseconds: 50) == false)
    }

    @Test func aFaultEndsTheWaitAndTheNextOneAsksAnew() async throws {
        let source = Source()
        let feed = source.feed()
        source.setBroken(true)
        await #expect(throws: Source.Failure.self) { try await feed.passes(Position(0), withinMilliseconds: 20_000) }
        source.setBroken(false)
        source.set(1)
        #expect(try await feed.passes(Position(0), withinMilliseconds: 20_000))
    }

    @Test func aCancelledWaitEnds() async throws {
        let feed = Source().feed()
        let waiting = Task { try await feed.passes(Position(9), withinMilliseconds: nil) }
        try await Task.sleep(for: .milliseconds(30))
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    /// An answer that was asked for before an announcement does not undo it.
    @Test func anOlderAnswerDoesNotUndoAnAnnouncement() async throws {
        let (started, release) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        let feed = HeadFeed(Position(0)) {
            started.continuation.yield()
            for await _ in release.stream { break }
            return Position(1)
        }
        async let asked = feed.value(atMostMillisecondsOld: 0)
        for await _ in started.stream { break }
        feed.announce(Position(7))
        release.continuation.yield()
        #expect(try await asked == Position(7))
    }

    /// A process that announces without end still learns what others have done.
    @Test func whatOthersDoIsSeenAmongAnnouncements() async throws {
        struct Known: Equatable { var (own, others) = (0, 0) }
        let (started, release) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        let feed = Feed(Known(), merging: { Known(own: max($0.own, $1.own), others: $1.others) }) {
            started.continuation.yield()
            for await _ in release.stream { break }
            return Known(own: 1, others: 3)
        }
        async let asked = feed.value(atMostMillisecondsOld: 0)
        for await _ in started.stream { break }
        feed.announce { $0.own = 2 }
        release.continuation.yield()
        #expect(try await asked == Known(own: 2, others: 3))
    }

    /// Who makes what others wait for rests no longer than until somebody waits urgently.
    @Test func aRestEndsWhereSomebodyWaits() async throws {
        let feed = Source().feed()
        func rest(_ maker: String, _ milliseconds: Int64) -> Task<Void, any Error> {
            Task { try await feed.rest(maker, milliseconds: milliseconds) }
        }
        try await rest("a", 20).value
        // Somebody who only follows is no reason, and neither is who waits for what others make.
        let following = Task { try await feed.passes(Position(9), withinMilliseconds: nil, isUrgent: false) }
        let others = Task { try await feed.wait(withinMilliseconds: nil, madeBy: ["b"]) { $0 > Position(9) } }
        let rests = [rest("a", 600_000), rest("a", 600_000)]
        let isDone = Mutex(false)
        let watching = Task {
            for rest in rests { try await rest.value }
            isDone.withLock { $0 = true }
        }
        try await Task.sleep(for: .milliseconds(100))
        #expect(!isDone.withLock { $0 })
        let waiting = Task { try await feed.wait(withinMilliseconds: nil, madeBy: ["a", "c"]) { $0 > Position(4) } }
        try await watching.value
        // One who waits already ends it at once.
        for maker in ["a", "b", "c"] { try await rest(maker, 600_000).value }
        feed.announce(Position(5))
        #expect(try await waiting.value)
        let cancelled = rest("a", 600_000)
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        for task in [following, others] {
            task.cancel()
            _ = await task.result
        }
    }

    /// A follower rests after a step, unless that was a full one.
    @Test func aFollowerRestsAfterStepsThatAreNotFull() async throws {
        let feed = Source().feed()
        let rests = Mutex<[Int64]>([])
        let ends = Mutex<[Int64]>([10, 20, 25, 26, 26])
        let gathering = Follower.Gathering(1...100, fullStep: 10) {
            // The last step found nothing to do.
            ends.withLock { $0.count == 1 }
        } rest: { left in
            rests.withLock { $0.append(left) }
        }
        let follower = Follower("test", of: feed, gathering: gathering, log: Log("test", threshold: .error)) { next in
            // Long enough for a rest that is longer than the shortest one.
            try await Task.sleep(for: .milliseconds(5))
            return Position(ends.withLock { $0.isEmpty ? 26 : $0.removeFirst() })
        }
        let running = Task { await follower.run() }
        try await eventually("all steps are done") { ends.withLock(\.isEmpty) }
        running.cancel()
        await running.value
        // After the first step, of which nobody knows from where it went on, after the one of five, and after the idle one.
        let found = rests.withLock { $0 }
        #expect(found.count == 3)
        #expect(found.last == 99)
        #expect(found.allSatisfy { (1...99).contains($0) })
    }

    /// A follower applies what is there, waits for more, and begins anew after a fault.
    @Test func aFollowerGoesOnAfterAFault() async throws {
        let source = Source()
        let feed = source.feed()
        let seen = Mutex<[Int64?]>([])
        let follower = Follower("test", of: feed, log: Log("test", threshold: .error)) { next in
            let count = seen.withLock { seen in
                seen.append(next?.value)
                return seen.count
            }
            if count == 2 { throw Source.Failure() }
            return try await feed.value(atMostMillisecondsOld: 0)
        }
        let running = Task { await follower.run() }
        for target in 1...3 as ClosedRange<Int64> {
            source.set(target)
            try await eventually("\(target) is seen") { seen.withLock { $0.last ?? nil } == target }
        }
        running.cancel()
        await running.value
        #expect(seen.withLock { $0.prefix(3) }.contains { $0 == nil }, "it finds out where it is after a fault")
    }
}
