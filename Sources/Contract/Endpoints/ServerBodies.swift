package import Events

/// A server as the MCP Registry API describes it (`server.json`, schema of 2025-12-11).
package struct ServerBody: Body {
    /// Where the source of a server is.
    package struct Repository: Sendable {
        package let url: String
        package let source: String
        package let subfolder: String?

        package init(url: String, source: String, subfolder: String? = nil) {
            self.url = url
            self.source = source
            self.subfolder = subfolder
        }

        static let form = Form.object(
            "ServerRepository", Self.init(url:source:subfolder:),
            .required("url", \.url, .text(.string(format: "uri"))),
            .required("source", \.source, .text, "The host that keeps it, such as github."),
            .optional("subfolder", \.subfolder, .text))
    }

    /// How a client speaks with a package that it runs.
    package struct Transport: Sendable {
        package let type: String

        package init(type: String = "stdio") { self.type = type }

        static let form = Form.object("ServerTransport", Self.init(type:), .required("type", \.type, .text))
    }

    /// A package that holds the server.
    package struct Package: Sendable {
        package let registryType: String
        package let identifier: String
        package let version: String?
        package let transport: Transport

        package init(registryType: String, identifier: String, version: String?, transport: Transport = Transport()) {
            self.registryType = registryType
            self.identifier = identifier
            self.version = version
            self.transport = transport
        }

        static let form = Form.object(
            "ServerPackage", Self.init(registryType:identifier:version:transport:),
            .required("registryType", \.registryType, .text, "Such as npm, pypi or oci."),
            .required("identifier", \.identifier, .text), .optional("version", \.version, .text, "As it is there."),
            .required("transport", \.transport, Transport.form))
    }

    /// An address at which the server runs.
    package struct Remote: Sendable {
        package let type: String
        package let url: String

        package init(type: String, url: String) {
            self.type = type
            self.url = url
        }

        static let form = Form.object(
            "ServerRemote", Self.init(type:url:),
            .required("type", \.type, .text(.choice(["streamable-http", "sse"]))),
            .required("url", \.url, .text(.string(format: "uri"))))
    }

    /// The schema that the document keeps to.
    package static let schema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
    /// The most characters of a title, and of a description.
    package static let maximumCharacters = 100

    package let schema: String
    package let name: String
    package let title: String?
    package let description: String
    package let version: String
    package let repository: Repository?
    package let websiteURL: String?
    package let packages: [Package]?
    package let remotes: [Remote]?

    package init(
        schema: String = ServerBody.schema, name: String, title: String?, description: String, version: String,
        repository: Repository?, websiteURL: String?, packages: [Package]?, remotes: [Remote]?
    ) {
        self.schema = schema
        self.name = name
        self.title = title
        self.description = description
        self.version = version
        self.repository = repository
        self.websiteURL = websiteURL
        self.packages = packages
        self.remotes = remotes
    }

    package static let form = Form.object(
        "Server",
        Self.init(schema:name:title:description:version:repository:websiteURL:packages:remotes:),
        .required("$schema", \.schema, .text(.string(format: "uri"))),
        .required("name", \.name, .text(.string(pattern: "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$"))),
        .optional("title", \.title, .text(.string(maximumLength: maximumCharacters))),
        .required("description", \.description, .text(.string(maximumLength: maximumCharacters))),
        .required("version", \.version, .text(.string(maximumLength: 255))),
        .optional("repository", \.repository, Repository.form),
        .optional("websiteUrl", \.websiteURL, .text(.string(format: "uri"))),
        .optional("packages", \.packages, .list(Package.form)), .optional("remotes", \.remotes, .list(Remote.form)))
}

/// What a registry says of a server.
package struct ServerMeta: Body {
    /// What every registry of this API says.
    package struct Official: Sendable {
        package let status: String
        package let statusMessage: String?
        package let statusChanged: Timestamp
        package let published: Timestamp
        package let updated: Timestamp
        package let isLatest: Bool

        package init(
            status: String, statusMessage: String?, statusChanged: Timestamp, published: Timestamp, updated: Timestamp,
            isLatest: Bool
        ) {
            self.status = status
            self.statusMessage = statusMessage
            self.statusChanged = statusChanged
            self.published = published
            self.updated = updated
            self.isLatest = isLatest
        }

        static let form = Form.object(
            "ServerRegistration", Self.init(status:statusMessage:statusChanged:published:updated:isLatest:),
            .required(
                "status", \.status, .text(.choice(["active", "deprecated", "deleted"])),
                "Deprecated is also what is yanked; deleted is what moderators hold or removed."),
            .optional("statusMessage", \.statusMessage, .text, "Why."),
            .required("statusChangedAt", \.statusChanged, .time), .required("publishedAt", \.published, .time),
            .required(
                "updatedAt", \.updated, .time, "When something that is said here, but for counts, was last said."),
            .required("isLatest", \.isLatest, .bool))
    }

    /// What this marketplace says of the agent besides.
    package struct Agent: Sendable {
        package let id: AgentKey
        package let origin: String?
        package let ratingHundredths: Int64?
        package let ratings: Int64
        package let readers: Int64
        package let position: Position

        package init(
            id: AgentKey, origin: String?, ratingHundredths: Int64?, ratings: Int64, readers: Int64, position: Position
        ) {
            self.id = id
            self.origin = origin
            self.ratingHundredths = ratingHundredths
            self.ratings = ratings
            self.readers = readers
            self.position = position
        }

        static let form = Form.object(
            "ServerAgent", Self.init(id:origin:ratingHundredths:ratings:readers:position:),
            .required("id", \.id, .agentKey, "The agent, as every other answer names it."),
            .optional("origin", \.origin, .text, "The name in the registry of servers that it was imported from."),
            .optional("rating", \.ratingHundredths, .hundredths, "The average; absent where nobody rated it."),
            .required("ratings", \.ratings, .count),
            .required("readers", \.readers, .count, "Downloads, once for each reader and day."),
            .required("position", \.position, .position, "Of the entry that published the version."))
    }

    package let official: Official
    package let agent: Agent

    package init(official: Official, agent: Agent) {
        self.official = official
        self.agent = agent
    }

    package static let form = Form.object(
        "ServerMeta", Self.init(official:agent:),
        .required("io.modelcontextprotocol.registry/official", \.official, Official.form),
        .required("mentatlab.marketplace/agent", \.agent, Agent.form))
}

/// A version of a server, with what the registry says of it.
package struct ServerEntry: Body {
    package let server: ServerBody
    package let meta: ServerMeta

    package init(server: ServerBody, meta: ServerMeta) {
        self.server = server
        self.meta = meta
    }

    package static let form = Form.object(
        "ServerEntry", Self.init(server:meta:), .required("server", \.server, ServerBody.form),
        .required("_meta", \.meta, ServerMeta.form))
}

/// A list of servers.
package struct ServerList: Body {
    /// What is said of a page.
    package struct Metadata: Sendable {
        package let nextCursor: String?
        package let count: Int64

        package init(nextCursor: String?, count: Int64) {
            self.nextCursor = nextCursor
            self.count = count
        }

        static let form = Form.object(
            "ServerListMetadata", Self.init(nextCursor:count:),
            .optional("nextCursor", \.nextCursor, .text, "Absent on the last page."),
            .required("count", \.count, .count, "The number of entries of this page."))
    }

    package let servers: [ServerEntry]
    package let metadata: Metadata

    package init(servers: [ServerEntry], nextCursor: String? = nil) {
        self.init(servers: servers, metadata: Metadata(nextCursor: nextCursor, count: Int64(servers.count)))
    }

    private init(servers: [ServerEntry], metadata: Metadata) {
        self.servers = servers
        self.metadata = metadata
    }

    package static let form = Form.object(
        "ServerList", Self.init(servers:metadata:), .required("servers", \.servers, .list(ServerEntry.form)),
        .required("metadata", \.metadata, Metadata.form))
}
