import Events
import Synchronization
import System

/// Reads packages to their end on threads of its own, one at a time for an account.
///
/// One thread is for accounts whose packages have cost little of late, so that a small package does not wait for those
/// that are made to cost much. Both give way to whatever else the machine has to do, the other one more.
final class Inspections: Sendable {
    /// The time of a processor that an account may have cost of late and still count as quiet.
    private static let quietMilliseconds: Int64 = 250
    /// The time after which what was spent counts half.
    private static let halfLifeMilliseconds: Int64 = 30_000
    private static let maximumAccounts = 10_000

    private struct State {
        /// Those who wait, by account; an account without an inspection is missing.
        var waiting: [PersonID: [CheckedContinuation<Void, Never>]] = [:]
        var spent: [PersonID: (milliseconds: Int64, at: Int64)] = [:]

        func recent(_ person: PersonID, at now: Int64) -> Int64 {
            guard let spent = spent[person] else { return 0 }
            return spent.milliseconds >> min(62, (now - spent.at) / Inspections.halfLifeMilliseconds)
        }
    }

    private let quick = Worker(name: "inspect", niceness: 5)
    private let patient = Worker(name: "inspect-much", niceness: 15)
    private let state = Mutex(State())

    /// Runs `body` once no other inspection of the account runs.
    func run<Value: Sendable>(of person: PersonID, _ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        await enter(person)
        defer { leave(person) }
        let recent = state.withLock { $0.recent(person, at: Host.steadyClockMilliseconds()) }
        let worker = recent < Self.quietMilliseconds ? quick : patient
        return try await worker.run { [self] in
            let began = Host.threadProcessorMilliseconds()
            defer { note(Host.threadProcessorMilliseconds() - began, of: person) }
            return try body()
        }
    }

    private func note(_ milliseconds: Int64, of person: PersonID) {
        let now = Host.steadyClockMilliseconds()
        state.withLock { state in
            let sum = state.recent(person, at: now) + milliseconds
            if state.spent.count >= Self.maximumAccounts {
                let known = state
                state.spent = state.spent.filter { known.recent($0.key, at: now) > 0 }
                if state.spent.count >= Self.maximumAccounts { state.spent = [:] }
            }
            state.spent[person] = sum > 0 ? (sum, now) : nil
        }
    }

    private func enter(_ person: PersonID) async {
        await withCheckedContinuation { continuation in
            let isFirst = state.withLock { state in
                guard state.waiting[person] != nil else {
                    state.waiting[person] = []
                    return true
                }
                state.waiting[person]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume() }
        }
    }

    private func leave(_ person: PersonID) {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting[person]?.isEmpty == false else {
                state.waiting[person] = nil
                return nil
            }
            return state.waiting[person]?.removeFirst()
        }
        next?.resume()
    }
}
