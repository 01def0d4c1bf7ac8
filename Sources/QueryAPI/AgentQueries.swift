import Contract
import Events
import HTTPFront
import Manifest
import Projections

extension QueryFront {
    func addAgents(to routes: inout QueryRoutes) {
        routes.on(Endpoints.listAgents, of: AgentReader.shownModels) { try await listAgents($0) }
        routes.on(Endpoints.showAgent, of: AgentReader.shownModels) { input in
            let found = try await agents.agent(input.id)
            guard let detail = found.value else { throw FrontRequest.noAgent(input.id) }
            return Page(value: try AgentDetail(detail), reflecting: found.reflection, subject: .agent(input.id))
        }
        routes.on(Endpoints.listVersions, of: [.agents]) { try await listVersions($0) }
        routes.on(Endpoints.showVersion, of: [.agents]) { input in
            let found = try await version(input)
            return Page(value: VersionPage(found.value, of: input.id), reflecting: found.reflection)
        }
    }

    private func listAgents(_ query: AgentQuery) async throws -> Page<AgentList> {
        var filter = AgentReader.Filter()
        // One row more than requested tells whether there is a next page.
        filter.limit = Int(query.limit) + 1
        filter.words = query.words.flatMap { $0.isEmpty ? nil : $0 }
        filter.category = query.category
        let found = try await agents.list(filter, from: try query.sort.start(query.cursor))
        let page = PageRows(found.value, limit: query.limit, cursor: query.sort.cursor)
        return Page(
            value: AgentList(agents: try page.rows.map { try AgentSummary($0) }, pagination: page.pagination),
            reflecting: found.reflection, cursor: page.pagination.nextCursor, subject: .lists)
    }

    private func listVersions(_ query: AgentPageParameters) async throws -> Page<VersionList> {
        let below = try query.cursor.map { text throws(Problem) in
            guard let version = SemVer(text) else { throw badCursor }
            return version.precedenceKey
        }
        let found = try await agents.versions(of: query.id, below: below, limit: Int(query.limit) + 1)
        if found.value.isEmpty, below == nil { throw FrontRequest.noAgent(query.id) }
        let page = PageRows(found.value, limit: query.limit) { $0.published.version }
        return Page(
            value: VersionList(
                versions: page.rows.map { VersionPage($0, of: query.id) }, pagination: page.pagination),
            reflecting: found.reflection, cursor: page.pagination.nextCursor)
    }

    /// A version.
    func version(_ input: VersionParameters) async throws -> Reflecting<AgentReader.Version> {
        let found = try await agents.version(input.version, of: input.id)
        guard let version = found.value else {
            throw Problem(.versionNotFound, "the agent '\(input.id)' has no version \(input.version) here")
        }
        return Reflecting(value: version, reflection: found.reflection)
    }
}

extension AgentSort {
    /// The point at which a list starts or continues.
    fileprivate func start(_ cursor: String?) throws(Problem) -> AgentReader.ListCursor {
        switch self {
        case .recent:
            guard let cursor else { return .recent(before: .max) }
            guard let position = Int64(cursor), position >= 0 else { throw badCursor }
            return .recent(before: position)
        case .name:
            guard let cursor else { return .name(after: "") }
            guard AgentKey(cursor) != nil else { throw badCursor }
            return .name(after: cursor)
        case .stars:
            let (count, key) = try Self.counted(cursor)
            return .stars(below: count, after: key)
        case .downloads:
            let (count, key) = try Self.counted(cursor)
            return .downloads(below: count, after: key)
        }
    }

    /// A count and a key, as `cursor` writes them.
    private static func counted(_ cursor: String?) throws(Problem) -> (count: Int64, key: String) {
        guard let cursor else { return (.max, "") }
        let parts = cursor.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let count = Int64(parts[0]), AgentKey(String(parts[1])) != nil else { throw badCursor }
        return (count, String(parts[1]))
    }

    /// The cursor of the page that starts behind a row.
    fileprivate func cursor(_ row: AgentReader.Summary) -> String {
        switch self {
        case .recent: row.position.description
        case .name: row.key
        case .stars: "\(row.stars)/\(row.key)"
        case .downloads: "\(row.readers)/\(row.key)"
        }
    }
}
