import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import JSON
import Manifest
import Marketplace

/// What people say of agents, and whether that helps others.
struct ReviewEndpoints: Sendable {
    let handler: CommandHandler
    let authenticator: Authenticator

    func addRoutes(to door: inout FrontDoor) {
        let mine = "\(Paths.base)/agents/{id}/reviews/mine"
        door.on("PUT", mine) { try await put($0) }
        door.on("GET", mine) { try await showMine($0) }
        door.on("DELETE", mine) { try await withdraw($0) }
        door.on("POST", "\(Paths.base)/agents/{id}/reviews") { try await submit($0) }
        let vote = "\(Paths.base)/agents/{id}/reviews/{name}/vote"
        door.on("PUT", vote) { try await changeVote($0, isGiven: true) }
        door.on("DELETE", vote) { try await changeVote($0, isGiven: false) }
    }

    private func judgment(_ body: inout JSONBody) throws(Problem) -> ReviewAgent.Judgment {
        let rating = body.integer("rating", isRequired: true, in: ReviewRating.range)
        let title = body.text("title", maximumCharacters: ReviewContent.maximumCharacters.title)
        let text = body.text("text", maximumCharacters: ReviewContent.maximumCharacters.text)
        let version = body.parsed("version", "a version of the agent, such as 1.0.0", SemVer.init)
        try body.check()
        return ReviewAgent.Judgment(
            version: version, rating: rating ?? ReviewRating.range.lowerBound,
            words: Content(ReviewContent(text: text, title: title), nonce: SecureRandom.bytes(32)))
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
                command: ReviewAgent(
                    principal: principal, now: handler.now(), key: key, change: change(judgment, known)))
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
            CommandAttempt(command: ReviewAgent(principal: principal, now: handler.now(), key: key, change: .withdraw))
        }
    }

    /// `GET /agents/{id}/reviews/mine`
    private func showMine(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try request.agentKey()
        let (current, words) = try await review(key, principal.user)
        guard let current else {
            throw Problem(.reviewNotFound, "you have said nothing of '\(key)'; PUT a review here to do so")
        }
        let content = try words.map { try ReviewContent(document: $0.document) }
        var writer = JSONWriter()
        writer.object { object in
            object.member("id", key.description)
            object.member("position", current.position.value)
            object.member("rating", current.rating)
            object.member("text", content?.text)
            object.member("title", content?.title)
            object.member("version", current.version)
        }
        return .json(
            200, writer.bytes,
            fields: [Fields.position: current.position.description, "cache-control": "no-store"])
    }

    /// What somebody says of an agent now, from the log itself.
    private func review(
        _ key: AgentKey, _ person: PersonID
    ) async throws -> (current: ReviewState.Current?, words: Content?) {
        guard let current = try await handler.past.read(.review(key, person)).current else { return (nil, nil) }
        return (current, try await handler.log.content(at: current.position, field: ContentKind.review.field))
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
                    principal: principal, now: handler.now(), key: key,
                    author: try await handler.holder(of: request.segment("name")).1, isHelpful: isHelpful))
        }
    }
}
