import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import Marketplace

/// `/tokens`: the endpoints that issue, list, renew and revoke a person's credentials.
struct TokenEndpoints: Sendable {
    let handler: CommandHandler

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.issueToken) { try await issue($0, $1) }
        routes.onQuery(Endpoints.listTokens) { principal, _ in try await list(principal) }
        routes.on(Endpoints.renewToken, takesReplaced: true) { try await renew($0, $1) }
        routes.on(Endpoints.revokeToken) { try await revoke($0, $1) }
        routes.on(Endpoints.revokeOtherTokens) { try await revokeOthers($0, $1) }
    }

    private func issue(
        _ principal: Principal, _ call: CommandCall<NoParameters, NewTokenBody>
    ) async throws -> CommandOutcome<IssuedToken> {
        let (name, permissions) = (call.sent.name, Permissions(call.sent.scopes))
        let new = NewToken(days: call.sent.days, from: handler.now())
        var outcome = try await handler.run(call.identity) { _, _ in
            KeptNothing()
        } attempt: {
            guard try await handler.log.standingTokens(of: principal.user).count < EventLog.maximumTokens else {
                throw Problem(
                    .tooManyTokens,
                    "an account has at most \(EventLog.maximumTokens) tokens, with those that are expired; revoke some")
            }
            return CommandAttempt(
                command: IssueToken(
                    actor: principal, now: handler.now(), user: principal.user, token: new.credential(permissions)),
                effects: [new.effect(of: principal.user, named: name, permissions, under: call.identity.key)])
        }
        if outcome.isRepeat {
            outcome = try await handler.issueAgain(
                call.identity, outcome,
                new.effect(of: principal.user, named: name, permissions, under: call.identity.key)
            ) { issued in
                IssueToken(
                    actor: principal, now: handler.now(), user: principal.user, token: new.credential(permissions),
                    replacing: issued)
            }
        }
        return CommandOutcome(
            status: outcome.status,
            answer: IssuedToken(token: new.secret.text, credential: new.body(permissions, name: name)),
            position: outcome.position)
    }

    private func renew(
        _ principal: Principal, _ call: CommandCall<NoParameters, Renewal>
    ) async throws -> CommandOutcome<IssuedToken> {
        let old = try await handler.past.read(.token(principal.token))
        let permissions = call.sent.scopes.map(Permissions.init) ?? old.permissions
        let name = try await handler.log.tokens(of: principal.user).first { $0.id == principal.token }?.name ?? ""
        let new = NewToken(days: call.sent.days, from: handler.now())
        let effect = new.effect(of: principal.user, named: name, permissions, under: call.identity.key)
        func command(_ unused: [TokenID]) -> RenewToken {
            RenewToken(
                principal: principal, now: handler.now(), token: new.credential(permissions), unused: unused)
        }
        var outcome = try await handler.run(call.identity) { _, _ in
            KeptNothing()
        } attempt: {
            CommandAttempt(command: command([]), effects: [effect])
        }
        if outcome.isRepeat {
            outcome = try await handler.issueAgain(call.identity, outcome, effect, command: command)
        }
        return CommandOutcome(
            status: outcome.status,
            answer: IssuedToken(token: new.secret.text, credential: new.body(permissions, name: name)),
            position: outcome.position)
    }

    private func list(_ principal: Principal) async throws -> Reply<TokenList> {
        let tokens = try await handler.log.tokens(of: principal.user)
        try await handler.authorize(principal, .listTokens, on: .account(principal.user))
        // A lineage belongs to one person, so these streams hold all of it, except what the vault has forgotten.
        let past = try await handler.past.read(tokens.map { TypedStream.token($0.id).any })
        return Reply(
            TokenList(
                tokens: tokens.map { token in
                    let state = past[.token(token.id)]
                    return TokenBody(
                        id: token.id, name: token.name, scopes: state.permissions.words, issued: token.issued,
                        expires: state.expires, lastUsed: token.lastUsed,
                        isRevoked: state.isRevoked || past.isEndedFromAbove(token.id), issuer: state.issuer)
                }))
    }

    private func revoke(
        _ principal: Principal, _ call: CommandCall<TokenParameters, Revocation>
    ) async throws -> CommandOutcome<RevokedToken> {
        let segment = call.input.token
        guard let token = segment == "current" ? principal.token : TokenID(segment) else {
            throw Problem(Rejection.noToken)
        }
        let extent: RevokeToken.Extent =
            call.sent.isLeaked ? .leaked : call.sent.withDescendants ? .descendants : .alone
        return try await handler.run(call.identity) { _, _ in
            RevokedToken(id: token, isRevoked: true)
        } attempt: {
            var known: [TokenID] = []
            if extent != .alone, let owner = try await handler.past.read(.token(token)).user {
                known = try await handler.log.standingTokens(of: owner)
            }
            let command = RevokeToken(
                principal: principal, now: handler.now(), target: .one(token), extent: extent, known: known,
                administrators: try await handler.log.administratorTokens())
            return CommandAttempt(command: command) { past in
                command.withdrawn(past).map(WithdrawnOffersEffect.init(of:))
            }
        }
    }

    private func revokeOthers(
        _ principal: Principal, _ call: CommandCall<NoParameters, NoBody>
    ) async throws -> CommandOutcome<RevokedTokens> {
        try await handler.run(call.identity) { _, events in
            RevokedTokens(revoked: Int64(events.count))
        } attempt: {
            CommandAttempt(
                command: RevokeToken(
                    principal: principal, now: handler.now(), target: .others,
                    known: try await handler.log.standingTokens(of: principal.user),
                    administrators: try await handler.log.administratorTokens()))
        }
    }
}

/// The part of an answer that is stored where the answer holds only a secret: nothing.
private struct KeptNothing: Body {
    static let form = Form.object(nil, Self.init)
}
