public import Events

/// The command to revoke credentials.
///
/// A credential may always revoke itself alone, unless it is the last good one with the scope `admin`. Refused for
/// credentials of other people, and for those of scope `admin`, unless the one that asks has the scope `admin`. Appends
/// a `TokenRevoked` for each credential.
public struct RevokeToken: AuthenticatedCommand {
    /// The credentials to revoke.
    public enum Target: Sendable, Equatable {
        /// This credential.
        case one(TokenID)
        /// All of the person's own, except the one that asks.
        case others
    }

    /// The credentials that end with a revoked one.
    public enum Extent: Sendable, Equatable {
        /// No others.
        case alone
        /// Its successors, and all that it and they issued.
        case descendants
        /// Its successors, and all that it and they issued, because it has leaked.
        case leaked
    }

    public let principal: Principal
    public let now: Timestamp
    /// The credentials to revoke.
    public let target: Target
    /// The credentials that end with a revoked one.
    public let extent: Extent
    /// Credentials of the person whose it is that have not ended, as the vault knows them.
    public let known: [TokenID]
    /// Credentials of anybody that were issued with the scope `admin` and have not ended.
    public let administrators: [TokenID]

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, target: Target, extent: Extent = .alone, known: [TokenID] = [],
        administrators: [TokenID] = []
    ) {
        self.principal = principal
        self.now = now
        self.target = target
        self.extent = extent
        self.known = known
        self.administrators = administrators
    }

    public func streams(_ past: Past) -> [AnyStream] {
        // Other administrators matter only where one of theirs ends.
        let endsOne = ended(past).contains { past[.token($0)].permissions.scopes.contains(.admin) }
        let lineages = (known + (endsOne ? administrators : [])).flatMap { past.lineage(of: $0).tokens }
        return (chain(past) + lineages).map { TypedStream.token($0).any }
    }

    /// The credential that is named, with those before and after it in a row of renewals.
    private func chain(_ past: Past) -> [TokenID] {
        guard case .one(let token) = target else { return [] }
        return [token] + past.successors(of: token) + past.replaced(by: token)
    }

    /// The credentials that it ends, from what was read: the one that is named, with its successors where what it issued
    /// ends as well, since who had it could renew it.
    public func ended(_ past: Past) -> [TokenID] {
        switch target {
        case .others: known.filter { $0 != principal.token && !past[.token($0)].isRevoked }
        case .one(let token): extent == .alone ? [token] : [token] + past.successors(of: token)
        }
    }

    /// The credentials whose open offers are withdrawn: those that leaked, with all that they replaced.
    public func withdrawn(_ past: Past) -> [TokenID] { extent == .leaked ? chain(past) : [] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let scopes = try past.credential(of: principal, at: now).permissions.scopes
        let ended = ended(past)
        var owner = principal.user
        if case .one(let token) = target {
            // For everybody except an administrator, other people's credentials do not exist.
            guard let user = past[.token(token)].user, user == owner || scopes.contains(.admin) else { throw .noToken }
            owner = user
        }
        // A credential may always end itself.
        if ended != [principal.token] || extent != .alone {
            if ended != [principal.token] { try authorize(.revokeToken, on: .account(owner), past) }
            guard scopes.contains(.admin) || !endsAdministrator(ended, past) else { throw .administrators }
        }
        try keepAdministrator(ended, past)
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

    /// True where a credential ends with those that are revoked: it is one of them, or descends from one.
    private func ends(_ token: TokenID, with ended: [TokenID], _ past: Past) -> Bool {
        ended.contains(token)
            || extent != .alone && !Set(past.lineage(of: token).tokens).isDisjoint(with: ended)
    }

    /// True where a credential with the scope `admin` ends.
    private func endsAdministrator(_ ended: [TokenID], _ past: Past) -> Bool {
        (known + ended).contains { token in
            past[.token(token)].permissions.scopes.contains(.admin) && ends(token, with: ended, past)
        }
    }

    /// Refuses to end the last good credential with the scope `admin`, unless it has leaked.
    private func keepAdministrator(_ ended: [TokenID], _ past: Past) throws(Rejection) {
        guard extent != .leaked else { return }
        let good = (administrators + ended).filter { isAdministrators($0, past) }
        guard good.contains(where: { ends($0, with: ended, past) }) else { return }
        guard good.contains(where: { !ends($0, with: ended, past) }) else { throw .lastAdministrator }
    }

    private func isAdministrators(_ token: TokenID, _ past: Past) -> Bool {
        past[.token(token)].permissions.scopes.contains(.admin) && past.isGood(token, at: now)
    }
}
