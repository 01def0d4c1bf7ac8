public import Events
import System

/// Follows a position as it moves on, the log's head or how far a model is: one question every few
/// milliseconds for all that wait in this process, none while nobody does.
///
/// What moves it may be another process, so it is asked for and not announced.
public actor PositionWatch {
    private let pollMilliseconds: Int64
    private let read: @Sendable () async throws -> Position
    private var next = Position(0)
    private var poll: Task<Position, any Error>?

    /// Follows what `read` gives: the next position, before which all is there.
    public init(pollMilliseconds: Int64, _ read: @escaping @Sendable () async throws -> Position) {
        self.pollMilliseconds = pollMilliseconds
        self.read = read
    }

    /// Waits until the entry at a position is there; false where it is not in time.
    public func passes(_ position: Position, withinMilliseconds limit: Int64) async throws -> Bool {
        let deadline = Host.steadyClockMilliseconds() + limit
        while next <= position {
            next = max(next, try await ask())
            if next > position { break }
            guard Host.steadyClockMilliseconds() < deadline else { return false }
            try await Task.sleep(for: .milliseconds(pollMilliseconds))
        }
        return true
    }

    /// Joins the question that is under way, or asks.
    private func ask() async throws -> Position {
        if let poll { return try await poll.value }
        let read = read
        let asked = Task { try await read() }
        poll = asked
        defer { poll = nil }
        return try await asked.value
    }
}
