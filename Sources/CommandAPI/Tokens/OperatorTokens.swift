import Contract
import Crypto
package import EventLog
package import Events
import Marketplace

/// Issues tokens for the operator of the marketplace, who needs no credential.
package struct OperatorTokens: Sendable {
    private let log: EventLog
    private let now: @Sendable () -> Timestamp

    /// Creates an issuer over a log.
    package init(log: EventLog, now: @escaping @Sendable () -> Timestamp) {
        self.log = log
        self.now = now
    }

    /// Issues a token to a person who has lost all of theirs; nil where no person has the name or id.
    ///
    /// - Parameter scopes: the permissions; empty for those of a first token.
    package func issue(to name: String, scopes: [PermissionWord] = []) async throws -> NewToken? {
        let handler = CommandHandler(log: log, past: PastReader(log), limits: MeteringLimits(), now: now)
        let person: PersonID
        do {
            person = try await handler.holder(of: name).1
        } catch let problem as Problem where problem.code == .userNotFound {
            return nil
        }
        let new = NewToken(days: NewToken.standardDays, from: now())
        let permissions = scopes.isEmpty ? RegisterUser.permissions : Permissions(scopes)
        let attempt = CommandAttempt(
            command: IssueToken(
                actor: nil, now: now(), user: person, token: new.credential(permissions)),
            effects: [new.effect(of: person, named: "issued by the operator", permissions)])
        try await handler.append(attempt)
        return new
    }
}
