public import Crypto

extension EventCatalogue {
    static let judgments: [any EventPayload.Type] = [
        ReviewSubmitted.self, ReviewEdited.self, ReviewWithdrawn.self, ReviewVoted.self, ReviewVoteWithdrawn.self,
        StarAdded.self, StarRemoved.self,
    ]
}

/// The bounds of a rating, from bad to good.
public enum ReviewRating {
    /// Both ends belong to it.
    public static let range: ClosedRange<Int64> = 1...5
}

/// `review.submitted.v1`: what the person that the stream names says of the agent that it names.
public struct ReviewSubmitted: EventPayload {
    /// 1 to 5.
    public let rating: Int64
    /// Commits to the `review`.
    public let reviewCommitment: SHA256Digest
    /// The version that was tried.
    public let version: String

    /// States a judgment.
    public init(rating: Int64, reviewCommitment: SHA256Digest, version: String) {
        precondition(ReviewRating.range.contains(rating), "a rating is 1 to 5")
        self.rating = rating
        self.reviewCommitment = reviewCommitment
        self.version = version
    }

    public static let declaration = EventDeclaration(
        "review.submitted.v1", on: .review, Self.init, .field("rating", \.rating, .integer(ReviewRating.range)),
        .commitment(to: .review, \.reviewCommitment), .field("version", \.version, .text(.version)))
}

/// `review.edited.v1`: takes the place of what was said before.
public struct ReviewEdited: EventPayload {
    /// 1 to 5.
    public let rating: Int64
    /// Commits to the `review`.
    public let reviewCommitment: SHA256Digest
    /// The version that was tried.
    public let version: String

    /// States a judgment.
    public init(rating: Int64, reviewCommitment: SHA256Digest, version: String) {
        precondition(ReviewRating.range.contains(rating), "a rating is 1 to 5")
        self.rating = rating
        self.reviewCommitment = reviewCommitment
        self.version = version
    }

    public static let declaration = EventDeclaration(
        "review.edited.v1", on: .review, Self.init, .field("rating", \.rating, .integer(ReviewRating.range)),
        .commitment(to: .review, \.reviewCommitment), .field("version", \.version, .text(.version)))
}

/// `review.withdrawn.v1`: takes back what was said of the agent.
public struct ReviewWithdrawn: EventPayload {
    /// States it.
    public init() {}

    public static let declaration = EventDeclaration("review.withdrawn.v1", on: .review, { Self() })
}

/// `review.voted.v1`: whether the review that the stream names helped the voter that it names.
public struct ReviewVoted: EventPayload {
    /// True where it did.
    public let helpful: Bool

    /// States a vote; it takes the place of the one before.
    public init(helpful: Bool) { self.helpful = helpful }

    public static let declaration = EventDeclaration(
        "review.voted.v1", on: .vote, Self.init, .field("helpful", \.helpful, .bool))
}

/// `review.vote-withdrawn.v1`
public struct ReviewVoteWithdrawn: EventPayload {
    /// States it.
    public init() {}

    public static let declaration = EventDeclaration("review.vote-withdrawn.v1", on: .vote, { Self() })
}

/// `star.added.v1`: the person that the stream names likes the agent that it names.
public struct StarAdded: EventPayload {
    /// States it.
    public init() {}

    public static let declaration = EventDeclaration("star.added.v1", on: .star, { Self() })
}

/// `star.removed.v1`
public struct StarRemoved: EventPayload {
    /// States it.
    public init() {}

    public static let declaration = EventDeclaration("star.removed.v1", on: .star, { Self() })
}
