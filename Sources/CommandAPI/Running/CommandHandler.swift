import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import JSON
import Marketplace

/// One try at a command, with the effects of its append.
struct CommandAttempt: Sendable {
    /// The command.
    let command: any Command
    /// The effects of the append besides its events, computed from the past that the command decides over.
    ///
    /// It may still refuse the command, where another limit than the command's own is reached.
    let effects: @Sendable (Past) throws(Problem) -> [any AppendEffect]

    init(command: any Command, effects: [any AppendEffect] = []) {
        self.init(command: command) { _ in effects }
    }

    init(command: any Command, effects: @escaping @Sendable (Past) throws(Problem) -> [any AppendEffect]) {
        self.command = command
        self.effects = effects
    }
}

/// The outcome of a command.
struct CommandOutcome<Answer: Sendable>: Sendable {
    /// 201 where something was appended, 200 where nothing changed.
    let status: Int
    /// The answer.
    var answer: Answer
    /// The position of the last event concerned; nil where there is none.
    let position: Position?
    /// True where this is the stored outcome of an earlier call with the same key.
    var isRepeat = false
    /// Additional header fields of the answer.
    var fields: HTTPFields = [:]
}

extension CommandOutcome where Answer: CommandAnswer {
    /// The reply to the client: the answer with its position.
    var reply: Reply<Answer> {
        var answer = answer
        answer.position = position
        return Reply(answer, status: status, position: position, fields: fields)
    }
}

/// Runs commands: load, fold, decide, append, answer, with a bounded number of tries.
struct CommandHandler: Sendable {
    private static let maximumTries = 8

    let log: EventLog
    let past: PastReader
    let limits: MeteringLimits
    let now: @Sendable () -> Timestamp

    /// Runs a command and returns its outcome.
    ///
    /// - Parameters:
    ///   - answer: makes the answer, without a position, from the past and the appended events. It is stored under the
    ///     idempotency key, so it must not hold a secret.
    ///   - attempt: makes the command; called again for each try.
    func run<Answer: Body>(
        _ call: CallIdentity, answer: (Past, [DecidedEvent]) -> Answer, attempt: () async throws -> CommandAttempt
    ) async throws -> CommandOutcome<Answer> {
        // Looked up before any other answer: the past that this call reads may be the result of the same call before.
        func first() async throws -> CommandOutcome<Answer>? { try await self.first(call) }
        if let first = try await first() { return first }
        for _ in 0..<Self.maximumTries {
            let attempt = try await attempt()
            let past = try await past.read(for: attempt.command)
            let decision: Decision
            do {
                decision = try attempt.command.decide(past)
            } catch {
                if let first = try await first() { return first }
                if error == .superseded { continue }
                throw Problem(error)
            }
            switch decision {
            case .unchanged(let since):
                if let first = try await first() { return first }
                return CommandOutcome(status: 200, answer: answer(past, []), position: since)
            case .append(let events):
                let answer = answer(past, events)
                let key = (call.isKept ? call.key : nil).map {
                    Append.IdempotencyKey($0, fingerprint: call.fingerprint, reply: Answer.form.bytes(answer))
                }
                let shares = shares(of: events, attempt.command, past)
                let append = try append(
                    events, attempt, past, shares, correlation: call.correlation, key: key)
                switch try await log.append(append) {
                case .appended(let last):
                    return CommandOutcome(status: 201, answer: answer, position: last)
                case .repeated(let stored):
                    try call.check(stored)
                    return try CommandOutcome(stored)
                case .keyReused: throw CallIdentity.keyReused
                case .refused(let refusal):
                    if let first = try await first() { return first }
                    if refusal == .dailyShareTaken, let share = shares.first { throw share.problem(at: now()) }
                    if let problem = Problem(refusal) { throw problem }
                }
            }
        }
        throw Problem(.busy, "others changed the same at the same time; try again")
    }

    /// The stored outcome of the same call before; nil where there is none.
    func first<Answer: Body>(_ call: CallIdentity) async throws -> CommandOutcome<Answer>? {
        guard call.isKept, let key = call.key, let stored = try await log.storedReply(key) else { return nil }
        try call.check(stored)
        return try CommandOutcome(stored)
    }

    /// Throws unless the table of rights permits an action that is not a command.
    func authorize(_ principal: Principal, _ action: Action, on resource: Resource) async throws {
        let past = try await past.read(of: principal, acting: resource)
        do throws(Rejection) {
            try past.authorize(principal, action, on: resource, at: now())
        } catch {
            throw Problem(error)
        }
    }

    /// Runs a command without an answer and an idempotency key, with a bounded number of tries.
    ///
    /// - Parameter correlation: the id of the request that led to it; nil where none did.
    /// - Returns: the position of its last event; nil where nothing changed.
    /// - Throws: the command's rejection as a `Problem`, or `EventLogError.unavailable` where others were faster each
    ///   time.
    @discardableResult
    func append(_ attempt: CommandAttempt, correlation: UUIDv7? = nil) async throws -> Position? {
        for _ in 0..<Self.maximumTries {
            let past = try await past.read(for: attempt.command)
            guard case .append(let events) = try attempt.command.decision(past) else { return nil }
            let append = try append(events, attempt, past, [], correlation: correlation, key: nil)
            let outcome = try await log.append(append)
            if case .appended(let last) = outcome { return last }
        }
        throw EventLogError.unavailable("others changed the same at the same time")
    }

    /// The limits of a day that a command counts towards; none where its credential has the scope `admin`.
    private func shares(of events: [DecidedEvent], _ command: any Command, _ past: Past) -> [DailyShare] {
        guard let actor = command.actor, !past[.token(actor.token)].permissions.scopes.contains(.admin) else {
            return []
        }
        return events.compactMap { DailyShare($0.event, in: $0.stream, by: actor.user, past, limits) }
    }

    /// Makes the append: numbers the events of each stream from the version that was read, and expects every stream
    /// that was read unchanged.
    private func append(
        _ events: [DecidedEvent], _ attempt: CommandAttempt, _ past: Past, _ shares: [DailyShare],
        correlation: UUIDv7?, key: Append.IdempotencyKey?
    ) throws(Problem) -> Append {
        let now = now()
        var versions = past.versions
        let actor = attempt.command.actor
        let new = events.map { decided in
            let version = StreamVersion((versions[decided.stream] ?? .none).value + 1)
            versions[decided.stream] = version
            let isAnonymous = decided.stream.kind.isAnonymous
            // An exact time could tell who flagged, so it is rounded down to the hour.
            let time = isAnonymous ? now.floored(toMilliseconds: Timestamp.hourMilliseconds) : now
            return Append.NewEvent(
                envelope: Envelope(
                    id: UUIDv7(milliseconds: time.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                    stream: decided.stream, time: time, recordedTime: now,
                    origin: isAnonymous
                        ? Envelope.Origin()
                        : Envelope.Origin(actor: actor?.user, token: actor?.token, correlation: correlation),
                    event: decided.event),
                version: version,
                contents: decided.contents.map {
                    Append.NewContent(field: $0.key.field, content: $0.value, isPublic: $0.key.isPublic)
                })
        }
        let erasures = events.compactMap(\.erases).map {
            ErasedContentEffect(position: $0.position, field: $0.field)
        }
        let followed = events.compactMap { VaultChange($0.event, in: $0.stream)?.effect }
        return Append(
            expected: past.versions, events: new, key: key,
            effects: followed + (try attempt.effects(past)) + erasures + shares.map { $0.effect(at: now) },
            isAlone: events.contains { $0.stream.kind.isAnonymous })
    }
}

extension Command {
    /// Decides; a rejection becomes a problem.
    func decision(_ past: Past) throws(Problem) -> Decision {
        do throws(Rejection) {
            return try decide(past)
        } catch {
            throw Problem(error)
        }
    }
}

extension CommandOutcome where Answer: Body {
    init(_ stored: StoredReply) throws {
        guard let document = try? JSONValue(stored.reply),
            let answer = try? Answer.form.value(document, isStrict: false)
        else { throw EventLogError.corrupt("the reply that is kept under an idempotency key can't be read") }
        self.init(status: 201, answer: answer, position: stored.position, isRepeat: true)
    }
}
