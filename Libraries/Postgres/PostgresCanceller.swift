import CPostgres
import Synchronization

/// Asks the server to give up the statement that a connection runs; any thread may.
@safe final class PostgresCanceller: @unchecked Sendable {
    private let handle: OpaquePointer
    /// The run under way, so that a late request can't hit the one after it.
    private let current = Mutex<UInt64>(0)

    init(owning handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe PQfreeCancel(handle)
    }

    func begin(_ run: UInt64) { current.withLock { $0 = run } }
    func end() { current.withLock { $0 = 0 } }

    func cancel(_ run: UInt64) {
        current.withLock { current in
            guard current == run else { return }
            var reason = [CChar](repeating: 0, count: 256)
            unsafe PQcancel(handle, &reason, Int32(reason.count))
        }
    }
}
