/// The reason why an append or a read failed.
public enum EventLogError: Error, Sendable, CustomStringConvertible {
    /// Too many appends wait; nothing was appended. Fronts answer with 503.
    case queueFull
    /// The database can't be reached or is out of resources; nothing was appended. A later try may succeed.
    case unavailable(String)
    /// The connection was lost at commit and the database did not come back in time.
    ///
    /// The append may have taken effect. A repeat with the same idempotency key tells.
    case outcomeUnknown(String)
    /// The clocks of the program and the database differ by more than 5 seconds; nothing was appended.
    case clockOff
    /// The database holds or refuses something that the program does not expect.
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
