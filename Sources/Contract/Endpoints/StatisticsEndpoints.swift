package import Events

extension Endpoints {
    package static let showStatistics = Endpoint<TotalsQuery, NoBody, StatisticsPage>.query(
        "showStatistics", "/stats", "Show what the marketplace comes to",
        notes: "How many agents there are and how they are rated is counted now and then, not with every change.",
        cost: .search)
    package static let listDownloadDays = Endpoint<DaysQuery, NoBody, DownloadDays>.table(
        "listDownloadDays", "/stats/downloads", "List downloads of all agents by day",
        notes: "The past counts the days that were over then, with what was told late of them.")
    package static let listDownloadHours = Endpoint<DaysQuery, NoBody, DownloadHours>.table(
        "listDownloadHours", "/stats/hours", "List downloads of all agents by hour and day of the week",
        notes: "The past counts the days that were over then.")
    package static let listPublishing = Endpoint<DaysQuery, NoBody, PublishingDays>.table(
        "listPublishing", "/stats/publishing", "List what was published by day, and how many people did",
        notes: "The past counts the days that were over then.")
    package static let listVersionDays = Endpoint<VersionDaysQuery, NoBody, VersionDays>.table(
        "listVersionDays", "/agents/{id}/downloads/versions", "List downloads of an agent by day and version",
        notes: "What is still used. The past counts the days that were over then, with what was told late of them.")
    package static let listAgentDays = Endpoint<AgentDaysQuery, NoBody, AgentDays>.table(
        "listAgentDays", "/agents/{id}/downloads/days", "List downloads of an agent by day",
        notes: "The past counts the days that were over then, with what was told late of them.")
    package static let listGroups = Endpoint<GroupQuery, NoBody, GroupList>.table(
        "listGroups", "/stats/groups", "Count agents by category, runtime or licence",
        notes: "Agents that search shows. They are counted now and then, not with every change.")
    package static let listTop = Endpoint<TopQuery, NoBody, TopList>.table(
        "listTop", "/stats/top", "List new, recently updated and top agents")

    static let statistics: [any AnyEndpoint] = [
        showStatistics, listDownloadDays, listDownloadHours, listPublishing, listAgentDays, listVersionDays, listGroups,
        listTop,
    ]
}

extension Endpoint where Given: TableBody, Sent == NoBody {
    /// An endpoint that answers with a table, as JSON or CSV.
    static func table(
        _ name: String, _ path: String, _ summary: String, notes: String? = nil, problems: [ProblemCode] = []
    ) -> Endpoint {
        var endpoint = query(
            name, path, summary, notes: notes, cost: .search, fields: [(Fields.counting, "What the counts mean.")],
            problems: problems,
            otherContent: [(EndpointDeclaration.csv, .string())])
        endpoint.table = { CSV.bytes(Given.Row.form, $0.rows) }
        return endpoint
    }
}

/// What downloads are counted as, in words.
package enum Counting {
    /// Of one agent.
    package static let agent =
        "downloads: each time; unique_downloads: once for each reader and day. Readers of two days can't be told apart."
    /// Of the versions of one agent.
    package static let versions =
        "downloads: each time; unique_downloads: once for each reader, version and day. Readers of two days can't be told apart."
    /// Of all agents.
    package static let all =
        "downloads: each time; unique_downloads: once for each reader, agent and day. Readers of two days or agents can't be told apart."
    /// With readers who may count twice.
    package static let atMost = " Readers were told apart under several keys, so these are at most so many."
    /// By the hour.
    package static let hours = "downloads: each time, by the hour in UTC."
    /// Of publishing.
    package static let publishing =
        "versions and new agents by the day of their entry in UTC; publishers: people who published any that day."
    /// Of agents.
    package static let agents = "agents that are listed and not held; one with several licences counts for each."
    /// Of lists.
    package static let lists = "agents that are listed and not held."
}

/// The parameters of an answer about all agents.
package struct TotalsQuery: PositionedParameters {
    package let minimumPosition: Position?

    package init(minimumPosition: Position? = nil) { self.minimumPosition = minimumPosition }

    package static let parameters = ParameterForm.of(
        Self.init(minimumPosition:),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// Some days up to now or up to a moment.
package struct DaysQuery: PastParameters {
    package let days: Int64
    package let format: TableFormat?
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(days: Int64 = 30, format: TableFormat? = nil, minimumPosition: Position? = nil, asOf: AsOf? = nil) {
        self.days = days
        self.format = format
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(days:format:minimumPosition:asOf:),
        .query("days", \.days, .integer(from: 1, to: 3_660), default: Int64(30), "How many days."),
        .format(\.format),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

/// An agent and some days.
package struct AgentDaysQuery: PastParameters {
    package let id: AgentKey
    package let days: Int64
    package let format: TableFormat?
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(
        id: AgentKey, days: Int64 = 90, format: TableFormat? = nil, minimumPosition: Position? = nil, asOf: AsOf? = nil
    ) {
        self.id = id
        self.days = days
        self.format = format
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:days:format:minimumPosition:asOf:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .query("days", \.days, .integer(from: 1, to: 3_660), default: Int64(90), "How many days."),
        .format(\.format),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

/// An agent and some days, and where the list goes on.
package struct VersionDaysQuery: PastParameters, PagedParameters {
    package let id: AgentKey
    package let days: Int64
    package let limit: Int64
    package let cursor: String?
    package let format: TableFormat?
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(
        id: AgentKey, days: Int64 = 90, limit: Int64 = 1_000, cursor: String? = nil, format: TableFormat? = nil,
        minimumPosition: Position? = nil, asOf: AsOf? = nil
    ) {
        self.id = id
        self.days = days
        self.limit = limit
        self.cursor = cursor
        self.format = format
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:days:limit:cursor:format:minimumPosition:asOf:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .query("days", \.days, .integer(from: 1, to: 3_660), default: Int64(90), "How many days."),
        .query("limit", \.limit, .integer(from: 1, to: 10_000), default: Int64(1_000), "The most rows of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."),
        .format(\.format),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

/// What agents are counted by.
package enum GroupKind: String, Sendable, CaseIterable {
    case category
    case runtime
    case license
}

/// What to count agents by.
package struct GroupQuery: PositionedParameters {
    package let kind: GroupKind
    package let limit: Int64
    package let format: TableFormat?
    package let minimumPosition: Position?

    package init(
        kind: GroupKind = .category, limit: Int64 = 100, format: TableFormat? = nil, minimumPosition: Position? = nil
    ) {
        self.kind = kind
        self.limit = limit
        self.format = format
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(kind:limit:format:minimumPosition:),
        .query("by", \.kind, .choice(), default: GroupKind.category, "What to count by."),
        .query(
            "limit", \.limit, .integer(from: 1, to: 1_000), default: Int64(100),
            "The most rows: those of the most agents."),
        .format(\.format),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// Which agents come first.
package enum TopKind: String, Sendable, CaseIterable {
    case new
    case updated
    case downloads
    case stars
    case rating
}

/// Which agents to list.
package struct TopQuery: PositionedParameters {
    package let kind: TopKind
    package let limit: Int64
    package let format: TableFormat?
    package let minimumPosition: Position?

    package init(
        kind: TopKind = .downloads, limit: Int64 = 10, format: TableFormat? = nil, minimumPosition: Position? = nil
    ) {
        self.kind = kind
        self.limit = limit
        self.format = format
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(kind:limit:format:minimumPosition:),
        .query(
            "by", \.kind, .choice(), default: TopKind.downloads,
            "Those registered last, those with the last version, or those with the most of something."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(10), "The most rows."),
        .format(\.format),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}
