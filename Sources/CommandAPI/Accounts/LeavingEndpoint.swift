import Contract
import Crypto
import EventLog
package import Events
import HTTPFront
import Marketplace

/// Gives the files of versions that somebody published, those of so many versions at most; nil where the last of them may not be
/// known yet.
package typealias PublishedFiles = @Sendable (PersonID, _ limit: Int) async throws -> [Artifact]?

/// `DELETE /users/me`: a person erases their account.
struct LeavingEndpoint: Sendable {
    private static let maximumRoles = 5_000
    private static let listedVersions = 1_000
    private static let wordsAtOnce = 500
    private static let written = [ContentKind.review, .note, .author].map(\.field)

    let handler: CommandHandler
    let published: PublishedFiles

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.eraseMe) { try await leave($0, $1) }
    }

    private func leave(
        _ principal: Principal, _ call: CommandCall<LeavingParameters, NoBody>
    ) async throws -> CommandOutcome<ErasedUser> {
        let person = principal.user
        // No text is erased where the account may not be erased.
        let first = try await command(principal, call.input)
        _ = try first.decision(try await handler.past.read(for: first))
        var (erased, files): (Int64, [Artifact]) = (0, [])
        if call.input.erasure == .words {
            guard let found = try await published(person, Self.listedVersions) else {
                throw Problem(.unavailable, "the list of what you published is behind; try again")
            }
            files = found
            erased = try await eraseWords(of: principal, call.identity.correlation)
        }
        let digests = Set(files.map(\.sha256)).sorted { $0.hex < $1.hex }
        return try await handler.run(call.identity) { [erased] past, events in
            let abandoned = events.compactMap { decided -> AgentKey? in
                guard case .agent(let key) = decided.stream, decided.event is AgentOwnerRemoved else { return nil }
                return past[.agent(key)].roles.isLastOwner(person) ? key : nil
            }
            return ErasedUser(
                user: person, isErased: true, abandoned: abandoned, erasedWords: erased, files: digests)
        } attempt: {
            let command = try await command(principal, call.input)
            return CommandAttempt(
                command: command, effects: [ForgottenPersonEffect(person, roles: command.subjects.count)])
        }
    }

    private func command(_ principal: Principal, _ input: LeavingParameters) async throws -> EraseAccount {
        let log = handler.log
        let roles = try await log.roles(of: principal.user, limit: Self.maximumRoles + 1)
        guard roles.count <= Self.maximumRoles else {
            throw Problem(.contentTooLarge, "you have more than \(Self.maximumRoles) roles; lay some down first")
        }
        return EraseAccount(
            principal: principal, now: handler.now(), username: try await log.usernameID(of: principal.user),
            tokens: try await log.standingTokens(of: principal.user), subjects: roles.compactMap(RoleSubject.init),
            abandons: input.abandons, administrators: try await log.administratorTokens())
    }

    /// Erases a person's texts in batches; returns their number.
    private func eraseWords(of principal: Principal, _ correlation: UUIDv7) async throws -> Int64 {
        var erased: Int64 = 0
        var from: Position? = Position(0)
        while let position = from {
            let page = try await handler.log.writings(
                of: principal.user, fields: Self.written, from: position, limit: Self.wordsAtOnce)
            from = page.next
            let words = page.found.compactMap { writing in
                AnyStream.named(writing.envelope.stream).map {
                    EraseWords.Words(
                        stream: $0,
                        written: WrittenAt(
                            entry: writing.envelope.id, position: writing.position, field: writing.field))
                }
            }
            guard !words.isEmpty else { continue }
            let command = EraseWords(principal: principal, now: handler.now(), words: words)
            try await handler.append(CommandAttempt(command: command), correlation: correlation)
            erased += Int64(words.count)
        }
        return erased
    }
}
