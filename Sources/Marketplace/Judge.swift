public import Events
public import Manifest

/// The command to say what one thinks of an agent, to say it anew, or to take it back.
public struct ReviewAgent: AuthenticatedCommand {
    /// What is said.
    public struct Judgment: Sendable {
        /// The version that was tried; nil for the one that is shown.
        public let version: SemVer?
        /// 1 to 5.
        public let rating: Int64
        /// Title and text.
        public let words: Content

        /// Puts one together.
        public init(version: SemVer?, rating: Int64, words: Content) {
            self.version = version
            self.rating = rating
            self.words = words
        }
    }

    /// What is to happen.
    public enum Change: Sendable {
        /// Said for the first time.
        case submit(Judgment)
        /// Said for the first time or in place of what was said; `known` are the words that stand there.
        case put(Judgment, known: Content?)
        /// Taken back, with all words.
        case withdraw
    }

    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// What is to happen.
    public let change: Change

    /// Puts the command together.
    public init(principal: Principal, now: Timestamp, key: AgentKey, change: Change) {
        self.principal = principal
        self.now = now
        self.key = key
        self.change = change
    }

    private var stream: StreamName { .review(key, principal.user) }

    public var streams: [StreamName] { identity + [.agent(key), stream] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let scopes = try past.credential(of: principal, at: now).scopes
        let agent = past.agent(key)
        guard agent.id != nil else { throw .noAgent(key) }
        let review = past.review(key, principal.user)
        switch change {
        case .withdraw:
            // What was said before one got a role can still be taken back.
            guard scopes.contains(.review) else { throw .outOfScope(.review, .agent(key)) }
            guard review.standing != nil else { return .unchanged(since: review.withdrawn) }
            return .append(
                [DecidedEvent(stream, .reviewWithdrawn(ReviewWithdrawn()))]
                    + review.written.map { DecidedEvent.erasing($0, in: stream) })
        case .submit(let judgment):
            try authorize(past)
            guard review.standing == nil else { throw .alreadyReviewed(key) }
            return .append([try event(judgment, agent, isFirst: true)])
        case .put(let judgment, let known):
            try authorize(past)
            let new = try event(judgment, agent, isFirst: review.standing == nil)
            guard let standing = review.standing, standing.commitment == known?.commitment,
                known?.document == judgment.words.document, standing.rating == judgment.rating,
                try standing.version == version(judgment, agent)
            else { return .append([new] + review.written.map { .erasing($0, in: stream) }) }
            return .unchanged(since: standing.position)
        }
    }

    private func authorize(_ past: Past) throws(Rejection) {
        do {
            try authorize(.review, on: .agent(key), past)
        } catch {
            guard case .notPermitted = error else { throw error }
            throw .ownAgent(key)
        }
    }

    private func version(_ judgment: Judgment, _ agent: AgentState) throws(Rejection) -> String {
        guard let wanted = judgment.version else { return agent.latest?.version ?? "" }
        guard let published = agent.versions[wanted.precedenceKey] else { throw .noVersion(key, wanted.description) }
        return published.version
    }

    private func event(
        _ judgment: Judgment, _ agent: AgentState, isFirst: Bool
    ) throws(Rejection) -> DecidedEvent {
        let (version, commitment) = (try version(judgment, agent), judgment.words.commitment)
        return DecidedEvent(
            stream,
            isFirst
                ? .reviewSubmitted(
                    ReviewSubmitted(version: version, rating: judgment.rating, reviewCommitment: commitment))
                : .reviewEdited(
                    ReviewEdited(version: version, rating: judgment.rating, reviewCommitment: commitment)),
            contents: ["review_commitment": judgment.words])
    }
}

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

    public var streams: [StreamName] { identity + [.review(key, author), stream] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.vote, on: .account(author), past)
        let vote = past.vote(key, author: author, voter: principal.user)
        guard vote.isHelpful != isHelpful else { return .unchanged(since: vote.since) }
        guard let isHelpful else {
            return .append([DecidedEvent(stream, .reviewVoteWithdrawn(ReviewVoteWithdrawn()))])
        }
        guard past.review(key, author).standing != nil else { throw .noReview }
        return .append([DecidedEvent(stream, .reviewVoted(ReviewVoted(helpful: isHelpful)))])
    }
}

/// The command to give an agent a star, or to take it back.
public struct StarAgent: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// True to give it.
    public let isGiven: Bool

    /// Puts the command together.
    public init(principal: Principal, now: Timestamp, key: AgentKey, isGiven: Bool) {
        self.principal = principal
        self.now = now
        self.key = key
        self.isGiven = isGiven
    }

    public var streams: [StreamName] { identity + [.agent(key), .star(key, principal.user)] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.star, on: .agent(key), past)
        guard past.agent(key).id != nil else { throw .noAgent(key) }
        let star = past.star(key, principal.user)
        guard star.isGiven != isGiven else { return .unchanged(since: star.since) }
        let event: Event = isGiven ? .starAdded(StarAdded()) : .starRemoved(StarRemoved())
        return .append([DecidedEvent(.star(key, principal.user), event)])
    }
}

/// The command to ask the moderators to look. Once a reporter and target: the flag's id stands for both.
public struct RaiseFlag: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// What it is about.
    public let target: FlagTarget
    /// The id that the vault made for reporter and target.
    public let flag: FlagID
    /// Why.
    public let reason: FlagRaised.Reason
    /// A few words for the moderators alone, where there are any.
    public let details: Content?

    /// Puts the command together.
    public init(
        principal: Principal, now: Timestamp, target: FlagTarget, flag: FlagID, reason: FlagRaised.Reason,
        details: Content?
    ) {
        self.principal = principal
        self.now = now
        self.target = target
        self.flag = flag
        self.reason = reason
        self.details = details
    }

    private var stream: StreamName { .flag(target.subject, flag) }

    public var streams: [StreamName] {
        let concerned: StreamName =
            switch target {
            case .agent(let key), .version(let key, _): .agent(key)
            case .review(let key, let person): .review(key, person)
            case .user(let person): .user(person)
            }
        return identity + (identity.contains(concerned) ? [] : [concerned]) + [stream]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.flag, on: .marketplace, past)
        var target = target
        switch target {
        case .agent(let key): guard past.agent(key).id != nil else { throw .noAgent(key) }
        case .version(let key, let version):
            guard past.agent(key).id != nil else { throw .noAgent(key) }
            guard let published = SemVer(version).flatMap({ past.agent(key).versions[$0.precedenceKey] }) else {
                throw .noVersion(key, version)
            }
            target = .version(key, published.version)
        case .review(let key, let person):
            guard past.review(key, person).standing != nil else { throw .noReview }
        case .user(let person): guard past.user(person).isRegistered else { throw .noUser }
        }
        if let raised = past.flag(target.subject, flag) { return .unchanged(since: raised) }
        let event = FlagRaised(target: target, reason: reason, detailsCommitment: details?.commitment)
        return .append([
            DecidedEvent(stream, .flagRaised(event), contents: details.map { ["details_commitment": $0] } ?? [:])
        ])
    }
}
