public import JSON

/// What somebody may do with an agent or a namespace that is not theirs alone.
public enum Role: String, Sendable, CaseIterable {
    /// Everything, and say who else may.
    case owner
    /// Publish, yank and deprecate.
    case maintainer
}

/// Where a role is held.
public protocol RolePlace: Sendable {
    /// The type of the event that gives a role.
    static var given: String { get }
}

/// Somebody gets a role.
public struct RoleGiven<Place: RolePlace>: EventPayload {
    public static var type: String { Place.given }
    /// Who.
    public let user: PersonID
    /// Which; it takes the place of another one.
    public let role: Role

    /// States it.
    public init(user: PersonID, role: Role) {
        self.user = user
        self.role = role
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("role", role.rawValue)
        data.member("user", user)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var user: PersonID?
        var role: Role?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "role": role = try reader.string("owner or maintainer") { Role(rawValue: $0) }
            case "user": user = try reader.id()
            default: throw reader.unknownMember()
            }
        }
        self.init(user: try reader.require(user, "user"), role: try reader.require(role, "role"))
    }
}

/// Where roles are held.
public enum RolePlaces {
    /// On one agent.
    public enum OfAgent: RolePlace {
        public static let given = "agent.owner-added.v1"
    }
    /// In a namespace.
    public enum OfNamespace: RolePlace {
        public static let given = "namespace.member-added.v1"
    }
}

/// `agent.owner-added.v1`
public typealias AgentOwnerAdded = RoleGiven<RolePlaces.OfAgent>
/// `agent.owner-removed.v1`
public typealias AgentOwnerRemoved = PersonPayload<PersonKinds.AgentOwnerRemoved>
/// `namespace.member-added.v1`
public typealias NamespaceMemberAdded = RoleGiven<RolePlaces.OfNamespace>
/// `namespace.member-removed.v1`
public typealias NamespaceMemberRemoved = PersonPayload<PersonKinds.NamespaceMemberRemoved>
