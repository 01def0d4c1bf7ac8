public import Events

/// The state of a person, folded from their stream.
public struct UserState: StreamState, Equatable {
    /// The time of the registration; nil before it.
    public private(set) var registered: Timestamp?
    /// True once registered.
    public var isRegistered: Bool { registered != nil }
    /// The place of the current profile in the log; nil where there is none, or it was erased.
    public private(set) var profile: WrittenAt?

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let event as UserRegistered:
            registered = past.time
            if event.profileCommitment != nil { profile = past.written(.profile) }
        case is ProfileChanged: profile = past.written(.profile)
        case let erased as ContentErased: if profile?.entry == erased.entry { profile = nil }
        default: break
        }
    }
}

/// The state of a claim on a user name, folded from its stream.
public struct UsernameState: StreamState, Equatable {
    /// The person who has the name; nil where nobody does.
    public private(set) var holder: PersonID?
    /// The place of the name's spelling in the log; nil where it was erased.
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
    /// The stream of a person.
    public static func user(_ id: PersonID) -> TypedStream<UserState> { TypedStream(.user(id)) }
}

extension TypedStream<UsernameState> {
    /// The stream of a claim on a user name.
    public static func username(_ id: UsernameID) -> TypedStream<UsernameState> { TypedStream(.username(id)) }
}

extension Action {
    static let accounts = [changeProfile, eraseAccount, overrideNames]

    /// To change one's own profile.
    public static let changeProfile = Action("change-profile", "change the profile", Right(.account, [.oneself]))
    /// To register somebody under a name that is reserved or can be mistaken for another one.
    public static let overrideNames = Action(
        "override-names", "let a name pass that can be mistaken", Right(.administering, .anybody))
    /// To erase one's own account, and words that one wrote.
    public static let eraseAccount = Action("erase-account", "erase the account", Right(.account, [.oneself]))
}
