public import Events

/// A credential as its stream tells it.
public struct TokenState: StreamState, Equatable {
    /// Whose it is; nil before it is issued.
    public private(set) var user: PersonID?
    /// What it permits.
    public private(set) var permissions = Permissions([])
    /// From when on it permits nothing.
    public private(set) var expires = Timestamp(milliseconds: 0)
    /// The credential that issued it; a renewal keeps it.
    public private(set) var issuer: TokenID?
    /// The credential whose place it took.
    public private(set) var replaces: TokenID?
    /// The credential that took its place.
    public private(set) var successor: TokenID?
    /// Where the log last said that it is revoked; nil while it is good.
    public private(set) var revoked: Position?
    /// True where it was revoked for another reason than that a successor took its place.
    public private(set) var isRevokedForGood = false
    /// True where somebody has it who should not.
    public private(set) var isLeaked = false
    /// True where all that it issued ended with it.
    public private(set) var endsDescendants = false

    /// True once it is revoked.
    public var isRevoked: Bool { revoked != nil }

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let issued as TokenIssued:
            user = issued.user
            let narrowed = past.within ?? WithinContent(agents: [], namespaces: [])
            permissions = Permissions(
                Set(issued.scopes), within: issued.withinCommitment == nil ? nil : narrowed)
            (expires, issuer, replaces) = (issued.expires, issued.issuer, issued.replaces)
        case let ended as TokenRevoked:
            revoked = past.position
            successor = ended.successor ?? successor
            if ended.reason != .replaced { isRevokedForGood = true }
            if ended.descendants { endsDescendants = true }
            if ended.reason == .leaked { isLeaked = true }
        default: break
        }
    }
}

extension TypedStream<TokenState> {
    /// A credential.
    public static func token(_ id: TokenID) -> TypedStream<TokenState> { TypedStream(.token(id)) }
}

extension Action {
    static let tokens = [issueToken, listTokens, renewToken, revokeToken]

    /// To have another credential.
    public static let issueToken = Action("issue-token", "issue tokens", Right(.account, [.oneself]))
    /// To see one's credentials.
    public static let listTokens = Action("list-tokens", "list tokens", Right(.account, [.oneself]))
    /// To have another credential in the place of the one that asks.
    public static let renewToken = Action("renew-token", "renew itself", Right(.account, [.oneself]))
    /// To end a credential.
    public static let revokeToken = Action(
        "revoke-token", "revoke other tokens", Right(.account, [.oneself], administrator: true))
}
