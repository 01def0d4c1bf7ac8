import CLinux
import Glibc

/// Blocks the calling thread for 0 to 4,294,967 ms (about 71 minutes); traps for another time.
///
/// Do not call it in a task, where it would block a thread of Swift's pool.
public func pauseThread(milliseconds: Int64) {
    usleep(UInt32(milliseconds * 1000))
}

private final class ThreadStart {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Starts a detached thread that runs `body` once; traps where the system gives no thread.
///
/// - Parameters:
///   - name: shown by `top` and debuggers; cut to 15 bytes.
///   - body: what the thread runs; the thread ends with it.
public func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let argument = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body)).toOpaque()
    let code = unsafe pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument = unsafe argument else { return nil }
            let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
            unsafe pthread_setname_np(pthread_self(), String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
            start.body()
            return nil
        }, argument)
    precondition(code == 0, "no thread can be started: error \(code)")
}
