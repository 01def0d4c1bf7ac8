import Contract
import Events
import Following
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
        routes.onDocument(Endpoints.documentationPage, of: AgentReader.shownModels, within: documentShares) { input in
            let copied = try await filesKnown(from: input.minimumPosition)
            let (row, shown) = try await shownRow(input.id)
            let detail = try AgentDetail(row)
            let named: Reflecting<AgentReader.Version>? =
                if let number = input.version {
                    try await version(VersionParameters(id: input.id, version: number))
                } else {
                    nil
                }
            let reflection = named.map { $0.reflection.merged(with: shown) } ?? shown
            let version = VersionPage(named?.value ?? row.latest, of: input.id)
            let isHeld = detail.quarantine != nil || version.quarantine != nil
            let readme = try await documents.text(version, .readme, isHeld)
            let changes = try await documents.text(version, .changelog, isHeld)
            let reflecting = reflection.withFiles(copied)
            let page = DocumentationPage(
                agent: detail, version: version.version, isServed: !isHeld && version.isWhole, readme: readme,
                changelog: changes,
                package: version.artifacts.first { $0.role == Artifact.Role.package.rawValue },
                position: reflecting.position)
            // What files hold may be withheld for the sake of another agent, so the page is not kept; what it is made of is.
            return Document(page: page, reflecting: reflecting)
        }
        addVersionPage(to: &routes)
        routes.onDocument(Endpoints.versionsPage, of: AgentReader.shownModels) { query in
            let (agent, reflection) = try await shownAgent(query.id)
            let versions = try await listVersions(query.page)
            return document(versions.reflecting.merged(with: reflection), of: query.id) {
                VersionsPage(agent: agent, list: versions.value, position: $0)
            }
        } past: { query, moment, past in
            let found = try await self.past.agent(
                query.id, versionsBelow: try Self.start(query), limit: Int(query.limit) + 1, at: moment)
            guard let (detail, rows) = found.value else { throw Self.noAgent(query.id, at: moment) }
            let versions = Self.page(query, rows, found.reflection)
            let agent = try AgentDetail(detail)
            return document(found.reflection) { _ in
                VersionsPage(agent: agent, list: versions.value, position: moment.position, past: past)
            }
        }
        routes.onDocument(Endpoints.reviewsPage, of: AgentReader.shownModels) { query in
            let (agent, reflection) = try await shownAgent(query.id)
            let reviews = try await listReviews(
                ReviewQuery(id: query.id, sort: query.sort, version: query.version, cursor: query.cursor))
            return document(reviews.reflecting.merged(with: reflection), of: query.id) {
                ReviewsPage(agent: agent, query: query, list: reviews.value, position: $0)
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
        routes.onDocument(Endpoints.versionPage, of: AgentReader.shownModels, within: pastShares) { input in
            let (agent, reflection) = try await shownAgent(input.id)
            let version = try await version(input)
            // Of an agent to which more has happened than is read for one answer that is not said.
            let exposure: ExposurePage?
            do {
                exposure = try await showExposure(VersionQuery(id: input.id, version: input.version)).value
            } catch is PastFault {
                exposure = nil
            }
            return document(version.reflection.merged(with: reflection), of: input.id) {
                VersionDocument(
                    agent: agent, version: VersionPage(version.value, of: input.id), exposure: exposure,
                    position: $0)
            }
        } past: { input, moment, past in
            let found = try await self.past.agent(input.id, with: input.version, at: moment)
            guard let (detail, row) = found.value else { throw Self.noAgent(input.id, at: moment) }
            guard let row else { throw Self.noVersion(input, at: moment) }
            let agent = try AgentDetail(detail)
            return document(found.reflection) { _ in
                VersionDocument(
                    agent: agent, version: VersionPage(row, of: input.id), exposure: nil,
                    position: moment.position, past: past)
            }
        }
    }

    /// How far the local copy of the list of withheld files is; waits until it reflects `position`, where one is given.
    func filesKnown(from position: Position?) async throws -> Copied {
        if let position {
            try await self.await(position) { try await indexReflects(position, withinMilliseconds: $0) }
        }
        return try await copied.value(atMostMillisecondsOld: Self.freshMilliseconds)
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
        let days = Self.days(AgentPage.days.count)
        let charts = try await charts(of: input.id, on: days, Self.span(AgentPage.days))
        let readers = try await agents.versionDownloads(of: input.id, on: days).map { count in
            VersionDownloads(version: count.name, downloads: count.downloads, readers: count.readers)
        }
        let detail = try AgentDetail(row)
        let (highest, shown, read) = try await versions(of: detail)
        let last = try await past.lastHappenings(of: input.id, limit: AgentPage.happenings)
        let surroundings = AgentPage.Surroundings(
            highest: highest, readers: readers.sorted { $0.readers > $1.readers },
            server: ServerBody(detail, row.latest.listing), happenings: last.value.map(HistoryItem.init))
        let reflecting = reflection.merged(with: read).merged(with: last.reflection)
        return document(reflecting, of: input.id) { position in
            AgentPage(
                agent: detail, charts: charts, shown: shown, surroundings: surroundings, position: position)
        }
    }

    /// The highest versions of an agent, and the shown one with those below it.
    private func versions(of agent: AgentDetail) async throws -> ([VersionPage], VersionList, Reflection) {
        let id = agent.summary.id
        let highest = try await listVersions(VersionListParameters(id: id, limit: AgentPage.versions))
        let list = highest.value
        guard let number = agent.summary.latestVersion else {
            // None is shown: all are yanked or held.
            return (list.versions, VersionList(versions: [], pagination: list.pagination), highest.reflecting)
        }
        if list.versions.first?.version == number { return (list.versions, list, highest.reflecting) }
        // The cursor is the version before.
        let below = try await listVersions(VersionListParameters(id: id, limit: AgentPage.versions, cursor: number))
        guard let shown = SemVer(number) else { return (list.versions, list, highest.reflecting) }
        let version = try await self.version(VersionParameters(id: id, version: shown))
        let reflection = highest.reflecting.merged(with: below.reflecting).merged(with: version.reflection)
        return (
            list.versions,
            VersionList(
                versions: [VersionPage(version.value, of: id)] + below.value.versions,
                pagination: below.value.pagination), reflection
        )
    }

    private func agentPage(
        _ input: AgentParameters, at moment: Moment, _ past: PastMoment
    ) async throws -> Document {
        let found = try await self.past.agent(input.id, versionsOfShown: Int(AgentPage.versions) + 1, at: moment)
        guard let (detail, rows) = found.value else { throw Self.noAgent(input.id, at: moment) }
        let charts = try await charts(
            of: input.id, on: Self.days(AgentPage.days.count, before: moment),
            Self.span(AgentPage.days, at: moment, past.asOf))
        let agent = try AgentDetail(detail)
        let shown = Self.page(
            VersionListParameters(id: input.id, limit: AgentPage.versions), rows, found.reflection
        ).value
        return document(found.reflection) { _ in
            AgentPage(
                agent: agent, charts: charts, shown: shown, surroundings: nil, position: moment.position, past: past)
        }
    }
}

extension Reflection {
    /// The same for a page that also shows what files hold.
    func withFiles(_ copied: Copied) -> Reflection { Reflection(next: min(next, copied.next), builds: builds) }
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
