import Reactor
import Synchronization
import Testing

@testable import Kafka

@Suite struct KafkaSignalTests {
    /// How far down the stack the calls of a listener are.
    private final class Depth: Sendable {
        private let places = Mutex<[UInt]>([])

        func note() {
            var here: UInt8 = 0
            let place = unsafe withUnsafePointer(to: &here) { UInt(bitPattern: $0) }
            places.withLock { $0.append(place) }
        }

        var span: UInt { places.withLock { ($0.max() ?? 0) - ($0.min() ?? 0) } }
    }

    @Test func aCallIsAsDeepAfterManyAsItWasAtFirst() async throws {
        // Given a signal with a listener
        let reactor = try Reactor(name: "test")
        defer { reactor.stop() }
        let (signal, depth) = (try KafkaSignal(on: reactor), Depth())
        await signal.start { depth.note() }
        // When it is ready a thousand times
        await Task(executorPreference: reactor) { for _ in 0..<1_000 { signal.ready(.readable) } }.value
        await signal.stop()
        // Then none of the calls went through more than the ones before
        #expect(depth.span < 4_096)
    }
}
