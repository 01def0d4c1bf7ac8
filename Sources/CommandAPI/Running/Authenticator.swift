import Contract
import EventLog
import Events
import HTTPServer
import Marketplace

/// The sender of a request, as its token tells.
struct Caller: Sendable {
    /// The person and the credential.
    let principal: Principal
    /// True where the credential has the scope `admin`.
    let isAdministrator: Bool
    /// When the account was registered.
    let registered: Timestamp?
}

/// Authenticates the bearer token of a request.
struct Authenticator: Sendable {
    private let log: EventLog
    private let past: PastReader
    private let now: @Sendable () -> Timestamp
    private let uses: TokenUses

    init(log: EventLog, past: PastReader, uses: TokenUses, now: @escaping @Sendable () -> Timestamp) {
        self.log = log
        self.past = past
        self.now = now
        self.uses = uses
    }

    /// The sender of a request by its bearer token (RFC 6750 2.1).
    ///
    /// No answer repeats the token.
    ///
    /// - Parameters:
    ///   - credential: the credential that the endpoint needs. The command checks the exact right later; here a token
    ///     that can't have it is refused before the body is read.
    ///   - takesReplaced: true to accept a token that was replaced and not revoked for another reason.
    func caller(
        of fields: HTTPFields, for credential: EndpointDeclaration.Credential, takesReplaced: Bool = false
    ) async throws -> Caller {
        guard let header = fields["authorization"] else {
            throw Problem(.notAuthenticated, "send 'Authorization: Bearer mlm_…' with a token of this marketplace")
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", fields.all("authorization").count == 1 else {
            throw Problem(.notAuthenticated, "the Authorization field has to be 'Bearer' and a token")
        }
        guard let secret = TokenSecret(String(parts[1])) else {
            throw Problem(
                .notAuthenticated, "this is no token of a marketplace: it is truncated, mistyped or of another kind")
        }
        guard let token = try await log.token(hash: secret.hash) else {
            throw Problem(.notAuthenticated, "this marketplace does not know the token")
        }
        let lineage = try await past.read(ofHolder: token)
        let state = lineage[.token(token)]
        guard let user = state.user else {
            throw Problem(.notAuthenticated, "this marketplace does not know the token")
        }
        guard now() < state.expires else {
            throw Problem(.notAuthenticated, "the token expired on \(state.expires)")
        }
        let principal = Principal(user: user, token: token)
        let asksAgain = takesReplaced && lineage.canAskAgain(principal, at: now())
        guard !state.isRevoked || asksAgain else { throw Problem(.notAuthenticated, "the token is revoked") }
        guard !lineage.isEndedFromAbove(token) else {
            throw Problem(.notAuthenticated, "a token that this one depends on was revoked with all that it issued")
        }
        if !asksAgain { await uses.note(token) }
        if case .token(let scopes) = credential, !scopes.isEmpty {
            let held = state.permissions.scopes
            guard held.contains(.admin) || scopes.contains(where: held.contains) else {
                let words = scopes.map(\.rawValue).joined(separator: " or ")
                throw Problem(.outOfScope, "the token has no scope for this; it takes \(words)")
            }
        }
        return Caller(
            principal: principal, isAdministrator: state.permissions.scopes.contains(.admin),
            registered: lineage[.user(user)].registered)
    }
}
