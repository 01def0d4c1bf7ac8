import Contract
import Testing

@testable import QueryAPI

/// How readers share what is dear: questions about the past, and reads of many rows.
@Suite struct SharingTests {
    private actor Counter {
        private(set) var count = 0

        /// Counts one more; returns how many there are.
        func add() -> Int {
            count += 1
            return count
        }
    }

    /// A gate that many wait at.
    private actor Gate {
        private var isOpen = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func pass() async {
            guard !isOpen else { return }
            await withCheckedContinuation { waiting.append($0) }
        }

        func open() {
            isOpen = true
            for one in waiting { one.resume() }
            waiting = []
        }
    }

    /// Given a network with four questions under way, when it asks a fifth one, then that is refused, another network is
    /// answered, and the first one is once an answer is given, whether that went well or not.
    @Test func aNetworkHasFourQuestionsUnderWay() async throws {
        struct Failure: Error {}
        let (shares, gate, begun) = (NetworkShares(about: "the past"), Gate(), Counter())
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<4 {
                group.addTask {
                    do {
                        return try await shares.run(for: "10.0.0.1") {
                            _ = await begun.add()
                            await gate.pass()
                            if number == 0 { throw Failure() }
                            return true
                        }
                    } catch is Failure {
                        return false
                    }
                }
            }
            while await begun.count < 4 { await Task.yield() }
            await #expect(throws: Problem.self) { try await shares.run(for: "10.0.0.1") { true } }
            let other = try await shares.run(for: "10.0.0.2") { true }
            #expect(other)
            await gate.open()
            let answered = try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            #expect(answered == 3)
        }
        #expect(try await shares.run(for: "10.0.0.1") { true })
    }

    /// Given many who ask the same at once, when it is read, then it is read once; what failed is read again, and what is
    /// asked otherwise is read apart.
    @Test func whatManyAskIsReadOnce() async throws {
        struct Failure: Error {}
        let (recent, gate, reads) = (RecentAnswers(), Gate(), Counter())
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await recent.value("downloads 30") {
                        await gate.pass()
                        return await reads.add()
                    }
                }
            }
            await gate.open()
            let read = try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            #expect(read == [1])
        }
        #expect(try await recent.value("downloads 90") { await reads.add() } == 2)
        await #expect(throws: Failure.self) { try await recent.value("stats") { () throws -> Int in throw Failure() } }
        #expect(try await recent.value("stats") { 7 } == 7)
        // However many questions there are, few answers are kept.
        for number in 0..<2_000 { #expect(try await recent.value("days \(number)") { number } == number) }
        #expect(recent.count <= 512)
    }
}
