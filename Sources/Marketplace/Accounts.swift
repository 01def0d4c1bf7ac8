public import Events

/// The command to become somebody here: a person with a name and a first credential.
public struct RegisterUser: Command {
    /// The new person.
    public let person: PersonID
    /// The claim on the name.
    public let username: UsernameID
    /// The name.
    public let name: Username
    /// The name as a content.
    public let nameContent: Content
    /// The first credential.
    public let token: TokenID
    /// From when on that permits nothing.
    public let expires: Timestamp

    /// What the first credential permits.
    public static let scopes: [Scope] = [.publish, .review]

    /// Puts the command together.
    public init(
        person: PersonID, username: UsernameID, name: Username, nameContent: Content, token: TokenID,
        expires: Timestamp
    ) {
        self.person = person
        self.username = username
        self.name = name
        self.nameContent = nameContent
        self.token = token
        self.expires = expires
    }

    public var actor: Principal? { nil }
    public var streams: [StreamName] { [.user(person), .username(username), .token(token)] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        guard !ReservedNames.all.contains(name.folded) else { throw .reserved(name.description) }
        guard past.username(username).holder == nil else { throw .nameTaken }
        return .append([
            DecidedEvent(.user(person), .userRegistered(UserRegistered(kind: .person))),
            DecidedEvent(
                .username(username),
                .usernameClaimed(UsernameClaimed(user: person, nameCommitment: nameContent.commitment)),
                contents: ["name_commitment": nameContent]),
            DecidedEvent(
                .token(token), .tokenIssued(TokenIssued(user: person, scopes: Self.scopes, expires: expires))),
        ])
    }
}

/// The command to have another credential, and to end others for it.
public struct IssueToken: Command {
    /// Who asks; nil for whoever runs the marketplace, and for a registration whose answer was lost.
    public let actor: Principal?
    /// When.
    public let now: Timestamp
    /// Whose it will be.
    public let user: PersonID
    /// The new credential.
    public let token: TokenID
    /// What it will permit; at least one.
    public let scopes: [Scope]
    /// From when on it permits nothing.
    public let expires: Timestamp
    /// Credentials of the same person that end with this.
    public let replacing: [TokenID]

    /// Puts the command together.
    public init(
        actor: Principal?, now: Timestamp, user: PersonID, token: TokenID, scopes: [Scope], expires: Timestamp,
        replacing: [TokenID] = []
    ) {
        self.actor = actor
        self.now = now
        self.user = user
        self.token = token
        self.scopes = scopes
        self.expires = expires
        self.replacing = replacing
    }

    public var streams: [StreamName] {
        let identity: [StreamName] = actor.map { [.token($0.token), .user($0.user)] } ?? []
        let others = [.user(user), .token(token)] + replacing.map(StreamName.token)
        return identity + others.filter { !identity.contains($0) }
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        if let actor {
            try past.authorize(actor, .issueToken, on: .account(user), at: now)
            let permitted = past.token(actor.token).scopes
            for scope in scopes where !permitted.contains(where: { Self.covers($0, scope) }) {
                throw .scopeTooWide(scope)
            }
        }
        guard past.user(user).isRegistered else { throw .noUser }
        let revoked = replacing.filter { past.token($0).user == user && !past.token($0).isRevoked }
        return .append(
            revoked.map { DecidedEvent(.token($0), .tokenRevoked(TokenRevoked(reason: .owner))) } + [
                DecidedEvent(.token(token), .tokenIssued(TokenIssued(user: user, scopes: scopes, expires: expires)))
            ])
    }

    /// True where whoever has the one has the other.
    private static func covers(_ held: Scope, _ wanted: Scope) -> Bool {
        switch (held, wanted) {
        case (.publish, .publishAgent), (.publish, .publishNamespace): true
        default: held == wanted
        }
    }
}

/// The command to end a credential.
public struct RevokeToken: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// Which.
    public let token: TokenID

    /// Puts the command together.
    public init(principal: Principal, now: Timestamp, token: TokenID) {
        self.principal = principal
        self.now = now
        self.token = token
    }

    public var streams: [StreamName] { identity + (token == principal.token ? [] : [.token(token)]) }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let scopes = try past.credential(of: principal, at: now).scopes
        let state = past.token(token)
        // Other people's credentials are not there for anybody but the administrator.
        guard let owner = state.user, owner == principal.user || scopes.contains(.admin) else { throw .noToken }
        // A credential may always end itself.
        if token != principal.token { try authorize(.revokeToken, on: .account(owner), past) }
        if let revoked = state.revoked { return .unchanged(since: revoked) }
        let reason: TokenRevoked.Reason = owner == principal.user ? .owner : .administrator
        return .append([DecidedEvent(.token(token), .tokenRevoked(TokenRevoked(reason: reason)))])
    }
}

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

    public var streams: [StreamName] { identity }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.changeProfile, on: .account(principal.user), past)
        let stream = StreamName.user(principal.user)
        let changed = DecidedEvent(
            stream, .profileChanged(ProfileChanged(profileCommitment: profile.commitment)),
            contents: ["profile_commitment": profile])
        // What somebody says of themselves in place of something else takes that away.
        return .append([changed] + (past.user(principal.user).profile.map { [.erasing($0, in: stream)] } ?? []))
    }
}

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

    public var streams: [StreamName] {
        identity + (username.map { [.username($0)] } ?? [])
            + tokens.filter { $0 != principal.token }.map(StreamName.token)
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.eraseAccount, on: .account(principal.user), past)
        var events: [DecidedEvent] = []
        if let username, past.username(username).holder == principal.user {
            let stream = StreamName.username(username)
            events.append(DecidedEvent(stream, .usernameReleased(UsernameReleased(user: principal.user))))
            if let name = past.username(username).name { events.append(.erasing(name, in: stream)) }
        }
        if let profile = past.user(principal.user).profile {
            events.append(.erasing(profile, in: .user(principal.user)))
        }
        let all = tokens.contains(principal.token) ? tokens : tokens + [principal.token]
        for token in all where past.token(token).user == principal.user && !past.token(token).isRevoked {
            events.append(DecidedEvent(.token(token), .tokenRevoked(TokenRevoked(reason: .owner))))
        }
        return .append(events)
    }
}
