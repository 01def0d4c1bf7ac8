public import Crypto
public import Events

/// The state of a person's review of an agent, folded from its stream.
public struct ReviewState: StreamState, Equatable {
    /// A review that was not withdrawn.
    public struct Current: Sendable, Equatable {
        /// The version that the reviewer tried.
        public let version: String
        /// The rating, from 1 to 5.
        public let rating: Int64
        /// The commitment to title and text.
        public let commitment: SHA256Digest
        /// The position of its entry.
        public let position: Position
    }
    /// The current review; nil where there is none.
    public private(set) var current: Current?
    /// The position of the last withdrawal; nil where there was none.
    public private(set) var withdrawn: Position?
    /// The places of all texts that were not erased.
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

/// The state of a vote on a review, folded from its stream.
public struct VoteState: StreamState, Equatable {
    /// Whether the voter finds the review helpful; nil where there is no vote.
    public private(set) var isHelpful: Bool?
    /// The position at which the vote last changed; nil where it never did.
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
    /// The stream of a person's review of an agent.
    public static func review(_ key: AgentKey, _ person: PersonID) -> TypedStream<ReviewState> {
        TypedStream(.review(key, person))
    }
}

extension TypedStream<VoteState> {
    /// The stream of a person's vote on a review.
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
    /// To vote on a review of another person.
    public static let vote = Action("vote", "vote on a review of one's own", Right(.reviewing, [.stranger]))
}
