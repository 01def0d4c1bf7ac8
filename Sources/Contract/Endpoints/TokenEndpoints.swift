package import Events

extension Endpoints {
    package static let issueToken = Endpoint<NoParameters, NewTokenBody, IssuedToken>.command(
        "issueToken", .post, "/tokens", "Issue a token",
        notes: "The answer holds its only copy. A repeat under the same Idempotency-Key issues another one and revokes "
            + "the first, unless that was used.",
        credential: .token([.account]), meter: .tokens,
        problems: [.scopeTooWide, .tokenChainTooLong, .tooManyTokens, .tokenInUse])
    package static let listTokens = Endpoint<NoParameters, NoBody, TokenList>.query(
        "listTokens", "/tokens", "List the account's tokens, without their secrets", credential: .token([.account]),
        caching: .never)
    package static let renewToken = Endpoint<NoParameters, Renewal, IssuedToken>.command(
        "renewToken", .post, "/tokens/renew", "Have another token in the place of the one that asks",
        notes: "The one that asks ends; what it issued stays good under the new one. A repeat under the same "
            + "Idempotency-Key works with the old token for as long as the new one was not used.",
        credential: .token([.account]), meter: .tokens, isBodyOptional: true,
        problems: [.scopeTooWide, .tokenChainTooLong, .tokenInUse])
    package static let revokeToken = Endpoint<TokenParameters, Revocation, RevokedToken>.command(
        "revokeToken", .delete, "/tokens/{token}", "Revoke a token", credential: .token([]),
        meter: nil, isBodyOptional: true)
    package static let revokeOtherTokens = Endpoint<NoParameters, NoBody, RevokedTokens>.command(
        "revokeOtherTokens", .delete, "/tokens", "Revoke all of the account's tokens but the one that asks",
        credential: .token([.account]), meter: nil)

    static let tokens: [any AnyEndpoint] = [issueToken, listTokens, renewToken, revokeToken, revokeOtherTokens]
}

/// A token.
package struct TokenParameters: Parameters {
    package let token: String

    package init(token: String) {
        self.token = token
    }

    package static let parameters = ParameterForm.of(
        Self.init(token:),
        .path("token", \.token, .segment(.tokenNotFound), "Its id, or 'current' for the one that asks."))
}

/// What a token is to permit.
package struct NewTokenBody: Body {
    package let name: String
    package let scopes: [PermissionWord]
    package let days: Int64

    package init(name: String, scopes: [PermissionWord], days: Int64 = 90) {
        self.name = name
        self.scopes = scopes
        self.days = days
    }

    package static let form = Form.object(
        "NewToken", Self.init(name:scopes:days:),
        .required("name", \.name, .prose(64), "How one calls it."),
        .required("scopes", \.scopes, .list(.permission, 1...16)),
        .defaulting("expires_in_days", \.days, .integer(from: 1, to: 366), to: Int64(90)))
}

/// What the token that takes the place of another one is to permit.
package struct Renewal: Body {
    package let scopes: [PermissionWord]?
    package let days: Int64

    package init(scopes: [PermissionWord]? = nil, days: Int64 = 90) {
        self.scopes = scopes
        self.days = days
    }

    package static let form = Form.object(
        "Renewal", Self.init(scopes:days:),
        .optional("scopes", \.scopes, .list(.permission, 1...16), "The same or fewer; absent for the same."),
        .defaulting("expires_in_days", \.days, .integer(from: 1, to: 366), to: Int64(90)))
}

/// What ends with a token.
package struct Revocation: Body {
    package let withDescendants: Bool
    package let isLeaked: Bool

    package init(withDescendants: Bool = false, isLeaked: Bool = false) {
        self.withDescendants = withDescendants
        self.isLeaked = isLeaked
    }

    package static let form = Form.object(
        "Revocation", Self.init(withDescendants:isLeaked:),
        .defaulting("descendants", \.withDescendants, .bool, to: false, "Also all that it and its successors issued."),
        .defaulting(
            "leaked", \.isLeaked, .bool, to: false,
            "Somebody has it who should not: its descendants end with it, and what it offered is withdrawn."))
}

/// How many tokens permit nothing any more.
package struct RevokedTokens: CommandAnswer {
    package let revoked: Int64
    package var position: Position?

    package init(revoked: Int64, position: Position? = nil) {
        self.revoked = revoked
        self.position = position
    }

    package static let form = Form.object(
        "RevokedTokens", Self.init(revoked:position:),
        .required("revoked", \.revoked, .count),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// A new token.
package struct IssuedToken: CommandAnswer {
    package let token: String
    package let credential: CredentialBody
    package var position: Position?

    package init(token: String, credential: CredentialBody, position: Position? = nil) {
        self.token = token
        self.credential = credential
        self.position = position
    }

    package static let form = Form.object(
        "IssuedToken", Self.init(token:credential:position:),
        .required("token", \.token, .text, "Shown this once."),
        .required("credential", \.credential, CredentialBody.form),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// A token in a list.
package struct TokenBody: Body {
    package let id: TokenID
    package let name: String
    package let scopes: [PermissionWord]
    package let issued: Timestamp
    package let expires: Timestamp
    package let lastUsed: Timestamp?
    package let isRevoked: Bool
    package let issuer: TokenID?

    package init(
        id: TokenID, name: String, scopes: [PermissionWord], issued: Timestamp, expires: Timestamp,
        lastUsed: Timestamp? = nil, isRevoked: Bool, issuer: TokenID? = nil
    ) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.issued = issued
        self.expires = expires
        self.lastUsed = lastUsed
        self.isRevoked = isRevoked
        self.issuer = issuer
    }

    package static let form = Form.object(
        "Token", Self.init(id:name:scopes:issued:expires:lastUsed:isRevoked:issuer:),
        .required("id", \.id, .id()),
        .required("name", \.name, .text),
        .required("scopes", \.scopes, .list(.permission)),
        .required("issued_at", \.issued, .time),
        .required("expires_at", \.expires, .time),
        .optional("last_used_at", \.lastUsed, .time, "To the minute."),
        .required("revoked", \.isRevoked, .bool, "Also where one that it depends on was revoked with all it issued."),
        .optional("issuer", \.issuer, .id(), "The token that issued it."))
}

/// One's tokens.
package struct TokenList: Body {
    package let tokens: [TokenBody]

    package init(tokens: [TokenBody]) {
        self.tokens = tokens
    }

    package static let form = Form.object(
        "TokenList", Self.init(tokens:),
        .required("tokens", \.tokens, .list(TokenBody.form)))
}

/// A token that permits nothing any more.
package struct RevokedToken: CommandAnswer {
    package let id: TokenID
    package let isRevoked: Bool
    package var position: Position?

    package init(id: TokenID, isRevoked: Bool, position: Position? = nil) {
        self.id = id
        self.isRevoked = isRevoked
        self.position = position
    }

    package static let form = Form.object(
        "RevokedToken", Self.init(id:isRevoked:position:),
        .required("id", \.id, .id()),
        .required("revoked", \.isRevoked, .bool),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}
