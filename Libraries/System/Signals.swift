import Glibc
import Synchronization

/// The end of the pipe that the signal handler writes to; a handler may do little more than write.
private let signalPipe = Atomic<Int32>(-1)

/// The signals that end or reload a program, as values that a task can wait for.
///
/// A signal handler may call almost nothing. This one writes the signal's number into a pipe; a thread reads the pipe
/// and passes the number to the waiting task or to the handler of `onNext`.
public final class Signals: Sendable {
    private struct State {
        var received: [Int32] = []
        var waiter: CheckedContinuation<Int32, Never>?
        var handler: (@Sendable (Int32) -> Void)?
    }
    private let state = Mutex(State())

    /// Takes over SIGINT, SIGTERM and SIGHUP for the whole process and ignores SIGPIPE; create one value for each
    /// process.
    ///
    /// Blocking the signals and waiting with `sigwait` does not work, since libdispatch parks the main thread with all
    /// signals unblocked.
    public init() {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { preconditionFailure("no pipe for signals: error \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler may not block. If the pipe is full, a signal is dropped; many others are waiting then.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        signalPipe.store(ends[1], ordering: .sequentiallyConsistent)
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                // The interrupted code may be about to read its own `errno`.
                let code = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = unsafe write(signalPipe.load(ordering: .relaxed), &byte, 1)
                errno = code
            }
        }
        let end = ends[0]
        startThread(named: "signals") { [self] in
            var byte: UInt8 = 0
            while true {
                if unsafe read(end, &byte, 1) == 1 { deliver(Int32(byte)) }
            }
        }
    }

    private func deliver(_ number: Int32) {
        var handler: (@Sendable (Int32) -> Void)?
        var waiter: CheckedContinuation<Int32, Never>?
        state.withLock { state in
            handler = state.handler
            guard handler == nil else { return }
            swap(&waiter, &state.waiter)
            if waiter == nil { state.received.append(number) }
        }
        handler?(number)
        waiter?.resume(returning: number)
    }

    /// From now on calls `handler` for each signal, on a thread that nothing else can block.
    ///
    /// Signals that came before this call are handled at once, in order, on the calling thread. `next()` does not return
    /// later signals, so no task may wait in it.
    public func onNext(_ handler: @escaping @Sendable (Int32) -> Void) {
        let received = state.withLock { state in
            state.handler = handler
            defer { state.received = [] }
            return state.received
        }
        for number in received { handler(number) }
    }

    /// Waits for the next signal.
    ///
    /// A signal that came before the call is returned at once. Only one task may wait at a time; a second one traps.
    public func next() async -> Int32 {
        await withCheckedContinuation { continuation in
            let received = state.withLock { state -> Int32? in
                guard state.received.isEmpty else { return state.received.removeFirst() }
                precondition(state.waiter == nil, "two tasks wait for signals")
                state.waiter = continuation
                return nil
            }
            if let received { continuation.resume(returning: received) }
        }
    }
}
