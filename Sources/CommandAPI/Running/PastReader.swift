import Contract
import EventLog
import Events
import Marketplace
import Synchronization

/// Reads the past of streams for decisions: folded states are cached by version, so only newer entries are read.
final class PastReader: Sendable {
    private static let maximumStreams = 20_000

    private typealias Folded = (version: StreamVersion, state: any StreamState)

    private let log: EventLog
    private let cache = Mutex<[StreamName: Folded]>([:])

    init(_ log: EventLog) {
        self.log = log
    }

    /// The current state of one stream.
    func read<State>(_ stream: TypedStream<State>) async throws(EventLogError) -> State {
        try await read([stream.any])[stream]
    }

    /// The current past of streams. An append that depends on it has to expect its versions.
    func read(_ streams: [AnyStream]) async throws(EventLogError) -> Past {
        var past = Past()
        try await read(streams, into: &past)
        return past
    }

    /// The past that a command decides over. Reads the streams that the command names until it names no new one.
    ///
    /// - Throws: a `Problem` where that takes more than `Reading.maximumRounds` rounds.
    func read(for command: any Command) async throws -> Past {
        var past = Past()
        try await read(into: &past) { command.allStreams($0) }
        return past
    }

    /// The past that authenticates the holder of a token.
    func read(ofHolder token: TokenID) async throws -> Past {
        var past = Past()
        try await read(into: &past) { past in
            let stream = TypedStream.token(token)
            guard let user = past[stream].user else { return [stream.any] }
            return [stream.any] + Principal(user: user, token: token).streams(past)
        }
        return past
    }

    /// The past that tells how a principal is related to a resource.
    func read(of principal: Principal, acting resource: Resource) async throws -> Past {
        var past = Past()
        try await read(into: &past) { principal.streams($0) + resource.streams }
        return past
    }

    private func read(into past: inout Past, _ streams: (Past) -> [AnyStream]) async throws {
        var read = Past()
        for round in 0..<Reading.maximumRounds {
            var missing = streams(past).filter { !past.contains($0.name) }
            guard !missing.isEmpty else { return }
            // What the states that are known lead to is read at once. Where they are old, that may be too much, and is left out.
            if round == 0 { try await self.read(expected(past, streams), into: &read) }
            past.add(from: read, &missing)
            try await self.read(missing, into: &past)
        }
        throw Problem(.busy, "the command reads more streams than it may; try again")
    }

    /// The streams that would be read if all states were those that are known from earlier.
    private func expected(_ past: Past, _ streams: (Past) -> [AnyStream]) -> [AnyStream] {
        var (guess, expected) = (past, [AnyStream]())
        for _ in 0..<Reading.maximumRounds {
            let missing = streams(guess).filter { !guess.contains($0.name) }
            guard !missing.isEmpty else { break }
            cache.withLock { cache in
                for stream in missing {
                    let known = cache[stream.name] ?? (.none, stream.initial())
                    guess.add(stream.name, known.version, known.state)
                }
            }
            expected += missing
        }
        return expected
    }

    private func read(_ streams: [AnyStream], into past: inout Past) async throws(EventLogError) {
        guard !streams.isEmpty else { return }
        var folded: [StreamName: Folded] = [:]
        cache.withLock { cache in
            for stream in streams { folded[stream.name] = cache[stream.name] ?? (.none, stream.initial()) }
        }
        for past in try await log.read(after: folded.mapValues(\.version)) {
            let envelope = try past.entry.envelope()
            guard var known = folded[envelope.stream], let version = past.entry.version else { continue }
            known.state.evolve(
                PastEvent(
                    envelope.event, entry: envelope.id, at: past.entry.position, time: envelope.time,
                    within: past.within.flatMap { try? WithinContent(document: $0.document) }))
            known.version = version
            folded[envelope.stream] = known
        }

        for (stream, known) in folded { past.add(stream, known.version, known.state) }
        let fresh = folded.filter { $0.value.version != .none }
        cache.withLock { cache in
            if cache.count + fresh.count > Self.maximumStreams { cache.removeAll() }
            for (stream, known) in fresh where cache[stream].map({ $0.version < known.version }) ?? true {
                cache[stream] = known
            }
        }
    }
}
