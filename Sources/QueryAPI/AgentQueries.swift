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
        } past: { input, moment in
            let found = try await past.agent(input.id, at: moment)
            guard let detail = found.value else { throw Self.noAgent(input.id, at: moment) }
            return Page(value: try AgentDetail(detail), reflecting: found.reflection)
        }
        routes.on(Endpoints.listVersions, of: [.agents]) { query in
            try await listVersions(query)
        } past: { query, moment in
            try await listVersions(query, at: moment)
        }
        routes.on(Endpoints.showVersion, of: [.agents]) { input in
            let found = try await version(input)
            return Page(value: VersionPage(found.value, of: input.id), reflecting: found.reflection)
        } past: { input, moment in
            let found = try await version(input, at: moment)
            return Page(value: VersionPage(found.value, of: input.id), reflecting: found.reflection)
        }
    }

    func listVersions(_ query: VersionListParameters) async throws -> Page<VersionList> {
        let below = try Self.start(query)
        let found = try await agents.versions(of: query.id, below: below, limit: Int(query.limit) + 1)
        if found.value.isEmpty, below == nil { throw FrontRequest.noAgent(query.id) }
        return Self.page(query, found.value, found.reflection)
    }

    func listVersions(_ query: VersionListParameters, at moment: Moment) async throws -> Page<VersionList> {
        let found = try await past.versions(
            of: query.id, below: try Self.start(query), limit: Int(query.limit) + 1, at: moment)
        guard let versions = found.value else { throw Self.noAgent(query.id, at: moment) }
        return Self.page(query, versions, found.reflection)
    }

    static func start(_ query: VersionListParameters) throws(Problem) -> [UInt8]? {
        try query.cursor.map { text throws(Problem) in
            guard let version = SemVer(text) else { throw badCursor }
            return version.precedenceKey
        }
    }

    static func page(
        _ query: VersionListParameters, _ versions: [AgentReader.Version], _ reflection: Reflection
    ) -> Page<VersionList> {
        let page = PageRows(versions, limit: query.limit) { $0.published.version }
        return Page(
            value: VersionList(
                versions: page.rows.map { VersionPage($0, of: query.id) }, pagination: page.pagination),
            reflecting: reflection, cursor: page.pagination.nextCursor)
    }

    /// A version as it was at a moment.
    func version(_ input: VersionParameters, at moment: Moment) async throws -> Reflecting<AgentReader.Version> {
        let found = try await past.version(input.version, of: input.id, at: moment)
        guard let version = found.value else { throw Self.noVersion(input, at: moment) }
        return Reflecting(value: version, reflection: found.reflection)
    }

    /// The problem that an agent had no such version at a moment.
    static func noVersion(_ input: VersionParameters, at moment: Moment) -> Problem {
        Problem(
            .versionNotFound,
            "the agent '\(input.id)' had no version \(input.version) here at position \(moment.position)")
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
