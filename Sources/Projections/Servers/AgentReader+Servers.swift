public import Events
public import Manifest
import Postgres

/// Queries for what clients of the Model Context Protocol are told of.
extension AgentReader {
    /// A version of an agent as a server.
    public struct Server: Sendable {
        /// Its name.
        public let name: ServerName
        /// Its place in the order of versions.
        let precedence: [UInt8]
        /// The event of its publication.
        public let published: VersionPublished
        /// What it says of itself; nil where that was erased.
        public let listing: ListingContent?
        /// Whether it may be installed.
        public let status: ServerStatus
        /// The yank, deprecation or hold that is the reason; nil where there is none.
        public let remark: Remark?
        /// When it got the status.
        public let statusChanged: Timestamp
        /// When it was published.
        public let time: Timestamp
        /// When something that is said of it was last said.
        public let updated: Timestamp
        /// True for the version that is shown of the agent.
        public let isLatest: Bool
        /// The position of its publication.
        public let position: Position
        /// The ratings of the agent.
        public let rating: Rating
        /// The downloads of the agent, counted once for each reader and day.
        public let readers: Int64

        fileprivate init?(_ row: PostgresRow) throws {
            guard let name = AgentID(try row.text("agent_id")).flatMap(ServerName.init(_:)) else { return nil }
            let agent = try AgentRecord(try row.bytes("agent_record"))
            let version = try VersionRecord(try row.bytes("record"))
            self.name = name
            precedence = try row.bytes("precedence")
            published = try VersionPublished(data: try row.bytes("data"))
            listing = try row.optionalBytes("listing").map { try ListingContent(document: $0) }
            status = try ServerStatus(row)
            remark = agent.hold ?? version.hold ?? version.yanks.shown ?? agent.deprecations.shown
            statusChanged = Timestamp(milliseconds: try row.milliseconds("status_changed"))
            time = Timestamp(milliseconds: try row.milliseconds("published"))
            updated = Timestamp(milliseconds: try row.milliseconds("updated"))
            isLatest = try row.bool("is_latest")
            position = Position(try row.integer("position"))
            rating = Rating(count: try row.integer("ratings"), sum: try row.integer("rating_sum"))
            readers = try row.integer("readers")
        }

        /// The place behind it in a list.
        public var place: ServerPlace { ServerPlace(key: name.key.description, precedence: precedence, since: updated) }
    }

    /// A place in a list of servers.
    public struct ServerPlace: Sendable, Equatable {
        /// The key of an agent; empty for the beginning.
        public let key: String
        /// The precedence of a version; empty for the first one.
        public let precedence: [UInt8]
        /// The time of a change, which only a list of changes has.
        public let since: Timestamp

        /// Names a place; the beginning where only a time is given.
        public init(key: String = "", precedence: [UInt8] = [], since: Timestamp = Timestamp(milliseconds: 0)) {
            self.key = key
            self.precedence = precedence
            self.since = since
        }
    }

    /// Which servers are listed.
    public struct ServerFilter: Sendable {
        /// A part of a name, a title or the name of a package, in any case of its letters; empty for all.
        public var text = ""
        /// True for the latest version of each.
        public var isLatest = false
        /// One version; nil for any.
        public var version: SemVer?
        /// True for those that are deleted as well.
        public var includesDeleted = false
        /// True for those that changed, in the order of their changes.
        public var isByChange = false

        /// Filters nothing but what is deleted.
        public init() {}
    }

    /// At most so many listed servers, behind a place.
    public func servers(
        _ filter: ServerFilter, after place: ServerPlace, limit: Int
    ) async throws -> Reflecting<[Server]> {
        let parameters: [PostgresValue] = [
            .int8(Int64(limit)), .text(place.key), .bytea(place.precedence), .bool(filter.isLatest),
            filter.version.map { .bytea($0.precedenceKey) } ?? .null, .bool(filter.includesDeleted),
            .text(filter.text.lowercased()),
        ]
        return try await searching(
            [.agents], filter.isByChange ? Statements.listServersSince : Statements.listServers,
            parameters + (filter.isByChange ? [.int8(place.since.milliseconds)] : [])
        ) { try $0.compactMap(Server.init) }
    }

    /// The versions of a server from high to low; empty where there is no such server.
    public func serverVersions(
        of key: AgentKey, includingDeleted: Bool, limit: Int
    ) async throws -> Reflecting<[Server]> {
        try await about(key).searching(
            [.agents], Statements.serverVersions,
            [.int8(Int64(limit)), .text(key.description), .null, .bool(false), .bool(includingDeleted)]
        ) { try $0.compactMap(Server.init) }
    }

    /// One version of a server, the latest where none is named; nil where there is none.
    public func server(
        _ key: AgentKey, version: SemVer?, includingDeleted: Bool
    ) async throws -> Reflecting<Server?> {
        try await about(key).reading(
            [.agents], Statements.serverVersions,
            [
                .int8(1), .text(key.description), version.map { .bytea($0.precedenceKey) } ?? .null,
                .bool(version == nil), .bool(includingDeleted),
            ]
        ) { rows in
            guard let found = try rows.first.flatMap(Server.init), let version else {
                return try rows.first.flatMap(Server.init)
            }
            return SemVer(found.published.version).map(version.names) == true ? found : nil
        }
    }
}
