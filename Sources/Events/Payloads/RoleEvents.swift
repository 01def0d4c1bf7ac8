extension EventCatalogue {
    static let roles: [any EventPayload.Type] = [
        NamespaceClaimed.self, NamespaceMemberAdded.self, NamespaceMemberRemoved.self, AgentOwnerAdded.self,
        AgentOwnerRemoved.self,
    ]
}

/// What somebody may do with an agent or a namespace that is not theirs alone.
public enum Role: String, Sendable, CaseIterable {
    /// Everything, and say who else may.
    case owner
    /// Publish, yank and deprecate.
    case maintainer
}

/// `namespace.claimed.v1`: the namespace stays claimed, without members too.
public struct NamespaceClaimed: EventPayload {
    /// Administrator where a name that looks like another one was let pass.
    public let authority: Authority?
    /// Who owns it from now on.
    public let owner: PersonID

    /// States a claim.
    public init(authority: Authority? = nil, owner: PersonID) {
        self.authority = authority
        self.owner = owner
    }

    public static let declaration = EventDeclaration(
        "namespace.claimed.v1", on: .namespace, Self.init(authority:owner:),
        .optional("authority", \.authority, .choice(of: [.administrator])), .field("owner", \.owner, .id()))
}

/// `namespace.member-added.v1`: somebody accepts a role in a namespace; the actor is who accepts.
public struct NamespaceMemberAdded: EventPayload {
    /// Who gave the role.
    public let inviter: PersonID
    /// The credential by which they gave it.
    public let inviterToken: TokenID
    /// Which role; it takes the place of another one.
    public let role: Role
    /// Who has it.
    public let user: PersonID

    /// States it.
    public init(inviter: PersonID, inviterToken: TokenID, role: Role, user: PersonID) {
        self.inviter = inviter
        self.inviterToken = inviterToken
        self.role = role
        self.user = user
    }

    public static let declaration = EventDeclaration(
        "namespace.member-added.v1", on: .namespace, Self.init, .field("inviter", \.inviter, .id()),
        .field("inviter_token", \.inviterToken, .id()), .field("role", \.role, .choice()), .field("user", \.user, .id())
    )
}

/// `namespace.member-removed.v1`
public struct NamespaceMemberRemoved: EventPayload {
    /// As what the actor removed them.
    public let authority: Authority
    /// Who loses the role.
    public let user: PersonID

    /// States it.
    public init(authority: Authority, user: PersonID) {
        self.authority = authority
        self.user = user
    }

    public static let declaration = EventDeclaration(
        "namespace.member-removed.v1", on: .namespace, Self.init, .field("authority", \.authority, .choice()),
        .field("user", \.user, .id()))
}

/// `agent.owner-added.v1`: somebody accepts a role on an agent; the actor is who accepts.
public struct AgentOwnerAdded: EventPayload {
    /// Who gave the role.
    public let inviter: PersonID
    /// The credential by which they gave it.
    public let inviterToken: TokenID
    /// Which role; it takes the place of another one.
    public let role: Role
    /// Who has it.
    public let user: PersonID

    /// States it.
    public init(inviter: PersonID, inviterToken: TokenID, role: Role, user: PersonID) {
        self.inviter = inviter
        self.inviterToken = inviterToken
        self.role = role
        self.user = user
    }

    public static let declaration = EventDeclaration(
        "agent.owner-added.v1", on: .agent, Self.init, .field("inviter", \.inviter, .id()),
        .field("inviter_token", \.inviterToken, .id()), .field("role", \.role, .choice()), .field("user", \.user, .id())
    )
}

/// `agent.owner-removed.v1`
public struct AgentOwnerRemoved: EventPayload {
    /// As what the actor removed them.
    public let authority: Authority
    /// Who loses the role.
    public let user: PersonID

    /// States it.
    public init(authority: Authority, user: PersonID) {
        self.authority = authority
        self.user = user
    }

    public static let declaration = EventDeclaration(
        "agent.owner-removed.v1", on: .agent, Self.init, .field("authority", \.authority, .choice()),
        .field("user", \.user, .id()))
}
