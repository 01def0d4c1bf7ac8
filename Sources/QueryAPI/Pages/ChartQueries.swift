import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer
import Projections
import System
import Web

/// A picture, and what tells it from others.
private struct Picture: Sendable {
    let bytes: [UInt8]
    let tag: String

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        tag = String(SHA256Digest(of: bytes).hex.prefix(32))
    }
}

extension QueryFront {
    /// How many agents each list of the page of charts has.
    private static let listedAgents = 6

    /// Adds charts, and the page that shows them.
    func addCharts(to routes: inout QueryRoutes) {
        let models = AgentReader.shownModels + AgentReader.statisticsModels
        routes.onDocument(Endpoints.statsPage, of: models) { query in
            try await shared(recent, "stats page \(query.days.rawValue)", query, of: models) {
                try await statsPage(query)
            }
        } past: { query, moment, past in
            let found = try await charts(ChartKind.allCases.filter(\.keepsPast), query.days, at: (moment, past.asOf))
            return document(found.reflecting) { _ in
                StatsPage(
                    query: query, charts: found.value, present: nil, position: moment.position, past: past)
            }
        }
        routes.onAny(Endpoints.chart) { query, request in
            guard query.asOf == nil || query.kind.keepsPast else {
                throw Problem(
                    .pastNotKept, "agents are counted by \(query.kind.rawValue) now and then, which has no past")
            }
            return try await picture(Endpoints.chart, query, of: models, request) { moment in
                guard let chart = try await charts([query.kind], query.days, at: moment).value.first else {
                    throw Problem(.pathNotFound, "there is no such chart")
                }
                return chart
            }
        }
        routes.onAny(Endpoints.agentChart) { query, request in
            try await picture(Endpoints.agentChart, query, of: AgentReader.shownModels, request) { moment in
                if let moment {
                    guard try await past.downloads(of: query.id, at: moment.0).value != nil else {
                        throw Self.noAgent(query.id, at: moment.0)
                    }
                } else if try await agents.agent(query.id).value == nil {
                    throw FrontRequest.noAgent(query.id)
                }
                return try await chart(
                    query.kind, of: query.id, on: Self.days(query.days.count, at: moment?.0),
                    Self.span(query.days, at: moment?.0, moment?.1))
            }
        }
    }

    /// The last days that were over at a moment, or the last ones up to now where there is none.
    private static func days(_ count: Int64, at moment: Moment?) -> Range<Day> {
        moment.map { days(count, before: $0) } ?? days(count)
    }

    /// The days that charts have, up to now or up to those that were over at a moment.
    static func span(_ days: ChartDays, at moment: Moment? = nil, _ asOf: AsOf? = nil) -> ChartSpan {
        let today = Timestamp(milliseconds: Host.wallClockMilliseconds()).day
        return ChartSpan(days, to: moment?.day.adding(days: -1) ?? today, asOf: asOf)
    }

    /// The charts of one agent that its page shows.
    func charts(of key: AgentKey, on days: Range<Day>, _ span: ChartSpan) async throws -> [Chart] {
        var charts: [Chart] = []
        for kind in AgentChartKind.allCases { charts.append(try await chart(kind, of: key, on: days, span)) }
        return charts
    }

    private func chart(
        _ kind: AgentChartKind, of key: AgentKey, on days: Range<Day>, _ span: ChartSpan
    ) async throws -> Chart {
        switch kind {
        case .readers:
            .readers(try await agents.dailyDownloads(of: key, on: days).map(DayDownloads.init), of: key, span)
        case .versions:
            .versions(
                try await statistics.versionLines(of: key, on: days, limit: Chart.lines).value.map(VersionDay.init),
                of: key,
                span)
        }
    }

    /// Charts of all agents, now or at a moment of the past.
    private func charts(
        _ kinds: [ChartKind], _ days: ChartDays, at moment: (Moment, AsOf)? = nil
    ) async throws -> (value: [Chart], reflecting: Reflection) {
        let range = Self.days(days.count, at: moment?.0)
        let span = Self.span(days, at: moment?.0, moment?.1)
        var charts: [Chart] = []
        var reflecting: Reflection?
        func add<Given>(_ page: Page<Given>, _ chart: (Given) -> Chart) {
            charts.append(chart(page.value))
            reflecting = reflecting?.merged(with: page.reflecting) ?? page.reflecting
        }
        for kind in kinds {
            switch kind {
            case .readers, .downloads:
                add(try await listDownloadDays(range)) { .downloads($0, readers: kind == .readers, span) }
            case .publishing: add(try await listPublishing(range)) { .publishing($0, span) }
            case .hours: add(try await listDownloadHours(range)) { .hours($0, span) }
            case .categories, .licenses:
                let group: GroupKind = kind == .licenses ? .license : .category
                add(try await listGroups(GroupQuery(kind: group, limit: Int64(Chart.bars)))) { .groups($0, by: group) }
            }
        }
        return (charts, reflecting ?? Reflection(next: Position(0), builds: ""))
    }

    private func statsPage(_ query: StatsQuery) async throws -> Document {
        let charts = try await charts(ChartKind.allCases, query.days)
        let figures = try await showStatistics()
        // Of more days than these no list is made.
        let topDays = query.days == .year ? ChartDays.quarter : query.days
        let popular = try await agents.popular(
            PopularKind.readers.rawValue, days: topDays.count, category: nil, of: nil, after: 0, limit: Chart.bars)
        let top = popular.value.agents.map(PopularLine.init)
        let keys = popular.value.agents.map(\.summary.key)
        var before: [String: Int64] = [:]
        if let day = popular.value.made?.day {
            let first = day.adding(days: 1 - topDays.count)
            before = try await statistics.readers(of: keys, on: first.adding(days: -topDays.count)..<first).value
        }
        let trending = try await agents.popular(
            PopularKind.trending.rawValue, days: 7, category: nil, of: nil, after: 0, limit: Self.listedAgents)
        let new = try await agents.newAgents(limit: Self.listedAgents)
        let updated = try await recentlyUpdated(Self.listedAgents)
        let present = StatsPage.Present(
            figures: figures.value, top: zip(top, keys).map { ($0, before[$1] ?? 0) }, topDays: topDays.count,
            trending: try AgentHit.shown(trending.value.agents.map(\.summary)), new: try AgentHit.shown(new.value),
            updated: updated.value)
        let reflection = [
            figures.reflecting, popular.reflection, trending.reflection, new.reflection, updated.reflection,
        ]
        .reduce(charts.reflecting) { $0.merged(with: $1) }
        return document(reflection) {
            StatsPage(query: query, charts: charts.value, present: present, position: $0)
        }
    }

    /// A chart as a picture for other pages. Of the present it may be some minutes old.
    private func picture<Input: PastParameters>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>, _ input: Input, of models: [Projection], _ request: FrontRequest,
        _ draw: @escaping @Sendable ((Moment, AsOf)?) async throws -> Chart
    ) async throws -> HTTPResponse {
        try await awaitMinimum(input, in: models)
        var fields: HTTPFields = [
            "content-type": "image/svg+xml", "content-security-policy": Chart.policy,
            "cross-origin-resource-policy": "cross-origin", "vary": "accept-encoding",
        ]
        // Drawing takes longer than the thread of all connections has for one of them.
        @Sendable func picture(_ moment: (Moment, AsOf)?) async throws -> Picture {
            try await withTaskExecutorPreference(globalConcurrentExecutor) { Picture(try await draw(moment).picture) }
        }
        let drawn: Picture
        if let asOf = input.asOf {
            let moment = try await moment(asOf, orElse: .positionUnknown)
            try await self.await(moment.position, in: models)
            drawn = try await replaying(for: request) { try await picture((moment, asOf)) }
            Self.add(moment, to: &fields)
        } else {
            drawn = try await shared(named, question(endpoint, input), input, of: models) { try await picture(nil) }
        }
        return request.conditional(
            etag: drawn.tag, cacheControl: input.asOf == nil ? "public, max-age=300" : "no-store",
            HTTPResponse(status: 200, fields: fields, body: .bytes(drawn.bytes)))
    }
}
