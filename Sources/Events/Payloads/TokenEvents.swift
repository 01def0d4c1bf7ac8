public import Crypto

extension EventCatalogue {
    static let tokens: [any EventPayload.Type] = [TokenIssued.self, TokenRevoked.self]
}

/// What a credential permits.
public enum Scope: String, Sendable, CaseIterable, Comparable {
    /// To manage tokens and the account.
    case account
    /// To publish; a token can be narrowed to agents and namespaces.
    case publish
    /// To review, star and flag.
    case review
    /// To report downloads that another server answered.
    case report
    /// To moderate.
    case moderate
    /// To administer.
    case admin

    /// Orders by name, as entries do.
    public static func < (left: Scope, right: Scope) -> Bool { left.rawValue < right.rawValue }
}

/// `token.issued.v1`
public struct TokenIssued: EventPayload {
    /// From when on it permits nothing.
    public let expires: Timestamp
    /// The token that issued it, which a renewal keeps; nil where no token did.
    public let issuer: TokenID?
    /// The token whose place it takes.
    public let replaces: TokenID?
    /// What it permits; at least one, none twice.
    public let scopes: [Scope]
    /// Whose credential it is.
    public let user: PersonID
    /// Commits to the content `within`: the agents and namespaces that publishing is narrowed to. Private, since they may
    /// be names that nobody knows yet.
    public let withinCommitment: SHA256Digest?

    /// States an issue.
    public init(
        expires: Timestamp, issuer: TokenID? = nil, replaces: TokenID? = nil, scopes: [Scope], user: PersonID,
        withinCommitment: SHA256Digest? = nil
    ) {
        self.expires = expires
        self.issuer = issuer
        self.replaces = replaces
        self.scopes = Set(scopes).sorted()
        self.user = user
        self.withinCommitment = withinCommitment
    }

    public static let declaration = EventDeclaration(
        "token.issued.v1", on: .token, Self.init(expires:issuer:replaces:scopes:user:withinCommitment:),
        .field("expires", \.expires, .time), .optional("issuer", \.issuer, .id()),
        .optional("replaces", \.replaces, .id()),
        .field("scopes", \.scopes, .ascending(.choice(), 1...Scope.allCases.count)),
        .field("user", \.user, .id()), .optionalCommitment(to: .within, \.withinCommitment))
}

/// `token.revoked.v1`: the credential permits nothing from now on. May be said again for more.
public struct TokenRevoked: EventPayload {
    /// Who wanted it, or why.
    public enum Reason: String, Sendable, CaseIterable {
        /// Its owner.
        case owner
        /// Another token took its place.
        case replaced
        /// The administrator.
        case administrator
        /// It was found where it should not be.
        case leaked
    }
    /// True where every token that it issued ends with it; always so for one that leaked.
    public let descendants: Bool
    /// Who wanted it, or why.
    public let reason: Reason
    /// The token that took its place; for `replaced` alone.
    public let successor: TokenID?

    /// States it.
    public init(reason: Reason, descendants: Bool = false, successor: TokenID? = nil) {
        self.reason = reason
        self.descendants = descendants || reason == .leaked
        self.successor = successor
    }

    public static let declaration = EventDeclaration(
        "token.revoked.v1", on: .token,
        { (descendants: Bool, reason: Reason, successor: TokenID?) throws(FieldFault) in
            guard descendants || reason != .leaked else {
                throw FieldFault("what a token that leaked has issued ends with it")
            }
            guard (reason == .replaced) == (successor != nil) else {
                throw FieldFault("a token that is replaced, and no other, has a successor")
            }
            return Self(reason: reason, descendants: descendants, successor: successor)
        }, .field("descendants", \.descendants, .bool), .field("reason", \.reason, .choice()),
        .optional("successor", \.successor, .id()))
}
