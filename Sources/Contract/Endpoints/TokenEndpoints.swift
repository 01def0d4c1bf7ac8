package import Events

extension Endpoints {
    package static let issueToken = Endpoint<NoParameters, NewTokenBody, IssuedToken>.command(
        "issueToken", .post, "/tokens", "Issue a token",
        notes: "The answer holds its only copy. A repeat under the same Idempotency-Key issues another one and revokes "
            + "the first, unless that was used.",
        credential: .token([.account]), problems: [.scopeTooWide, .tooManyTokens, .tokenInUse])
    package static let listTokens = Endpoint<NoParameters, NoBody, TokenList>.query(
        "listTokens", "/tokens", "List the account's tokens, without their secrets", credential: .token([.account]),
        caching: .never)
    package static let revokeToken = Endpoint<TokenParameters, NoBody, RevokedToken>.command(
        "revokeToken", .delete, "/tokens/{token}", "Revoke a token", credential: .token([]))

    static let tokens: [any AnyEndpoint] = [issueToken, listTokens, revokeToken]
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

    package init(
        id: TokenID, name: String, scopes: [PermissionWord], issued: Timestamp, expires: Timestamp,
        lastUsed: Timestamp? = nil, isRevoked: Bool
    ) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.issued = issued
        self.expires = expires
        self.lastUsed = lastUsed
        self.isRevoked = isRevoked
    }

    package static let form = Form.object(
        "Token", Self.init(id:name:scopes:issued:expires:lastUsed:isRevoked:),
        .required("id", \.id, .id()),
        .required("name", \.name, .text),
        .required("scopes", \.scopes, .list(.permission)),
        .required("issued_at", \.issued, .time),
        .required("expires_at", \.expires, .time),
        .optional("last_used_at", \.lastUsed, .time, "To the minute."),
        .required("revoked", \.isRevoked, .bool))
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
