import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import JSON
import Marketplace

/// `/users`: who somebody is here.
struct UserEndpoints: Sendable {
    /// The key of a registration opens an account until its token is used, so it is no short word.
    private static let shortestRegistrationKey = 22

    let handler: CommandHandler
    let authenticator: Authenticator
    let registrations: AddressLimit

    func addRoutes(to door: inout FrontDoor) {
        door.on("POST", "\(Paths.base)/users") { try await register($0) }
        door.on("GET", "\(Paths.base)/users/me") { try await showMe($0) }
        door.on("DELETE", "\(Paths.base)/users/me") { try await eraseMe($0) }
        door.on("PUT", "\(Paths.base)/users/me/profile") { try await changeProfile($0) }
    }

    /// `POST /users`: open to anybody.
    private func register(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        var body = try await JSONBody.receive(request.http)
        let name = body.parsed(
            "name", isRequired: true, "2 to 39 of A-Z, a-z, 0-9, - and _, beginning and ending with a letter or digit",
            Username.init)
        let address = body.parsed("email", "an e-mail address of at most 254 characters") {
            Self.isMailbox($0) ? $0 : nil
        }
        try body.check()
        guard let name else { throw Problem(.invalidBody, "'name' is missing") }
        let call = try CommandCall(request, actor: nil, body: body.digest)
        if let key = try CommandCall.idempotencyKey(request.http.head.fields),
            key.utf8.count < Self.shortestRegistrationKey
        {
            throw Problem(
                .invalidParameter,
                "here Idempotency-Key is as good as the token for as long as that is not used: take \(Self.shortestRegistrationKey) random characters or more"
            )
        }
        try registrations.take(await request.http.remoteNetwork())

        let person = PersonID(random: SecureRandom.bytes(16))
        let nameContent = Content(NameContent(name: name.description), nonce: SecureRandom.bytes(32))
        let new = NewToken(days: NewToken.standardDays, from: handler.now())
        let outcome = try await handler.run(call) { _, _ in
            var writer = JSONWriter()
            writer.object { object in
                object.member("name", name.description)
                object.member("user", person.hex)
            }
            return writer.bytes
        } attempt: {
            let username = try await handler.log.usernameID(
                folded: name.folded, proposing: UsernameID(random: SecureRandom.bytes(16)))
            var effects: [any AppendEffect] = [
                NameHolderEffect(of: username, person), new.effect(of: person, named: "first", under: call.key),
            ]
            if let address { effects.append(MailboxEffect(person, address: address)) }
            return CommandAttempt(
                command: RegisterUser(
                    person: person, username: username, name: name, nameContent: nameContent,
                    token: new.credential(RegisterUser.permissions)), effects: effects)
        }
        guard outcome.isRepeat else {
            return try outcome.response(call, adding: new.members(RegisterUser.permissions, name: "first"))
        }
        let registered = try JSONValue(outcome.reply)["user"]?.string.flatMap { PersonID($0) }
        guard let registered else { throw EventLogError.corrupt("the reply to a registration names nobody") }
        return try await handler.issueAgain(
            call, nil, registered, RegisterUser.permissions, new, named: "first", outcome)
    }

    private static func isMailbox(_ text: String) -> Bool {
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        return text.utf8.count <= 254 && sides.count == 2 && (1...64).contains(sides[0].utf8.count)
            && sides[1].contains(".") && !sides[1].hasPrefix(".") && !sides[1].hasSuffix(".")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }

    /// `GET /users/me`
    private func showMe(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let username = try await handler.log.usernameID(of: principal.user)
        let past = try await handler.past.read(
            principal.streams + (username.map { [TypedStream.username($0).any] } ?? []))
        let token = past[.token(principal.token)]
        func words<Document: ContentDocument>(_ written: WrittenAt?, _: Document.Type) async throws -> Document? {
            guard let written, let content = try await handler.log.content(at: written.position, field: written.field)
            else {
                return nil
            }
            return try Document(document: content.document)
        }
        let name = try await words(username.flatMap { past[.username($0)].name }, NameContent.self)
        let profile = try await words(past[.user(principal.user)].profile, ProfileContent.self)
        // A narrow token that leaks says who it is for, and not where they read their mail.
        let isWhole =
            (try? past.authorize(principal, .listTokens, on: .account(principal.user), at: handler.now())) != nil
        let address = isWhole ? try await handler.log.mailbox(of: principal.user) : nil
        var writer = JSONWriter()
        writer.object { object in
            object.member("email", address)
            object.member("name", name?.name)
            object.member("profile") { writer in
                writer.object { object in
                    object.member("bio", profile?.bio)
                    object.member("display_name", profile?.displayName)
                    object.member("website_url", profile?.websiteURL)
                }
            }
            object.member("token") { writer in
                writer.object { object in
                    object.member("expires_at", token.expires.description)
                    object.member("id", principal.token.hex)
                    object.member("scopes", token.permissions.words.map(\.description))
                }
            }
            object.member("user", principal.user.hex)
        }
        return .json(200, writer.bytes, fields: ["cache-control": "no-store"])
    }

    /// `DELETE /users/me`
    private func eraseMe(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let call = try CommandCall(request, actor: principal.user, body: SHA256Digest(of: []))
        return try await handler.answer(call) { _, _ in
            var writer = JSONWriter()
            writer.object { object in
                object.member("erased", true)
                object.member("user", principal.user.hex)
            }
            return writer.bytes
        } attempt: {
            CommandAttempt(
                command: EraseAccount(
                    principal: principal, now: handler.now(),
                    username: try await handler.log.usernameID(of: principal.user),
                    tokens: try await handler.log.tokens(of: principal.user).map(\.id)),
                effects: [ForgottenPersonEffect(principal.user)])
        }
    }

    /// `PUT /users/me/profile`
    private func changeProfile(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        var body = try await JSONBody.receive(request.http)
        let limits = ProfileContent.maximumCharacters
        let words = ProfileContent(
            bio: body.text("bio", maximumCharacters: limits.bio),
            displayName: body.text("display_name", maximumCharacters: limits.displayName),
            websiteURL: body.text("website_url", maximumCharacters: limits.websiteURL))
        if let url = words.websiteURL, !url.hasPrefix("https://") {
            body.refuse("website_url", "'\(url.prefix(64))' can't be; it has to begin with https://")
        }
        try body.check()
        let profile = Content(words, nonce: SecureRandom.bytes(32))
        return try await handler.answer(try CommandCall(request, actor: principal.user, body: body.digest)) { _, _ in
            var writer = JSONWriter()
            writer.object { $0.member("user", principal.user.hex) }
            return writer.bytes
        } attempt: {
            CommandAttempt(command: ChangeProfile(principal: principal, now: handler.now(), profile: profile))
        }
    }
}
