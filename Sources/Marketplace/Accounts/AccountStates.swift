public import Events

/// A person as their stream tells it.
public struct UserState: StreamState, Equatable {
    /// True once registered.
    public private(set) var isRegistered = false
    /// Where what they say of themselves stands; nil where they say nothing.
    public private(set) var profile: WrittenAt?

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let registered as UserRegistered:
            isRegistered = true
            if registered.profileCommitment != nil { profile = past.written(.profile) }
        case is ProfileChanged: profile = past.written(.profile)
        case let erased as ContentErased: if profile?.entry == erased.entry { profile = nil }
        default: break
        }
    }
}

/// A claim on a user name as its stream tells it.
public struct UsernameState: StreamState, Equatable {
    /// Who has it; nil where nobody does.
    public private(set) var holder: PersonID?
    /// Where its spelling stands.
    public private(set) var name: WrittenAt?

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let claimed as UsernameClaimed:
            holder = claimed.user
            name = past.written(.name)
        case is UsernameReleased: holder = nil
        case let erased as ContentErased: if name?.entry == erased.entry { name = nil }
        default: break
        }
    }
}

extension TypedStream<UserState> {
    /// A person.
    public static func user(_ id: PersonID) -> TypedStream<UserState> { TypedStream(.user(id)) }
}

extension TypedStream<UsernameState> {
    /// A claim on a user name.
    public static func username(_ id: UsernameID) -> TypedStream<UsernameState> { TypedStream(.username(id)) }
}

extension Action {
    static let accounts = [changeProfile, eraseAccount]

    /// To say who one is.
    public static let changeProfile = Action("change-profile", "change the profile", Right(.account, [.oneself]))
    /// To have one's name and words forgotten.
    public static let eraseAccount = Action("erase-account", "erase the account", Right(.account, [.oneself]))
}
