public import Crypto

extension EventCatalogue {
    static let tokens: [any EventPayload.Type] = [TokenIssued.self, TokenRevoked.self]
}

/// A permission of a credential.
public enum Scope: String, Sendable, CaseIterable, Comparable {
    /// Manages tokens and the account.
    case account
    /// Publishes; a token can be narrowed to agents and namespaces.
    case publish
    /// Reviews, stars and flags.
    case review
    /// Reports downloads that another server answered.
    case report
    /// Acts as a moderator.
    case moderate
    /// Acts as an administrator.
    case admin

    /// Orders by name, the order in entries.
    public static func < (left: Scope, right: Scope) -> Bool { left.rawValue < right.rawValue }
}

/// `token.issued.v1`: a credential is valid from now until it expires.
public struct TokenIssued: EventPayload {
    /// The time from which it permits nothing.
    public let expires: Timestamp
    /// The token that issued it, nil where no token did; a renewed token keeps the issuer of the one that it replaces.
    public let issuer: TokenID?
    /// The token that it replaces.
    public let replaces: TokenID?
    /// The scopes in ascending order; at least one, each once.
    public let scopes: [Scope]
    /// The person whose credential it is.
    public let user: PersonID
    /// Commits to the content `within`, which narrows publishing to agents and namespaces.
    ///
    /// The content is private, since it may hold names that are not public yet.
    public let withinCommitment: SHA256Digest?

    /// Creates the event; sorts the scopes and removes duplicates.
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

/// `token.revoked.v1`: the credential permits nothing from now on.
///
/// A second one may follow to revoke more, such as the descendants.
public struct TokenRevoked: EventPayload {
    /// The reason of a revocation.
    public enum Reason: String, Sendable, CaseIterable {
        /// The owner revoked it.
        case owner
        /// Another token replaced it.
        case replaced
        /// An administrator revoked it.
        case administrator
        /// It was found in public.
        case leaked
    }
    /// True where all tokens that it issued are revoked with it; always true for one that leaked.
    public let descendants: Bool
    /// The reason.
    public let reason: Reason
    /// The token that replaced it; only for the reason `replaced`.
    public let successor: TokenID?

    /// Creates the event.
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
