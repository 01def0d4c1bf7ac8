import Events
import Synchronization
import System

/// Reads packages to their end on threads of its own, one at a time for an account.
final class Inspections: Sendable {
    private let worker = Worker(name: "inspect", threads: 2)
    /// Those who wait, by account; an account without an inspection is missing.
    private let waiting = Mutex<[PersonID: [CheckedContinuation<Void, Never>]]>([:])

    /// Runs `body` once no other inspection of the account runs.
    func run<Value: Sendable>(of person: PersonID, _ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        await enter(person)
        defer { leave(person) }
        return try await worker.run(body)
    }

    private func enter(_ person: PersonID) async {
        await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                guard waiting[person] != nil else {
                    waiting[person] = []
                    return true
                }
                waiting[person]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume() }
        }
    }

    private func leave(_ person: PersonID) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard waiting[person]?.isEmpty == false else {
                waiting[person] = nil
                return nil
            }
            return waiting[person]?.removeFirst()
        }
        next?.resume()
    }
}
