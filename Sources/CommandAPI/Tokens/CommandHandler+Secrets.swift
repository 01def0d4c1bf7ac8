import Contract
import EventLog
import Events
import Marketplace

extension CommandHandler {
    /// The answer to a repeat: the secret of the first one is kept nowhere, so it ends and another one takes its place,
    /// unless somebody has it.
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
                // Another repeat ends one and issues one in a single append, so what is read now has the new one.
                let known = issued.count
                issued = try await log.tokens(issuedUnder: key)
                isOver = issued.count == known
            }
            // None is left where the account was erased, or its owner ended them.
            guard !isOver, issued.allSatisfy({ $0.lastUsed == nil }) else {
                throw Problem(
                    .tokenInUse, "the token that was issued under this Idempotency-Key is in use; choose a new key")
            }
            return CommandAttempt(command: command(issued.map(\.id)), effects: [credential])
        }
    }
}
