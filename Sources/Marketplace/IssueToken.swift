public import Events

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
        // Each that takes the place of others ends one of them, so that of two at once one is too late.
        guard replacing.isEmpty || !revoked.isEmpty else { throw .superseded }
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
