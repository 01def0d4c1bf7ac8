import Contract
import Events
import HTTPFront
import Projections

extension QueryFront {
    func addPeople(to routes: inout QueryRoutes) {
        routes.on(Endpoints.listReviews, of: AgentReader.shownModels) { try await listReviews($0) }
        routes.on(Endpoints.listStars, of: AgentReader.shownModels) { try await listStars($0) }
        routes.on(Endpoints.listOwners, of: AgentReader.shownModels) { input in
            let found = try await agents.owners(of: input.id)
            // Nobody may own an agent that was left.
            if found.value.isEmpty, try await agents.agent(input.id).value == nil {
                throw FrontRequest.noAgent(input.id)
            }
            return Page(value: OwnerList(owners: found.value.map(OwnerBody.init)), reflecting: found.reflection)
        } past: { input, moment in
            let found = try await past.owners(of: input.id, at: moment)
            guard let owners = found.value else { throw Self.noAgent(input.id, at: moment) }
            return Page(value: OwnerList(owners: owners.map(OwnerBody.init)), reflecting: found.reflection)
        }
        routes.on(Endpoints.showPublisher, of: AgentReader.shownModels) { try await showPublisher($0) }
    }

    func listReviews(_ query: ReviewQuery) async throws -> Page<ReviewList> {
        let start = try query.sort.start(query.cursor)
        let ratings = try await agents.ratings(of: query.id)
        guard let histogram = ratings.value else { throw FrontRequest.noAgent(query.id) }
        let found = try await agents.reviews(
            of: query.id, version: query.version, from: start, limit: Int(query.limit) + 1)
        let page = PageRows(found.value, limit: query.limit, cursor: query.sort.cursor)
        let rating = AgentReader.Rating(
            count: histogram.reduce(0, +), sum: zip(histogram, 1...).reduce(0) { $0 + $1.0 * Int64($1.1) })
        return Page(
            value: ReviewList(
                reviews: page.rows.map(ReviewBody.init),
                histogram: Dictionary(uniqueKeysWithValues: zip((1...5).map { "\($0)" }, histogram)),
                ratingHundredths: rating.hundredths, ratings: rating.count, pagination: page.pagination),
            reflecting: ratings.reflection.merged(with: found.reflection), cursor: page.pagination.nextCursor)
    }

    private func listStars(_ query: AgentPageParameters) async throws -> Page<StarList> {
        let before = query.cursor.map { Int64($0) ?? -1 } ?? .max
        guard before >= 0 else { throw badCursor }
        let agent = try await agents.agent(query.id)
        guard let detail = agent.value else { throw FrontRequest.noAgent(query.id) }
        let found = try await agents.stars(of: query.id, before: before, limit: Int(query.limit) + 1)
        let page = PageRows(found.value, limit: query.limit) { $0.position.description }
        return Page(
            value: StarList(
                stars: page.rows.map { StarBody(person: PersonBody($0.person), given: $0.given) },
                count: detail.summary.stars, pagination: page.pagination),
            reflecting: agent.reflection.merged(with: found.reflection),
            cursor: page.pagination.nextCursor)
    }

    func showPublisher(_ query: PublisherParameters) async throws -> Page<PublisherPage> {
        let after = query.cursor ?? ""
        guard after.isEmpty || AgentKey(after) != nil else { throw badCursor }
        let publisher = try await publisher(query.name)
        let row = publisher.value
        let found = try await agents.agents(ofPublisher: row.id, after: after, limit: Int(query.limit) + 1)
        let page = PageRows(found.value, limit: query.limit) { $0.key }
        func words(_ text: String) -> String? { text.isEmpty ? nil : text }
        return Page(
            value: PublisherPage(
                id: row.id, username: row.name, kind: row.kind, displayName: words(row.displayName),
                bio: words(row.bio), websiteURL: words(row.websiteURL), isVerified: false, created: row.created,
                agents: try page.rows.map { try AgentSummary($0) }, pagination: page.pagination),
            reflecting: publisher.reflection.merged(with: found.reflection), cursor: page.pagination.nextCursor)
    }
}

extension OwnerBody {
    fileprivate init(_ owner: (person: AgentReader.Person, role: String)) {
        self.init(id: owner.person.id, username: owner.person.name, role: owner.role)
    }
}

extension PersonBody {
    init(_ person: AgentReader.Person) { self.init(id: person.id, username: person.name) }
}

extension ReviewBody {
    fileprivate init(_ review: AgentReader.Review) {
        self.init(
            author: PersonBody(review.author), rating: review.rating, title: review.title.isEmpty ? nil : review.title,
            text: review.text.isEmpty ? nil : review.text, version: review.version, created: review.created,
            updated: review.updated, helpful: review.helpful, unhelpful: review.unhelpful, position: review.position)
    }
}

extension ReviewSort {
    /// The point at which a list starts or continues.
    fileprivate func start(_ cursor: String?) throws(Problem) -> AgentReader.ReviewCursor {
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

    /// A count and a position; the highest of both where the list starts.
    private static func pair(_ cursor: String?) throws(Problem) -> (Int64, Int64) {
        guard let cursor else { return (.max, .max) }
        let parts = cursor.split(separator: "-").map { Int64($0) }
        guard parts.count == 2, let count = parts[0], let position = parts[1] else { throw badCursor }
        return (count, position)
    }

    /// The cursor of the page that starts behind a review.
    fileprivate func cursor(_ review: AgentReader.Review) -> String {
        switch self {
        case .recent: review.position.description
        case .rating: "\(review.rating)-\(review.position)"
        case .helpful: "\(review.helpful)-\(review.position)"
        }
    }
}
