import Glibc
import Synchronization

/// Signals as values to wait for, in place of handlers that may do almost nothing.
public final class Signals: Sendable {
    private struct State {
        var received: [Int32] = []
        var waiter: CheckedContinuation<Int32, Never>?
    }
    private let state = Mutex(State())

    /// Takes over SIGINT, SIGTERM and SIGHUP for the whole process and ignores SIGPIPE.
    ///
    /// Call it before any thread is started: a thread keeps the mask it was born with.
    public init() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
        let awaited = set
        startThread(named: "signals") { [self] in
            while true {
                var number: Int32 = 0
                var waited = awaited
                if unsafe sigwait(&waited, &number) == 0 { deliver(number) }
            }
        }
    }

    private func deliver(_ number: Int32) {
        let waiter = state.withLock { state -> CheckedContinuation<Int32, Never>? in
            guard let waiter = state.waiter else {
                state.received.append(number)
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: number)
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
