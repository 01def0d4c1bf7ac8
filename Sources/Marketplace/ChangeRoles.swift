public import Events

/// The command to give somebody a role on an agent or in a namespace, or to take it.
public struct ChangeRoles: AuthenticatedCommand {
    /// Where roles are held.
    public enum Place: Sendable, Hashable {
        /// On an agent.
        case agent(AgentKey)
        /// In a namespace.
        case namespace(Namespace)

        /// The stream that tells of them.
        public var stream: StreamName {
            switch self {
            case .agent(let key): .agent(key)
            case .namespace(let namespace): .namespace(namespace)
            }
        }
    }

    public let principal: Principal
    public let now: Timestamp
    /// Where.
    public let place: Place
    /// Who.
    public let person: PersonID
    /// The claim on the name that they were found by, which has to be theirs still; nil where they were found by id.
    public let username: UsernameID?
    /// The role that they get; nil to take the one that they have.
    public let role: Role?

    /// Puts the command together.
    public init(
        principal: Principal, now: Timestamp, place: Place, person: PersonID, username: UsernameID?, role: Role?
    ) {
        self.principal = principal
        self.now = now
        self.place = place
        self.person = person
        self.username = username
        self.role = role
    }

    public var streams: [StreamName] {
        identity + [place.stream] + (username.map { [.username($0)] } ?? [])
            + (person == principal.user ? [] : [.user(person)])
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        _ = try past.credential(of: principal, at: now)
        let (action, resource, roles): (Action, Resource, [PersonID: Role])
        switch place {
        case .agent(let key):
            guard past.agent(key).id != nil else { throw .noAgent(key) }
            (action, resource, roles) = (.changeOwners, .agent(key), past.agent(key).roles)
        case .namespace(let namespace):
            roles = past.namespace(namespace).roles
            guard !roles.isEmpty else { throw .noNamespace(namespace) }
            (action, resource) = (.changeMembers, .namespace(namespace))
        }
        let isLeaving = role == nil && person == principal.user && roles[person] != nil
        try authorize(isLeaving ? .leave : action, on: resource, past)
        let isNamed = username.map { past.username($0).holder == person } ?? true
        guard isNamed, past.user(person).isRegistered else { throw .noUser }
        guard roles[person] != role else { return .unchanged(since: nil) }
        let hasAnotherOwner = roles.contains { $0.key != person && $0.value == .owner }
        guard role == .owner || roles[person] != .owner || hasAnotherOwner else { throw .lastOwner(resource) }
        return .append([DecidedEvent(place.stream, event)])
    }

    private var event: Event {
        switch (place, role) {
        case (.agent, let role?): .agentOwnerAdded(AgentOwnerAdded(user: person, role: role))
        case (.agent, nil): .agentOwnerRemoved(AgentOwnerRemoved(user: person))
        case (.namespace, let role?): .namespaceMemberAdded(NamespaceMemberAdded(user: person, role: role))
        case (.namespace, nil): .namespaceMemberRemoved(NamespaceMemberRemoved(user: person))
        }
    }
}
