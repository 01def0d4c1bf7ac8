public import Events

/// The command to say who one is.
public struct ChangeProfile: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The words.
    public let profile: Content

    /// Puts the command together.
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
        // What somebody says of themselves in place of something else takes that away.
        return .append([changed] + (past[.user(principal.user)].profile.map { [.erasing($0, in: stream)] } ?? []))
    }
}
