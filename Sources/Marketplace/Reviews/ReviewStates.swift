public import Crypto
public import Events

/// What a person says of an agent, as the stream tells it.
public struct ReviewState: StreamState, Equatable {
    /// A review that was not taken back.
    public struct Current: Sendable, Equatable {
        /// The version that was tried.
        public let version: String
        /// 1 to 5.
        public let rating: Int64
        /// Commits to the words.
        public let commitment: SHA256Digest
        /// Where the log says so.
        public let position: Position
    }
    /// What is said now; nil where nothing is.
    public private(set) var current: Current?
    /// Where the log last said that it is withdrawn.
    public private(set) var withdrawn: Position?
    /// All words that were not erased.
    public private(set) var written: [WrittenAt] = []

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let review as ReviewSubmitted: say(review.version, review.rating, review.reviewCommitment, past)
        case let review as ReviewEdited: say(review.version, review.rating, review.reviewCommitment, past)
        case is ReviewWithdrawn:
            current = nil
            withdrawn = past.position
        case let erased as ContentErased: written.removeAll { $0.entry == erased.entry }
        default: break
        }
    }

    private mutating func say(_ version: String, _ rating: Int64, _ commitment: SHA256Digest, _ past: PastEvent) {
        current = Current(version: version, rating: rating, commitment: commitment, position: past.position)
        written.append(past.written(.review))
    }
}

/// Whether somebody's review helps a voter, as the stream tells it.
public struct VoteState: StreamState, Equatable {
    /// Whether it helps; nil where nothing is said.
    public private(set) var isHelpful: Bool?
    /// Where the log last said so.
    public private(set) var since: Position?

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let vote as ReviewVoted: (isHelpful, since) = (vote.helpful, past.position)
        case is ReviewVoteWithdrawn: (isHelpful, since) = (nil, past.position)
        default: break
        }
    }
}

extension TypedStream<ReviewState> {
    /// What a person says of an agent.
    public static func review(_ key: AgentKey, _ person: PersonID) -> TypedStream<ReviewState> {
        TypedStream(.review(key, person))
    }
}

extension TypedStream<VoteState> {
    /// Whether somebody's review helps a voter.
    public static func vote(
        _ key: AgentKey, author: PersonID, voter: PersonID
    ) -> TypedStream<VoteState> {
        TypedStream(.vote(key, author: author, voter: voter))
    }
}

extension Action {
    static let reviews = [review, vote]

    /// To review an agent.
    public static let review = Action("review", "review agents", Right(.reviewing, .anybody))
    /// To say whether a review helps.
    public static let vote = Action("vote", "vote on a review of one's own", Right(.reviewing, [.stranger]))
}
