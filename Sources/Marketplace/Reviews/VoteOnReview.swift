public import Events

/// The command to say whether somebody's review helps, or to take that back.
public struct VoteOnReview: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// Whose review.
    public let author: PersonID
    /// Whether it helps; nil to take back what was said.
    public let isHelpful: Bool?

    /// Puts the command together.
    public init(principal: Principal, now: Timestamp, key: AgentKey, author: PersonID, isHelpful: Bool?) {
        self.principal = principal
        self.now = now
        self.key = key
        self.author = author
        self.isHelpful = isHelpful
    }

    private var stream: StreamName { .vote(key, author: author, voter: principal.user) }

    public func streams(_ past: Past) -> [AnyStream] {
        Past.concernStreams(key) + [
            TypedStream.review(key, author).any, TypedStream.vote(key, author: author, voter: principal.user).any,
        ]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.vote, on: .account(author), past)
        let vote = past[.vote(key, author: author, voter: principal.user)]
        let isOver =
            past.isOver(vote.since, by: principal.user, of: key) || past.isOver(vote.since, by: author, of: key)
        guard (isOver ? nil : vote.isHelpful) != isHelpful else { return .unchanged(since: vote.since) }
        // What was said before one got a role can still be taken back.
        guard let isHelpful else { return .append([DecidedEvent(stream, ReviewVoteWithdrawn())]) }
        guard !past.isConcerned(principal.user, in: key, at: now) else { throw .ownAgent(key) }
        guard past.review(of: key, by: author) != nil else { throw .noReview }
        return .append([DecidedEvent(stream, ReviewVoted(helpful: isHelpful))])
    }
}
