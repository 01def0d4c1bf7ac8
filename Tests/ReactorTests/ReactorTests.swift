import Glibc
import Reactor
import Synchronization
import System
import TestSupport
import Testing

/// One thread, an epoll and its tasks.
@Suite struct ReactorTests {
    /// An actor on the reactor that waits for the reading end of a pipe.
    private actor Reader: ReadinessHandler {
        nonisolated let reactor: Reactor
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.asUnownedSerialExecutor() }
        private let descriptor: Int32
        private var received: [UInt8] = []
        private var waiter: CheckedContinuation<[UInt8], Never>?

        init(_ reactor: Reactor, _ descriptor: Int32) {
            self.reactor = reactor
            self.descriptor = descriptor
        }

        func start() throws { try reactor.watch(descriptor, for: .readable, self) }
        func stop() { reactor.forget(descriptor) }

        nonisolated func ready(_: Readiness) { assumeIsolated { $0.read() } }

        private func read() {
            var byte: UInt8 = 0
            guard unsafe Glibc.read(descriptor, &byte, 1) == 1 else { return }
            received.append(byte)
            if received.count == 3 { waiter?.resume(returning: received) }
        }

        func three() async -> [UInt8] {
            if received.count >= 3 { return received }
            return await withCheckedContinuation { waiter = $0 }
        }
    }

    @Test func aHandlerIsCalledUntilAllIsRead() async throws {
        let reactor = try Reactor(name: "test")
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        let reader = Reader(reactor, ends[0])
        try await reader.start()
        let bytes: [UInt8] = [1, 2, 3]
        try #require(unsafe write(ends[1], bytes, 3) == 3)
        #expect(await reader.three() == bytes)
        await reader.stop()
        for end in ends { close(end) }
        reactor.stop()
    }

    @Test func tasksThatPreferItRunOnItsThread() async throws {
        let reactor = try Reactor(name: "test")
        let names = try await Task(executorPreference: reactor) {
            let here = reactor.isIsolatingCurrentContext()
            try await Task.sleep(for: .milliseconds(1))
            return (here, reactor.isIsolatingCurrentContext())
        }.value
        #expect(names.0 == true && names.1 == true)
        #expect(reactor.isIsolatingCurrentContext() == false)
        reactor.stop()
    }

    /// Jobs that enqueue each other without end do not keep a timer waiting.
    @Test func aTimerRunsBesideTasksThatNeverRest() async throws {
        let reactor = try Reactor(name: "test")
        let ticks = Mutex(0)
        let isOver = Mutex(false)
        let busy = Task(executorPreference: reactor) {
            while !isOver.withLock({ $0 }) { await Task.yield() }
        }
        Task(executorPreference: reactor) {
            reactor.repeatEvery(milliseconds: 5) { ticks.withLock { $0 += 1 } }
        }
        try await eventually("it ticks three times") { ticks.withLock { $0 } >= 3 }
        isOver.withLock { $0 = true }
        await busy.value
        reactor.stop()
    }

    @Test func theLongestTurnIsKnownByWhatItWas() async throws {
        let reactor = try Reactor(name: "test")
        await Task(executorPreference: reactor) { pauseThread(milliseconds: 30) }.value
        // The turn is measured after its task has gone on elsewhere.
        try await eventually("the long turn is known") { reactor.longestTurn.nanoseconds >= 30_000_000 }
        #expect(reactor.longestTurn.what == "task")
        reactor.stop()
    }
}
