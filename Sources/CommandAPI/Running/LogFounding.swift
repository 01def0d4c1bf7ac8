package import Contract
import Crypto
package import EventLog
package import Events
import Marketplace

/// The first four entries of a log: the log itself and its administrator.
package enum LogFounding {
    private static let administrator = "admin"
    /// The validity of the administrator's first token.
    private static let tokenYears: Int64 = 10

    /// Founds the log where it has no entry.
    ///
    /// - Parameter secret: returns the administrator's secret. It has to store the secret before it returns, so that a
    ///   crash can't lose it. Called only where the log has no entry yet.
    /// - Returns: the secret where this call founded the log; nil where the log was founded already.
    package static func found(
        _ log: EventLog, now: Timestamp, secret: () throws -> TokenSecret
    ) async throws -> TokenSecret? {
        guard try await log.entries.head() == Position(0) else { return nil }
        let secret = try secret()
        let user = PersonID(random: SecureRandom.bytes(16))
        let token = TokenID(random: SecureRandom.bytes(16))
        let username = try await log.usernameID(
            folded: administrator, proposing: UsernameID(random: SecureRandom.bytes(16)))

        let name = Content(NameContent(name: administrator), nonce: SecureRandom.bytes(32))
        let correlation = UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10))
        let expires = Timestamp(milliseconds: now.milliseconds + tokenYears * 365 * Timestamp.dayMilliseconds)
        func event(_ stream: StreamName, _ event: any EventPayload, _ contents: [Append.NewContent] = [])
            -> Append.NewEvent
        {
            Append.NewEvent(
                envelope: Envelope(
                    id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                    stream: stream, time: now, recordedTime: now,
                    origin: Envelope.Origin(correlation: correlation), event: event),
                version: StreamVersion(1), contents: contents)
        }
        let outcome = try await log.append(
            Append(
                expected: [.log(log.id): .none, .user(user): .none, .username(username): .none, .token(token): .none],
                events: [
                    event(.log(log.id), LogCreated()),
                    event(.user(user), UserRegistered(kind: .person)),
                    event(
                        .username(username),
                        UsernameClaimed(nameCommitment: name.commitment, user: user),
                        [Append.NewContent(field: ContentKind.name.field, content: name, isPublic: true)]),
                    event(
                        .token(token),
                        TokenIssued(expires: expires, scopes: Scope.allCases, user: user)),
                ],
                effects: [
                    CredentialEffect(
                        hash: secret.hash, token: token, person: user, name: "first", isAdministrators: true),
                    NameHolderEffect(of: username, user),
                ]))
        // Another program that founded it at the same moment owns the log stream now.
        if case .appended = outcome { return secret }
        return nil
    }
}
