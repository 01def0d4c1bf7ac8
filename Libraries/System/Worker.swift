import Dispatch
import Glibc
import Synchronization

/// Threads for calls that block or compute for long: disk, database, other programs, compression.
///
/// Jobs begin in the order in which they came; with one thread they also run one after the other. A job is a
/// synchronous closure, so nothing can suspend inside it. The queue has no bound: callers limit how many jobs wait.
///
///     let bytes = try await worker.run { try FileSystem.read(path, limit: 1 << 20) }
public final class Worker: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isStopped = false
    }
    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let threads: Int

    /// Starts the threads; they run until `stop`.
    ///
    /// - Parameter niceness: from 0 to 19; the higher, the more the threads give way to others.
    public init(name: String, threads: Int = 1, niceness: Int32 = 0) {
        self.threads = threads
        for _ in 0..<threads {
            // A thread keeps the worker alive until `stop`.
            startThread(named: name) { [self] in
                // On Linux this is a property of the thread.
                if niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
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

    /// Runs `body` on one of the threads and returns its result.
    ///
    /// - Throws: what `body` throws, or `CancellationError` after `stop`. Cancelling the calling task has no effect on
    ///   a job.
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

    /// Runs `body` on one of the threads without waiting for it; after `stop` it does nothing.
    public func enqueue(_ body: @escaping @Sendable () -> Void) {
        let isTaken = state.withLock { state in
            if !state.isStopped { state.jobs.append(body) }
            return !state.isStopped
        }
        if isTaken { available.signal() }
    }

    /// Ends the threads once the queued jobs have run; a later `run` throws `CancellationError`.
    public func stop() {
        state.withLock { $0.isStopped = true }
        for _ in 0..<threads { available.signal() }
    }
}
