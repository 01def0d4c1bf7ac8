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

/// What people say of agents, and of what should not be here.
struct JudgmentEndpoints: Sendable {
    let log: EventLog
    let handler: CommandHandler
    let authenticator: Authenticator
    let now: @Sendable () -> Timestamp
    let flags: FlagReading

    func addRoutes(to door: inout FrontDoor) {
        let mine = "\(Paths.base)/agents/{id}/reviews/mine"
        door.on("PUT", mine) { try await put($0) }
        door.on("GET", mine) { try await showMine($0) }
        door.on("DELETE", mine) { try await withdraw($0) }
        door.on("POST", "\(Paths.base)/agents/{id}/reviews") { try await submit($0) }
        let vote = "\(Paths.base)/agents/{id}/reviews/{name}/vote"
        door.on("PUT", vote) { try await changeVote($0, isGiven: true) }
        door.on("DELETE", vote) { try await changeVote($0, isGiven: false) }
        let star = "\(Paths.base)/agents/{id}/star"
        door.on("PUT", star) { try await changeStar($0, isGiven: true) }
        door.on("DELETE", star) { try await changeStar($0, isGiven: false) }
        door.on("POST", "\(Paths.base)/flags") { try await raiseFlag($0) }
        door.on("GET", "\(Paths.base)/flags") { try await listFlags($0) }
    }

    // MARK: Reviews

    private func judgment(_ body: inout JSONBody) throws(Problem) -> ReviewAgent.Judgment {
        let rating = body.integer("rating", isRequired: true, in: ReviewRating.range)
        var texts: [String: String] = [:]
        for member in WrittenContent.Kind.review.members {
            texts[member.name] = body.text(member.name, maximumCharacters: member.maximumCharacters)
        }
        let version = body.parsed("version", "a version of the agent, such as 1.0.0", SemVer.init)
        try body.check()
        return ReviewAgent.Judgment(
            version: version, rating: rating ?? ReviewRating.range.lowerBound,
            words: Content(document: WrittenContent(.review, texts).document, nonce: SecureRandom.bytes(32)))
    }

    private func reply(_ key: AgentKey, _ judgment: ReviewAgent.Judgment?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("id", key.description)
            object.member("rating", judgment?.rating)
            object.member("reviewed", judgment != nil)
        }
        return writer.bytes
    }

    /// `POST /agents/{id}/reviews`
    private func submit(_ request: FrontRequest) async throws -> HTTPResponse {
        try await judge(request) { judgment, _ in .submit(judgment) }
    }

    /// `PUT /agents/{id}/reviews/mine`
    private func put(_ request: FrontRequest) async throws -> HTTPResponse {
        try await judge(request) { judgment, known in .put(judgment, known: known) }
    }

    private func judge(
        _ request: FrontRequest, _ change: (ReviewAgent.Judgment, _ known: Content?) -> ReviewAgent.Change
    ) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try request.agentKey()
        var body = try await JSONBody.receive(request.http)
        let judgment = try judgment(&body)
        return try await handler.answer(try CommandCall(request, actor: principal.user, body: body.digest)) { _, _ in
            reply(key, judgment)
        } attempt: {
            let known = try await review(key, principal.user).words
            return CommandAttempt(
                command: ReviewAgent(principal: principal, now: now(), key: key, change: change(judgment, known)))
        }
    }

    /// `DELETE /agents/{id}/reviews/mine`
    private func withdraw(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try request.agentKey()
        let call = try CommandCall(request, actor: principal.user, body: SHA256Digest(of: []))
        return try await handler.answer(call) { _, _ in
            reply(key, nil)
        } attempt: {
            CommandAttempt(command: ReviewAgent(principal: principal, now: now(), key: key, change: .withdraw))
        }
    }

    /// `GET /agents/{id}/reviews/mine`
    private func showMine(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try request.agentKey()
        let (standing, words) = try await review(key, principal.user)
        guard let standing else {
            throw Problem(.reviewNotFound, "you have said nothing of '\(key)'; PUT a review here to do so")
        }
        let texts = try words.map { try WrittenContent(.review, document: $0.document).texts } ?? [:]
        var writer = JSONWriter()
        writer.object { object in
            object.member("id", key.description)
            object.member("position", standing.position.value)
            object.member("rating", standing.rating)
            object.member("text", texts["text"])
            object.member("title", texts["title"])
            object.member("version", standing.version)
        }
        return .json(
            200, writer.bytes,
            fields: [Fields.position: standing.position.description, "cache-control": "no-store"])
    }

    /// What somebody says of an agent now, from the log itself.
    private func review(
        _ key: AgentKey, _ person: PersonID
    ) async throws -> (standing: ReviewState.Standing?, words: Content?) {
        let standing = try await handler.past.read([.review(key, person)]).review(key, person).standing
        guard let standing else { return (nil, nil) }
        return (standing, try await log.content(at: standing.position, field: "review_commitment"))
    }

    /// `PUT` and `DELETE /agents/{id}/reviews/{name}/vote`
    private func changeVote(_ request: FrontRequest, isGiven: Bool) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try request.agentKey()
        var body = try await JSONBody.receive(request.http, mayBeAbsent: !isGiven)
        let isHelpful = isGiven ? body.bool("helpful", isRequired: true) : nil
        try body.check()
        return try await handler.answer(try CommandCall(request, actor: principal.user, body: body.digest)) { _, _ in
            var writer = JSONWriter()
            writer.object { object in
                if let isHelpful { object.member("helpful", isHelpful) }
                object.member("id", key.description)
            }
            return writer.bytes
        } attempt: {
            CommandAttempt(
                command: VoteOnReview(
                    principal: principal, now: now(), key: key,
                    author: try await handler.holder(of: request.segment("name")).1, isHelpful: isHelpful))
        }
    }

    // MARK: Stars

    /// `PUT` and `DELETE /agents/{id}/star`
    private func changeStar(_ request: FrontRequest, isGiven: Bool) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try request.agentKey()
        let call = try CommandCall(request, actor: principal.user, body: SHA256Digest(of: []))
        return try await handler.answer(call) { _, _ in
            var writer = JSONWriter()
            writer.object { object in
                object.member("id", key.description)
                object.member("starred", isGiven)
            }
            return writer.bytes
        } attempt: {
            CommandAttempt(command: StarAgent(principal: principal, now: now(), key: key, isGiven: isGiven))
        }
    }

    // MARK: Flags

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
        let reason = body.choice("reason", isRequired: true, of: FlagRaised.Reason.self)
        let details = body.written("details", as: .details)
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
                    principal: principal, now: now(), target: target, flag: flag, reason: reason, details: details)
            }
            // Decided under a passing id first, so that the vault keeps nothing for what is refused.
            let passing = FlagID(random: SecureRandom.bytes(16))
            let past = try await handler.past.read(command(passing).streams)
            do throws(Rejection) {
                _ = try command(passing).decide(past)
            } catch {
                throw Problem(error)
            }
            return CommandAttempt(
                command: command(
                    try await log.flagID(reporter: principal.user, target: target, proposing: passing)))
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
            let published = try await handler.past.read([.agent(key)]).agent(key).versions[version.precedenceKey]
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
