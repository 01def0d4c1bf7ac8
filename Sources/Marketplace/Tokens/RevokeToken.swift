public import Events

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

    public func streams(_ past: Past) -> [AnyStream] { principal.streams + [TypedStream.token(token).any] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let scopes = try past.credential(of: principal, at: now).permissions.scopes
        let state = past[.token(token)]
        // Other people's credentials are not there for anybody but the administrator.
        guard let owner = state.user, owner == principal.user || scopes.contains(.admin) else { throw .noToken }
        // A credential may always end itself.
        if token != principal.token { try authorize(.revokeToken, on: .account(owner), past) }
        if let revoked = state.revoked { return .unchanged(since: revoked) }
        let reason: TokenRevoked.Reason = owner == principal.user ? .owner : .administrator
        return .append([DecidedEvent(.token(token), TokenRevoked(reason: reason))])
    }
}
