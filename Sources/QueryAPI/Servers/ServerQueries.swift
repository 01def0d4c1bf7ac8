import Contract
import Events
import HTTPFront
import HTTPServer
import Manifest
import Projections

extension QueryFront {
    func addServers(to routes: inout QueryRoutes) {
        routes.on(Endpoints.listServers, of: [.agents]) { try await listServers($0) }
        routes.on(Endpoints.listServerVersions, of: [.agents]) { query in
            let found = try await agents.serverVersions(
                of: query.id, includingDeleted: query.includesDeleted ?? false, limit: ServerList.maximumVersions)
            guard !found.value.isEmpty else { throw Self.noServer(query.server) }
            return Page(
                value: ServerList(servers: found.value.map(ServerEntry.init)), reflecting: found.reflection)
        }
        routes.on(Endpoints.showServer, of: [.agents]) { query in
            let version = SemVer(query.version)
            guard version != nil || query.version == ServerVersionParameters.latest else {
                throw Self.noServer(query.server, query.version)
            }
            let found = try await agents.server(
                query.id, version: version, includingDeleted: query.includesDeleted ?? false)
            guard let server = found.value else { throw Self.noServer(query.server, query.version) }
            return Page(value: ServerEntry(server), reflecting: found.reflection, subject: .agent(query.id))
        }
        routes.onAny(Endpoints.exportServers) { _, _ in try await exportServers() }
    }

    private static func noServer(_ name: ServerName, _ version: String? = nil) -> Problem {
        guard let version else {
            return Problem(.agentNotFound, "there is no server '\(name)' here, or it is deleted")
        }
        return Problem(
            .versionNotFound, "the server '\(name)' has no version '\(version.prefix(256))' here, or it is deleted")
    }

    private func listServers(_ query: ServerQuery) async throws -> Page<ServerList> {
        let start = try query.cursor.map { text throws(Problem) in
            guard let cursor = ServerCursor(text) else { throw badCursor }
            return cursor
        }
        let cursor = start ?? ServerCursor(query)
        guard let filter = cursor.filter else {
            // No version of this form can be there.
            let head = try await agents.servers(AgentReader.ServerFilter(), after: cursor.place, limit: 0)
            return Page(value: ServerList(servers: []), reflecting: head.reflection, subject: .lists)
        }
        let found = try await agents.servers(filter, after: cursor.place, limit: Int(query.limit) + 1)
        let page = PageRows(found.value, limit: query.limit) { cursor.after($0).encoded }
        return Page(
            value: ServerList(servers: page.rows.map(ServerEntry.init), nextCursor: page.pagination.nextCursor),
            reflecting: found.reflection, cursor: page.pagination.nextCursor, subject: .lists)
    }
    private func exportServers() async throws -> HTTPResponse {
        var fields: HTTPFields = ["content-type": Representation.json.mediaType, "cache-control": "no-store"]
        let (body, reflection) = try await ServerExport.begin(agents, followers)
        if let position = reflection.position { fields.append(Fields.position, position.description) }
        return HTTPResponse(status: 200, fields: fields, body: .stream(body))
    }
}
