import CLinux
import Glibc
import Reactor
import Synchronization
import System

/// An eventfd that the library writes to when a queue of events is no longer empty, watched by a reactor.
final class KafkaSignal: ReadinessHandler {
    /// Wraps the closure. A `Mutex` of the closure itself would wrap it once more at each access, until the calls are
    /// slow and overflow the stack.
    private struct Listener {
        let ready: @Sendable () -> Void
    }

    private let descriptor: Descriptor
    private let reactor: Reactor
    private let listener = Mutex<Listener?>(nil)

    /// The number that the library writes to; valid while this value lives.
    var number: Int32 { descriptor.number }

    init(on reactor: Reactor) throws(KafkaError) {
        let number = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard number >= 0 else { throw KafkaError(.other, "no descriptor for a client of Kafka is left") }
        descriptor = Descriptor(owning: number)
        self.reactor = reactor
    }

    /// Begins to call a closure on the reactor's thread; the reactor keeps the signal until `stop`.
    func start(_ ready: @escaping @Sendable () -> Void) async {
        listener.withLock { $0 = Listener(ready: ready) }
        await Task(executorPreference: reactor) { [self] in
            // Refused only where the system has no memory left; then nothing would ever be heard of.
            do { try reactor.watch(number, for: .readable, self) } catch { preconditionFailure("\(error)") }
        }.value
        // The library did not signal events that came before it knew the descriptor, so look for them now.
        wake()
    }

    /// Ends the calls.
    func stop() async {
        await Task(executorPreference: reactor) { [self] in reactor.forget(number) }.value
        listener.withLock { $0 = nil }
    }

    func ready(_ readiness: Readiness) {
        var sink: UInt64 = 0
        _ = unsafe read(number, &sink, 8)
        listener.withLock { $0 }?.ready()
    }

    /// Has the closure called again.
    func wake() {
        var one: UInt64 = 1
        _ = unsafe write(number, &one, 8)
    }
}
