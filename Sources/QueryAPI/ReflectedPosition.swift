import Events
import Projections
import System

/// How far the models are, asked of the database once for all requests that wait.
actor ReflectedPosition {
    private static let pollMilliseconds: Int64 = 10

    private let agents: AgentReader
    private var next = Position(0)
    private var poll: Task<Position, any Error>?

    init(agents: AgentReader) {
        self.agents = agents
    }

    /// Waits until the models reflect a position; false where they do not in time.
    func reaches(_ wanted: Position, withinMilliseconds limit: Int64) async throws -> Bool {
        let deadline = Host.steadyClockMilliseconds() + limit
        while next <= wanted {
            guard Host.steadyClockMilliseconds() < deadline else { return false }
            next = max(next, try await pollOnce())
            if next <= wanted { try await Task.sleep(for: .milliseconds(Self.pollMilliseconds)) }
        }
        return true
    }

    /// Joins the question that is under way, or asks.
    private func pollOnce() async throws -> Position {
        if let poll { return try await poll.value }
        let agents = agents
        let asked = Task { try await agents.reflected() }
        poll = asked
        defer { poll = nil }
        return try await asked.value
    }
}
