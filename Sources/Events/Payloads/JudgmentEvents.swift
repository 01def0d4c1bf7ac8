public import Crypto

extension EventCatalogue {
    static let judgments: [any EventPayload.Type] = [
        ReviewSubmitted.self, ReviewEdited.self, ReviewWithdrawn.self, ReviewVoted.self, ReviewVoteWithdrawn.self,
        StarAdded.self, StarRemoved.self,
    ]
}

/// The bounds of a rating, from worst to best.
public enum ReviewRating {
    /// The range of ratings, both ends included.
    public static let range: ClosedRange<Int64> = 1...5
}

/// `review.submitted.v1`: a person reviews an agent; the stream names both.
public struct ReviewSubmitted: EventPayload {
    /// The rating, 1 to 5.
    public let rating: Int64
    /// Commits to the content `review`.
    public let reviewCommitment: SHA256Digest
    /// The version that the person has used.
    public let version: String

    /// Creates the event; traps for a rating out of range.
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

/// `review.edited.v1`: replaces the review.
public struct ReviewEdited: EventPayload {
    /// The rating, 1 to 5.
    public let rating: Int64
    /// Commits to the content `review`.
    public let reviewCommitment: SHA256Digest
    /// The version that the person has used.
    public let version: String

    /// Creates the event; traps for a rating out of range.
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

/// `review.withdrawn.v1`: the person takes back the review.
public struct ReviewWithdrawn: EventPayload {
    /// Creates the event.
    public init() {}

    public static let declaration = EventDeclaration("review.withdrawn.v1", on: .review, { Self() })
}

/// `review.voted.v1`: a person says whether a review helped; the stream names the review and the voter.
public struct ReviewVoted: EventPayload {
    /// True where the review helped.
    public let helpful: Bool

    /// Creates the event; it replaces an earlier vote.
    public init(helpful: Bool) { self.helpful = helpful }

    public static let declaration = EventDeclaration(
        "review.voted.v1", on: .vote, Self.init, .field("helpful", \.helpful, .bool))
}

/// `review.vote-withdrawn.v1`: the voter takes back the vote.
public struct ReviewVoteWithdrawn: EventPayload {
    /// Creates the event.
    public init() {}

    public static let declaration = EventDeclaration("review.vote-withdrawn.v1", on: .vote, { Self() })
}

/// `star.added.v1`: a person stars an agent; the stream names both.
public struct StarAdded: EventPayload {
    /// Creates the event.
    public init() {}

    public static let declaration = EventDeclaration("star.added.v1", on: .star, { Self() })
}

/// `star.removed.v1`: the person removes the star.
public struct StarRemoved: EventPayload {
    /// Creates the event.
    public init() {}

    public static let declaration = EventDeclaration("star.removed.v1", on: .star, { Self() })
}
