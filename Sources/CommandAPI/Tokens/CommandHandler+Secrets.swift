import Contract
import EventLog
import Events
import Marketplace

extension CommandHandler {
    /// Answers a repeat of a command that issued a credential. The secret of the first answer is not stored, so this
    /// replaces that credential with a new one, unless it was used already.
    func issueAgain<Kept: Body>(
        _ call: CallIdentity, _ first: CommandOutcome<Kept>, _ credential: CredentialEffect,
        command: (_ replacing: [TokenID]) -> any Command
    ) async throws -> CommandOutcome<Kept> {
        guard let key = call.key else { throw EventLogError.corrupt("a repeat without a key") }
        var unkeyed = call
        unkeyed.isKept = false
        return try await run(unkeyed) { _, _ in
            first.answer
        } attempt: {
            var issued = try await log.tokens(issuedUnder: key)
            let past = try await past.read(issued.map { TypedStream.token($0.id).any })
            var isOver = issued.allSatisfy { past[.token($0.id)].isRevoked }
            if isOver {
                // Another repeat revokes one and issues one in a single append, so the second read finds the new one.
                let known = issued.count
                issued = try await log.tokens(issuedUnder: key)
                isOver = issued.count == known
            }
            // None is left where the account was erased, or its owner has revoked them.
            guard !isOver, issued.allSatisfy({ $0.lastUsed == nil }) else {
                throw Problem(
                    .tokenInUse, "the token that was issued under this Idempotency-Key is in use; choose a new key")
            }
            return CommandAttempt(command: command(issued.map(\.id)), effects: [credential])
        }
    }
}
