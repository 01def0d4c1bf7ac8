/// Why the log could not take or give something.
public enum EventLogError: Error, Sendable, CustomStringConvertible {
    /// Too many appends wait: push-back.
    case queueFull
    /// The database can't be reached or is out of resources; nothing was appended.
    case unavailable(String)
    /// The connection was lost at commit and the database did not come back in time: the append may have
    /// taken effect. A repeat with the same idempotency key tells.
    case outcomeUnknown(String)
    /// The clocks of program and database are too far apart to append.
    case clockOff
    /// What the database holds or refuses is not what the program expects.
    case corrupt(String)

    public var description: String {
        switch self {
        case .queueFull: "too many appends wait"
        case .unavailable(let reason): "the log is unavailable: \(reason)"
        case .outcomeUnknown(let reason): "the connection was lost at commit: \(reason)"
        case .clockOff: "the clocks of program and database are more than 5 s apart"
        case .corrupt(let reason): "the log is not as expected: \(reason)"
        }
    }
}
