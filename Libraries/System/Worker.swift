import Dispatch
import Synchronization

/// Threads of their own for calls that block or compute: disk, database, other programs, compression.
///
/// Jobs begin in the order they came; with one thread they run one after the other. Nothing that suspends can run
/// inside one.
public final class Worker: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isStopped = false
    }
    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let threads: Int

    /// Starts the threads.
    public init(name: String, threads: Int = 1) {
        self.threads = threads
        for _ in 0..<threads {
            // A thread keeps the worker's state alive until `stop`.
            startThread(named: name) { [self] in
                while let job = next() { job() }
            }
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

    /// Runs `body` on a thread and returns what it returns.
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

    /// Runs `body` on a thread some time; nobody waits for it.
    public func enqueue(_ body: @escaping @Sendable () -> Void) {
        let isTaken = state.withLock { state in
            if !state.isStopped { state.jobs.append(body) }
            return !state.isStopped
        }
        if isTaken { available.signal() }
    }

    /// Ends the threads once the jobs at hand have run; later jobs throw `CancellationError`.
    public func stop() {
        state.withLock { $0.isStopped = true }
        for _ in 0..<threads { available.signal() }
    }
}
