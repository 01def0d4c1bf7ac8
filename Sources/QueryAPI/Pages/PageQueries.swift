import Contract
import Events
import HTTPFront
import HTTPServer
import Projections
import Search
import System
import Web

extension QueryFront {
    /// How many agents each list of the first page has.
    private static let shownAgents: Int64 = 6

    func addPages(to routes: inout QueryRoutes) {
        let modelsOfFront = AgentReader.shownModels + AgentReader.statisticsModels
        routes.onDocument(Endpoints.frontPage, of: modelsOfFront) { query in
            try await shared(recent, "front page", query, of: modelsOfFront) { try await frontPage() }
        }
        routes.onDocument(Endpoints.searchPage, of: AgentReader.shownModels) { query in
            // Splitting texts and ranking take milliseconds.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await searchPage(query) }
        }
        addAgentPages(to: &routes)
        addComparison(to: &routes)
        addPublisherPages(to: &routes)
        routes.onDocument(Endpoints.categoryPage, of: AgentReader.shownModels) { input in
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await categoryPage(input) }
        }
        addCharts(to: &routes)
        addFeeds(to: &routes)
        addLogPages(to: &routes)
        for text in SiteText.allCases {
            let page = TextPage(text)
            routes.onText(Endpoints.textPage(text)) { _ in page }
        }
        let (guide, chapters) = (GuidePage(), ChapterPage.all)
        routes.onText(Endpoints.guidePage) { _ in guide }
        routes.onText(Endpoints.chapterPage) { input in
            guard let page = chapters[input.chapter] else { throw Problem(.pathNotFound, "there is no such chapter") }
            return page
        }
        routes.onText(Endpoints.operationPage) { input in
            guard let page = OperationPage(name: input.name) else {
                throw Problem(.pathNotFound, "the API has no operation '\(input.name.prefix(64))'")
            }
            return page
        }
        routes.onAny(Endpoints.pageAsset) { input, _ in try Asset.response(input.name) }
    }

    private func addPublisherPages(to routes: inout QueryRoutes) {
        routes.onDocument(Endpoints.publisherPage, of: AgentReader.reputationModels) { query in
            let found = try await showPublisher(PublisherParameters(name: query.name, cursor: query.cursor))
            @Sendable func sums() async throws -> (Page<PublisherStatisticsPage>, Page<ReputationPage>) {
                (
                    try await showPublisherStatistics(PersonQuery(name: query.name)),
                    try await showReputation(ReputationQuery(name: query.name, limit: 1), at: nil)
                )
            }
            // Both go through all that somebody publishes.
            let (statistics, reputation) = try await shared(
                recent, "publisher \(found.value.id)", query, of: AgentReader.reputationModels, sums)
            let reflecting = found.reflecting.merged(with: statistics.reflecting).merged(with: reputation.reflecting)
            return document(reflecting) {
                PublisherDocument(
                    publisher: found.value, statistics: statistics.value, score: reputation.value.score, position: $0)
            }
        }
        routes.onDocument(Endpoints.reputationPage, of: AgentReader.reputationModels) { query in
            let found = try await showReputation(query, at: nil)
            return document(found.reflecting) {
                ReputationDocument(reputation: found.value, query: query, position: $0)
            }
        } past: { query, moment, past in
            let found = try await showReputation(query, at: moment.position)
            return document(found.reflecting) { _ in
                ReputationDocument(reputation: found.value, query: query, position: moment.position, past: past)
            }
        }
    }

    private func categoryPage(_ input: CategoryParameters) async throws -> Document {
        let limit = Int(Self.shownAgents)
        let listed = try await listAgents(
            AgentQuery(category: input.name, sort: .recent, hasFacets: true, limit: Self.shownAgents))
        guard let total = listed.value.search?.total, total > 0 else {
            throw Self.noCategory(input.name)
        }
        let trending = try await agents.popular(
            PopularKind.trending.rawValue, days: 7, category: input.name, of: nil, after: 0, limit: limit)
        let popular = try await agents.popular(
            PopularKind.readers.rawValue, days: 30, category: input.name, of: nil, after: 0, limit: limit)
        let reflection = listed.reflecting.merged(with: trending.reflection).merged(with: popular.reflection)
        // As those in it write it.
        let name = listed.value.agents.first?.summary.categories.first ?? input.name
        let page = CategoryPage(
            name: name, total: total, trending: try AgentHit.shown(trending.value.agents.map(\.summary)),
            popular: try AgentHit.shown(popular.value.agents.map(\.summary)),
            updated: listed.value.agents, position: reflection.position)
        return Document(page: page, reflecting: reflection, subject: listed.subject)
    }

    private func frontPage() async throws -> Document {
        let figures = try await showStatistics()
        let limit = Int(Self.shownAgents)
        let trending = try await agents.popular(
            PopularKind.trending.rawValue, days: 7, category: nil, of: nil, after: 0, limit: limit)
        let popular = try await agents.popular(
            PopularKind.readers.rawValue, days: 30, category: nil, of: nil, after: 0, limit: limit)
        let new = try await listTop(TopQuery(kind: .new, limit: Self.shownAgents))
        let updated = try await recentlyUpdated(limit, apartFrom: Set(new.value.rows.map(\.id)))
        let categories = try await search.categories()
        let newest = try await agents.agents(new.value.rows.map(\.id))
        let reflection = [
            figures.reflecting, trending.reflection, popular.reflection, newest.reflection, updated.reflection,
            categories.reflection,
        ]
        .reduce(new.reflecting) { $0.merged(with: $1) }
        let page = FrontPage(
            figures: figures.value, trending: try AgentHit.shown(trending.value.agents.map(\.summary)),
            popular: try AgentHit.shown(popular.value.agents.map(\.summary)), new: try AgentHit.shown(newest.value),
            updated: updated.value,
            categories: categories.value.map(CountBody.init),
            position: reflection.position)
        return Document(page: page, reflecting: reflection)
    }

    /// Of so many agents that were published last, those that are shown are listed: moderators may hold a wave of them.
    private static let recentAgents = 100

    /// The agents that were published last, without those that are held or stand in another list.
    func recentlyUpdated(_ limit: Int, apartFrom others: Set<String> = []) async throws -> Reflecting<[AgentHit]> {
        let found = try await agents.list(from: .recent(before: .max), limit: Self.recentAgents)
        let rows = found.value.filter { !$0.isQuarantined && !others.contains($0.key) }.prefix(limit)
        return Reflecting(value: try AgentHit.shown(Array(rows)), reflection: found.reflection)
    }

    private func searchPage(_ query: AgentQuery) async throws -> Document {
        let found = try await listAgents(query.withFacets)
        let page = SearchPage(
            query: query, list: found.value, isRanked: !SearchQuery(query.words ?? "").isEmpty,
            position: found.reflecting.position)
        return Document(page: page, reflecting: found.reflecting, subject: found.subject)
    }
}

extension AgentQuery {
    /// The same, with the numbers that filters show.
    fileprivate var withFacets: AgentQuery {
        AgentQuery(
            words: words, category: category, publisher: publisher, runtime: runtime, license: license,
            hasWASM: hasWASM, minimumRating: minimumRating, sort: sort, hasFacets: true, cursor: cursor,
            minimumPosition: minimumPosition)
    }
}
