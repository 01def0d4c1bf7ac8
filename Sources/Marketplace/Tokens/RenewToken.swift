public import Events

/// The command to have another credential in the place of the one that asks: the same issuer, the same permissions or
/// fewer, a new end. What the old one issued stays good under the new one.
public struct RenewToken: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The new credential.
    public let token: IssueToken.NewCredential
    /// Empty for a first renewal. Else what earlier answers to the same request issued and nobody has used: the one that
    /// is left of them ends in place of the one that asks.
    public let unused: [TokenID]

    /// Puts the command together.
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
            // The one that asks was replaced already, by an answer that got lost. It may ask again and do nothing else.
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
    /// True for a credential that a successor took the place of and that nothing else ended.
    public func canAskAgain(_ principal: Principal, at now: Timestamp) -> Bool {
        let token = self[.token(principal.token)]
        return token.user == principal.user && self[.user(principal.user)].isRegistered && token.isRevoked
            && !token.isRevokedForGood && now < token.expires && !isEndedFromAbove(principal.token)
    }
}
