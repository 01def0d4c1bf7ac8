public import Events

/// The command to end credentials.
public struct RevokeToken: AuthenticatedCommand {
    /// Which.
    public enum Target: Sendable, Equatable {
        /// This one.
        case one(TokenID)
        /// All of the person's own but the one that asks.
        case others
    }

    /// What ends with a credential.
    public enum Extent: Sendable, Equatable {
        /// Nothing else.
        case alone
        /// All that it and its successors issued.
        case descendants
        /// The same, since somebody has it who should not.
        case leaked
    }

    public let principal: Principal
    public let now: Timestamp
    /// Which.
    public let target: Target
    /// What ends with it.
    public let extent: Extent
    /// All credentials of the person whose it is, as the vault knows them.
    public let known: [TokenID]

    /// Puts the command together.
    public init(
        principal: Principal, now: Timestamp, target: Target, extent: Extent = .alone, known: [TokenID] = []
    ) {
        self.principal = principal
        self.now = now
        self.target = target
        self.extent = extent
        self.known = known
    }

    public func streams(_ past: Past) -> [AnyStream] {
        let named: [TokenID] =
            if case .one(let token) = target { [token] } else { [] }
        return (named + known).map { TypedStream.token($0).any }
    }

    /// The credentials that it ends, from what was read: the one that is named, with its successors where what it issued
    /// ends as well, since whoever had it could renew it.
    public func ended(_ past: Past) -> [TokenID] {
        switch target {
        case .others: return known.filter { $0 != principal.token && !past[.token($0)].isRevoked }
        case .one(let token):
            guard extent != .alone else { return [token] }
            var all = [token]
            while let last = all.last, let successor = past[.token(last)].successor, !all.contains(successor) {
                all.append(successor)
            }
            return all
        }
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let scopes = try past.credential(of: principal, at: now).permissions.scopes
        let ended = ended(past)
        var owner = principal.user
        if case .one(let token) = target {
            // Other people's credentials are not there for anybody but the administrator.
            guard let user = past[.token(token)].user, user == owner || scopes.contains(.admin) else { throw .noToken }
            owner = user
        }
        // A credential may always end itself.
        let isItself = ended == [principal.token]
        if !isItself {
            try authorize(.revokeToken, on: .account(owner), past)
            guard
                scopes.contains(.admin)
                    || !ended.contains(where: { past[.token($0)].permissions.scopes.contains(.admin) })
            else { throw .administrators }
        }
        let reason: TokenRevoked.Reason =
            extent == .leaked ? .leaked : owner == principal.user ? .owner : .administrator
        let events = ended.filter { token in
            let state = past[.token(token)]
            guard state.user == owner else { return false }
            return switch extent {
            case .alone: !state.isRevokedForGood
            case .descendants: !state.endsDescendants
            case .leaked: !state.isLeaked
            }
        }.map {
            DecidedEvent(.token($0), TokenRevoked(reason: reason, descendants: extent != .alone))
        }
        guard events.isEmpty else { return .append(events) }
        return .unchanged(since: ended.last.flatMap { past[.token($0)].revoked })
    }
}
