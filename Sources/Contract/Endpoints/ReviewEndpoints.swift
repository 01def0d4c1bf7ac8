package import Events
package import Manifest

extension Endpoints {
    private static let written = ReviewContent.maximumCharacters.title + ReviewContent.maximumCharacters.text

    package static let submitReview = Endpoint<AgentParameters.Changed, NewReview, ReviewAnswer>.command(
        "submitReview", .post, "/agents/{id}/reviews", "Review an agent", credential: .token([.review]),
        meter: .judgments, characters: written,
        problems: [.alreadyReviewed, .ownAgent, .versionNotFound])
    package static let putReview = Endpoint<AgentParameters.Changed, NewReview, ReviewAnswer>.command(
        "putReview", .put, "/agents/{id}/reviews/mine", "Write or replace the review of the token's account",
        credential: .token([.review]), meter: .judgments, characters: written,
        problems: [.ownAgent, .versionNotFound])
    package static let withdrawReview = Endpoint<AgentParameters.Changed, NoBody, ReviewAnswer>.command(
        "withdrawReview", .delete, "/agents/{id}/reviews/mine", "Withdraw the review of the token's account",
        credential: .token([.review]), problems: [.reviewNotFound])
    package static let showMyReview = Endpoint<AgentParameters.Changed, NoBody, MyReview>.query(
        "showMyReview", "/agents/{id}/reviews/mine", "Show the review of the token's account", credential: .token([]),
        caching: .never,
        problems: [.reviewNotFound])
    package static let listReviews = Endpoint<ReviewQuery, NoBody, ReviewList>.query(
        "listReviews", "/agents/{id}/reviews", "List reviews, with how often each rating was given", cost: .search)
    package static let vote = Endpoint<AgentPersonParameters, NewVote, VoteAnswer>.command(
        "voteOnReview", .put, "/agents/{id}/reviews/{name}/vote", "Say whether a review helps",
        credential: .token([.review]), meter: .judgments, problems: [.reviewNotFound, .notPermitted])
    package static let withdrawVote = Endpoint<AgentPersonParameters, NoBody, VoteAnswer>.command(
        "withdrawVote", .delete, "/agents/{id}/reviews/{name}/vote", "Take a vote back",
        credential: .token([.review]), problems: [.reviewNotFound, .notPermitted])

    static let reviews: [any AnyEndpoint] = [
        submitReview, putReview, withdrawReview, showMyReview, listReviews, vote, withdrawVote,
    ]
}

/// The order of a list of reviews.
package enum ReviewSort: String, Sendable, CaseIterable {
    case recent
    case rating
    case helpful
}

/// The reviews of an agent, and where the list goes on.
package struct ReviewQuery: PositionedParameters, PagedParameters, AboutOneAgent {
    package let id: AgentKey
    package let sort: ReviewSort
    /// The version that reviews are of; nil for all.
    package let version: SemVer?
    package let limit: Int64
    package let cursor: String?
    package let minimumPosition: Position?

    package init(
        id: AgentKey, sort: ReviewSort = .recent, version: SemVer? = nil, limit: Int64 = 20, cursor: String? = nil,
        minimumPosition: Position? = nil
    ) {
        self.id = id
        self.sort = sort
        self.version = version
        self.limit = limit
        self.cursor = cursor
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:sort:version:limit:cursor:minimumPosition:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .query(
            "sort", \.sort, .choice(), default: .recent,
            "By the last change, by rating, or by how many found it helpful."),
        .query("version", \.version, .version, "Only those of this version."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// A review that is sent.
package struct NewReview: Body {
    package let rating: Int64
    package let title: String?
    package let text: String?
    package let version: SemVer?

    package init(rating: Int64, title: String? = nil, text: String? = nil, version: SemVer? = nil) {
        self.rating = rating
        self.title = title
        self.text = text
        self.version = version
    }

    package static let form = Form.object(
        "NewReview", Self.init(rating:title:text:version:),
        .required("rating", \.rating, .rating),
        .optional("title", \.title, .prose(ReviewContent.maximumCharacters.title)),
        .optional("text", \.text, .prose(ReviewContent.maximumCharacters.text)),
        .optional("version", \.version, .version, "The one that was tried; where it is absent, the one that is shown."))
}

/// What became of a review.
package struct ReviewAnswer: CommandAnswer {
    package let id: AgentKey
    package let rating: Int64?
    package let isReviewed: Bool
    package var position: Position?

    package init(id: AgentKey, rating: Int64? = nil, isReviewed: Bool, position: Position? = nil) {
        self.id = id
        self.rating = rating
        self.isReviewed = isReviewed
        self.position = position
    }

    package static let form = Form.object(
        "ReviewAnswer", Self.init(id:rating:isReviewed:position:),
        .required("id", \.id, .agentKey),
        .optional("rating", \.rating, .rating),
        .required("reviewed", \.isReviewed, .bool),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// The review of the person who asks.
package struct MyReview: Body {
    package let id: AgentKey
    package let rating: Int64
    package let title: String?
    package let text: String?
    package let version: String
    package let position: Position

    package init(
        id: AgentKey, rating: Int64, title: String? = nil, text: String? = nil, version: String, position: Position
    ) {
        self.id = id
        self.rating = rating
        self.title = title
        self.text = text
        self.version = version
        self.position = position
    }

    package static let form = Form.object(
        "MyReview", Self.init(id:rating:title:text:version:position:),
        .required("id", \.id, .agentKey),
        .required("rating", \.rating, .rating),
        .optional("title", \.title, .text),
        .optional("text", \.text, .text),
        .required("version", \.version, .text),
        .required("position", \.position, .position))
}

/// A review in a list.
package struct ReviewBody: Body {
    package let author: PersonBody
    package let rating: Int64
    package let title: String?
    package let text: String?
    package let version: String
    package let created: Timestamp
    package let updated: Timestamp
    package let helpful: Int64
    package let unhelpful: Int64
    package let position: Position

    package init(
        author: PersonBody, rating: Int64, title: String? = nil, text: String? = nil, version: String,
        created: Timestamp, updated: Timestamp, helpful: Int64, unhelpful: Int64, position: Position
    ) {
        self.author = author
        self.rating = rating
        self.title = title
        self.text = text
        self.version = version
        self.created = created
        self.updated = updated
        self.helpful = helpful
        self.unhelpful = unhelpful
        self.position = position
    }

    package static let form = Form.object(
        "Review", Self.init(author:rating:title:text:version:created:updated:helpful:unhelpful:position:),
        .required("author", \.author, PersonBody.form),
        .required("rating", \.rating, .rating),
        .optional("title", \.title, .text),
        .optional("text", \.text, .text),
        .required("version", \.version, .text),
        .required("created_at", \.created, .time),
        .required("updated_at", \.updated, .time),
        .required("helpful_count", \.helpful, .count),
        .required("not_helpful_count", \.unhelpful, .count),
        .required("position", \.position, .position))
}

/// A page of reviews.
package struct ReviewList: Body {
    package let reviews: [ReviewBody]
    package let histogram: [String: Int64]
    package let ratingHundredths: Int64
    package let ratings: Int64
    package let pagination: Pagination

    package init(
        reviews: [ReviewBody], histogram: [String: Int64], ratingHundredths: Int64, ratings: Int64,
        pagination: Pagination
    ) {
        self.reviews = reviews
        self.histogram = histogram
        self.ratingHundredths = ratingHundredths
        self.ratings = ratings
        self.pagination = pagination
    }

    package static let form = Form.object(
        "ReviewList", Self.init(reviews:histogram:ratingHundredths:ratings:pagination:),
        .required("reviews", \.reviews, .list(ReviewBody.form)),
        .required("ratings", \.histogram, .counts, "How often each rating was given."),
        .required("rating_avg", \.ratingHundredths, .hundredths),
        .required("rating_count", \.ratings, .count),
        .required("pagination", \.pagination, Pagination.form))
}

/// Whether a review helps.
package struct NewVote: Body {
    package let isHelpful: Bool

    package init(isHelpful: Bool) {
        self.isHelpful = isHelpful
    }

    package static let form = Form.object(
        "NewVote", Self.init(isHelpful:),
        .required("helpful", \.isHelpful, .bool))
}

/// What became of a vote.
package struct VoteAnswer: CommandAnswer {
    package let id: AgentKey
    package let isHelpful: Bool?
    package var position: Position?

    package init(id: AgentKey, isHelpful: Bool? = nil, position: Position? = nil) {
        self.id = id
        self.isHelpful = isHelpful
        self.position = position
    }

    package static let form = Form.object(
        "VoteAnswer", Self.init(id:isHelpful:position:),
        .required("id", \.id, .agentKey),
        .optional("helpful", \.isHelpful, .bool),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

extension Form where Value == Int64 {
    /// A rating.
    fileprivate static let rating = integer(
        from: Int(ReviewRating.range.lowerBound), to: Int(ReviewRating.range.upperBound))
}
