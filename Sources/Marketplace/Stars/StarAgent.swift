public import Events

/// The command to give an agent a star, or to take it back.
///
/// Refused to a person who has a role on the agent or in its namespace, or had one within 365 days; they may still take
/// it back. Appends `StarAdded` or `StarRemoved`.
public struct StarAgent: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// True to give the star, false to take it back.
    public let isGiven: Bool

    /// Creates the command.
    public init(principal: Principal, now: Timestamp, key: AgentKey, isGiven: Bool) {
        self.principal = principal
        self.now = now
        self.key = key
        self.isGiven = isGiven
    }

    public func streams(_ past: Past) -> [AnyStream] {
        Past.concernStreams(key) + [TypedStream.star(key, principal.user).any]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.star, on: .agent(key), past)
        guard past[.agent(key)].id != nil else { throw .noAgent(key) }
        let star = past[.star(key, principal.user)]
        let stands = star.isGiven && !past.isOver(star.since, by: principal.user, of: key)
        guard stands != isGiven else { return .unchanged(since: star.since) }
        // A person who got a role since may still take the star back.
        guard !isGiven || !past.isConcerned(principal.user, in: key, at: now) else { throw .ownAgent(key) }
        let event: any EventPayload = isGiven ? StarAdded() : StarRemoved()
        return .append([DecidedEvent(.star(key, principal.user), event)])
    }
}
