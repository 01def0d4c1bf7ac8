package import Events

extension Endpoints {
    package static let statsPage = Endpoint<StatsQuery, NoBody, NoBody>.page(
        "statsPage", "/stats", "What the marketplace comes to, as charts", cost: .search, problems: [.pastTooLong])
    package static let chart = Endpoint<ChartQuery, NoBody, NoBody>.picture(
        "chart", "/stats/{name}", "A chart of all agents, for other pages", problems: [.pathNotFound])
    package static let agentChart = Endpoint<AgentChartQuery, NoBody, NoBody>.picture(
        "agentChart", "/agents/{id}/charts/{name}", "A chart of an agent, for other pages", problems: [.pathNotFound])

    /// Charts, and the page that shows them.
    static let charts: [any AnyEndpoint] = [statsPage, chart, agentChart]
}

/// What a chart of all agents shows.
package enum ChartKind: String, CaseIterable, Sendable, PictureName {
    case readers, downloads, publishing, hours, categories, licenses

    /// True where it is drawn of days, so that it has a past.
    package var keepsPast: Bool { self != .categories && self != .licenses }
}

/// What a chart of one agent shows.
package enum AgentChartKind: String, CaseIterable, Sendable, PictureName {
    case readers, versions
}

/// Of how many days charts are.
package enum ChartDays: String, CaseIterable, Sendable {
    case week = "7"
    case month = "30"
    case quarter = "90"
    case year = "365"

    /// The number.
    package var count: Int64 {
        switch self {
        case .week: 7
        case .month: 30
        case .quarter: 90
        case .year: 365
        }
    }
}

extension Parameter {
    /// The parameter `days` of charts.
    fileprivate static func chartDays(_ get: @escaping @Sendable (Object) -> ChartDays) -> Parameter
    where Value == ChartDays {
        .query("days", get, .choice(), default: ChartDays.quarter, "How many days.")
    }
}

/// Of which days charts are shown.
package struct StatsQuery: PastParameters {
    package let days: ChartDays
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(days: ChartDays = .quarter, minimumPosition: Position? = nil, asOf: AsOf? = nil) {
        self.days = days
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(days:minimumPosition:asOf:), .chartDays(\.days),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

/// A chart of all agents.
package struct ChartQuery: PastParameters {
    package let kind: ChartKind
    package let days: ChartDays
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(
        kind: ChartKind, days: ChartDays = .quarter, minimumPosition: Position? = nil, asOf: AsOf? = nil
    ) {
        self.kind = kind
        self.days = days
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(kind:days:minimumPosition:asOf:),
        .path("name", \.kind, .picture(), "Which one."), .chartDays(\.days),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

/// A chart of an agent.
package struct AgentChartQuery: PastParameters, AboutOneAgent {
    package let id: AgentKey
    package let kind: AgentChartKind
    package let days: ChartDays
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(
        id: AgentKey, kind: AgentChartKind, days: ChartDays = .quarter, minimumPosition: Position? = nil,
        asOf: AsOf? = nil
    ) {
        self.id = id
        self.kind = kind
        self.days = days
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:kind:days:minimumPosition:asOf:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .path("name", \.kind, .picture(), "Which one."), .chartDays(\.days),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}
