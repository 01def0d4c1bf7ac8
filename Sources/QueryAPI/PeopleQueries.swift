import Contract
import Events
import HTTPFront
import HTTPServer
import JSON
import Projections

extension QueryFront {
    /// `GET /agents/{id}/reviews`: with how often each rating was given.
    func listReviews(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["sort", "limit", "cursor", "min_position"])
        let key = try request.agentKey()
        let limit = Int(try request.integer("limit", default: 20, in: 1...100))
        let sort = try request.choice("sort", of: ReviewSort.self, default: .recent)
        let start = try sort.start(request)
        try await awaitPosition(request, AgentReader.shownModels)
        let ratings = try await agents.ratings(of: key)
        guard let histogram = ratings.value else { throw request.noAgent }
        let page = try await agents.reviews(of: key, from: start, limit: limit + 1)
        let rows = page.value.prefix(limit)
        let cursor = page.value.count > limit ? rows.last.map(sort.cursor) : nil
        let rating = AgentReader.Rating(
            count: histogram.reduce(0, +), sum: zip(histogram, 1...).reduce(0) { $0 + $1.0 * Int64($1.1) })
        var writer = JSONWriter(reservingBytes: 8_192)
        writer.object { object in
            object.member("pagination") { PageBody.pagination(limit: limit, nextCursor: cursor, &$0) }
            object.member("rating_avg") { $0.hundredths(rating.hundredths) }
            object.member("rating_count", rating.count)
            object.member("ratings") { writer in
                writer.object { object in
                    for (stars, count) in zip(1..., histogram) { object.member("\(stars)", count) }
                }
            }
            object.member("reviews") { writer in writer.array(Array(rows)) { Self.encode($0, &$1) } }
        }
        return request.page(writer.bytes, next: min(ratings.next, page.next), cursor: cursor)
    }

    private static func encode(_ review: AgentReader.Review, _ writer: inout JSONWriter) {
        writer.object { object in
            object.member("author") { encode(review.author, &$0) }
            object.member("created_at", review.created.description)
            object.member("helpful_count", review.helpful)
            object.member("not_helpful_count", review.unhelpful)
            object.member("position", review.position.value)
            object.member("rating", review.rating)
            object.member("text", review.text.isEmpty ? nil : review.text)
            object.member("title", review.title.isEmpty ? nil : review.title)
            object.member("updated_at", review.updated.description)
            object.member("version", review.version)
        }
    }

    private static func encode(_ person: AgentReader.Person, role: String? = nil, _ writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", person.id)
            object.member("role", role)
            object.member("username", person.name)
        }
    }

    /// `GET /agents/{id}/stars`
    func listStars(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["limit", "cursor", "min_position"])
        let key = try request.agentKey()
        let limit = Int(try request.integer("limit", default: 20, in: 1...100))
        let before = try request.integer("cursor", default: .max, in: 0...Int64.max)
        try await awaitPosition(request, AgentReader.shownModels)
        let found = try await agents.agent(key)
        guard let agent = found.value else { throw request.noAgent }
        let page = try await agents.stars(of: key, before: before, limit: limit + 1)
        let rows = page.value.prefix(limit)
        let cursor = page.value.count > limit ? rows.last?.position.description : nil
        var writer = JSONWriter()
        writer.object { object in
            object.member("pagination") { PageBody.pagination(limit: limit, nextCursor: cursor, &$0) }
            object.member("star_count", agent.summary.stars)
            object.member("stars") { writer in
                writer.array(Array(rows)) { star, writer in
                    writer.object { object in
                        object.member("person") { Self.encode(star.person, &$0) }
                        object.member("starred_at", star.given.description)
                    }
                }
            }
        }
        return request.page(writer.bytes, next: min(found.next, page.next), cursor: cursor)
    }

    /// `GET /agents/{id}/owners`
    func listOwners(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["min_position"])
        let key = try request.agentKey()
        try await awaitPosition(request, AgentReader.shownModels)
        let found = try await agents.owners(of: key)
        guard !found.value.isEmpty else { throw request.noAgent }
        var writer = JSONWriter()
        writer.object { object in
            object.member("owners") { writer in
                writer.array(found.value) { Self.encode($0.person, role: $0.role, &$1) }
            }
        }
        return request.page(writer.bytes, next: found.next, cursor: nil)
    }

    /// `GET /publishers/{name}`
    func showPublisher(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["limit", "cursor", "min_position"])
        let limit = Int(try request.integer("limit", default: 20, in: 1...100))
        let after = try request.parameter("cursor") ?? ""
        guard after.isEmpty || AgentKey(after) != nil else { throw badCursor }
        try await awaitPosition(request, AgentReader.shownModels)
        let noUser = Problem(.userNotFound, "there is nobody named '\(request.segment("name").prefix(128))' here")
        guard let name = Username(request.segment("name")) else { throw noUser }
        let found = try await agents.publisher(named: name)
        guard let publisher = found.value else { throw noUser }
        let page = try await agents.agents(ofPublisher: publisher.id, after: after, limit: limit + 1)
        let rows = page.value.prefix(limit)
        let cursor = page.value.count > limit ? rows.last?.key : nil
        var writer = JSONWriter(reservingBytes: 8_192)
        writer.object { object in
            object.member("agents") { writer in writer.array(Array(rows)) { $0.encode(&$1) } }
            object.member("bio", publisher.bio.isEmpty ? nil : publisher.bio)
            object.member("created_at", publisher.created.description)
            object.member("display_name", publisher.displayName.isEmpty ? nil : publisher.displayName)
            object.member("id", publisher.id)
            object.member("is_verified", false)
            object.member("kind", publisher.kind)
            object.member("pagination") { PageBody.pagination(limit: limit, nextCursor: cursor, &$0) }
            object.member("username", publisher.name)
            object.member("website_url", publisher.websiteURL.isEmpty ? nil : publisher.websiteURL)
        }
        return request.page(writer.bytes, next: min(found.next, page.next), cursor: cursor)
    }
}

/// The order of a list of reviews.
private enum ReviewSort: String, CaseIterable {
    case recent
    case rating
    case helpful

    func start(_ request: FrontRequest) throws(Problem) -> AgentReader.ReviewCursor {
        let cursor = try request.parameter("cursor")
        switch self {
        case .recent:
            guard let cursor else { return .recent(before: .max) }
            guard let position = Int64(cursor), position >= 0 else { throw badCursor }
            return .recent(before: position)
        case .rating:
            let (below, before) = try Self.pair(cursor)
            return .rating(below: below, before: before)
        case .helpful:
            let (below, before) = try Self.pair(cursor)
            return .helpful(below: below, before: before)
        }
    }

    /// A count and a position; above all of them where the list begins.
    private static func pair(_ cursor: String?) throws(Problem) -> (Int64, Int64) {
        guard let cursor else { return (.max, .max) }
        let parts = cursor.split(separator: "-").map { Int64($0) }
        guard parts.count == 2, let count = parts[0], let position = parts[1] else { throw badCursor }
        return (count, position)
    }

    func cursor(_ review: AgentReader.Review) -> String {
        switch self {
        case .recent: review.position.description
        case .rating: "\(review.rating)-\(review.position)"
        case .helpful: "\(review.helpful)-\(review.position)"
        }
    }
}
