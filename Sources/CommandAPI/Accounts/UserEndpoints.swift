import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import Marketplace

/// `/users`: the endpoints for registration, and for one's own account and profile.
struct UserEndpoints: Sendable {
    /// Until the first token is used, the idempotency key of a registration gives access to the account, so it has to
    /// be hard to guess.
    private static let shortestRegistrationKey = 22

    let handler: CommandHandler

    func add(to routes: inout CommandRoutes) {
        routes.onOpen(Endpoints.register) { try await register($0, $1, $2) }
        routes.onQuery(Endpoints.showMe) { principal, _ in try await showMe(principal) }
        routes.on(Endpoints.changeProfile) { try await changeProfile($0, $1) }
    }

    private func register(
        _ administrator: Principal?, _ request: FrontRequest, _ call: CommandCall<NoParameters, NewUser>
    ) async throws -> CommandOutcome<RegisteredUser> {
        let name = call.sent.name
        if let key = try CallIdentity.idempotencyKey(request.http.head.fields),
            key.utf8.count < Self.shortestRegistrationKey
        {
            throw Problem(
                .invalidParameter,
                "here Idempotency-Key is as good as the token for as long as that is not used: take \(Self.shortestRegistrationKey) random characters or more"
            )
        }

        let person = PersonID(random: SecureRandom.bytes(16))
        let nameContent = Content(NameContent(name: name.description), nonce: SecureRandom.bytes(32))
        let new = NewToken(days: NewToken.standardDays, from: handler.now())
        var outcome = try await handler.run(call.identity) { _, _ in
            KeptRegistration(name: name.description, user: person)
        } attempt: {
            let skeleton = NameSkeleton(name.folded).description
            let held = try await handler.log.name(in: .owners, like: skeleton)
            func command(_ username: UsernameID) -> RegisterUser {
                RegisterUser(
                    administrator: administrator, person: person, username: username, name: name,
                    likeness: held.map(Likeness.init), nameContent: nameContent,
                    token: new.credential(RegisterUser.permissions), now: handler.now())
            }
            // Decided under a temporary id first, so that the vault keeps no name that is refused.
            let passing = UsernameID(random: SecureRandom.bytes(16))
            let known = command(try await handler.log.usernameID(folded: name.folded) ?? passing)
            let past = try await handler.past.read(for: known)
            // The handler decides the same again, and first looks whether the same call was taken meanwhile.
            guard (try? known.decide(past)) != nil else { return CommandAttempt(command: known) }
            let username = try await handler.log.usernameID(folded: name.folded, proposing: passing)
            var effects: [any AppendEffect] = [
                NameHolderEffect(of: username, person),
                NameEffect(.user(person), name: name.folded, skeleton: skeleton, considered: held),
                new.effect(of: person, named: "first", RegisterUser.permissions, under: call.identity.key),
            ]
            if let address = call.sent.email { effects.append(MailboxEffect(person, address: address)) }
            return CommandAttempt(command: command(username), effects: effects)
        }
        if outcome.isRepeat {
            let user = outcome.answer.user
            outcome = try await handler.issueAgain(
                call.identity, outcome,
                new.effect(of: user, named: "first", RegisterUser.permissions, under: call.identity.key)
            ) { issued in
                IssueToken(
                    actor: nil, now: handler.now(), user: user, token: new.credential(RegisterUser.permissions),
                    replacing: issued)
            }
        }
        return CommandOutcome(
            status: outcome.status,
            answer: RegisteredUser(
                user: outcome.answer.user, name: outcome.answer.name, token: new.secret.text,
                credential: new.body(RegisterUser.permissions, name: "first")), position: outcome.position)
    }

    private func showMe(_ principal: Principal) async throws -> Reply<Me> {
        let past = try await handler.past.read(ofHolder: principal.token)
        let token = past[.token(principal.token)]
        let profile = try await handler.words(past[.user(principal.user)].profile, ProfileContent.self)
        // A token with few permissions may leak, so it does not show the e-mail address.
        let isWhole =
            (try? past.authorize(principal, .listTokens, on: .account(principal.user), at: handler.now())) != nil
        let address = isWhole ? try await handler.log.mailbox(of: principal.user) : nil
        return Reply(
            Me(
                user: principal.user, name: try await handler.name(of: principal.user), email: address,
                profile: Profile(
                    displayName: profile?.displayName, bio: profile?.bio, websiteURL: profile?.websiteURL),
                token: MyToken(id: principal.token, scopes: token.permissions.words, expires: token.expires)))
    }

    private func changeProfile(
        _ principal: Principal, _ call: CommandCall<NoParameters, Profile>
    ) async throws -> CommandOutcome<ProfileAnswer> {
        let words = ProfileContent(
            bio: call.sent.bio, displayName: call.sent.displayName, websiteURL: call.sent.websiteURL)
        let profile = Content(words, nonce: SecureRandom.bytes(32))
        return try await handler.run(call.identity) { _, _ in
            ProfileAnswer(user: principal.user)
        } attempt: {
            CommandAttempt(command: ChangeProfile(principal: principal, now: handler.now(), profile: profile))
        }
    }
}

/// The part of a registration's answer that is stored: all except the secret.
private struct KeptRegistration: Body {
    let name: String
    let user: PersonID

    static let form = Form.object(
        nil, Self.init, .required("name", \.name, .text), .required("user", \.user, .id()))
}
