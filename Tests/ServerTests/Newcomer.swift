import CommandAPI
import Contract
import Crypto
import EventLog
import Events
import System

/// Somebody with a token, until there is a way to register.
enum Newcomer {
    /// Appends a person and a token; returns the secret.
    static func register(
        in log: EventLog, scopes: [Scope], within: WithinContent? = nil, expires: Int64
    ) async throws -> String {
        let secret = TokenSecret(random: SecureRandom.bytes(32))
        let (user, token) = (PersonID(random: SecureRandom.bytes(16)), TokenID(random: SecureRandom.bytes(16)))
        let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
        func event(_ stream: StreamName, _ event: any EventPayload, _ contents: [Append.NewContent] = [])
            -> Append.NewEvent
        {
            Append.NewEvent(
                envelope: Envelope(
                    id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                    stream: stream,
                    time: now, recordedTime: now, origin: Envelope.Origin(), event: event), version: StreamVersion(1),
                contents: contents)
        }
        let content = within.map { Content($0, nonce: SecureRandom.bytes(32)) }
        let issued = TokenIssued(
            expires: Timestamp(milliseconds: expires), scopes: scopes, user: user, withinCommitment: content?.commitment
        )
        let contents = content.map {
            [Append.NewContent(field: ContentKind.within.field, content: $0, isPublic: false)]
        }
        _ = try await log.append(
            Append(
                expected: [.user(user): .none, .token(token): .none],
                events: [
                    event(.user(user), UserRegistered(kind: .person)),
                    event(.token(token), issued, contents ?? []),
                ],
                effects: [CredentialEffect(hash: secret.hash, token: token, person: user, name: "test")]))
        return secret.text
    }
}
