package import Events

extension Endpoints {
    package static let listPopular = Endpoint<PopularQuery, NoBody, PopularList>.table(
        "listPopular", "/popular", "List popular and trending agents",
        notes:
            "The 500 most downloaded agents of the last days, of all or of a category, by all downloads or by readers. Trending are those whose readers of 7 days grew most against a week of the four before, from 20 readers on. They are counted now and then, not with every download.",
        problems: [.cursorExpired])

    static let popular: [any AnyEndpoint] = [listPopular]
}

/// How agents are popular.
package enum PopularKind: String, Sendable, CaseIterable {
    case readers
    case downloads
    case trending
}

/// Of how many days a list of popular agents is.
package enum PopularDays: String, Sendable, CaseIterable {
    case week = "7"
    case month = "30"
    case quarter = "90"
}

/// Which popular agents to list.
package struct PopularQuery: PositionedParameters, PagedParameters {
    package let kind: PopularKind
    package let days: PopularDays
    package let category: String?
    package let limit: Int64
    package let cursor: String?
    package let format: TableFormat?
    package let minimumPosition: Position?

    package init(
        kind: PopularKind = .readers, days: PopularDays = .week, category: String? = nil, limit: Int64 = 20,
        cursor: String? = nil, format: TableFormat? = nil, minimumPosition: Position? = nil
    ) {
        self.kind = kind
        self.days = days
        self.category = category
        self.limit = limit
        self.cursor = cursor
        self.format = format
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(kind:days:category:limit:cursor:format:minimumPosition:),
        .query("by", \.kind, .choice(), default: PopularKind.readers, "By readers, by all downloads, or by growth."),
        .query(
            "days", \.days, .choice(), default: PopularDays.week, "Of the last 7, 30 or 90 days; growth is that of 7."),
        .query("category", \.category, .text(atMost: 256), "One category, in any spelling."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."),
        .format(\.format),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// A popular agent.
package struct PopularLine: Body {
    package let rank: Int64
    package let downloads: Int64
    package let readers: Int64
    package let growth: Int64?
    package let agent: AgentLine

    package init(rank: Int64, downloads: Int64, readers: Int64, growth: Int64? = nil, agent: AgentLine) {
        self.rank = rank
        self.downloads = downloads
        self.readers = readers
        self.growth = growth
        self.agent = agent
    }

    package static let form = Form.object(
        "PopularAgent", Self.init(rank:downloads:readers:growth:agent:),
        .required("rank", \.rank, .count, "From 1; the place of an agent that is not listed any more is left out."),
        .required("window_downloads", \.downloads, .count, "Within the days that the list is about."),
        .required("window_unique_downloads", \.readers, .count, "The same, once for each reader and day."),
        .optional(
            "growth", \.growth, .hundredths,
            "The readers of 7 days against a week of the four before, with 20 more each; from 20 readers on."),
        .including(\.agent, AgentLine.form))
}

/// Popular agents.
package struct PopularList: TableBody {
    package let rows: [PopularLine]
    package let day: String?
    package let counted: Position?
    package let counting: String
    package let pagination: Pagination

    package init(
        rows: [PopularLine], day: String? = nil, counted: Position? = nil, counting: String = Counting.all,
        pagination: Pagination
    ) {
        self.rows = rows
        self.day = day
        self.counted = counted
        self.counting = counting
        self.pagination = pagination
    }

    package static let form = Form.object(
        "PopularAgents", Self.init(rows:day:counted:counting:pagination:),
        .required("agents", \.rows, .list(PopularLine.form)),
        .optional("day", \.day, .text, "The last day that is counted."),
        .optional("counted_at", \.counted, .position, "They were counted when it was the last position."),
        .required("counting", \.counting, .text, "What the counts mean."),
        .required("pagination", \.pagination, Pagination.form))
}
