public import Events

/// The part of a publication that does not depend on its files: whether the principal may publish under an id.
///
/// Asked alone, it appends nothing where the agent exists, and else `AgentRegistered`, before it `NamespaceClaimed` where
/// nobody has the namespace. Refused for a reserved name, a namespace or an agent of other people, another spelling of a
/// registered id, and an agent on hold.
public struct ClaimAgent: AuthenticatedCommand {
    /// The person and the credential that publish.
    public let principal: Principal
    /// The agent in the principal's spelling.
    public let id: AgentID
    /// The time of the command.
    public let now: Timestamp

    /// Creates the command.
    public init(principal: Principal, id: AgentID, now: Timestamp) {
        self.principal = principal
        self.id = id
        self.now = now
    }

    public func streams(_ past: Past) -> [AnyStream] {
        let agent = TypedStream.agent(id.key)
        // The owner of the namespace matters for new agents alone.
        guard past.contains(agent.name), past[agent].id == nil, let namespace = id.key.namespace else {
            return [agent.any]
        }
        return [agent.any, TypedStream.namespace(namespace).any]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision { .append(try events(past)) }

    /// The events that make the agent the principal's; none where it exists.
    func events(_ past: Past) throws(Rejection) -> [DecidedEvent] {
        let key = id.key
        let agent = past[.agent(key)]
        guard let registered = agent.id else { return try registration(past) }
        try authorize(.publishVersion, on: .agent(key), past)
        guard registered == id else { throw .otherSpelling(registered) }
        if let hold = agent.hold { throw .held(key, hold) }
        return []
    }

    private func registration(_ past: Past) throws(Rejection) -> [DecidedEvent] {
        let key = id.key
        // The credential may be restricted to the agent. Whether the person may register it depends on the namespace,
        // below.
        try authorize(.registerAgent, on: .agent(key), past)
        let name = key.namespace?.description ?? key.description
        guard past[.token(principal.token)].permissions.scopes.contains(.admin) || !ReservedNames.all.contains(name)
        else {
            throw .reserved(name)
        }
        let registration = DecidedEvent(
            .agent(key), AgentRegistered(id: id, owner: principal.user))
        guard let namespace = key.namespace else { return [registration] }
        let relation = past.relation(of: principal.user, to: .namespace(namespace))
        guard Action.registerAgent.right.relations.contains(relation) else {
            throw .notPermitted(.registerAgent, .namespace(namespace))
        }
        guard relation == .unclaimed else { return [registration] }
        let claim = DecidedEvent(.namespace(namespace), NamespaceClaimed(owner: principal.user))
        return [claim, registration]
    }
}
