import System
import Testing

@testable import HTTPServer

/// Answers that wait for slow clients take bounded memory, and the slowest pays for it.
@Suite struct HTTPWaitingTests {
    private func limits(_ ofAddress: Int, _ all: Int) -> HTTPLimits {
        var limits = HTTPLimits()
        limits.waitingBytesOfAddress = ofAddress
        limits.waitingBytes = all
        return limits
    }

    private let one = IPAddress("192.0.2.1")?.network
    private let other = IPAddress("192.0.2.2")?.network

    @Test func theSlowestOfAnAddressIsClosed() {
        var waiting = HTTPWaiting<String>()
        waiting.note("slow", of: one, bytes: 600, written: 10, now: 0)
        waiting.note("fast", of: one, bytes: 300, written: 500, now: 0)
        waiting.note("elsewhere", of: other, bytes: 800, written: 0, now: 0)
        #expect(waiting.slowest(limits(1_000, 10_000), of: one, now: 100).isEmpty)
        waiting.note("fast", of: one, bytes: 500, written: 0, now: 100)
        #expect(waiting.slowest(limits(1_000, 10_000), of: one, now: 100) == ["slow"])
        waiting.remove("slow")
        #expect(waiting.bytes == 1_300)
        #expect(waiting.slowest(limits(1_000, 10_000), of: one, now: 100).isEmpty)
    }

    @Test func theSlowestOfAllAreClosedUntilTheRestFits() {
        var waiting = HTTPWaiting<String>()
        for (index, written) in [40, 10, 30, 20].enumerated() {
            waiting.note("\(written)", of: IPAddress("192.0.2.\(index)")?.network, bytes: 500, written: written, now: 0)
        }
        // Many clients that share an address have no limit of their own.
        waiting.note("shared", of: nil, bytes: 900, written: 1_000, now: 0)
        #expect(waiting.slowest(limits(1_000, 3_000), of: nil, now: 10).isEmpty)
        #expect(waiting.slowest(limits(1_000, 2_000), of: nil, now: 10) == ["10", "20"])
        #expect(waiting.slowest(limits(1_000, 0), of: nil, now: 10).count == 5)
    }

    @Test func nothingIsLeftOfWhatWasWritten() {
        var waiting = HTTPWaiting<Int>()
        for round in 0..<1_000 {
            waiting.note(round % 7, of: round % 2 == 0 ? one : other, bytes: round * 37 % 911, written: 1, now: 0)
            if round % 5 == 0 { waiting.remove(round % 7) }
        }
        for connection in 0..<7 { waiting.remove(connection) }
        #expect(waiting.bytes == 0)
        #expect(waiting.slowest(limits(0, 0), of: one, now: 0).isEmpty)
    }

    // MARK: The pace of an answer

    private func answering(_ limits: HTTPLimits, _ delivery: HTTPDelivery) -> HTTPConnectionState {
        var state = HTTPConnectionState(limits: limits, now: 0)
        state.receive(Array("GET /a HTTP/1.1\r\nHost: a\r\n\r\n".utf8), now: 0)
        while let action = state.next(now: 0) { if case .handle = action { break } }
        _ = state.answer(now: 0, delivery)
        return state
    }

    private func closes(_ state: inout HTTPConnectionState, at now: Int64) -> Bool {
        state.tick(now: now)
        if case .close = state.next(now: now) { return true }
        return false
    }

    @Test func anAnswerInMemoryFlowsAtAPace() {
        var limits = HTTPLimits()
        limits.stallMilliseconds = 1_000
        limits.answerBytesPerSecond = 100
        var steady = answering(limits, .memory)
        for second in 1...20 {
            steady.progressed(now: Int64(second) * 1_000 - 500, bytes: 110)
            #expect(!closes(&steady, at: Int64(second) * 1_001))
        }
        // A byte now and then is not enough.
        var slow = answering(limits, .memory)
        for tenth in 1...9 { slow.progressed(now: Int64(tenth) * 100, bytes: 1) }
        #expect(!closes(&slow, at: 999))
        #expect(closes(&slow, at: 1_001))
    }

    @Test func aFileGoesOnWhileAnythingFlows() {
        var limits = HTTPLimits()
        limits.fileStallMilliseconds = 2_000
        var state = answering(limits, .file)
        for second in 1...20 {
            state.progressed(now: Int64(second) * 1_000, bytes: 1)
            #expect(!closes(&state, at: Int64(second) * 1_000 + 900))
        }
        #expect(closes(&state, at: 22_001))
    }
}
