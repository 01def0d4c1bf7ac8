public import Events

/// The command to replace the credential that asks with a new one, which has the same issuer, the same permissions or
/// fewer, and a new expiry.
///
/// What the old credential issued stays good. Refused where the new one would permit more, and after too many renewals
/// in a row. Appends `TokenRevoked` and `TokenIssued`.
public struct RenewToken: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The new credential.
    public let token: IssueToken.NewCredential
    /// Empty for a first renewal. For a repeat, the credentials that earlier answers to the same request issued and
    /// nobody has used: the one of them that is not revoked is replaced, instead of the one that asks.
    public let unused: [TokenID]

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, token: IssueToken.NewCredential, unused: [TokenID] = []
    ) {
        self.principal = principal
        self.now = now
        self.token = token
        self.unused = unused
    }

    public func streams(_ past: Past) -> [AnyStream] {
        [TypedStream.token(token.id).any] + unused.map { TypedStream.token($0).any }
            + past.successors(of: principal.token).map { TypedStream.token($0).any }
            + past.replacedStreams(of: principal.token)
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let asking = past[.token(principal.token)]
        if unused.isEmpty {
            try authorize(.renewToken, on: .account(principal.user), past)
        } else {
            // The credential that asks was replaced already, by an answer that got lost. It may only repeat the
            // renewal.
            guard past.canAskAgain(principal, at: now), asking.permissions.scopes.contains(.account) else {
                throw .notAuthenticated
            }
        }
        if let word = asking.permissions.firstUncovered(token.permissions) { throw .scopeTooWide(word) }
        // Each repeat ends one of them, so that of two at once one is too late. What another token's renewal issued under
        // the same key is not this one's to end.
        let successors = past.successors(of: principal.token)
        let ended =
            unused.isEmpty
            ? principal.token : unused.first { successors.contains($0) && !past[.token($0)].isRevoked }
        guard let ended else { throw .superseded }
        guard past.renewals(of: ended) < Lineage.maximumRenewals else { throw .renewedTooOften }
        return .append([
            DecidedEvent(.token(ended), TokenRevoked(reason: .replaced, successor: token.id)),
            token.issued(to: principal.user, by: asking.issuer, replacing: ended),
        ])
    }
}

extension Past {
    /// True for a credential that a successor replaced and that was not revoked for another reason; it may repeat its
    /// renewal.
    public func canAskAgain(_ principal: Principal, at now: Timestamp) -> Bool {
        let token = self[.token(principal.token)]
        return token.user == principal.user && self[.user(principal.user)].isRegistered && token.isRevoked
            && !token.isRevokedForGood && now < token.expires && !isEndedFromAbove(principal.token)
    }
}
