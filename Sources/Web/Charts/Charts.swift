package import Contract
package import Events

/// The days that a chart is drawn of.
package struct ChartSpan: Sendable {
    let days: ChartDays
    let last: Day
    /// How the moment of the past was asked for; nil for the present.
    let asOf: AsOf?

    /// - Parameter last: the last day that is shown.
    package init(_ days: ChartDays, to last: Day, asOf: AsOf? = nil) {
        self.days = days
        self.last = last
        self.asOf = asOf
    }

    /// The moment of the past, behind a title.
    fileprivate var moment: String { asOf.map { ", as of \($0)" } ?? "" }

    fileprivate var first: Day { last.adding(days: 1 - days.count) }

    fileprivate func drawing(_ lines: [LineDrawing.Line]) -> LineDrawing {
        LineDrawing(lines: lines, first: first, last: last, goesOn: asOf == nil)
    }
}

extension ChartDays {
    /// What a link to them says.
    var words: String { self == .year ? "a year" : "\(rawValue) days" }
}

// The charts of all agents.
extension Chart {
    private static let eachTime = "Each download counts."

    /// Readers, or all downloads, by day.
    package static func downloads(_ list: DownloadDays, readers: Bool, _ span: ChartSpan) -> Chart {
        let name = readers ? "Readers" : "Downloads"
        let values = list.rows.map { ($0.day, readers ? $0.readers : $0.downloads) }
        let oncePerDay =
            "Each reader counts once for each agent and day; readers of two days or agents can't be told apart."
        let isAtMost = list.rows.contains(where: \.isAtMost)
        return Chart(
            title: "\(name) a day", subject: span.moment,
            rule: readers ? oncePerDay + (isAtMost ? Counting.atMost : "") : eachTime,
            drawing: span.drawing([.init(name, values)]),
            addresses: Addresses(readers ? .readers : .downloads, Endpoints.listDownloadDays, span))
    }

    /// Published versions by day.
    package static func publishing(_ list: PublishingDays, _ span: ChartSpan) -> Chart {
        Chart(
            title: "Versions published a day", subject: span.moment, rule: "By the day of their entry, UTC.",
            drawing: span.drawing([.init("Versions", list.rows.map { ($0.day, $0.versions) })]),
            addresses: Addresses(.publishing, Endpoints.listPublishing, span))
    }

    /// Downloads by hour of the week.
    package static func hours(_ list: DownloadHours, _ span: ChartSpan) -> Chart {
        let counts = list.rows.map { (HeatDrawing.Hour(weekday: $0.weekday, hour: $0.hour), $0.downloads) }
        return Chart(
            title: "When people download", subject: span.moment, rule: "\(eachTime) By hour in UTC.",
            drawing: HeatDrawing(counts: Dictionary(counts) { $0 + $1 }),
            addresses: Addresses(.hours, Endpoints.listDownloadHours, span))
    }

    /// How many bars a chart has.
    package static let bars = 10

    /// Agents by category or licence.
    package static func groups(_ list: GroupList, by kind: GroupKind) -> Chart {
        let isLicense = kind == .license
        func link(_ format: TableFormat?) -> Link {
            Link(Endpoints.listGroups, GroupQuery(kind: kind, format: format))
        }
        return Chart(
            title: isLicense ? "Agents by licence" : "Agents by category",
            rule: isLicense
                ? "Agents that are listed and not held; one with several licences counts for each."
                : "Agents that are listed and not held.",
            drawing: BarDrawing(
                what: isLicense ? "Licence" : "Category", counted: "Agents",
                bars: list.rows.prefix(bars).map { ($0.value.isEmpty ? "none" : $0.value, $0.agents) }),
            addresses: Addresses(
                picture: Link(Endpoints.chart, ChartQuery(kind: isLicense ? .licenses : .categories)),
                json: link(nil), csv: link(.csv)))
    }
}

// The charts of one agent.
extension Chart {
    /// How many versions have a line of their own; all others have one together.
    package static let lines = 5

    /// Readers by day.
    package static func readers(_ days: [DayDownloads], of id: AgentKey, _ span: ChartSpan) -> Chart {
        Chart(
            title: "Readers a day", subject: " of \(id)\(span.moment)",
            rule: "Each reader counts once a day; readers of two days can't be told apart.",
            drawing: span.drawing([.init("Readers", days.map { ($0.day, $0.readers) })]),
            addresses: Addresses(.readers, of: id, span))
    }

    /// Downloads by day and version; an empty version stands for all others.
    package static func versions(_ days: [VersionDay], of id: AgentKey, _ span: ChartSpan) -> Chart {
        let byVersion = Dictionary(grouping: days, by: \.version)
        func total(_ version: String) -> Int64 { byVersion[version]?.reduce(0) { $0 + $1.downloads } ?? 0 }
        // The others come last.
        let versions = byVersion.keys.sorted {
            ($0.isEmpty ? 1 : 0, -total($0), $0) < ($1.isEmpty ? 1 : 0, -total($1), $1)
        }
        return Chart(
            title: "Downloads a day by version", subject: " of \(id)\(span.moment)", rule: eachTime,
            drawing: span.drawing(
                versions.map { version in
                    .init(
                        version.isEmpty ? "others" : version,
                        (byVersion[version] ?? []).map { ($0.day, $0.downloads) })
                }),
            addresses: Addresses(.versions, of: id, span))
    }
}

extension LineDrawing.Line {
    /// - Parameter values: the days as written in answers.
    fileprivate init(_ name: String, _ values: [(day: String, count: Int64)]) {
        self.init(
            name: name,
            values: Dictionary(values.compactMap { value in Day(value.day).map { ($0, value.count) } }) { $0 + $1 })
    }
}

extension Chart.Addresses {
    fileprivate init<Given>(_ kind: ChartKind, _ data: Endpoint<DaysQuery, NoBody, Given>, _ span: ChartSpan) {
        let days = span.days.count
        self.init(
            picture: Link(Endpoints.chart, ChartQuery(kind: kind, days: span.days, asOf: span.asOf)),
            json: Link(data, DaysQuery(days: days, asOf: span.asOf)),
            csv: Link(data, DaysQuery(days: days, format: .csv, asOf: span.asOf)))
    }

    fileprivate init(_ kind: AgentChartKind, of id: AgentKey, _ span: ChartSpan) {
        let (days, asOf) = (span.days.count, span.asOf)
        func link(_ format: TableFormat?) -> Link {
            switch kind {
            case .readers:
                Link(Endpoints.listAgentDays, AgentDaysQuery(id: id, days: days, format: format, asOf: asOf))
            case .versions:
                Link(
                    Endpoints.listVersionDays,
                    VersionDaysQuery(id: id, days: days, limit: 10_000, format: format, asOf: asOf))
            }
        }
        func picture(_ days: ChartDays) -> Link {
            Link(Endpoints.agentChart, AgentChartQuery(id: id, kind: kind, days: days, asOf: asOf))
        }
        self.init(
            picture: picture(span.days), json: link(nil), csv: link(.csv),
            ranges: ChartDays.allCases.filter { $0 != span.days }.map { ($0, picture($0)) })
    }
}
