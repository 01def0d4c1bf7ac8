import Glibc
import Synchronization

/// Marks event-loop threads, which serve many connections each and must not block or compute for long.
///
/// Code that reads files, compresses or parses large input calls `assertElsewhere`. In a debug build every test that
/// runs such code on an event loop then fails. Release builds check nothing.
public enum LoopThread {
    private static let threads = Mutex<Set<UInt>>([])

    /// Marks the calling thread as an event loop until `unmark`.
    public static func mark() {
        threads.withLock { _ = $0.insert(UInt(pthread_self())) }
    }

    /// Removes the mark of the calling thread; call it before the thread ends, since a new thread may get the same id.
    public static func unmark() {
        threads.withLock { _ = $0.remove(UInt(pthread_self())) }
    }

    /// Runs a part of the test machinery that may block on any thread.
    static func exempt<Value>(_ body: () -> Value) -> Value {
        let thread = UInt(pthread_self())
        let isMarked = threads.withLock { $0.remove(thread) != nil }
        defer { if isMarked { threads.withLock { _ = $0.insert(thread) } } }
        return body()
    }

    /// Traps in a debug build where the calling thread is an event loop.
    public static func assertElsewhere(_ what: StaticString = #function) {
        assert(!threads.withLock { $0.contains(UInt(pthread_self())) }, "\(what) on a thread that may not block")
    }
}
