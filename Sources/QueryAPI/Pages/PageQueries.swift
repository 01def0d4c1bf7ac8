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
        routes.onDocument(Endpoints.frontPage, of: AgentReader.shownModels + AgentReader.statisticsModels) { query in
            // What goes through many rows is read for all who ask at the same time.
            guard query.minimumPosition == nil else { return try await frontPage() }
            return try await recent.value("front page") { try await frontPage() }
        }
        routes.onDocument(Endpoints.searchPage, of: AgentReader.shownModels) { query in
            // Splitting texts and ranking take milliseconds.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await searchPage(query) }
        }
        routes.onDocument(Endpoints.agentPage, of: AgentReader.shownModels) { input in
            try await agentPage(input)
        } past: { input, moment, past in
            try await agentPage(input, at: moment, past)
        }
        routes.onDocument(Endpoints.versionsPage, of: AgentReader.shownModels) { query in
            let (agent, reflection) = try await shownAgent(query.id)
            let versions = try await listVersions(query.page)
            return document(versions.reflecting.merged(with: reflection), of: query.id) {
                VersionsPage(agent: agent, list: versions.value, position: $0).document
            }
        } past: { query, moment, past in
            let found = try await self.past.agent(query.id, at: moment)
            guard let detail = found.value else { throw Self.noAgent(query.id, at: moment) }
            let versions = try await listVersions(query.page, at: moment)
            let agent = try AgentDetail(detail)
            return document(versions.reflecting.merged(with: found.reflection)) { _ in
                VersionsPage(agent: agent, list: versions.value, position: moment.position, past: past).document
            }
        }
        routes.onDocument(Endpoints.reviewsPage, of: AgentReader.shownModels) { query in
            let (agent, reflection) = try await shownAgent(query.id)
            let reviews = try await listReviews(ReviewQuery(id: query.id, sort: query.sort, cursor: query.cursor))
            return document(reviews.reflecting.merged(with: reflection), of: query.id) {
                ReviewsPage(agent: agent, sort: query.sort, list: reviews.value, position: $0).document
            }
        }
        routes.onDocument(Endpoints.dependenciesPage, of: AgentReader.shownModels + AgentReader.dependentModels) {
            query in
            let (agent, reflection) = try await shownAgent(query.id)
            let dependents = try await listDependents(AgentPageParameters(id: query.id, cursor: query.cursor))
            return document(dependents.reflecting.merged(with: reflection)) {
                DependenciesPage(agent: agent, dependents: dependents.value, position: $0).document
            }
        }
        routes.onDocument(Endpoints.historyPage, of: AgentReader.shownModels) { query in
            let (agent, reflection) = try await shownAgent(query.id)
            let history = try await showHistory(AgentPageParameters(id: query.id, cursor: query.cursor))
            return document(history.reflecting.merged(with: reflection)) {
                AgentHistoryPage(agent: agent, page: history.value, position: $0).document
            }
        }
        routes.onDocument(Endpoints.publisherPage, of: AgentReader.shownModels) { query in
            let found = try await showPublisher(PublisherParameters(name: query.name, cursor: query.cursor))
            return document(found.reflecting) {
                PublisherDocument(publisher: found.value, position: $0).document
            }
        }
        routes.onAny(Endpoints.pageAsset) { input, _ in try Asset.response(input.name) }
    }

    /// A page about an agent is dropped when something happens to it; another one is not kept.
    private func document(
        _ reflection: Reflection, of key: AgentKey? = nil, _ write: (Position?) -> [UInt8]
    ) -> Document {
        Document(
            bytes: write(reflection.position), reflecting: reflection, subject: key.map { .agent($0) })
    }

    private func shownAgent(_ key: AgentKey) async throws -> (AgentDetail, Reflection) {
        let found = try await agents.agent(key)
        guard let detail = found.value else { throw FrontRequest.noAgent(key) }
        return (try AgentDetail(detail), found.reflection)
    }

    private func frontPage() async throws -> Document {
        let figures = try await showStatistics()
        let limit = Int(Self.shownAgents)
        let trending = try await agents.popular(
            PopularKind.trending.rawValue, days: 7, category: nil, of: nil, after: 0, limit: limit)
        let popular = try await agents.popular(
            PopularKind.readers.rawValue, days: 30, category: nil, of: nil, after: 0, limit: limit)
        let new = try await listTop(TopQuery(kind: .new, limit: Self.shownAgents))
        let updated = try await agents.list(from: .recent(before: .max), limit: limit)
        let categories = try await search.categories()
        let newest = try await agents.agents(new.value.rows.map(\.id))
        let reflection = [
            figures.reflecting, trending.reflection, popular.reflection, newest.reflection, updated.reflection,
            categories.reflection,
        ]
        .reduce(new.reflecting) { $0.merged(with: $1) }
        func hits(_ rows: [AgentReader.Summary]) throws -> [AgentHit] {
            try rows.filter { !$0.isQuarantined }.map { AgentHit(try AgentSummary($0)) }
        }
        let page = FrontPage(
            figures: figures.value, trending: try hits(trending.value.agents.map(\.summary)),
            popular: try hits(popular.value.agents.map(\.summary)), new: try hits(newest.value),
            // What is new was also published last.
            updated: try hits(updated.value.filter { row in !newest.value.contains { $0.key == row.key } }),
            categories: categories.value.map(CountBody.init),
            position: reflection.position)
        return Document(bytes: page.document, reflecting: reflection)
    }

    private func searchPage(_ query: AgentQuery) async throws -> Document {
        let found = try await listAgents(query.withFacets)
        let page = SearchPage(
            query: query, list: found.value, isRanked: !SearchQuery(query.words ?? "").isEmpty,
            position: found.reflecting.position)
        return Document(bytes: page.document, reflecting: found.reflecting, subject: found.subject)
    }

    private func agentPage(_ input: AgentParameters) async throws -> Document {
        let (agent, reflection) = try await shownAgent(input.id)
        let days = Self.days(AgentPage.days)
        let counts = try await agents.dailyDownloads(of: input.id, on: days).map(DayDownloads.init)
        return document(reflection, of: input.id) { position in
            AgentPage(agent: agent, days: counts, today: days.upperBound.adding(days: -2), position: position).document
        }
    }

    private func agentPage(
        _ input: AgentParameters, at moment: Moment, _ past: PastMoment
    ) async throws -> Document {
        let found = try await self.past.agent(input.id, at: moment)
        guard let detail = found.value else { throw Self.noAgent(input.id, at: moment) }
        let counts = try await agents.dailyDownloads(of: input.id, on: Self.days(AgentPage.days, before: moment))
        let agent = try AgentDetail(detail)
        return document(found.reflection) { _ in
            AgentPage(
                agent: agent, days: counts.map(DayDownloads.init), today: moment.day.adding(days: -1),
                position: moment.position, past: past
            ).document
        }
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

extension VersionListParameters {
    /// The same with as many versions as a page has.
    fileprivate var page: VersionListParameters { VersionListParameters(id: id, cursor: cursor, asOf: asOf) }
}
