public import Events

/// The command to vote whether another person's review is helpful, or to withdraw the vote.
///
/// Refused on one's own review, where the review does not exist, and to a person who has a role on the agent or in its
/// namespace, or had one within 365 days; they may still withdraw. Appends `ReviewVoted` or `ReviewVoteWithdrawn`.
public struct VoteOnReview: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// The author of the review.
    public let author: PersonID
    /// Whether the review is helpful; nil to withdraw the vote.
    public let isHelpful: Bool?

    /// Creates the command.
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
        // A person who got a role since may still withdraw.
        guard let isHelpful else { return .append([DecidedEvent(stream, ReviewVoteWithdrawn())]) }
        guard !past.isConcerned(principal.user, in: key, at: now) else { throw .ownAgent(key) }
        guard past.review(of: key, by: author) != nil else { throw .noReview }
        return .append([DecidedEvent(stream, ReviewVoted(helpful: isHelpful))])
    }
}
