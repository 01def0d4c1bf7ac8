import EventLog
import Events
import Marketplace
import Synchronization

/// Reads the past of streams for decisions: what was folded before is kept by version, so only what came
/// since is read.
final class PastReader: Sendable {
    private static let maximumStreams = 20_000

    private let log: EventLog
    private let cache = Mutex<[StreamName: (version: StreamVersion, state: FoldedState)]>([:])

    init(_ log: EventLog) {
        self.log = log
    }

    /// The present past of streams. The versions it names are what an append has to expect.
    func read(_ streams: [StreamName]) async throws(EventLogError) -> Past {
        var folded: [StreamName: (version: StreamVersion, state: FoldedState)] = [:]
        cache.withLock { cache in
            for stream in streams { folded[stream] = cache[stream] ?? (.none, FoldedState(initial: stream)) }
        }
        for entry in try await log.read(after: folded.mapValues(\.version)) {
            let envelope = try entry.envelope()
            guard var known = folded[envelope.stream], let version = entry.version else { continue }
            known.state.evolve(envelope.event, entry: envelope.id, at: entry.position)
            known.version = version
            folded[envelope.stream] = known
        }

        var past = Past()
        for (stream, known) in folded { past.add(stream, known.version, known.state) }
        let fresh = folded.filter { $0.value.version != .none }
        cache.withLock { cache in
            if cache.count + fresh.count > Self.maximumStreams { cache.removeAll() }
            for (stream, known) in fresh where cache[stream].map({ $0.version < known.version }) ?? true {
                cache[stream] = known
            }
        }
        return past
    }
}
