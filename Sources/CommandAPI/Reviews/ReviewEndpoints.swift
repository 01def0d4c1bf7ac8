import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import Marketplace

/// The endpoints for reviews of agents, and for votes on reviews.
struct ReviewEndpoints: Sendable {
    let handler: CommandHandler

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.submitReview) { principal, call in
            try await judge(principal, call) { judgment, _ in .submit(judgment) }
        }
        routes.on(Endpoints.putReview) { principal, call in
            try await judge(principal, call) { judgment, known in .put(judgment, known: known) }
        }
        routes.on(Endpoints.withdrawReview) { try await withdraw($0, $1) }
        routes.onQuery(Endpoints.showMyReview) { try await showMine($0, $1.id) }
        routes.on(Endpoints.vote) { principal, call in
            try await changeVote(principal, call, isHelpful: call.sent.isHelpful)
        }
        routes.on(Endpoints.withdrawVote) { try await changeVote($0, $1, isHelpful: nil) }
    }

    private func judge(
        _ principal: Principal, _ call: CommandCall<AgentParameters.Changed, NewReview>,
        _ change: (ReviewAgent.Judgment, _ known: Content?) -> ReviewAgent.Change
    ) async throws -> CommandOutcome<ReviewAnswer> {
        let (key, review) = (call.input.id, call.sent)
        let judgment = ReviewAgent.Judgment(
            version: review.version, rating: review.rating,
            words: Content(ReviewContent(text: review.text, title: review.title), nonce: SecureRandom.bytes(32)))
        return try await handler.run(call.identity) { _, _ in
            ReviewAnswer(id: key, rating: judgment.rating, isReviewed: true)
        } attempt: {
            let known = try await self.review(key, principal.user).words
            return CommandAttempt(
                command: ReviewAgent(
                    principal: principal, now: handler.now(), key: key, change: change(judgment, known)))
        }
    }

    private func withdraw(
        _ principal: Principal, _ call: CommandCall<AgentParameters.Changed, NoBody>
    ) async throws -> CommandOutcome<ReviewAnswer> {
        let key = call.input.id
        return try await handler.run(call.identity) { _, _ in
            ReviewAnswer(id: key, isReviewed: false)
        } attempt: {
            CommandAttempt(command: ReviewAgent(principal: principal, now: handler.now(), key: key, change: .withdraw))
        }
    }

    private func showMine(_ principal: Principal, _ key: AgentKey) async throws -> Reply<MyReview> {
        let (current, words) = try await review(key, principal.user)
        guard let current else {
            throw Problem(.reviewNotFound, "you have said nothing of '\(key)'; PUT a review here to do so")
        }
        let content = try words.map { try ReviewContent(document: $0.document) }
        return Reply(
            MyReview(
                id: key, rating: current.rating, title: content?.title, text: content?.text, version: current.version,
                position: current.position), position: current.position)
    }

    /// A person's current review of an agent with its text, read from the log.
    private func review(
        _ key: AgentKey, _ person: PersonID
    ) async throws -> (current: ReviewState.Current?, words: Content?) {
        let past = try await handler.past.read([TypedStream.agent(key).any, TypedStream.review(key, person).any])
        guard let current = past.review(of: key, by: person) else { return (nil, nil) }
        return (current, try await handler.log.content(at: current.position, field: ContentKind.review.field))
    }

    private func changeVote<Sent>(
        _ principal: Principal, _ call: CommandCall<AgentPersonParameters, Sent>, isHelpful: Bool?
    ) async throws -> CommandOutcome<VoteAnswer> {
        let key = call.input.id
        return try await handler.run(call.identity) { _, _ in
            VoteAnswer(id: key, isHelpful: isHelpful)
        } attempt: {
            CommandAttempt(
                command: VoteOnReview(
                    principal: principal, now: handler.now(), key: key,
                    author: try await handler.holder(of: call.input.name).1, isHelpful: isHelpful))
        }
    }
}
