import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import JSON
import Marketplace

/// `/tokens`: by which credentials somebody is known.
struct TokenEndpoints: Sendable {
    private static let maximumDays: Int64 = 366

    let handler: CommandHandler
    let authenticator: Authenticator

    func addRoutes(to door: inout FrontDoor) {
        door.on("POST", "\(Paths.base)/tokens") { try await issue($0) }
        door.on("GET", "\(Paths.base)/tokens") { try await list($0) }
        door.on("DELETE", "\(Paths.base)/tokens/{token}") { try await revoke($0) }
    }

    /// `POST /tokens`
    private func issue(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        var body = try await JSONBody.receive(request.http)
        let name = body.text("name", isRequired: true, maximumCharacters: 64)
        let words = body.list(
            "scopes", isRequired: true, maximum: 16, "one of \(PermissionWord.forms)", PermissionWord.init)
        let days = body.integer("expires_in_days", in: 1...Self.maximumDays) ?? NewToken.standardDays
        try body.check()
        guard let name, let permissions = words.map(Permissions.init) else {
            throw Problem(.invalidBody, "'name' and 'scopes' are missing")
        }
        let call = try CommandCall(request, actor: principal.user, body: body.digest)
        let new = NewToken(days: days, from: handler.now())
        let outcome = try await handler.run(call) { _, _ in
            Array("{}".utf8)
        } attempt: {
            guard try await handler.log.tokens(of: principal.user).count < EventLog.maximumTokens else {
                throw Problem(
                    .tooManyTokens,
                    "an account has at most \(EventLog.maximumTokens) tokens, with those that are revoked or expired")
            }
            return CommandAttempt(
                command: IssueToken(
                    actor: principal, now: handler.now(), user: principal.user, token: new.credential(permissions)),
                effects: [new.effect(of: principal.user, named: name, under: call.key)])
        }
        guard outcome.isRepeat else { return try outcome.response(call, adding: new.members(permissions, name: name)) }
        return try await handler.issueAgain(call, principal, principal.user, permissions, new, named: name, outcome)
    }

    /// `GET /tokens`
    private func list(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let tokens = try await handler.log.tokens(of: principal.user)
        try await handler.authorize(principal, .listTokens, on: .account(principal.user))
        let past = try await handler.past.read(tokens.map { TypedStream.token($0.id).any })
        var writer = JSONWriter()
        writer.object { object in
            object.member("tokens") { writer in
                writer.array(tokens) { token, writer in
                    let state = past[.token(token.id)]
                    writer.object { object in
                        object.member("expires_at", state.expires.description)
                        object.member("id", token.id.hex)
                        object.member("issued_at", token.issued.description)
                        object.member("last_used_at", token.lastUsed?.description)
                        object.member("name", token.name)
                        object.member("revoked", state.isRevoked)
                        object.member("scopes", state.permissions.words.map(\.description))
                    }
                }
            }
        }
        return .json(200, writer.bytes, fields: ["cache-control": "no-store"])
    }

    /// `DELETE /tokens/{id}`
    private func revoke(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let segment = request.segment("token")
        guard let token = segment == "current" ? principal.token : TokenID(segment) else {
            throw Problem(Rejection.noToken)
        }
        let call = try CommandCall(request, actor: principal.user, body: SHA256Digest(of: []))
        return try await handler.answer(call) { _, _ in
            var writer = JSONWriter()
            writer.object { object in
                object.member("id", token.hex)
                object.member("revoked", true)
            }
            return writer.bytes
        } attempt: {
            CommandAttempt(command: RevokeToken(principal: principal, now: handler.now(), token: token))
        }
    }
}
