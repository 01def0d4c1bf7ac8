public import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import JSON
import Manifest
import Marketplace

/// Gives what was flagged, the most often first: so many, from behind so many.
public typealias FlagReading = @Sendable (_ limit: Int, _ offset: Int) async throws -> [FlagCountBody]

/// What should not be here, as people say and moderators read.
struct FlagEndpoints: Sendable {
    let handler: CommandHandler
    let authenticator: Authenticator
    let flags: FlagReading

    func addRoutes(to door: inout FrontDoor) {
        door.on("POST", "\(Paths.base)/flags") { try await raiseFlag($0) }
        door.on("GET", "\(Paths.base)/flags") { try await listFlags($0) }
    }

    /// `POST /flags`
    private func raiseFlag(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        var body = try await JSONBody.receive(request.http)
        let kind = body.choice("kind", isRequired: true, of: FlagTarget.Kind.self)
        let agent = body.parsed("agent", isRequired: kind != nil && kind != .user, "the id of an agent", AgentID.init)
        let version = body.parsed("version", isRequired: kind == .version, "a version of the agent", SemVer.init)
        let person = body.parsed(
            "user", isRequired: kind == .user || kind == .review, "the name or the id of a person"
        ) { $0 }
        let reason = body.choice("reason", isRequired: true, of: FlagReason.self)
        let words = body.text("details", maximumCharacters: WordsContent.maximumCharacters).map {
            Content(WordsContent(text: $0), nonce: SecureRandom.bytes(32))
        }
        try body.check()
        guard let kind, let reason else { throw Problem(.invalidBody, "'kind' and 'reason' are missing") }
        return try await handler.answer(try CommandCall(request, actor: principal.user, body: body.digest)) { _, _ in
            var writer = JSONWriter()
            writer.object { object in
                object.member("flagged", true)
                object.member("kind", kind.rawValue)
            }
            return writer.bytes
        } attempt: {
            let target = try await target(kind, agent, version, person)
            func command(_ flag: FlagID) -> RaiseFlag {
                RaiseFlag(
                    principal: principal, now: handler.now(), target: target, flag: flag, reason: reason,
                    nonce: SecureRandom.bytes(32), words: words)
            }
            // Decided under a passing id first, so that the vault keeps nothing for what is refused.
            let passing = FlagID(random: SecureRandom.bytes(16))
            let past = try await handler.past.read(for: command(passing))
            do throws(Rejection) {
                _ = try command(passing).decide(past)
            } catch {
                throw Problem(error)
            }
            return CommandAttempt(
                command: command(
                    try await handler.log.flagID(reporter: principal.user, target: target, proposing: passing)))
        }
    }

    private func target(
        _ kind: FlagTarget.Kind, _ agent: AgentID?, _ version: SemVer?, _ person: String?
    ) async throws -> FlagTarget {
        func somebody() async throws -> PersonID {
            try await handler.holder(of: person ?? "").1
        }
        switch (kind, agent?.key, version) {
        case (.agent, let key?, _): return .agent(key)
        case (.version, let key?, let version?):
            // As it was published: a build makes no other version.
            let published = try await handler.past.read(.agent(key)).versions[version.precedenceKey]
            return .version(key, published?.version ?? version.description)
        case (.review, let key?, _): return .review(key, try await somebody())
        default: return .user(try await somebody())
        }
    }

    /// `GET /flags`: for moderators alone.
    private func listFlags(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["limit", "cursor"])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let limit = Int(try request.integer("limit", default: 20, in: 1...100))
        let offset = Int(try request.integer("cursor", default: 0, in: 0...1_000_000))
        try await handler.authorize(principal, .readFlags, on: .marketplace)
        let flags = try await flags(limit + 1, offset)
        let body = PageBody.encode(
            "flags", Array(flags.prefix(limit)), limit: limit,
            nextCursor: flags.count > limit ? "\(offset + limit)" : nil
        ) { $0.encode(&$1) }
        return .json(200, body, fields: ["cache-control": "no-store"])
    }
}
