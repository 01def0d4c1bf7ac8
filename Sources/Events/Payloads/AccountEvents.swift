public import Crypto

extension EventCatalogue {
    static let accounts: [any EventPayload.Type] = [
        UserRegistered.self, ProfileChanged.self, UsernameClaimed.self, UsernameReleased.self,
    ]
}

/// The authority with which a person acted; roles may change later, so the entry states it.
///
/// Where several apply, it is `owner` unless the request says otherwise.
public enum Authority: String, Sendable, CaseIterable {
    /// A role on the agent or namespace, or the person's own contents and account.
    case owner
    /// The scope `moderate`.
    case moderator
    /// The scope `admin`.
    case administrator
}

/// `user.registered.v1`: a person, an organization or a service is registered.
public struct UserRegistered: EventPayload {
    /// The kind of account.
    public enum Kind: String, Sendable, CaseIterable {
        /// A person.
        case person
        /// A group of people.
        case organisation
        /// A program.
        case service
    }
    /// The kind of account.
    public let kind: Kind
    /// Commits to the content `profile`.
    public let profileCommitment: SHA256Digest?

    /// Creates the event.
    public init(kind: Kind, profileCommitment: SHA256Digest? = nil) {
        self.kind = kind
        self.profileCommitment = profileCommitment
    }

    public static let declaration = EventDeclaration(
        "user.registered.v1", on: .user, Self.init(kind:profileCommitment:), .field("kind", \.kind, .choice()),
        .optionalCommitment(to: .profile, \.profileCommitment))
}

/// `user.profile-changed.v1`: replaces the profile.
public struct ProfileChanged: EventPayload {
    /// Commits to the content `profile`.
    public let profileCommitment: SHA256Digest

    /// Creates the event.
    public init(profileCommitment: SHA256Digest) { self.profileCommitment = profileCommitment }

    public static let declaration = EventDeclaration(
        "user.profile-changed.v1", on: .user, Self.init, .commitment(to: .profile, \.profileCommitment))
}

/// `username.claimed.v1`: a person takes a user name.
public struct UsernameClaimed: EventPayload {
    /// Administrator where the actor overrode the rule against names that look alike; otherwise nil.
    public let authority: Authority?
    /// Commits to the content `name`.
    public let nameCommitment: SHA256Digest
    /// The person who takes the name.
    public let user: PersonID

    /// Creates the event.
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
    /// The person who had the name.
    public let user: PersonID

    /// Creates the event.
    public init(user: PersonID) { self.user = user }

    public static let declaration = EventDeclaration(
        "username.released.v1", on: .username, Self.init, .field("user", \.user, .id()))
}
