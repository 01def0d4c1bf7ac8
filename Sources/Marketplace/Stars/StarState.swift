public import Events

/// Whether a person likes an agent, as the stream tells it.
public struct StarState: StreamState, Equatable {
    /// True while they do.
    public private(set) var isGiven = false
    /// Where the log last said so.
    public private(set) var since: Position?

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case is StarAdded: (isGiven, since) = (true, past.position)
        case is StarRemoved: (isGiven, since) = (false, past.position)
        default: break
        }
    }
}

extension TypedStream<StarState> {
    /// Whether a person likes an agent.
    public static func star(_ key: AgentKey, _ person: PersonID) -> TypedStream<StarState> {
        TypedStream(.star(key, person))
    }
}

extension Action {
    static let stars = [star]

    /// To star an agent.
    public static let star = Action("star", "star agents", Right(.reviewing, .anybody))
}
