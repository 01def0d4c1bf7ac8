public import Events

/// The command to have another credential, and to end others for it.
public struct IssueToken: Command {
    /// Who asks; nil for the operator, and for a registration whose answer was lost.
    public let actor: Principal?
    /// When.
    public let now: Timestamp
    /// Whose it will be.
    public let user: PersonID
    /// The new credential.
    public let token: NewCredential
    /// Credentials of the same person that end with this.
    public let replacing: [TokenID]

    /// A credential that is to be issued.
    public struct NewCredential: Sendable {
        /// Which it is.
        public let id: TokenID
        /// What it will permit.
        public let permissions: Permissions
        /// From when on it permits nothing.
        public let expires: Timestamp
        /// 32 random bytes, for what it is narrowed to.
        public let nonce: [UInt8]

        /// Puts one together.
        public init(id: TokenID, permissions: Permissions, expires: Timestamp, nonce: [UInt8]) {
            self.id = id
            self.permissions = permissions
            self.expires = expires
            self.nonce = nonce
        }

        /// The event that issues it.
        func issued(to user: PersonID, by issuer: TokenID?, replacing: TokenID? = nil) -> DecidedEvent {
            let within = permissions.within.map { Content($0, nonce: nonce) }
            return DecidedEvent(
                .token(id),
                TokenIssued(
                    expires: expires, issuer: issuer, replaces: replacing, scopes: Array(permissions.scopes),
                    user: user,
                    withinCommitment: within?.commitment), contents: within.map { [.within: $0] } ?? [:])
        }
    }

    /// Puts the command together.
    public init(
        actor: Principal?, now: Timestamp, user: PersonID, token: NewCredential, replacing: [TokenID] = []
    ) {
        self.actor = actor
        self.now = now
        self.user = user
        self.token = token
        self.replacing = replacing
    }

    public func streams(_ past: Past) -> [AnyStream] {
        [TypedStream.user(user).any, TypedStream.token(token.id).any]
            + replacing.map { TypedStream.token($0).any }
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        if let actor {
            try past.authorize(actor, .issueToken, on: .account(user), at: now)
            if let word = past[.token(actor.token)].permissions.firstUncovered(token.permissions) {
                throw .scopeTooWide(word)
            }
            guard past.lineage(of: actor.token).issuers < Lineage.maximumIssuers else { throw .issuedTooDeep }
        }
        guard past[.user(user)].isRegistered else { throw .noUser }
        let ended = replacing.filter { past[.token($0)].user == user && !past[.token($0)].isRevoked }
        // Each that takes the place of others ends one of them, so that of two at once one is too late.
        guard replacing.isEmpty || !ended.isEmpty else { throw .superseded }
        return .append(
            ended.map { DecidedEvent(.token($0), TokenRevoked(reason: .replaced, successor: token.id)) } + [
                token.issued(to: user, by: actor?.token, replacing: ended.first)
            ])
    }
}
