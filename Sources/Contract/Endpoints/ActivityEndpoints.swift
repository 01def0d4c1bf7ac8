package import Events

extension Endpoints {
    package static let showActivity = Endpoint<ActivityQuery, NoBody, ActivityPage>.query(
        "showActivity", "/activity", "List who did what, with which credential",
        notes:
            "What the account did, or what was done with one of its tokens; to an agent, for its owners and maintainers; by anybody, for moderators. The last first.",
        credential: .token([.account, .moderate, .admin]), caching: .never, cost: .search,
        problems: [.notOwner, .notPermitted, .tokenNotFound, .userNotFound])

    static let activity: [any AnyEndpoint] = [showActivity]
}

/// Whose deeds to list; at most one of agent, user and token.
package struct ActivityQuery: PagedParameters {
    package let agent: AgentKey?
    package let user: String?
    package let token: String?
    package let since: Timestamp?
    package let limit: Int64
    package let cursor: String?

    package init(
        agent: AgentKey? = nil, user: String? = nil, token: String? = nil, since: Timestamp? = nil, limit: Int64 = 20,
        cursor: String? = nil
    ) {
        self.agent = agent
        self.user = user
        self.token = token
        self.since = since
        self.limit = limit
        self.cursor = cursor
    }

    package static let parameters = ParameterForm.of(
        Self.init(agent:user:token:since:limit:cursor:),
        .query("agent", \.agent, .agent, "To this agent."),
        .query("user", \.user, .text(atMost: 256), "By this person, named or by id."),
        .query("token", \.token, .text(atMost: 64), "With the token of this id."),
        .query("since", \.since, .beginning, "From this time or day on."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."))
}

/// Something that somebody did.
package struct DeedBody: Body {
    package let position: Position
    package let time: Timestamp
    package let type: String
    package let stream: String
    package let agent: AgentKey?
    package let version: String?
    package let person: PersonBody?
    package let detail: String?
    package let actor: PersonBody?
    package let token: String?

    package init(
        position: Position, time: Timestamp, type: String, stream: String, agent: AgentKey? = nil,
        version: String? = nil, person: PersonBody? = nil, detail: String? = nil, actor: PersonBody? = nil,
        token: String? = nil
    ) {
        self.position = position
        self.time = time
        self.type = type
        self.stream = stream
        self.agent = agent
        self.version = version
        self.person = person
        self.detail = detail
        self.actor = actor
        self.token = token
    }

    package static let form = Form.object(
        "Deed", Self.init(position:time:type:stream:agent:version:person:detail:actor:token:),
        .required("position", \.position, .position, "Where the log says so."),
        .required("time", \.time, .time), .required("type", \.type, .text, "The type of the event."),
        .required("stream", \.stream, .text), .optional("agent", \.agent, .agentKey),
        .optional("version", \.version, .text), .optional("person", \.person, PersonBody.form, "Whom it concerns."),
        .optional("detail", \.detail, .text, "A role, a reason or the like."),
        .optional("actor", \.actor, PersonBody.form, "Who did it."),
        .optional("token", \.token, .text, "The id of the token that it was done with."))
}

/// A page of what was done.
package struct ActivityPage: Body {
    package let activity: [DeedBody]
    package let pagination: Pagination

    package init(activity: [DeedBody], pagination: Pagination) {
        self.activity = activity
        self.pagination = pagination
    }

    package static let form = Form.object(
        "Activity", Self.init(activity:pagination:), .required("activity", \.activity, .list(DeedBody.form)),
        .required("pagination", \.pagination, Pagination.form))
}
