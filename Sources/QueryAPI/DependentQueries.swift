import AgentIndex
import Contract
import Events
import HTTPFront
import Manifest
import Projections
import System

extension QueryFront {
    func addDependents(to routes: inout QueryRoutes) {
        routes.on(Endpoints.listDependents, of: AgentReader.dependentModels) { query in
            let found = try await agents.dependents(
                of: query.id, after: query.cursor ?? "", limit: Int(query.limit) + 1)
            let page = PageRows(found.value, limit: query.limit) { $0.key.description }
            // Many ask for the same few ranges.
            let ranges = Set(page.rows.map(\.range))
            let resolved = try await indexWorker.run { [index] in
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
    }

    /// The version that a range leads to; nil where none does.
    private static func resolve(_ range: String, of key: AgentKey, _ index: IndexFolder) throws -> String? {
        guard let request = VersionRequest(range) else { return nil }
        do {
            return try index.resolve(request, of: key)?.version.description
        } catch is IndexDocument.ResolutionFailure {
            return nil
        }
    }
}
