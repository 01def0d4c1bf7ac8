public import JSON

/// Which event a payload that names a person states.
public protocol PersonKind: Sendable {
    /// The type with its version.
    static var type: String { get }
}

/// The data of an event that names a person and leaves the rest to its stream.
public struct PersonPayload<Kind: PersonKind>: EventPayload {
    public static var type: String { Kind.type }
    /// Who.
    public let user: PersonID

    /// States it.
    public init(user: PersonID) { self.user = user }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("user", user)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var user: PersonID?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "user": user = try reader.id()
            default: throw reader.unknownMember()
            }
        }
        self.user = try reader.require(user, "user")
    }
}

/// The kinds of payloads that name a person.
public enum PersonKinds {
    /// A user name is free again.
    public enum UsernameReleased: PersonKind { public static let type = "username.released.v1" }
    /// Somebody loses a role on an agent.
    public enum AgentOwnerRemoved: PersonKind { public static let type = "agent.owner-removed.v1" }
    /// Somebody loses a role in a namespace.
    public enum NamespaceMemberRemoved: PersonKind { public static let type = "namespace.member-removed.v1" }
}
