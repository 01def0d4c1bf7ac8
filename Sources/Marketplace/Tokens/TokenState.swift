public import Events

/// The state of a credential, folded from its stream.
public struct TokenState: StreamState, Equatable {
    /// Its owner; nil before it is issued.
    public private(set) var user: PersonID?
    /// Its permissions.
    public private(set) var permissions = Permissions([])
    /// The time from which it permits nothing.
    public private(set) var expires = Timestamp(milliseconds: 0)
    /// The credential that issued it; nil where none did. A renewal keeps the issuer.
    public private(set) var issuer: TokenID?
    /// The credential that it replaced; nil where it replaced none.
    public private(set) var replaces: TokenID?
    /// The credential that replaced it; nil where none did.
    public private(set) var successor: TokenID?
    /// The position of its last revocation; nil while it is not revoked.
    public private(set) var revoked: Position?
    /// True where it was revoked for another reason than a replacement.
    public private(set) var isRevokedForGood = false
    /// True where it was revoked because it leaked.
    public private(set) var isLeaked = false
    /// True where it was revoked together with all that it issued.
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
    /// The stream of a credential.
    public static func token(_ id: TokenID) -> TypedStream<TokenState> { TypedStream(.token(id)) }
}

extension Action {
    static let tokens = [issueToken, listTokens, renewToken, revokeToken]

    /// To issue a credential for oneself.
    public static let issueToken = Action("issue-token", "issue tokens", Right(.account, [.oneself]))
    /// To list one's credentials.
    public static let listTokens = Action("list-tokens", "list tokens", Right(.account, [.oneself]))
    /// To replace the credential that asks with a new one.
    public static let renewToken = Action("renew-token", "renew itself", Right(.account, [.oneself]))
    /// To revoke a credential.
    public static let revokeToken = Action(
        "revoke-token", "revoke other tokens", Right(.account, [.oneself], administrator: true))
}
