import EventLog
import Events
import HTTPServer
import Logging
import Synchronization

/// One reader that follows the log: from a position on it gets every entry that its filter takes, each once and in
/// order, first from the log, then as they come.
final class EventFollowing: Sendable {
    private struct State {
        var position: Position
        /// The generation in which the reader was up to date; nil while it catches up.
        var generation: UInt64?
        var hasBegun = false
        var isOver = false
        /// The position that the reader knows all before.
        var told: Position
    }

    private let hub: EventHub
    private let entries: EventReader
    private let filter: EventFilter
    private let seat: EventHub.Seat
    private let log: Log
    private let state: Mutex<State>

    /// - Parameter entries: for catching up; few sessions, so that those who catch up wait for each other and not the
    ///   queries for them.
    init(
        _ hub: EventHub, _ entries: EventReader, from position: Position, _ filter: EventFilter, _ seat: EventHub.Seat,
        _ log: Log
    ) {
        self.hub = hub
        self.entries = entries
        self.filter = filter
        self.seat = seat
        self.log = log
        state = Mutex(State(position: position, told: position))
    }

    /// The body of the answer.
    var body: HTTPStream { HTTPStream { await self.next() } }

    private func next() async -> [UInt8]? {
        let opening = state.withLock { state -> [UInt8]? in
            defer { state.hasBegun = true }
            return state.hasBegun ? nil : EventFrame.opening(from: state.position)
        }
        if let opening { return opening }
        while !Task.isCancelled {
            let (position, generation, isOver) = state.withLock { ($0.position, $0.generation, $0.isOver) }
            if isOver { return nil }
            switch hub.find(from: position, filter, generation: generation) {
            case .piece(let bytes, let next, let generation):
                if let piece = moved(to: next, bytes, generation: generation) { return piece }
            case .current(let generation):
                state.withLock { $0.generation = generation }
                if let piece = await waiting(at: position, generation) { return piece }
            case .lost:
                state.withLock { $0.isOver = true }
                log.debug("a reader of the log was too slow", ["position": "\(position)"])
                return EventFrame.dropped(at: position)
            case .behind:
                do {
                    let (bytes, next) = try await readElsewhere(from: position)
                    state.withLock { $0.generation = nil }
                    if next == position {
                        if let piece = await waiting(at: position, nil) { return piece }
                    } else if let piece = moved(to: next, bytes, generation: nil) ?? mark() {
                        return piece
                    }
                } catch {
                    // The client comes back, and hears then what is wrong, or is back as soon as that is mended.
                    if !Task.isCancelled { log.debug("a reader can't catch up", ["error": "\(error)"]) }
                    return nil
                }
            }
        }
        return nil
    }

    /// Notes where the reader is; returns what it gets, nil for nothing.
    private func moved(to next: Position, _ bytes: [UInt8], generation: UInt64?) -> [UInt8]? {
        state.withLock { state in
            (state.position, state.generation) = (next, generation)
            if bytes.isEmpty { return nil }
            state.told = next
            return bytes
        }
    }

    /// Waits for more; returns what the reader gets although nothing is there for it.
    private func waiting(at position: Position, _ generation: UInt64?) async -> [UInt8]? {
        switch await hub.wait(at: position, filter, generation: generation) {
        case .changed(let next):
            state.withLock { $0.position = next }
            return nil
        case .idle(let next):
            state.withLock { $0.position = next }
            return mark() ?? EventFrame.comment
        case .ended:
            state.withLock { $0.isOver = true }
            return nil
        }
    }

    /// Tells the reader how far it is, so that it goes on from there when it comes back; nil where it knows.
    private func mark() -> [UInt8]? {
        state.withLock { state in
            guard state.position > state.told else { return nil }
            state.told = state.position
            return EventFrame.mark(state.position)
        }
    }

    /// Reads as `read` does, on a thread that serves no connections.
    private func readElsewhere(from position: Position) async throws -> (bytes: [UInt8], next: Position) {
        let reading = Task.detached { try await self.read(from: position) }
        return try await withTaskCancellationHandler {
            try await reading.value
        } onCancel: {
            reading.cancel()
        }
    }

    /// Reads what the filter takes from the log itself, as little as makes a piece.
    private func read(from position: Position) async throws -> (bytes: [UInt8], next: Position) {
        let bytes = EventHub.pieceBytes
        // Few entries are smaller than this, so that hardly more are read than fit.
        let limit = bytes / 256
        let page: EventReader.Page
        if let stream = filter.stream {
            page = try await entries.read(stream: stream, from: position, limit: limit, maximumBytes: bytes)
        } else if let agent = filter.agent {
            page = try await entries.read(
                slice: StreamName.agent(agent).slice, from: position, limit: limit, maximumBytes: bytes)
        } else if let type = filter.type {
            page = try await entries.read(type: type, from: position, limit: limit, maximumBytes: bytes)
        } else {
            page = try await entries.readWhole(from: position, limit: limit, maximumBytes: bytes)
        }
        // What is read by its stream, or not chosen at all, is not looked into.
        guard filter.agent != nil || filter.type != nil else {
            return (page.entries.reduce(into: []) { $0 += EventFrame.entry($1) }, page.next)
        }
        let taken = page.entries.lazy.map(FollowedEntry.init).filter(filter.takes)
        return (taken.reduce(into: []) { $0 += $1.frame }, page.next)
    }
}
