public import Events

/// The command to change one's own profile.
///
/// Refused without the right to `change-profile`. Appends `ProfileChanged` and, where an earlier profile stands, a
/// `ContentErased` that erases it.
public struct ChangeProfile: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The new profile.
    public let profile: Content

    /// Creates the command.
    public init(principal: Principal, now: Timestamp, profile: Content) {
        self.principal = principal
        self.now = now
        self.profile = profile
    }

    public func streams(_ past: Past) -> [AnyStream] { [] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.changeProfile, on: .account(principal.user), past)
        let stream = StreamName.user(principal.user)
        let changed = DecidedEvent(
            stream, ProfileChanged(profileCommitment: profile.commitment), contents: [.profile: profile])
        // A new profile replaces the one before it, which is erased.
        return .append([changed] + (past[.user(principal.user)].profile.map { [.erasing($0, in: stream)] } ?? []))
    }
}
