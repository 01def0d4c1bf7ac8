public import Events

/// The command to issue a credential, and to revoke others that it replaces.
///
/// Refused where the new credential would permit more than the issuing one, where the issuing one has too many issuers
/// above it, and where all of `replacing` are revoked already. Appends a `TokenRevoked` for each credential that it
/// replaces, and `TokenIssued`.
public struct IssueToken: Command {
    /// The person and the credential that ask; nil for the operator, and for a registration whose answer was lost.
    public let actor: Principal?
    /// The time of the command.
    public let now: Timestamp
    /// The owner of the new credential.
    public let user: PersonID
    /// The new credential.
    public let token: NewCredential
    /// Credentials of the same person that this command revokes.
    public let replacing: [TokenID]

    /// A credential to issue.
    public struct NewCredential: Sendable {
        /// Its id.
        public let id: TokenID
        /// Its permissions.
        public let permissions: Permissions
        /// The time from which it permits nothing.
        public let expires: Timestamp
        /// 32 random bytes for the content that holds the restriction of publishing.
        public let nonce: [UInt8]

        /// Creates a credential to issue.
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

    /// Creates the command.
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
        // A command that replaces credentials has to revoke at least one, so that the later of two concurrent ones is
        // refused.
        guard replacing.isEmpty || !ended.isEmpty else { throw .superseded }
        return .append(
            ended.map { DecidedEvent(.token($0), TokenRevoked(reason: .replaced, successor: token.id)) } + [
                token.issued(to: user, by: actor?.token, replacing: ended.first)
            ])
    }
}
