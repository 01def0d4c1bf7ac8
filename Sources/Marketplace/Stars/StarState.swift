public import Events

/// The state of a person's star for an agent, folded from its stream.
public struct StarState: StreamState, Equatable {
    /// True while the star is given.
    public private(set) var isGiven = false
    /// The position at which that last changed; nil where it never did.
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
    /// The stream of a person's star for an agent.
    public static func star(_ key: AgentKey, _ person: PersonID) -> TypedStream<StarState> {
        TypedStream(.star(key, person))
    }
}

extension Action {
    static let stars = [star]

    /// To star an agent.
    public static let star = Action("star", "star agents", Right(.reviewing, .anybody))
}
