import CommandAPI
import Contract
import Crypto
import EventLog
import Events
import System

/// Somebody with a token, until there is a way to register.
enum Newcomer {
    /// Appends a person and a token; returns the secret.
    static func register(in log: EventLog, scopes: [Scope], expires: Int64) async throws -> String {
        let secret = TokenSecret(random: SecureRandom.bytes(32))
        let (user, token) = (PersonID(random: SecureRandom.bytes(16)), TokenID(random: SecureRandom.bytes(16)))
        let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
        func event(_ stream: StreamName, _ event: Event) -> Append.NewEvent {
            Append.NewEvent(
                envelope: Envelope(
                    id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                    stream: stream,
                    time: now, recordedTime: now, origin: Envelope.Origin(), event: event), version: StreamVersion(1))
        }
        let issued = TokenIssued(user: user, scopes: scopes, expires: Timestamp(milliseconds: expires))
        _ = try await log.append(
            Append(
                expected: [.user(user): .none, .token(token): .none],
                events: [
                    event(.user(user), .userRegistered(UserRegistered(kind: .person))),
                    event(.token(token), .tokenIssued(issued)),
                ],
                vault: [
                    .credential(Append.Credential(hash: secret.hash, token: token, person: user, name: "test"))
                ]))
        return secret.text
    }
}
