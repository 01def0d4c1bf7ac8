import Dispatch
import Synchronization

/// A thread of its own for calls that block: disk, database, other programs.
///
/// Jobs run one after the other in the order they came. Nothing that suspends can run inside one.
public final class Worker: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isStopped = false
    }
    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    /// Starts the thread.
    public init(name: String) {
        // The thread keeps the worker's state alive until `stop`.
        startThread(named: name) { [self] in
            while let job = next() { job() }
        }
    }

    private func next() -> (@Sendable () -> Void)? {
        while true {
            available.wait()
            let (job, isStopped) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isStopped)
            }
            if let job { return job }
            if isStopped { return nil }
        }
    }

    /// Runs `body` on the thread and returns what it returns.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = state.withLock { state in
                if state.isStopped { return false }
                state.jobs.append { continuation.resume(with: Result { try body() }) }
                return true
            }
            if isTaken { available.signal() } else { continuation.resume(throwing: CancellationError()) }
        }
    }

    /// Runs `body` on the thread some time; nobody waits for it.
    public func enqueue(_ body: @escaping @Sendable () -> Void) {
        let isTaken = state.withLock { state in
            if !state.isStopped { state.jobs.append(body) }
            return !state.isStopped
        }
        if isTaken { available.signal() }
    }

    /// Ends the thread once the jobs at hand have run; later jobs throw `CancellationError`.
    public func stop() {
        state.withLock { $0.isStopped = true }
        available.signal()
    }
}
