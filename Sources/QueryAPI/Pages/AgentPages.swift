import Contract
import Events
import HTTPFront
import Manifest
import Projections
import Web

extension QueryFront {
    /// Adds the pages of an agent.
    func addAgentPages(to routes: inout QueryRoutes) {
        routes.onDocument(Endpoints.agentPage, of: AgentReader.shownModels) { input in
            try await agentPage(input)
        } past: { input, moment, past in
            try await agentPage(input, at: moment, past)
        }
        routes.onDocument(Endpoints.documentationPage, of: AgentReader.shownModels) { input in
            let (row, reflection) = try await shownRow(input.id)
            let artifacts = row.latest.published.artifacts
            let readme = try await documents.text(
                artifacts, .readme, row.latest.removed, artifacts: self.artifacts, index)
            let changes = try await documents.text(
                artifacts, .changelog, row.latest.removed, artifacts: self.artifacts, index)
            let detail = try AgentDetail(row)
            let version = VersionPage(row.latest, of: input.id)
            return document(reflection, of: input.id) {
                DocumentationPage(
                    agent: detail, version: version.version, readme: readme, changelog: changes,
                    package: version.artifacts.first { $0.role == Artifact.Role.package.rawValue }, position: $0)
            }
        }
        addVersionPage(to: &routes)
        routes.onDocument(Endpoints.versionsPage, of: AgentReader.shownModels) { query in
            let (agent, reflection) = try await shownAgent(query.id)
            let versions = try await listVersions(query.page)
            return document(versions.reflecting.merged(with: reflection), of: query.id) {
                VersionsPage(agent: agent, list: versions.value, position: $0)
            }
        } past: { query, moment, past in
            let found = try await self.past.agent(query.id, at: moment)
            guard let detail = found.value else { throw Self.noAgent(query.id, at: moment) }
            let versions = try await listVersions(query.page, at: moment)
            let agent = try AgentDetail(detail)
            return document(versions.reflecting.merged(with: found.reflection)) { _ in
                VersionsPage(agent: agent, list: versions.value, position: moment.position, past: past)
            }
        }
        routes.onDocument(Endpoints.reviewsPage, of: AgentReader.shownModels) { query in
            let (agent, reflection) = try await shownAgent(query.id)
            let reviews = try await listReviews(ReviewQuery(id: query.id, sort: query.sort, cursor: query.cursor))
            return document(reviews.reflecting.merged(with: reflection), of: query.id) {
                ReviewsPage(agent: agent, sort: query.sort, list: reviews.value, position: $0)
            }
        }
        routes.onDocument(Endpoints.dependenciesPage, of: AgentReader.shownModels + AgentReader.dependentModels) {
            query in
            let (agent, reflection) = try await shownAgent(query.id)
            let dependents = try await listDependents(AgentPageParameters(id: query.id, cursor: query.cursor))
            return document(dependents.reflecting.merged(with: reflection)) {
                DependenciesPage(agent: agent, dependents: dependents.value, position: $0)
            }
        }
        routes.onDocument(Endpoints.historyPage, of: AgentReader.shownModels) { query in
            let (agent, reflection) = try await shownAgent(query.id)
            let history = try await showHistory(AgentPageParameters(id: query.id, cursor: query.cursor))
            return document(history.reflecting.merged(with: reflection)) {
                AgentHistoryPage(agent: agent, page: history.value, position: $0)
            }
        }
    }

    private func addVersionPage(to routes: inout QueryRoutes) {
        routes.onDocument(Endpoints.versionPage, of: AgentReader.shownModels) { input in
            let (agent, reflection) = try await shownAgent(input.id)
            let version = try await version(input)
            let exposure = try await showExposure(ExposureQuery(id: input.id, version: input.version))
            return document(version.reflection.merged(with: reflection), of: input.id) {
                VersionDocument(
                    agent: agent, version: VersionPage(version.value, of: input.id), exposure: exposure.value,
                    position: $0)
            }
        } past: { input, moment, past in
            let found = try await self.past.agent(input.id, at: moment)
            guard let detail = found.value else { throw Self.noAgent(input.id, at: moment) }
            let version = try await version(input, at: moment)
            let agent = try AgentDetail(detail)
            return document(found.reflection) { _ in
                VersionDocument(
                    agent: agent, version: VersionPage(version.value, of: input.id), exposure: nil,
                    position: moment.position, past: past)
            }
        }
    }

    /// A page about an agent is dropped when something happens to it; another one is not kept.
    func document(
        _ reflection: Reflection, of key: AgentKey? = nil, _ page: (Position?) -> any PageDocument
    ) -> Document {
        Document(
            page: page(reflection.position), reflecting: reflection, subject: key.map { .agent($0) })
    }

    func shownAgent(_ key: AgentKey) async throws -> (AgentDetail, Reflection) {
        let (row, reflection) = try await shownRow(key)
        return (try AgentDetail(row), reflection)
    }

    private func shownRow(_ key: AgentKey) async throws -> (AgentReader.Detail, Reflection) {
        let found = try await agents.agent(key)
        guard let detail = found.value else { throw FrontRequest.noAgent(key) }
        return (detail, found.reflection)
    }

    private func agentPage(_ input: AgentParameters) async throws -> Document {
        let (row, reflection) = try await shownRow(input.id)
        let days = Self.days(AgentPage.days)
        let counts = try await agents.dailyDownloads(of: input.id, on: days).map(DayDownloads.init)
        let readers = try await agents.versionDownloads(of: input.id, on: days).map { count in
            VersionDownloads(version: count.name, downloads: count.downloads, readers: count.readers)
        }
        let versions = try await listVersions(VersionListParameters(id: input.id, limit: AgentPage.versions))
        let detail = try AgentDetail(row)
        let surroundings = AgentPage.Surroundings(
            versions: versions.value.versions, readers: readers.sorted { $0.readers > $1.readers },
            server: ServerBody(detail, row.latest.listing))
        return document(reflection.merged(with: versions.reflecting), of: input.id) { position in
            AgentPage(
                agent: detail, days: counts, today: days.upperBound.adding(days: -2), surroundings: surroundings,
                position: position)
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
                surroundings: nil, position: moment.position, past: past)
        }
    }
}

extension VersionListParameters {
    /// The same with as many versions as a page has.
    fileprivate var page: VersionListParameters { VersionListParameters(id: id, cursor: cursor, asOf: asOf) }
}

extension ServerBody {
    /// What clients of the Model Context Protocol are told of the shown version; nil for what is none of their servers.
    fileprivate init?(_ agent: AgentDetail, _ listing: ListingContent?) {
        guard ServerName.isImported(agent.summary.id), let version = agent.summary.latestVersion, let listing,
            let name = AgentID(agent.summary.agentID).flatMap(ServerName.init(_:))
        else { return nil }
        self.init(listing, name: name.description, version: version)
    }
}
