public import Events

/// A moment of the past of the log.
public struct Moment: Sendable, Equatable {
    /// The last position that the log had.
    public let position: Position
    /// Its log time.
    public let time: Timestamp

    /// Names a moment.
    public init(position: Position, time: Timestamp) {
        self.position = position
        self.time = time
    }

    /// The day on which it was; downloads are counted for the days before.
    public var day: Day { time.day }
}

/// More has happened to an agent than is read for one answer.
public struct PastFault: Error, Sendable, CustomStringConvertible {
    /// The agent.
    public let key: AgentKey

    public var description: String { "more has happened to the agent '\(key)' than is read for one answer" }
}
