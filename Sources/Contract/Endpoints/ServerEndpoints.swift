package import Events

extension Endpoints {
    /// What stands before the paths of the MCP Registry API.
    package static let registry = "/v0.1"

    package static let listServers = Endpoint<ServerQuery, NoBody, ServerList>.query(
        "listServers", root: "\(registry)/servers", "List servers of the Model Context Protocol",
        notes:
            "The MCP Registry API, which editors and their allow-lists read: the agents that the administrator imported from registries of packages, each under the name <namespace>/<rest of its id>. In the order of their names; with 'updated_since' in the order of their changes. Unknown parameters are ignored.",
        caching: .kept, cost: .search, dialect: .registry)
    package static let exportServers = Endpoint<NoParameters, NoBody, ServerList>.query(
        "exportServers", root: "\(registry)/export", "All servers in one document, for clients that take a file",
        notes: "The latest version of each, without those that are deleted.", caching: .never, cost: .search,
        dialect: .registry)
    package static let listServerVersions = Endpoint<ServerParameters, NoBody, ServerList>.query(
        "listServerVersions", root: "\(registry)/servers/{server}/versions", "List the versions of a server",
        notes: "From high to low, a page at a time.", caching: .revalidated, cost: .search,
        dialect: .registry)
    package static let showServer = Endpoint<ServerVersionParameters, NoBody, ServerEntry>.query(
        "showServer", root: "\(registry)/servers/{server}/versions/{version}", "Show a version of a server",
        caching: .kept, problems: [.versionNotFound], dialect: .registry)

    static let servers: [any AnyEndpoint] = [listServers, listServerVersions, showServer, exportServers]
}

/// Which servers to list.
package struct ServerQuery: PositionedParameters, PagedParameters {
    package let search: String?
    /// The same under the name that many clients send.
    package let words: String?
    package let updatedSince: Timestamp?
    package let version: String?
    package let includesDeleted: Bool?
    package let limit: Int64
    package let cursor: String?
    package let minimumPosition: Position?

    package init(
        search: String? = nil, words: String? = nil, updatedSince: Timestamp? = nil, version: String? = nil,
        includesDeleted: Bool? = nil, limit: Int64 = 30, cursor: String? = nil, minimumPosition: Position? = nil
    ) {
        self.search = search
        self.words = words
        self.updatedSince = updatedSince
        self.version = version
        self.includesDeleted = includesDeleted
        self.limit = limit
        self.cursor = cursor
        self.minimumPosition = minimumPosition
    }

    /// The most bytes of a text that is looked for, and of a version.
    package static let maximumBytes = 256

    package static let parameters = ParameterForm.of(
        Self.init(search:words:updatedSince:version:includesDeleted:limit:cursor:minimumPosition:),
        .query(
            "search", \.search, .text(atMost: maximumBytes),
            "A part of a name, a title or the name of a package, in any case."),
        .query("q", \.words, .text(atMost: maximumBytes), "The same as 'search', where that is absent."),
        .query(
            "updated_since", \.updatedSince, .beginning,
            "Those that changed at or after a time (RFC 3339), the first change first; deleted ones are among them."),
        .query("version", \.version, .text(atMost: maximumBytes), "'latest', or one version."),
        .query("include_deleted", \.includesDeleted, .flag, "Also those that moderators hold or removed."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(30), "The most entries of a page."),
        .query(
            "cursor", \.cursor, .text(atMost: 4_096),
            "Where a page goes on, as the one before said; it holds the other parameters, which do not count beside it."
        ),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// A server.
package struct ServerParameters: AboutOneAgent, PagedParameters {
    package let server: ServerName
    package let includesDeleted: Bool?
    package let limit: Int64
    package let cursor: String?
    package let minimumPosition: Position?

    package var id: AgentKey { server.key }

    package init(
        server: ServerName, includesDeleted: Bool? = nil, limit: Int64 = 100, cursor: String? = nil,
        minimumPosition: Position? = nil
    ) {
        self.server = server
        self.includesDeleted = includesDeleted
        self.limit = limit
        self.cursor = cursor
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(server:includesDeleted:limit:cursor:minimumPosition:),
        .path("server", \.server, .server, "The name of a server as one segment: its '/' is written as %2F."),
        .query("include_deleted", \.includesDeleted, .flag, "Also what moderators hold or removed."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(100), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// A version of a server.
package struct ServerVersionParameters: AboutOneAgent {
    package let server: ServerName
    package let version: String
    package let includesDeleted: Bool?
    package let minimumPosition: Position?

    package var id: AgentKey { server.key }

    package init(
        server: ServerName, version: String = ServerVersionParameters.latest, includesDeleted: Bool? = nil,
        minimumPosition: Position? = nil
    ) {
        self.server = server
        self.version = version
        self.includesDeleted = includesDeleted
        self.minimumPosition = minimumPosition
    }

    /// The word for the latest version.
    package static let latest = "latest"

    package static let parameters = ParameterForm.of(
        Self.init(server:version:includesDeleted:minimumPosition:),
        .path("server", \.server, .server, "The name of a server as one segment: its '/' is written as %2F."),
        .path("version", \.version, .segment(.versionNotFound), "A version, or 'latest'."),
        .query("include_deleted", \.includesDeleted, .flag, "Also one that moderators hold or removed."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

extension ParameterKind where Value == ServerName {
    /// The name of a server.
    static let server = ParameterKind(schema: .string(), problem: .agentNotFound) { (_, text) throws(Problem) in
        guard let name = ServerName(text) else {
            throw Problem(
                .agentNotFound,
                "there is no server '\(text.prefix(200))' here; a name is <namespace>/<name>, with its '/' as %2F, and there are the namespaces \(ServerName.namespaces.joined(separator: ", "))"
            )
        }
        return name
    } write: {
        $0.description
    }
}
