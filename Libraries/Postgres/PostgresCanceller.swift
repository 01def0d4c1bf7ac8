import CPostgres
import Synchronization

/// Asks the server to give up the statement that a connection runs; any thread may.
///
/// Asking takes a connection of its own, and libpq puts no bound on how long that takes. No lock is held meanwhile. A
/// request that is still under way when its run ends could hit the next run, so `end` says that the connection has to
/// be given up.
@safe final class PostgresCanceller: @unchecked Sendable {
    private struct State {
        /// The run under way; 0 between runs.
        var run: UInt64 = 0
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

    /// A run begins.
    func begin(_ run: UInt64) { state.withLock { $0.run = run } }

    /// The run ends.
    ///
    /// - Returns: false where the server is being asked to give it up, so that another run would be given up as well.
    func end() -> Bool {
        state.withLock { state in
            state.run = 0
            return !state.isAsking
        }
    }

    /// Asks the server to give a run up, unless it is over. Blocks for as long as the server takes.
    func cancel(_ run: UInt64) {
        let mayAsk = state.withLock { state in
            guard state.run == run, !state.isAsking else { return false }
            state.isAsking = true
            return true
        }
        guard mayAsk else { return }
        var reason = [CChar](repeating: 0, count: 256)
        unsafe PQcancel(handle, &reason, Int32(reason.count))
        state.withLock { $0.isAsking = false }
    }
}
