import Glibc
import Synchronization

/// Where the handler writes; a handler may do little more than that.
private let signalPipe = Atomic<Int32>(-1)

/// Signals as values to wait for, in place of handlers that may do almost nothing.
public final class Signals: Sendable {
    private struct State {
        var received: [Int32] = []
        var waiter: CheckedContinuation<Int32, Never>?
        var handler: (@Sendable (Int32) -> Void)?
    }
    private let state = Mutex(State())

    /// Takes over SIGINT, SIGTERM and SIGHUP for the whole process and ignores SIGPIPE. Once a process.
    ///
    /// Blocking them and waiting with `sigwait` would not do: libdispatch parks the main thread with every
    /// signal let through.
    public init() {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { preconditionFailure("no pipe for signals: error \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler may not wait; a signal that finds the pipe full is one of many that wait already.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        signalPipe.store(ends[1], ordering: .sequentiallyConsistent)
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                // The code that was interrupted may be about to look at its own error.
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
        let (handler, waiter) = state.withLock { state in
            if state.handler == nil, state.waiter == nil { state.received.append(number) }
            defer { state.waiter = nil }
            return (state.handler, state.waiter)
        }
        if let handler { handler(number) } else { waiter?.resume(returning: number) }
    }

    /// Has signals handled on a thread of their own from now on, whatever blocks elsewhere.
    public func onNext(_ handler: @escaping @Sendable (Int32) -> Void) {
        let received = state.withLock { state in
            state.handler = handler
            return state.received.popLast()
        }
        if let received { handler(received) }
    }

    /// The next signal; one that came before the call is not lost. One waiter at a time.
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
