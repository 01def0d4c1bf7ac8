package import Events

extension Endpoints {
    package static let star = Endpoint<AgentParameters.Changed, NoBody, StarAnswer>.command(
        "starAgent", .put, "/agents/{id}/star", "Like an agent", credential: .token([.review]),
        meter: .judgments)
    package static let unstar = Endpoint<AgentParameters.Changed, NoBody, StarAnswer>.command(
        "unstarAgent", .delete, "/agents/{id}/star", "Take a star back", credential: .token([.review]))
    package static let listStars = Endpoint<AgentPageParameters, NoBody, StarList>.query(
        "listStars", "/agents/{id}/stars", "List who likes an agent, the last one first", cost: .search)

    static let stars: [any AnyEndpoint] = [star, unstar, listStars]
}

/// What became of a star.
package struct StarAnswer: CommandAnswer {
    package let id: AgentKey
    package let isStarred: Bool
    package var position: Position?

    package init(id: AgentKey, isStarred: Bool, position: Position? = nil) {
        self.id = id
        self.isStarred = isStarred
        self.position = position
    }

    package static let form = Form.object(
        "StarAnswer", Self.init(id:isStarred:position:),
        .required("id", \.id, .agentKey),
        .required("starred", \.isStarred, .bool),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// Somebody who likes an agent.
package struct StarBody: Body {
    package let person: PersonBody
    package let given: Timestamp

    package init(person: PersonBody, given: Timestamp) {
        self.person = person
        self.given = given
    }

    package static let form = Form.object(
        "Star", Self.init(person:given:),
        .required("person", \.person, PersonBody.form),
        .required("starred_at", \.given, .time))
}

/// A page of those who like an agent.
package struct StarList: Body {
    package let stars: [StarBody]
    package let count: Int64
    package let pagination: Pagination

    package init(stars: [StarBody], count: Int64, pagination: Pagination) {
        self.stars = stars
        self.count = count
        self.pagination = pagination
    }

    package static let form = Form.object(
        "StarList", Self.init(stars:count:pagination:),
        .required("stars", \.stars, .list(StarBody.form)),
        .required("star_count", \.count, .count),
        .required("pagination", \.pagination, Pagination.form))
}
