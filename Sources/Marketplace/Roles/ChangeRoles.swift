public import Events

/// Something that people have roles on.
public enum RoleSubject: Sendable, Hashable {
    /// An agent.
    case agent(AgentKey)
    /// A namespace.
    case namespace(Namespace)

    /// The stream that tells of them.
    var stream: AnyStream {
        switch self {
        case .agent(let key): TypedStream.agent(key).any
        case .namespace(let namespace): TypedStream.namespace(namespace).any
        }
    }
}

/// The command to give somebody a role on an agent or in a namespace, or to take it.
public struct ChangeRoles: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// On what.
    public let subject: RoleSubject
    /// Who.
    public let person: PersonID
    /// The claim on the name that they were found by, which has to be theirs still; nil where they were found by id.
    public let username: UsernameID?
    /// The role that they get; nil to take the one that they have.
    public let role: Role?

    /// Puts the command together.
    public init(
        principal: Principal, now: Timestamp, subject: RoleSubject, person: PersonID, username: UsernameID?, role: Role?
    ) {
        self.principal = principal
        self.now = now
        self.subject = subject
        self.person = person
        self.username = username
        self.role = role
    }

    public func streams(_ past: Past) -> [AnyStream] {
        principal.streams + [subject.stream, TypedStream.user(person).any]
            + (username.map { [TypedStream.username($0).any] } ?? [])
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        _ = try past.credential(of: principal, at: now)
        let (action, resource, roles): (Action, Resource, [PersonID: Role])
        switch subject {
        case .agent(let key):
            guard past[.agent(key)].id != nil else { throw .noAgent(key) }
            (action, resource, roles) = (.changeOwners, .agent(key), past[.agent(key)].roles)
        case .namespace(let namespace):
            roles = past[.namespace(namespace)].roles
            guard !roles.isEmpty else { throw .noNamespace(namespace) }
            (action, resource) = (.changeMembers, .namespace(namespace))
        }
        let isLeaving = role == nil && person == principal.user && roles[person] != nil
        let authority = try authorize(isLeaving ? .leave : action, on: resource, past)
        let isNamed = username.map { past[.username($0)].holder == person } ?? true
        guard isNamed, past[.user(person)].isRegistered else { throw .noUser }
        guard roles[person] != role else { return .unchanged(since: nil) }
        let hasAnotherOwner = roles.contains { $0.key != person && $0.value == .owner }
        guard role == .owner || roles[person] != .owner || hasAnotherOwner else { throw .lastOwner(resource) }
        return .append([DecidedEvent(subject.stream.name, event(authority))])
    }

    private func event(_ authority: Authority) -> any EventPayload {
        let (inviter, token) = (principal.user, principal.token)
        return switch (subject, role) {
        case (.agent, let role?): AgentOwnerAdded(inviter: inviter, inviterToken: token, role: role, user: person)
        case (.agent, nil): AgentOwnerRemoved(authority: authority, user: person)
        case (.namespace, let role?):
            NamespaceMemberAdded(inviter: inviter, inviterToken: token, role: role, user: person)
        case (.namespace, nil): NamespaceMemberRemoved(authority: authority, user: person)
        }
    }
}
