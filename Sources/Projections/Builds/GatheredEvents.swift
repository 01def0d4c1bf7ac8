import Synchronization

/// The events of one transaction that go to a fold once it is committed.
final class GatheredEvents: Sendable {
    private let events = Mutex<[ProjectedEvent]>([])

    func add(_ more: [ProjectedEvent]) { events.withLock { $0 += more } }

    /// Takes what was gathered away.
    func take() -> [ProjectedEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}
