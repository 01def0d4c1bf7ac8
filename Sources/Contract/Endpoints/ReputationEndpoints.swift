package import Events

extension Endpoints {
    package static let showReputation = Endpoint<ReputationQuery, NoBody, ReputationPage>.query(
        "showReputation", "/publishers/{name}/reputation", "Show a publisher's reputation, and what it follows from",
        notes:
            "100 points would be for a proof of who they are, and 30 for each verified agent; there is neither yet. Of each agent that they are shown as publisher of, while its last version is listed: a point for 100 downloads counted once for each reader and day, at most 50; 20 points for an average rating of 4 or more, 10 from 3 on; 10 for a version with a WebAssembly module that is neither yanked, held nor removed. 5 for each review of theirs that more than 5 people found helpful. 50 less for each hold of moderators on what they published that is not lifted, and for each file of an agent of theirs that was removed otherwise than as its owner asked. Never below 0.",
        cost: .search)
    package static let showPublisherStatistics = Endpoint<PersonQuery, NoBody, PublisherStatisticsPage>.query(
        "showPublisherStatistics", "/publishers/{name}/statistics", "Show what the agents of a publisher come to",
        notes: "Of the listed agents that they are shown as publisher of.", cost: .search)

    static let reputation: [any AnyEndpoint] = [showReputation, showPublisherStatistics]
}

/// A publisher.
package struct PersonQuery: PositionedParameters {
    package let name: String
    package let minimumPosition: Position?

    package init(name: String, minimumPosition: Position? = nil) {
        self.name = name
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(name:minimumPosition:),
        .path("name", \.name, .segment(.userNotFound), "The name of a person, in any spelling."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// A publisher, and where the list of their points goes on.
package struct ReputationQuery: PastParameters, PagedParameters {
    package let name: String
    package let limit: Int64
    package let cursor: String?
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(
        name: String, limit: Int64 = 20, cursor: String? = nil, minimumPosition: Position? = nil, asOf: AsOf? = nil
    ) {
        self.name = name
        self.limit = limit
        self.cursor = cursor
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(name:limit:cursor:minimumPosition:asOf:),
        .path("name", \.name, .segment(.userNotFound), "The present name of a person, in any spelling."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

/// The points by a rule.
package struct RulePoints: Body {
    package let rule: String
    package let items: Int64
    package let points: Int64

    package init(rule: String, items: Int64, points: Int64) {
        self.rule = rule
        self.items = items
        self.points = points
    }

    package static let form = Form.object(
        "RulePoints", Self.init(rule:items:points:),
        .required("rule", \.rule, .text), .required("items", \.items, .count, "For how many things."),
        .required("points", \.points, .integer(from: -(1 << 53) + 1, to: (1 << 53) - 1)))
}

/// Points for one thing.
package struct PointsBody: Body {
    package let rule: String
    package let agent: AgentKey
    package let version: String?
    package let file: String?
    package let points: Int64
    package let position: Position

    package init(
        rule: String, agent: AgentKey, version: String? = nil, file: String? = nil, points: Int64, position: Position
    ) {
        self.rule = rule
        self.agent = agent
        self.version = version
        self.file = file
        self.points = points
        self.position = position
    }

    package static let form = Form.object(
        "Points", Self.init(rule:agent:version:file:points:position:),
        .required("rule", \.rule, .text), .required("agent", \.agent, .agentKey, "What they are for, or a part of it."),
        .optional("version", \.version, .text), .optional("sha256", \.file, .text),
        .required("points", \.points, .integer(from: -1_000, to: 1_000)),
        .required("position", \.position, .position, "The entry since which it has been so many."))
}

/// A publisher's reputation.
package struct ReputationPage: Body {
    package let publisher: PersonBody
    package let score: Int64
    package let formula: Int64
    package let rules: [RulePoints]
    package let points: [PointsBody]
    package let pagination: Pagination

    package init(
        publisher: PersonBody, score: Int64, formula: Int64, rules: [RulePoints], points: [PointsBody],
        pagination: Pagination
    ) {
        self.publisher = publisher
        self.score = score
        self.formula = formula
        self.rules = rules
        self.points = points
        self.pagination = pagination
    }

    package static let form = Form.object(
        "Reputation", Self.init(publisher:score:formula:rules:points:pagination:),
        .required("publisher", \.publisher, PersonBody.form),
        .required("score", \.score, .count, "The sum of the points, or 0 where that is less."),
        .required("formula", \.formula, .count, "The version of the rules."),
        .required("rules", \.rules, .list(RulePoints.form)), .required("points", \.points, .list(PointsBody.form)),
        .required("pagination", \.pagination, Pagination.form))
}

/// What the agents of a publisher come to, under the names of the specification (3.3).
package struct PublisherStatisticsPage: Body {
    package let publisher: PersonBody
    package let agents: Int64
    package let downloads: Int64
    package let readers: Int64
    package let ratingHundredths: Int64
    package let verified: Int64
    package let wasm: Int64
    package let top: [AgentSummary]

    package init(
        publisher: PersonBody, agents: Int64, downloads: Int64, readers: Int64, ratingHundredths: Int64,
        verified: Int64, wasm: Int64, top: [AgentSummary]
    ) {
        self.publisher = publisher
        self.agents = agents
        self.downloads = downloads
        self.readers = readers
        self.ratingHundredths = ratingHundredths
        self.verified = verified
        self.wasm = wasm
        self.top = top
    }

    package static let form = Form.object(
        "PublisherStatistics", Self.init(publisher:agents:downloads:readers:ratingHundredths:verified:wasm:top:),
        .required("publisher", \.publisher, PersonBody.form), .required("total_agents", \.agents, .count),
        .required("total_downloads", \.downloads, .count, "Each time."),
        .required("total_unique_downloads", \.readers, .count, "Once for each reader, agent and day."),
        .required("average_rating", \.ratingHundredths, .hundredths, "The average of the averages of rated agents."),
        .required("verified_agents", \.verified, .count, "None can be verified yet."),
        .required("wasm_agents", \.wasm, .count, "Those whose shown version has a WebAssembly module."),
        .required("top_agents", \.top, .list(AgentSummary.form), "The five with the most readers."))
}
