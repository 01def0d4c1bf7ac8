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
    /// - Parameter question: names it, with all that the answer depends on.
    func value<Value: Sendable>(
        _ question: String, _ read: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let now = Host.steadyClockMilliseconds()
        let task = kept.withLock { kept in
            if let known = kept[question], now - known.begun < Self.freshMilliseconds { return known.task }
            if kept.count >= maximumAnswers {
                kept = kept.filter { now - $0.value.begun < Self.freshMilliseconds }
                if kept.count >= maximumAnswers, let oldest = kept.min(by: { $0.value.begun < $1.value.begun }) {
                    kept[oldest.key] = nil
                }
            }
            let task = Task<any Sendable, any Error> { try await read() }
            kept[question] = Kept(task: task, begun: now)
            return task
        }
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
