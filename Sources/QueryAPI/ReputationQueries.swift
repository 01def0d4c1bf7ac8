import Contract
import Events
import HTTPFront
import Projections

extension QueryFront {
    func addReputation(to routes: inout QueryRoutes) {
        routes.on(Endpoints.showReputation, of: AgentReader.reputationModels) { query in
            try await showReputation(query, at: nil)
        } past: { query, moment in
            try await showReputation(query, at: moment.position)
        }
        routes.on(Endpoints.showPublisherStatistics, of: AgentReader.shownModels) { query in
            try await showPublisherStatistics(query)
        }
    }

    func showPublisherStatistics(_ query: PersonQuery) async throws -> Page<PublisherStatisticsPage> {
        let publisher = try await publisher(query.name)
        let found = try await statistics.statistics(ofPublisher: publisher.value.id)
        let statistics = found.value
        return Page(
            value: PublisherStatisticsPage(
                publisher: PersonBody(id: publisher.value.id, username: publisher.value.name),
                agents: statistics.agents, downloads: statistics.downloads, readers: statistics.readers,
                ratingHundredths: statistics.ratingHundredths, verified: 0, wasm: statistics.wasm,
                top: try statistics.top.map { try AgentSummary($0) }),
            reflecting: publisher.reflection.merged(with: found.reflection))
    }

    /// The publisher with a name.
    func publisher(_ name: String) async throws -> Reflecting<AgentReader.Publisher> {
        let nobody = Problem(.userNotFound, "there is nobody named '\(name.prefix(128))' here")
        guard let username = Username(name) else { throw nobody }
        let found = try await agents.publisher(named: username)
        guard let publisher = found.value else { throw nobody }
        return Reflecting(value: publisher, reflection: found.reflection)
    }

    func showReputation(_ query: ReputationQuery, at position: Position?) async throws -> Page<ReputationPage> {
        let after = try AgentReader.PointCursor(query.cursor)
        let publisher = try await publisher(query.name)
        let found = try await statistics.reputation(
            of: publisher.value.id, at: position, after: after, limit: Int(query.limit) + 1)
        let page = PageRows(found.value.items, limit: query.limit) { "\($0.rule.rawValue)~\($0.key)~\($0.detail)" }
        let byRule = Dictionary(found.value.rules.map { ($0.rule, $0) }) { $1 }
        let rules = ReputationRule.allCases.map { rule in
            RulePoints(rule: rule.rawValue, items: byRule[rule]?.items ?? 0, points: byRule[rule]?.points ?? 0)
        }
        return Page(
            value: ReputationPage(
                publisher: PersonBody(id: publisher.value.id, username: publisher.value.name),
                score: max(0, rules.reduce(0) { $0 + $1.points }), formula: Int64(Projection.reputation.version),
                rules: rules, points: page.rows.map(PointsBody.init), pagination: page.pagination),
            reflecting: publisher.reflection.merged(with: found.reflection),
            cursor: page.pagination.nextCursor)
    }
}

extension PointsBody {
    fileprivate init(_ points: AgentReader.Points) {
        let detail = points.detail.isEmpty ? nil : points.detail
        self.init(
            rule: points.rule.rawValue, agent: points.key, version: points.rule == .hold ? detail : nil,
            file: points.rule == .removal ? detail : nil, points: points.points, position: points.position)
    }
}

extension AgentReader.PointCursor {
    /// Reads a cursor; none begins the list.
    fileprivate init(_ cursor: String?) throws(Problem) {
        self.init()
        guard let cursor else { return }
        let parts = cursor.split(separator: "~", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, ReputationRule(rawValue: parts[0]) != nil, AgentKey(parts[1]) != nil else {
            throw badCursor
        }
        self.init(rule: parts[0], key: parts[1], detail: parts[2])
    }
}
