public import Crypto
public import JSON

/// `log.created.v1`: entry 0.
public struct LogCreated: EventPayload {
    public static let type = "log.created.v1"
    /// The format of everything that follows.
    public let format: Int64

    /// The present format is 1.
    public init(format: Int64 = 1) { self.format = format }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("format", format)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var format: Int64?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "format": format = try reader.integer()
            default: throw reader.unknownMember()
            }
        }
        self.format = try reader.require(format, "format")
        guard self.format == 1 else { throw reader.fault("this program reads format 1 alone") }
    }
}

/// `user.registered.v1`
public struct UserRegistered: EventPayload {
    public static let type = "user.registered.v1"
    /// What is registered.
    public enum Kind: String, Sendable, CaseIterable {
        /// A human being.
        case person
        /// A group of them.
        case organisation
        /// A program.
        case service
    }
    /// What is registered.
    public let kind: Kind
    /// Commits to the `profile`.
    public let profileCommitment: SHA256Digest?

    /// States a registration.
    public init(kind: Kind, profileCommitment: SHA256Digest? = nil) {
        self.kind = kind
        self.profileCommitment = profileCommitment
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("kind", kind.rawValue)
        data.member("profile_commitment", profileCommitment)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var kind: Kind?
        var profile: SHA256Digest?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "kind": kind = try reader.string("person, organisation or service") { Kind(rawValue: $0) }
            case "profile_commitment": profile = try reader.digest()
            default: throw reader.unknownMember()
            }
        }
        self.init(kind: try reader.require(kind, "kind"), profileCommitment: profile)
    }
}

/// `user.profile-changed.v1`
public struct ProfileChanged: EventPayload {
    public static let type = "user.profile-changed.v1"
    /// Commits to the `profile`.
    public let profileCommitment: SHA256Digest

    /// States a change.
    public init(profileCommitment: SHA256Digest) { self.profileCommitment = profileCommitment }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("profile_commitment", profileCommitment)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var profile: SHA256Digest?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "profile_commitment": profile = try reader.digest()
            default: throw reader.unknownMember()
            }
        }
        profileCommitment = try reader.require(profile, "profile_commitment")
    }
}

/// `username.claimed.v1`
public struct UsernameClaimed: EventPayload {
    public static let type = "username.claimed.v1"
    /// Who claims the name.
    public let user: PersonID
    /// Commits to the `name`.
    public let nameCommitment: SHA256Digest

    /// States a claim.
    public init(user: PersonID, nameCommitment: SHA256Digest) {
        self.user = user
        self.nameCommitment = nameCommitment
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("name_commitment", nameCommitment)
        data.member("user", user)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var user: PersonID?
        var commitment: SHA256Digest?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "user": user = try reader.id()
            case "name_commitment": commitment = try reader.digest()
            default: throw reader.unknownMember()
            }
        }
        self.init(
            user: try reader.require(user, "user"),
            nameCommitment: try reader.require(commitment, "name_commitment"))
    }
}

/// `username.released.v1`: the name is free again.
public typealias UsernameReleased = PersonPayload<PersonKinds.UsernameReleased>

/// What a credential permits.
public enum Scope: Sendable, Hashable, CustomStringConvertible {
    /// To publish anything that its owner may.
    case publish
    /// To publish one agent.
    case publishAgent(AgentKey)
    /// To publish in one namespace.
    case publishNamespace(Namespace)
    /// To review, star and flag.
    case review
    /// To moderate.
    case moderate
    /// To administer.
    case admin

    /// As written in entries.
    public var description: String {
        switch self {
        case .publish: "publish"
        case .publishAgent(let key): "publish:\(key)"
        case .publishNamespace(let namespace): "publish:\(namespace).*"
        case .review: "review"
        case .moderate: "moderate"
        case .admin: "admin"
        }
    }

    /// Reads a scope; nil where it is none.
    public init?(_ text: String) {
        self.init(utf8: text.utf8Span.span)
    }

    init?(utf8 text: Span<UInt8>) {
        switch text {
        case "publish": self = .publish
        case "review": self = .review
        case "moderate": self = .moderate
        case "admin": self = .admin
        default:
            guard text.count > 8, "publish:" ~= text.extracting(first: 8) else { return nil }
            let rest = text.extracting(droppingFirst: 8)
            if rest.count >= 2, ".*" ~= rest.extracting(last: 2) {
                guard let namespace = Namespace(utf8: rest.extracting(droppingLast: 2)) else { return nil }
                self = .publishNamespace(namespace)
            } else {
                guard let key = AgentKey(utf8: rest) else { return nil }
                self = .publishAgent(key)
            }
        }
    }

    func write(_ writer: inout JSONWriter) {
        switch self {
        case .publishAgent(let key): writer.string("publish:", key.description)
        case .publishNamespace(let namespace): writer.string("publish:", namespace.description, ".*")
        case .publish, .review, .moderate, .admin: writer.string(description)
        }
    }
}

/// `token.issued.v1`
public struct TokenIssued: EventPayload {
    public static let type = "token.issued.v1"
    /// Whose credential it is.
    public let user: PersonID
    /// What it permits; at least one.
    public let scopes: [Scope]
    /// From when on it permits nothing.
    public let expires: Timestamp

    /// States an issue.
    public init(user: PersonID, scopes: [Scope], expires: Timestamp) {
        self.user = user
        self.scopes = scopes
        self.expires = expires
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("expires", expires)
        data.member("scopes") { writer in writer.array(scopes) { scope, writer in scope.write(&writer) } }
        data.member("user", user)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var user: PersonID?
        var scopes: [Scope] = []
        var expires: Timestamp?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "user": user = try reader.id()
            case "expires": expires = try reader.time()
            case "scopes":
                scopes.reserveCapacity(4)
                try reader.array { reader throws(JSONError) in
                    scopes.append(try reader.text("a scope") { Scope(utf8: $0) })
                }
            default: throw reader.unknownMember()
            }
        }
        self.init(
            user: try reader.require(user, "user"),
            scopes: try reader.require(scopes.isEmpty ? nil : scopes, "scopes"),
            expires: try reader.require(expires, "expires"))
    }
}

/// `token.revoked.v1`: the credential permits nothing from now on.
public struct TokenRevoked: EventPayload {
    public static let type = "token.revoked.v1"
    /// Who wanted it, or why: a closed list.
    public enum Reason: String, Sendable, CaseIterable {
        /// Whose it was.
        case owner
        /// The administrator.
        case administrator
        /// It was found where it should not be.
        case leaked
    }
    /// Who wanted it, or why.
    public let reason: Reason

    /// States it.
    public init(reason: Reason) { self.reason = reason }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("reason", reason.rawValue)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var reason: Reason?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "reason": reason = try reader.string("owner, administrator or leaked") { Reason(rawValue: $0) }
            default: throw reader.unknownMember()
            }
        }
        self.reason = try reader.require(reason, "reason")
    }
}

/// `namespace.claimed.v1`
public struct NamespaceClaimed: EventPayload {
    public static let type = "namespace.claimed.v1"
    /// Who owns it from now on.
    public let owner: PersonID

    /// States a claim.
    public init(owner: PersonID) { self.owner = owner }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("owner", owner)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var owner: PersonID?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "owner": owner = try reader.id()
            default: throw reader.unknownMember()
            }
        }
        self.owner = try reader.require(owner, "owner")
    }
}
