import CPostgres
import Synchronization

/// Asks the server to cancel the statement of a connection; any thread may call it.
///
/// This takes a connection of its own, and libpq has no timeout for it. No lock is held meanwhile. A request that is
/// still open when its run ends could cancel the next run, so `end` tells the caller to close the connection then.
@safe final class PostgresCanceller: @unchecked Sendable {
    private struct State {
        /// The current run; 0 between runs.
        var run: UInt64 = 0
        /// True once somebody wants the current run to end.
        var isCancelled = false
        var isAsking = false
    }

    private let handle: OpaquePointer
    private let state = Mutex(State())

    init(owning handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe PQfreeCancel(handle)
    }

    /// Notes that a run begins.
    func begin(_ run: UInt64) { state.withLock { ($0.run, $0.isCancelled) = (run, false) } }

    /// True where the current run is to end: a request that comes between two statements cancels none of them.
    var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// Notes that the run ends.
    ///
    /// - Returns: false while a request is open, which could also cancel the next run.
    func end() -> Bool {
        state.withLock { state in
            (state.run, state.isCancelled) = (0, false)
            return !state.isAsking
        }
    }

    /// Asks the server to cancel a run unless it has ended; blocks for as long as the server takes.
    func cancel(_ run: UInt64) {
        let mayAsk = state.withLock { state in
            guard state.run == run else { return false }
            state.isCancelled = true
            guard !state.isAsking else { return false }
            state.isAsking = true
            return true
        }
        guard mayAsk else { return }
        var reason = [CChar](repeating: 0, count: 256)
        unsafe PQcancel(handle, &reason, Int32(reason.count))
        state.withLock { $0.isAsking = false }
    }
}
