public import Events

/// A credential as its stream tells it.
public struct TokenState: StreamState, Equatable {
    /// Whose it is; nil before it is issued.
    public private(set) var user: PersonID?
    /// What it permits.
    public private(set) var permissions = Permissions([])
    /// From when on it permits nothing.
    public private(set) var expires = Timestamp(milliseconds: 0)
    /// Since when it permits nothing; nil while it is good.
    public private(set) var revoked: Position?

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
            expires = issued.expires
        case is TokenRevoked: revoked = past.position
        default: break
        }
    }
}

extension TypedStream<TokenState> {
    /// A credential.
    public static func token(_ id: TokenID) -> TypedStream<TokenState> { TypedStream(.token(id)) }
}

extension Action {
    static let tokens = [issueToken, listTokens, revokeToken]

    /// To have another credential.
    public static let issueToken = Action("issue-token", "issue tokens", Right(.account, [.oneself]))
    /// To see one's credentials.
    public static let listTokens = Action("list-tokens", "list tokens", Right(.account, [.oneself]))
    /// To end a credential.
    public static let revokeToken = Action(
        "revoke-token", "revoke other tokens", Right(.account, [.oneself], administrator: true))
}
