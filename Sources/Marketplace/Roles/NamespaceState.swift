public import Events

/// The state of a namespace, folded from its stream.
public struct NamespaceState: StreamState, Equatable {
    /// True once it is claimed, and from then on, even when it has no members.
    public private(set) var isClaimed = false
    /// The owners and maintainers.
    public private(set) var roles: [PersonID: Role] = [:]
    /// When each person last lost a role.
    public private(set) var left: [PersonID: Timestamp] = [:]

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let claimed as NamespaceClaimed: (isClaimed, roles) = (true, [claimed.owner: .owner])
        case let added as NamespaceMemberAdded: roles[added.user] = added.role
        case let removed as NamespaceMemberRemoved:
            roles[removed.user] = nil
            left[removed.user] = past.time
        default: break
        }
    }
}

extension TypedStream<NamespaceState> {
    /// The stream of a namespace.
    public static func namespace(_ namespace: Namespace) -> TypedStream<NamespaceState> {
        TypedStream(.namespace(namespace))
    }
}

extension Action {
    static let roles = [changeOwners, changeMembers, answerInvitation, leave]

    /// To offer roles on an agent, and to remove them.
    public static let changeOwners = Action(
        "change-owners", "change the owners of", Right(.account, [.owner], administrator: true))
    /// To offer roles in a namespace, and to remove them.
    public static let changeMembers = Action(
        "change-members", "change the members of", Right(.account, [.owner], administrator: true))
    /// To see, accept and decline invitations, and to withdraw one's own.
    public static let answerInvitation = Action(
        "answer-invitation", "see and answer invitations", Right(.account, [.oneself]))
    /// To give up one's own role on an agent or in a namespace.
    public static let leave = Action("leave", "lay down a role", Right(.account, [.owner, .maintainer]))
}
