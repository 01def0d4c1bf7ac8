public import Events

/// A moment of the past of the log.
public struct Moment: Sendable, Equatable {
    /// The last position that the log had.
    public let position: Position
    /// Its log time.
    public let time: Timestamp
    /// The first day that was not over; downloads are counted for the days before.
    public let day: Day

    /// Names a moment.
    public init(position: Position, time: Timestamp, day: Day) {
        self.position = position
        self.time = time
        self.day = day
    }
}

/// More has happened to an agent than is read for one answer.
public struct PastFault: Error, Sendable, CustomStringConvertible {
    /// The agent.
    public let key: AgentKey

    public var description: String { "more has happened to the agent '\(key)' than is read for one answer" }
}
