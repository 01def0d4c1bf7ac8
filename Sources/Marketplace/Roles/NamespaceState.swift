public import Events

/// A namespace as its stream tells it.
public struct NamespaceState: StreamState, Equatable {
    /// Who may do what in it; empty before it is claimed.
    public private(set) var roles: [PersonID: Role] = [:]

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let claimed as NamespaceClaimed: roles = [claimed.owner: .owner]
        case let added as NamespaceMemberAdded: roles[added.user] = added.role
        case let removed as NamespaceMemberRemoved: roles[removed.user] = nil
        default: break
        }
    }
}

extension TypedStream<NamespaceState> {
    /// A namespace.
    public static func namespace(_ namespace: Namespace) -> TypedStream<NamespaceState> {
        TypedStream(.namespace(namespace))
    }
}

extension Action {
    static let roles = [changeOwners, changeMembers, leave]

    /// To say who owns and maintains an agent.
    public static let changeOwners = Action(
        "change-owners", "change the owners of", Right(.account, [.owner], administrator: true))
    /// To say who owns and maintains a namespace.
    public static let changeMembers = Action(
        "change-members", "change the members of", Right(.account, [.owner], administrator: true))
    /// To lay down one's own role on an agent or in a namespace.
    public static let leave = Action("leave", "lay down a role", Right(.account, [.owner, .maintainer]))
}
