public import Events
public import Manifest

/// The command to review an agent, to change one's own review, or to withdraw it.
///
/// Refused to a person who has a role on the agent or in its namespace, or had one within 365 days; they may still
/// withdraw. Appends `ReviewSubmitted`, `ReviewEdited` or `ReviewWithdrawn`, and a `ContentErased` for each earlier
/// text.
public struct ReviewAgent: AuthenticatedCommand {
    /// A review.
    public struct Judgment: Sendable {
        /// The version that the reviewer tried; nil for the one that the marketplace shows.
        public let version: SemVer?
        /// The rating, from 1 to 5.
        public let rating: Int64
        /// Title and text.
        public let words: Content

        /// Creates a review.
        public init(version: SemVer?, rating: Int64, words: Content) {
            self.version = version
            self.rating = rating
            self.words = words
        }
    }

    /// The change to make.
    public enum Change: Sendable {
        /// Submit a review; refused where the person has a current one.
        case submit(Judgment)
        /// Submit a review, or replace the current one; `known` is the content of the current one, from the log.
        case put(Judgment, known: Content?)
        /// Withdraw the review and erase all of its texts.
        case withdraw
    }

    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// The change to make.
    public let change: Change

    /// Creates the command.
    public init(principal: Principal, now: Timestamp, key: AgentKey, change: Change) {
        self.principal = principal
        self.now = now
        self.key = key
        self.change = change
    }

    private var stream: StreamName { .review(key, principal.user) }

    public func streams(_ past: Past) -> [AnyStream] {
        Past.concernStreams(key) + [TypedStream.review(key, principal.user).any]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let scopes = try past.credential(of: principal, at: now).permissions.scopes
        let agent = past[.agent(key)]
        guard agent.id != nil else { throw .noAgent(key) }
        let review = past[.review(key, principal.user)]
        switch change {
        case .withdraw:
            // A person who got a role since may still withdraw.
            guard scopes.contains(.review) else { throw .outOfScope(.review, .agent(key)) }
            guard review.current != nil else { return .unchanged(since: review.withdrawn) }
            return .append(
                [DecidedEvent(stream, ReviewWithdrawn())]
                    + review.written.map { DecidedEvent.erasing($0, in: stream) })
        case .submit(let judgment):
            try authorize(past)
            guard past.review(of: key, by: principal.user) == nil else { throw .alreadyReviewed(key) }
            return .append(
                [try event(judgment, agent, isFirst: true)] + review.written.map { .erasing($0, in: stream) })
        case .put(let judgment, let known):
            try authorize(past)
            let current = past.review(of: key, by: principal.user)
            let new = try event(judgment, agent, isFirst: current == nil)
            guard let current, current.commitment == known?.commitment,
                known?.document == judgment.words.document, current.rating == judgment.rating,
                try current.version == version(judgment, agent)
            else { return .append([new] + review.written.map { .erasing($0, in: stream) }) }
            return .unchanged(since: current.position)
        }
    }

    private func authorize(_ past: Past) throws(Rejection) {
        try authorize(.review, on: .marketplace, past)
        guard !past.isConcerned(principal.user, in: key, at: now) else { throw .ownAgent(key) }
    }

    private func version(_ judgment: Judgment, _ agent: AgentState) throws(Rejection) -> String {
        guard let wanted = judgment.version else { return agent.latest?.version ?? "" }
        guard let published = agent.version(named: wanted) else { throw .noVersion(key, wanted.description) }
        return published.version
    }

    private func event(
        _ judgment: Judgment, _ agent: AgentState, isFirst: Bool
    ) throws(Rejection) -> DecidedEvent {
        let (version, commitment) = (try version(judgment, agent), judgment.words.commitment)
        let event: any EventPayload =
            isFirst
            ? ReviewSubmitted(rating: judgment.rating, reviewCommitment: commitment, version: version)
            : ReviewEdited(rating: judgment.rating, reviewCommitment: commitment, version: version)
        return DecidedEvent(stream, event, contents: [.review: judgment.words])
    }
}
