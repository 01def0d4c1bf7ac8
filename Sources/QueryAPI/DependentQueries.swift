import AgentIndex
import Contract
import Events
import HTTPFront
import Manifest
import Projections
import System

extension QueryFront {
    func addDependents(to routes: inout QueryRoutes) {
        routes.on(Endpoints.listDependents, of: AgentReader.dependentModels) { try await listDependents($0) }
    }

    func listDependents(_ query: AgentPageParameters) async throws -> Page<DependentList> {
        let after = query.cursor ?? ""
        guard after.isEmpty || AgentKey(after) != nil else { throw badCursor }
        let found = try await agents.dependents(
            of: query.id, after: after, limit: Int(query.limit) + 1)
        let page = PageRows(found.value, limit: query.limit) { $0.key.description }
        let ranges = Set(page.rows.map(\.range))
        let resolved = try await resolving.run { [index] in
            var resolved: [String: String] = [:]
            for range in ranges { resolved[range] = try Self.resolve(range, of: query.id, index) }
            return resolved
        }
        let dependents = page.rows.map { row in
            DependentBody(
                id: row.key, agentID: row.agentID, version: row.version, range: row.range, isPeer: row.isPeer,
                resolved: resolved[row.range])
        }
        return Page(
            value: DependentList(dependents: dependents, pagination: page.pagination),
            reflecting: found.reflection, cursor: page.pagination.nextCursor)
    }

    /// The most pages of the index that are read for one range.
    private static let resolvedPages = 2

    /// The version that a range leads to; nil where none does, or finding it takes too many pages.
    private static func resolve(_ range: String, of key: AgentKey, _ index: IndexFolder) throws -> String? {
        guard let request = VersionRequest(range) else { return nil }
        do {
            return try index.resolve(request, of: key, maximumPages: resolvedPages)?.version.description
        } catch is IndexDocument.ResolutionFailure {
            return nil
        }
    }
}
