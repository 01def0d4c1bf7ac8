import Contract
import Events
import HTTPFront
import HTTPServer
import Manifest
import Projections

extension QueryFront {
    func addServers(to routes: inout QueryRoutes) {
        // Turning a hundred listings into servers takes longer than the thread of all connections has for one of them.
        routes.on(Endpoints.listServers, of: [.agents]) { query in
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await listServers(query) }
        }
        routes.on(Endpoints.listServerVersions, of: [.agents]) { query in
            let place = try query.cursor.map { text throws(Problem) in
                guard let place = ServerVersionCursor.read(text) else { throw badCursor }
                return place
            }
            let includesDeleted = place?.includesDeleted ?? query.includesDeleted ?? false
            let found = try await agents.serverVersions(
                of: query.id, below: place?.version, includingDeleted: includesDeleted, limit: Int(query.limit) + 1)
            guard !found.value.isEmpty || place != nil else { throw Self.noServer(query.server) }
            let page = PageRows(found.value, limit: query.limit) {
                ServerVersionCursor(version: $0.version, includesDeleted: includesDeleted).text
            }
            return Page(
                value: ServerList(
                    servers: page.rows.map(ServerEntry.init), nextCursor: page.pagination.nextCursor),
                reflecting: found.reflection, cursor: page.pagination.nextCursor)
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
        let read: ServerQuestion?
        if let text = query.cursor {
            guard let question = ServerCursor.read(text) else { throw badCursor }
            read = question
        } else {
            read = ServerQuestion(query)
        }
        guard let question = read else {
            // No version of this form can be there.
            let none = try await agents.servers(
                AgentReader.ServerFilter(), after: AgentReader.ServerPlace(), limit: 0)
            return Page(value: ServerList(servers: []), reflecting: none.reflection, subject: .lists)
        }
        // What may go through many rows waits for others of its kind, and nobody else waits for it.
        let isLong = !question.filter.text.isEmpty || question.filter.version != nil
        let found = try await (isLong ? statistics : agents).servers(
            question.filter, after: question.place, limit: Int(query.limit) + 1)
        let page = PageRows(found.value, limit: query.limit) { ServerCursor.after($0, question) }
        return Page(
            value: ServerList(servers: page.rows.map(ServerEntry.init), nextCursor: page.pagination.nextCursor),
            reflecting: found.reflection, cursor: page.pagination.nextCursor, subject: .lists)
    }

    private func exportServers() async throws -> HTTPResponse {
        var fields: HTTPFields = ["content-type": Representation.json.mediaType, "cache-control": "no-store"]
        let (body, reflection) = try await ServerExport.begin(statistics, followers)
        if let position = reflection.position { fields.append(Fields.position, position.description) }
        return HTTPResponse(status: 200, fields: fields, body: .stream(body))
    }
}
