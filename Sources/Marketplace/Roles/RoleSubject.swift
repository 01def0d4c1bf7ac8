public import Events

/// Something that people have roles on.
public enum RoleSubject: Sendable, Hashable {
    /// An agent.
    case agent(AgentKey)
    /// A namespace.
    case namespace(Namespace)

    /// The subject whose stream this is; nil for a stream of another kind.
    public init?(_ stream: StreamName) {
        switch stream {
        case .agent(let key): self = .agent(key)
        case .namespace(let namespace): self = .namespace(namespace)
        default: return nil
        }
    }

    /// The stream that the roles are folded from.
    public var stream: AnyStream {
        switch self {
        case .agent(let key): TypedStream.agent(key).any
        case .namespace(let namespace): TypedStream.namespace(namespace).any
        }
    }

    var resource: Resource {
        switch self {
        case .agent(let key): .agent(key)
        case .namespace(let namespace): .namespace(namespace)
        }
    }

    /// The action of offering and removing roles on it.
    var changing: Action {
        switch self {
        case .agent: .changeOwners
        case .namespace: .changeMembers
        }
    }

    /// The event that gives a person a role.
    func added(_ user: PersonID, _ role: Role, by inviter: PersonID, _ token: TokenID) -> DecidedEvent {
        let event: any EventPayload =
            switch self {
            case .agent: AgentOwnerAdded(inviter: inviter, inviterToken: token, role: role, user: user)
            case .namespace: NamespaceMemberAdded(inviter: inviter, inviterToken: token, role: role, user: user)
            }
        return DecidedEvent(stream.name, event)
    }

    /// The event that removes a person's role.
    func removed(_ user: PersonID, as authority: Authority) -> DecidedEvent {
        let event: any EventPayload =
            switch self {
            case .agent: AgentOwnerRemoved(authority: authority, user: user)
            case .namespace: NamespaceMemberRemoved(authority: authority, user: user)
            }
        return DecidedEvent(stream.name, event)
    }
}

extension Past {
    /// The roles on a subject; throws where it does not exist.
    func roles(on subject: RoleSubject) throws(Rejection) -> [PersonID: Role] {
        switch subject {
        case .agent(let key):
            guard self[.agent(key)].id != nil else { throw .noAgent(key) }
            return self[.agent(key)].roles
        case .namespace(let namespace):
            guard self[.namespace(namespace)].isClaimed else { throw .noNamespace(namespace) }
            return self[.namespace(namespace)].roles
        }
    }
}

extension [PersonID: Role] {
    /// True where a person is the only owner.
    public func isLastOwner(_ person: PersonID) -> Bool {
        self[person] == .owner && !contains { $0.key != person && $0.value == .owner }
    }
}
