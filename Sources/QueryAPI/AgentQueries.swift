import Contract
import Events
import HTTPFront
import Manifest
import Projections

extension QueryFront {
    func addAgents(to routes: inout QueryRoutes) {
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
