import Synchronization
import System

/// Results of reads that go through many rows, by what was asked. All callers that ask the same within five seconds
/// share one read; a read that fails is not cached.
final class RecentAnswers: Sendable {
    /// How old an answer may be.
    private static let freshMilliseconds: Int64 = 5_000
    /// The most answers that are kept.
    private let maximumAnswers: Int

    private struct Kept {
        let task: Task<any Sendable, any Error>
        let begun: Int64
    }

    private let kept = Mutex<[String: Kept]>([:])

    init(atMost maximum: Int = 512) { maximumAnswers = maximum }

    /// How many answers are kept.
    var count: Int { kept.withLock(\.count) }

    /// Gives what was read for a question, or reads it.
    ///
    /// - Parameters:
    ///   - question: names it, with all that the answer depends on.
    ///   - isEnough: says whether an answer that is kept will do; one that is read from now on always does.
    func value<Value: Sendable>(
        _ question: String, isEnough: (Value) -> Bool = { _ in true },
        read: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let first = task(question, read) { _ in true }
        let value: Value = try await result(of: first.task, question)
        if first.isNew || isEnough(value) { return value }
        return try await result(of: task(question, read) { $0 != first.task }.task, question)
    }

    private typealias Reading = Task<any Sendable, any Error>

    /// The reading that is kept where that will do, else a new one, and which of both.
    private func task<Value: Sendable>(
        _ question: String, _ read: @escaping @Sendable () async throws -> Value, whereKept isEnough: (Reading) -> Bool
    ) -> (task: Reading, isNew: Bool) {
        let now = Host.steadyClockMilliseconds()
        return kept.withLock { kept in
            if let known = kept[question], now - known.begun < Self.freshMilliseconds, isEnough(known.task) {
                return (known.task, false)
            }
            // Nobody gets an older answer, so it does not keep its memory either.
            kept = kept.filter { now - $0.value.begun < Self.freshMilliseconds }
            if kept.count >= maximumAnswers, let oldest = kept.min(by: { $0.value.begun < $1.value.begun }) {
                kept[oldest.key] = nil
            }
            let task = Reading { try await read() }
            kept[question] = Kept(task: task, begun: now)
            return (task, true)
        }
    }

    private func result<Value: Sendable>(of task: Reading, _ question: String) async throws -> Value {
        do {
            guard let value = try await task.value as? Value else {
                preconditionFailure("'\(question)' names answers of two kinds")
            }
            return value
        } catch {
            // What failed is tried again by who asks next.
            kept.withLock { if $0[question]?.task == task { $0[question] = nil } }
            throw error
        }
    }
}
