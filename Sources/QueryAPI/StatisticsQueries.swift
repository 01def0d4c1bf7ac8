import Contract
import Events
import HTTPFront
import HTTPServer
import Manifest
import Projections
import System

extension QueryFront {
    func addStatistics(to routes: inout QueryRoutes) {
        routes.on(Endpoints.showStatistics, of: AgentReader.statisticsModels) { query in
            try await shared(recent, "stats", query, of: AgentReader.statisticsModels) { try await showStatistics() }
        }
        addDays(to: &routes, Endpoints.listDownloadDays) { try await listDownloadDays($0) }
        addDays(to: &routes, Endpoints.listDownloadHours) { try await listDownloadHours($0) }
        addDays(to: &routes, Endpoints.listPublishing) { try await listPublishing($0) }
        routes.on(Endpoints.listAgentDays, of: [.agents]) { query in
            let found = try await agents.agent(query.id)
            if found.value == nil { throw FrontRequest.noAgent(query.id) }
            return try await agentDays(query, on: Self.days(query.days), found.reflection)
        } past: { query, moment in
            let found = try await past.downloads(of: query.id, at: moment)
            guard found.value != nil else { throw Self.noAgent(query.id, at: moment) }
            return try await agentDays(query, on: Self.days(query.days, before: moment), found.reflection)
        }
        routes.on(Endpoints.listVersionDays, of: [.agents]) { query in
            if try await agents.agent(query.id).value == nil { throw FrontRequest.noAgent(query.id) }
            return try await versionDays(query, on: Self.days(query.days))
        } past: { query, moment in
            guard try await past.downloads(of: query.id, at: moment).value != nil else {
                throw Self.noAgent(query.id, at: moment)
            }
            return try await versionDays(query, on: Self.days(query.days, before: moment))
        }
        routes.on(Endpoints.listGroups, of: [.agents]) { try await listGroups($0) }
        routes.on(Endpoints.listTop, of: AgentReader.shownModels) { try await listTop($0) }
    }

    private func addDays<Given>(
        to routes: inout QueryRoutes, _ endpoint: Endpoint<DaysQuery, NoBody, Given>,
        _ show: @escaping @Sendable (Range<Day>) async throws -> Page<Given>
    ) {
        routes.on(endpoint, of: AgentReader.statisticsModels) { query in
            try await shared(
                recent, "\(endpoint.declaration.name) \(query.days)", query, of: AgentReader.statisticsModels
            ) { try await show(Self.days(query.days)) }
        } past: { query, moment in
            try await show(Self.days(query.days, before: moment))
        }
    }

    /// The last days up to now. Another server's clock may be ahead.
    static func days(_ days: Int64) -> Range<Day> {
        let today = Timestamp(milliseconds: Host.wallClockMilliseconds()).day
        return today.adding(days: 1 - days)..<today.adding(days: 2)
    }

    /// The last days that were over at a moment.
    static func days(_ days: Int64, before moment: Moment) -> Range<Day> {
        moment.day.adding(days: -days)..<moment.day
    }

    private static func page<Given>(_ value: Given, _ reflection: Reflection, _ counting: String) -> Page<Given> {
        Page(value: value, reflecting: reflection, fields: [Fields.counting: counting])
    }

    func listDownloadDays(_ days: Range<Day>) async throws -> Page<DownloadDays> {
        let found = try await statistics.days(days)
        let isAtMost = found.value.contains(where: \.isAtMost)
        let counting = Counting.all + (isAtMost ? Counting.atMost : "")
        let rows = found.value.map { day in
            DownloadDay(day: day.day, downloads: day.downloads, readers: day.readers, isAtMost: day.isAtMost)
        }
        return Self.page(DownloadDays(rows: rows, counting: counting), found.reflection, counting)
    }

    func listDownloadHours(_ days: Range<Day>) async throws -> Page<DownloadHours> {
        let found = try await statistics.hours(days)
        let rows = found.value.map { DownloadHour(weekday: $0.weekday, hour: $0.hour, downloads: $0.downloads) }
        return Self.page(DownloadHours(rows: rows), found.reflection, Counting.hours)
    }

    func listPublishing(_ days: Range<Day>) async throws -> Page<PublishingDays> {
        let found = try await statistics.publishing(days)
        let rows = found.value.days.map { day in
            PublishingDay(day: day.day, versions: day.versions, agents: day.agents, publishers: day.publishers)
        }
        return Self.page(
            PublishingDays(rows: rows, publishers: found.value.publishers), found.reflection, Counting.publishing)
    }

    func listGroups(_ query: GroupQuery) async throws -> Page<GroupList> {
        let found = try await statistics.groups(by: query.kind.rawValue, limit: Int(query.limit))
        let list = GroupList(
            rows: found.value.groups.map { GroupBody(value: $0.value, agents: $0.agents) },
            counted: found.value.made?.position)
        return Self.page(list, found.reflection, list.counting)
    }

    func showStatistics() async throws -> Page<StatisticsPage> {
        let week = try await statistics.days(Self.days(7))
        let publishing = try await statistics.publishing(Self.days(30))
        let groups = try await statistics.groups(by: "all", limit: 10).value
        let counts = Dictionary(groups.groups.map { ($0.value, $0.agents) }) { $1 }
        return Page(
            value: StatisticsPage(
                agents: counts["agents"] ?? 0, activePublishers: publishing.value.publishers,
                downloads: week.value.reduce(0) { $0 + $1.downloads },
                readers: week.value.reduce(0) { $0 + $1.readers },
                isAtMost: week.value.contains(where: \.isAtMost), ratingHundredths: counts["average"] ?? 0,
                rated: counts["rated"] ?? 0, counted: groups.made?.position),
            reflecting: week.reflection.merged(with: publishing.reflection))
    }

    private func agentDays(
        _ query: AgentDaysQuery, on days: Range<Day>, _ reflection: Reflection
    ) async throws -> Page<AgentDays> {
        let rows = try await agents.dailyDownloads(of: query.id, on: days).map(DayDownloads.init)
        return Self.page(AgentDays(rows: rows), reflection, Counting.agent)
    }

    private func versionDays(_ query: VersionDaysQuery, on days: Range<Day>) async throws -> Page<VersionDays> {
        let after = try query.cursor.map { text throws(Problem) in
            let parts = text.split(separator: "~", maxSplits: 1).map(String.init)
            guard parts.count == 2, let day = Day(parts[0]), SemVer(parts[1]) != nil else { throw badCursor }
            return (day: day, version: parts[1])
        }
        let found = try await statistics.versionDays(of: query.id, on: days, after: after, limit: Int(query.limit) + 1)
        let page = PageRows(found.value, limit: query.limit) { "\($0.day)~\($0.version)" }
        let rows = page.rows.map(VersionDay.init)
        return Page(
            value: VersionDays(rows: rows, pagination: page.pagination), reflecting: found.reflection,
            cursor: page.pagination.nextCursor, fields: [Fields.counting: Counting.versions])
    }

    private static let heldAgents = 100

    func listTop(_ query: TopQuery) async throws -> Page<TopList> {
        // A few more, since those that moderators hold are left out.
        let limit = Int(query.limit) + Self.heldAgents
        let found =
            switch query.kind {
            case .new: try await agents.newAgents(limit: limit)
            case .updated: try await agents.list(from: .recent(before: .max), limit: limit)
            case .downloads: try await agents.list(from: .downloads(below: .max, after: ""), limit: limit)
            case .stars: try await agents.list(from: .stars(below: .max, after: ""), limit: limit)
            case .rating: try await agents.list(from: .rating(below: .max, after: ""), limit: limit)
            }
        let shown = found.value.filter { !$0.isQuarantined }.prefix(Int(query.limit))
        return Self.page(TopList(rows: shown.map(AgentLine.init)), found.reflection, Counting.lists)
    }
}

extension AgentReader.MadeFrom {
    /// The position that was the last one.
    var position: Position? { next.value == 0 ? nil : Position(next.value - 1) }
}

extension VersionDay {
    init(_ row: AgentReader.VersionDayCount) {
        self.init(day: row.day, version: row.version, downloads: row.downloads, readers: row.readers)
    }
}

extension AgentLine {
    init(_ row: AgentReader.Summary) {
        self.init(
            id: row.key, agentID: row.agentID, displayName: row.title.isEmpty ? row.agentID : row.title,
            summary: row.summary, publisher: row.username, category: row.category,
            latestVersion: row.isWithheld ? nil : row.latestVersion, readers: row.readers, stars: row.stars,
            ratingHundredths: row.rating.hundredths, ratings: row.rating.count, created: row.created,
            updated: row.updated)
    }
}
