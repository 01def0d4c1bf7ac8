public import Events

/// The command to have one's name and words about oneself forgotten, and to end all credentials.
///
/// Agents stay, and so does who published them: an id that says nothing.
public struct EraseAccount: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The claim on the name; nil where the vault knows of none.
    public let username: UsernameID?
    /// All credentials of the person.
    public let tokens: [TokenID]

    /// Puts the command together.
    public init(principal: Principal, now: Timestamp, username: UsernameID?, tokens: [TokenID]) {
        self.principal = principal
        self.now = now
        self.username = username
        self.tokens = tokens
    }

    public func streams(_ past: Past) -> [AnyStream] {
        (username.map { [TypedStream.username($0).any] } ?? [])
            + tokens.map { TypedStream.token($0).any }
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.eraseAccount, on: .account(principal.user), past)
        var events: [DecidedEvent] = []
        if let username, past[.username(username)].holder == principal.user {
            let stream = StreamName.username(username)
            events.append(DecidedEvent(stream, UsernameReleased(user: principal.user)))
            if let name = past[.username(username)].name { events.append(.erasing(name, in: stream)) }
        }
        if let profile = past[.user(principal.user)].profile {
            events.append(.erasing(profile, in: .user(principal.user)))
        }
        let all = tokens.contains(principal.token) ? tokens : tokens + [principal.token]
        for token in all where past[.token(token)].user == principal.user && !past[.token(token)].isRevoked {
            events.append(DecidedEvent(.token(token), TokenRevoked(reason: .owner)))
        }
        return .append(events)
    }
}
