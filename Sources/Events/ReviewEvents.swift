public import Crypto
public import JSON

/// Whether a review is new.
public protocol ReviewKind: Sendable {
    /// The type with its version.
    static var type: String { get }
}

/// What the person that the stream names says of the agent that it names.
public struct ReviewStatement<Kind: ReviewKind>: EventPayload {
    public static var type: String { Kind.type }
    /// The version that was tried.
    public let version: String
    /// 1 to 5.
    public let rating: Int64
    /// Commits to the `review`.
    public let reviewCommitment: SHA256Digest

    /// States a judgment.
    public init(version: String, rating: Int64, reviewCommitment: SHA256Digest) {
        precondition(ReviewRating.range.contains(rating), "a rating is 1 to 5")
        self.version = version
        self.rating = rating
        self.reviewCommitment = reviewCommitment
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("rating", rating)
        data.member("review_commitment", reviewCommitment)
        data.member("version", version)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var version: String?
        var rating: Int64?
        var commitment: SHA256Digest?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "rating": rating = try reader.integer()
            case "review_commitment": commitment = try reader.digest()
            case "version": version = try reader.version()
            default: throw reader.unknownMember()
            }
        }
        let stars = try reader.require(rating, "rating")
        guard ReviewRating.range.contains(stars) else { throw reader.fault("a rating is 1 to 5") }
        self.init(
            version: try reader.require(version, "version"), rating: stars,
            reviewCommitment: try reader.require(commitment, "review_commitment"))
    }
}

/// The bounds of a rating.
public enum ReviewRating {
    /// From bad to good.
    public static let range: ClosedRange<Int64> = 1...5
}

/// The kinds of reviews.
public enum ReviewKinds {
    /// The first one.
    public enum Submitted: ReviewKind { public static let type = "review.submitted.v1" }
    /// Another one in its place.
    public enum Edited: ReviewKind { public static let type = "review.edited.v1" }
}

/// `review.submitted.v1`
public typealias ReviewSubmitted = ReviewStatement<ReviewKinds.Submitted>
/// `review.edited.v1`
public typealias ReviewEdited = ReviewStatement<ReviewKinds.Edited>

/// `review.voted.v1`: whether the review that the stream names helped the voter that it names.
public struct ReviewVoted: EventPayload {
    public static let type = "review.voted.v1"
    /// True where it did.
    public let helpful: Bool

    /// States a vote; it takes the place of the one before.
    public init(helpful: Bool) { self.helpful = helpful }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("helpful", helpful)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var helpful: Bool?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "helpful": helpful = try reader.bool()
            default: throw reader.unknownMember()
            }
        }
        self.helpful = try reader.require(helpful, "helpful")
    }
}
