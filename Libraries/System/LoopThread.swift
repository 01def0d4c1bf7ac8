import Glibc
import Synchronization

/// Threads that serve many connections each, on which nothing may block or compute for long.
///
/// What reads files, compresses or parses large input asserts that it is elsewhere, so that in a debug build every test
/// trips over work on the wrong thread. Release builds check nothing.
public enum LoopThread {
    private static let threads = Mutex<Set<UInt>>([])

    /// Marks the calling thread as one, for as long as it lives.
    public static func mark() {
        threads.withLock { _ = $0.insert(UInt(pthread_self())) }
    }

    /// Takes the mark away; call it before the thread ends, since another one may get its number.
    public static func unmark() {
        threads.withLock { _ = $0.remove(UInt(pthread_self())) }
    }

    /// Runs something of a test's own that may block anywhere.
    static func exempt<Value>(_ body: () -> Value) -> Value {
        let thread = UInt(pthread_self())
        let isMarked = threads.withLock { $0.remove(thread) != nil }
        defer { if isMarked { threads.withLock { _ = $0.insert(thread) } } }
        return body()
    }

    /// Traps in a debug build where the calling thread is one.
    public static func assertElsewhere(_ what: StaticString = #function) {
        assert(!threads.withLock { $0.contains(UInt(pthread_self())) }, "\(what) on a thread that may not block")
    }
}
