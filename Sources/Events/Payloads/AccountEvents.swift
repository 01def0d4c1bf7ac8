public import Crypto

extension EventCatalogue {
    static let accounts: [any EventPayload.Type] = [
        UserRegistered.self, ProfileChanged.self, UsernameClaimed.self, UsernameReleased.self,
    ]
}

/// As what somebody acted, which roles held later can't tell. Where several apply, owner unless the request says
/// otherwise.
public enum Authority: String, Sendable, CaseIterable {
    /// By a role on the agent or namespace, or over one's own words and account.
    case owner
    /// By the scope `moderate`.
    case moderator
    /// By the scope `admin`.
    case administrator
}

/// `user.registered.v1`
public struct UserRegistered: EventPayload {
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

    public static let declaration = EventDeclaration(
        "user.registered.v1", on: .user, Self.init(kind:profileCommitment:), .field("kind", \.kind, .choice()),
        .optionalCommitment(to: .profile, \.profileCommitment))
}

/// `user.profile-changed.v1`
public struct ProfileChanged: EventPayload {
    /// Commits to the `profile`.
    public let profileCommitment: SHA256Digest

    /// States a change.
    public init(profileCommitment: SHA256Digest) { self.profileCommitment = profileCommitment }

    public static let declaration = EventDeclaration(
        "user.profile-changed.v1", on: .user, Self.init, .commitment(to: .profile, \.profileCommitment))
}

/// `username.claimed.v1`
public struct UsernameClaimed: EventPayload {
    /// Administrator where a name that looks like another one was let pass.
    public let authority: Authority?
    /// Commits to the `name`.
    public let nameCommitment: SHA256Digest
    /// Who claims the name.
    public let user: PersonID

    /// States a claim.
    public init(authority: Authority? = nil, nameCommitment: SHA256Digest, user: PersonID) {
        self.authority = authority
        self.nameCommitment = nameCommitment
        self.user = user
    }

    public static let declaration = EventDeclaration(
        "username.claimed.v1", on: .username, Self.init(authority:nameCommitment:user:),
        .optional("authority", \.authority, .choice(of: [.administrator])),
        .commitment(to: .name, \.nameCommitment), .field("user", \.user, .id()))
}

/// `username.released.v1`: the name is free again.
public struct UsernameReleased: EventPayload {
    /// Who had it.
    public let user: PersonID

    /// States a release.
    public init(user: PersonID) { self.user = user }

    public static let declaration = EventDeclaration(
        "username.released.v1", on: .username, Self.init, .field("user", \.user, .id()))
}
