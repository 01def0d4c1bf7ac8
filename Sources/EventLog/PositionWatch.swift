public import Events
import Synchronization
import System

/// Follows a position as it moves on, the log's head or how far a model is: one question every few
/// milliseconds for all that wait in this process, none while nobody does.
///
/// What moves it may be another process, so it is asked for and not announced.
public actor PositionWatch {
    private struct Known {
        var next = Position(0)
        /// When that was asked for; nil while it never was.
        var askedMilliseconds: Int64?
    }

    private let pollMilliseconds: Int64
    private let read: @Sendable () async throws -> Position
    private let known = Mutex(Known())
    private var poll: Task<Position, any Error>?

    /// Follows what `read` gives: the next position, before which all is there.
    public init(pollMilliseconds: Int64, _ read: @escaping @Sendable () async throws -> Position) {
        self.pollMilliseconds = pollMilliseconds
        self.read = read
    }

    /// Waits until the entry at a position is there; false where it is not in time.
    public func passes(_ position: Position, withinMilliseconds limit: Int64) async throws -> Bool {
        let deadline = Host.steadyClockMilliseconds() + limit
        while known.withLock({ $0.next }) <= position {
            if try await ask() > position { break }
            guard Host.steadyClockMilliseconds() < deadline else { return false }
            try await Task.sleep(for: .milliseconds(pollMilliseconds))
        }
        return true
    }

    /// The next position as it was at most so long ago. Whoever asks while that is known changes no executor.
    public nonisolated func position(atMostMillisecondsOld age: Int64) async throws -> Position {
        let now = Host.steadyClockMilliseconds()
        let fresh = known.withLock { known in
            known.askedMilliseconds.flatMap { now - $0 < age ? known.next : nil }
        }
        if let fresh { return fresh }
        return try await ask()
    }

    /// Joins the question that is under way, or asks.
    private func ask() async throws -> Position {
        if let poll { return try await poll.value }
        let read = read
        let asked = Task { try await read() }
        poll = asked
        defer { poll = nil }
        let began = Host.steadyClockMilliseconds()
        let answer = try await asked.value
        return known.withLock { known in
            known.next = answer
            known.askedMilliseconds = began
            return known.next
        }
    }
}
