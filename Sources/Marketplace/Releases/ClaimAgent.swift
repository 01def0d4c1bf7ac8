public import Events

/// The part of a publication that does not depend on its files: whether the principal may publish under an id.
///
/// Asked alone, it appends nothing where the agent exists; else `AgentRegistered`, and before it `NamespaceClaimed`
/// where nobody has the namespace. Refused for a namespace or an agent of other people, another spelling of a
/// registered id, an agent on hold, a reserved name, and a name that can be mistaken for another one. The scope `admin`
/// overrides the last two.
public struct ClaimAgent: AuthenticatedCommand {
    /// The person and the credential that publish.
    public let principal: Principal
    /// The agent in the principal's spelling.
    public let id: AgentID
    /// What the names of a new agent look like.
    public let likenesses: Likenesses
    /// The time of the command.
    public let now: Timestamp

    /// What the two names of a new agent look like; nil where nothing is known that they look like.
    public struct Likenesses: Sendable {
        /// Another agent that the id looks like.
        public let id: Likeness?
        /// A person or another namespace that the namespace looks like.
        public let namespace: Likeness?

        /// States what both look like.
        public init(id: Likeness? = nil, namespace: Likeness? = nil) {
            self.id = id
            self.namespace = namespace
        }
    }

    /// Creates the command.
    public init(principal: Principal, id: AgentID, likenesses: Likenesses, now: Timestamp) {
        self.principal = principal
        self.id = id
        self.likenesses = likenesses
        self.now = now
    }

    public func streams(_ past: Past) -> [AnyStream] {
        let agent = TypedStream.agent(id.key)
        // The owner of the namespace matters for new agents alone.
        guard past.contains(agent.name), past[agent].id == nil else { return [agent.any] }
        let namespace = id.key.namespace.map { [TypedStream.namespace($0).any] } ?? []
        return [agent.any] + namespace + (likenesses.id?.streams ?? []) + (likenesses.namespace?.streams ?? [])
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
        let isAdministrator = past[.token(principal.token)].permissions.scopes.contains(.admin)
        let name = key.namespace?.description ?? key.description
        if !isAdministrator, let reserved = ReservedNames.like(name) { throw .reserved(reserved) }
        /// The authority that lets a likeness pass; nil where none is needed.
        func override(_ likeness: Likeness?) throws(Rejection) -> Authority? {
            guard let likeness, !likeness.belongs(to: principal.user, past) else { return nil }
            guard isAdministrator else { throw .resembles(likeness) }
            return .administrator
        }
        let registration = DecidedEvent(
            .agent(key), AgentRegistered(authority: try override(likenesses.id), id: id, owner: principal.user))
        guard let namespace = key.namespace else { return [registration] }
        let relation = past.relation(of: principal.user, to: .namespace(namespace))
        guard Action.registerAgent.right.relations.contains(relation) else {
            throw .notPermitted(.registerAgent, .namespace(namespace))
        }
        guard relation == .unclaimed else { return [registration] }
        // A person who has the very name is an owner of the namespace before it is one.
        if let likeness = likenesses.namespace, likeness.name == namespace.description, !isAdministrator,
            !likeness.belongs(to: principal.user, past)
        {
            throw .notPermitted(.registerAgent, .namespace(namespace))
        }
        let claim = DecidedEvent(
            .namespace(namespace),
            NamespaceClaimed(authority: try override(likenesses.namespace), owner: principal.user))
        return [claim, registration]
    }
}
