extension EventCatalogue {
    static let roles: [any EventPayload.Type] = [
        NamespaceClaimed.self, NamespaceMemberAdded.self, NamespaceMemberRemoved.self, AgentOwnerAdded.self,
        AgentOwnerRemoved.self,
    ]
}

/// A role on an agent or in a namespace.
public enum Role: String, Sendable, CaseIterable {
    /// May do everything, and give and remove roles.
    case owner
    /// May publish, yank and deprecate.
    case maintainer
}

/// `namespace.claimed.v1`: a person claims a namespace; it stays claimed even without members.
public struct NamespaceClaimed: EventPayload {
    /// Administrator where the actor overrode the rule against names that look alike; otherwise nil.
    public let authority: Authority?
    /// The owner of the namespace.
    public let owner: PersonID

    /// Creates the event.
    public init(authority: Authority? = nil, owner: PersonID) {
        self.authority = authority
        self.owner = owner
    }

    public static let declaration = EventDeclaration(
        "namespace.claimed.v1", on: .namespace, Self.init(authority:owner:),
        .optional("authority", \.authority, .choice(of: [.administrator])), .field("owner", \.owner, .id()))
}

/// `namespace.member-added.v1`: a person accepts a role in a namespace; this person is the actor.
public struct NamespaceMemberAdded: EventPayload {
    /// The person who offered the role.
    public let inviter: PersonID
    /// The credential with which they offered it.
    public let inviterToken: TokenID
    /// The role; it replaces an earlier one.
    public let role: Role
    /// The person who gets the role.
    public let user: PersonID

    /// Creates the event.
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

/// `namespace.member-removed.v1`: a person loses their role in a namespace.
public struct NamespaceMemberRemoved: EventPayload {
    /// The authority with which the actor removed them.
    public let authority: Authority
    /// The person who loses the role.
    public let user: PersonID

    /// Creates the event.
    public init(authority: Authority, user: PersonID) {
        self.authority = authority
        self.user = user
    }

    public static let declaration = EventDeclaration(
        "namespace.member-removed.v1", on: .namespace, Self.init, .field("authority", \.authority, .choice()),
        .field("user", \.user, .id()))
}

/// `agent.owner-added.v1`: a person accepts a role on an agent; this person is the actor.
public struct AgentOwnerAdded: EventPayload {
    /// The person who offered the role.
    public let inviter: PersonID
    /// The credential with which they offered it.
    public let inviterToken: TokenID
    /// The role; it replaces an earlier one.
    public let role: Role
    /// The person who gets the role.
    public let user: PersonID

    /// Creates the event.
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

/// `agent.owner-removed.v1`: a person loses their role on an agent.
public struct AgentOwnerRemoved: EventPayload {
    /// The authority with which the actor removed them.
    public let authority: Authority
    /// The person who loses the role.
    public let user: PersonID

    /// Creates the event.
    public init(authority: Authority, user: PersonID) {
        self.authority = authority
        self.user = user
    }

    public static let declaration = EventDeclaration(
        "agent.owner-removed.v1", on: .agent, Self.init, .field("authority", \.authority, .choice()),
        .field("user", \.user, .id()))
}
