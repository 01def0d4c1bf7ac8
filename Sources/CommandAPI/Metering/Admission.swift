import Contract
import EventLog
import Events
import HTTPFront
import HTTPServer
import Marketplace

/// Admits commands within the limits of their account or address.
struct Admission: Sendable {
    let metering: Metering
    let limits: MeteringLimits
    let log: EventLog
    let now: @Sendable () -> Timestamp

    /// The allowance of an account. A young account shares the one of its address, so that many of them together get no
    /// more than one; the scope `admin` is not limited.
    func allowance(of caller: Caller, for request: FrontRequest) -> Allowance {
        if caller.isAdministrator { return Allowance(of: nil, in: metering) }
        if limits.isYoung(caller.registered, at: now()) { return allowance(ofAddressOf: request) }
        return Allowance(of: "account \(caller.principal.user)", in: metering)
    }

    /// The allowance of the client's address.
    func allowance(ofAddressOf request: FrontRequest) -> Allowance {
        Allowance(of: "address \(request.clientNetwork)", in: metering)
    }

    /// Runs a command that the limits admit, and answers.
    ///
    /// - Parameter actor: the person whose idempotency key it is; nil for a command that needs no credential.
    func admit<Input, Sent, Given: CommandAnswer>(
        _ request: FrontRequest, _ endpoint: Endpoint<Input, Sent, Given>, _ allowance: Allowance, actor: PersonID?,
        run: () async throws -> CommandOutcome<Given>
    ) async throws -> HTTPResponse {
        // A key that breaks its rule is refused before the body is sent.
        let key = try CallIdentity.idempotencyKey(request.http.head.fields)
        if let meter = endpoint.declaration.meter {
            do {
                try allowance.take(meter)
            } catch {
                // A repeat adds nothing, and who lost an answer has to get it, unless too much was refused: what follows may be
                // another command under the same key. One that issued a token issues another.
                try allowance.lookAtRefusals()
                guard let key, meter != .registrations, meter != .tokens,
                    try await log.storedReply(KeyID(actor: actor, key: key)) != nil
                else { throw error }
            }
        }
        do {
            var outcome = try await run()
            if outcome.isRepeat || outcome.status == 200 { allowance.giveBack() }
            for field in allowance.fields.fields { outcome.fields.append(field.name, field.value) }
            return request.response(endpoint, outcome.reply)
        } catch {
            let problem = error as? Problem ?? Problem.translating(error)
            let status = problem?.code.status ?? (error as? HTTPRefusal)?.status ?? 500
            if problem?.code == .outcomeUnknown {
                // It may have been appended.
            } else if (400..<500).contains(status) {
                // Also where the limit of a day refuses it, or the client leaves in the middle: it has cost as much.
                allowance.noteRefusal()
            } else {
                allowance.giveBack()
            }
            throw error
        }
    }
}
