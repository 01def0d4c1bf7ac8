public import Events
public import Manifest
import Postgres

/// Queries for what clients of the Model Context Protocol are told of.
extension AgentReader {
    /// A version of an agent as a server.
    public struct Server: Sendable {
        /// Its name.
        public let name: ServerName
        /// Its version.
        public let version: SemVer
        /// What it says of itself; nil where that was erased.
        public let listing: ListingContent?
        /// Whether it may be installed.
        public let status: ServerStatus
        /// The yank, deprecation or hold that is the reason; nil where there is none.
        public let remark: Remark?
        /// When it got the status, in log time.
        public let statusChanged: Timestamp
        /// When it was published.
        public let time: Timestamp
        /// When something that is said of it was last said, in log time.
        public let updated: Timestamp
        /// The position of that entry.
        let changed: Position
        /// True for the version that is shown of the agent.
        public let isLatest: Bool
        /// The position of its publication.
        public let position: Position
        /// The ratings of the agent.
        public let rating: Rating
        /// The downloads of the agent, counted once for each reader and day.
        public let readers: Int64

        fileprivate init?(_ row: PostgresRow) throws {
            guard let name = AgentID(try row.text("agent_id")).flatMap(ServerName.init(_:)),
                let version = SemVer(try row.text("version"))
            else { return nil }
            self.name = name
            self.version = version
            listing = try row.optionalBytes("listing").map { try ListingContent(document: $0) }
            status = try ServerStatus(row)
            remark = try Self.remark(status, row)
            statusChanged = Timestamp(milliseconds: try row.milliseconds("status_changed"))
            time = Timestamp(milliseconds: try row.milliseconds("published"))
            updated = Timestamp(milliseconds: try row.milliseconds("updated"))
            changed = Position(try row.integer("changed"))
            isLatest = try row.bool("is_latest")
            position = Position(try row.integer("position"))
            rating = Rating(count: try row.integer("ratings"), sum: try row.integer("rating_sum"))
            readers = try row.integer("readers")
        }

        /// Why it may not be installed. Of most servers there is nothing to say, so what each side said is not read.
        private static func remark(_ status: ServerStatus, _ row: PostgresRow) throws -> Remark? {
            guard status != .active else { return nil }
            let agent = try AgentRecord(try row.bytes("agent_record"))
            let record = try VersionRecord(try row.bytes("record"))
            return status == .deleted
                ? agent.hold ?? record.hold : record.yanks.shown ?? agent.deprecations.shown
        }

        /// The place behind it in a list.
        public var place: ServerPlace {
            ServerPlace(key: name.key, version: version, since: updated, changed: changed)
        }
    }

    /// A place in a list of servers.
    public struct ServerPlace: Sendable, Equatable {
        /// An agent; nil for the beginning.
        public let key: AgentKey?
        /// The version behind which the list goes on; nil for the first one.
        public let version: SemVer?
        /// The log time of a change, which only a list of changes has.
        public let since: Timestamp
        /// The position of that change; nil for all of that time.
        public let changed: Position?

        /// Names a place; the beginning where only a time is given.
        public init(
            key: AgentKey? = nil, version: SemVer? = nil, since: Timestamp = Timestamp(milliseconds: 0),
            changed: Position? = nil
        ) {
            self.key = key
            self.version = version
            self.since = since
            self.changed = changed
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
    ///
    /// A list of changes ends before the first entry that is not reflected for all agents: what comes later never stands
    /// before what was listed.
    public func servers(
        _ filter: ServerFilter, after place: ServerPlace, limit: Int
    ) async throws -> Reflecting<[Server]> {
        let (version, text) = (filter.version, filter.text.lowercased())
        var parameters: [PostgresValue] = [
            .int8(Int64(limit)), .text(place.key?.description ?? ""), .bytea(place.version?.precedenceKey ?? []),
            .bool(filter.isLatest), version.map { .bytea($0.precedenceKey) } ?? .null,
            version.flatMap { $0.build == nil ? nil : .text($0.description) } ?? .null,
            .bool(filter.includesDeleted), .text(text),
        ]
        guard filter.isByChange else {
            // Without a filter each row that is read is one of the page.
            let isShort = text.isEmpty && version == nil && !filter.isLatest
            return try await isShort
                ? reading([.agents], Statements.listServers, parameters) { try $0.compactMap(Server.init) }
                : searching([.agents], Statements.listServers, parameters) { try $0.compactMap(Server.init) }
        }
        parameters += [.int8(place.since.milliseconds), .int8(place.changed?.value ?? -1)]
        let found = try await searching([.agents], Statements.listServersSince, parameters) {
            try $0.compactMap(Server.init)
        }
        let next = found.reflection.next
        return Reflecting(value: Array(found.value.prefix { $0.changed < next }), reflection: found.reflection)
    }

    /// The versions of a server from high to low, below one; empty where there is no such server.
    public func serverVersions(
        of key: AgentKey, below version: SemVer?, includingDeleted: Bool, limit: Int
    ) async throws -> Reflecting<[Server]> {
        try await about(key).searching(
            [.agents], Statements.serverVersions,
            [
                .int8(Int64(limit)), .text(key.description), version.map { .bytea($0.precedenceKey) } ?? .null, .null,
                .bool(false), .bool(includingDeleted),
            ]
        ) { try $0.compactMap(Server.init) }
    }

    /// One version of a server, the latest where none is named; nil where there is none.
    public func server(
        _ key: AgentKey, version: SemVer?, includingDeleted: Bool
    ) async throws -> Reflecting<Server?> {
        try await about(key).reading(
            [.agents], Statements.serverVersions,
            [
                .int8(1), .text(key.description), .null, version.map { .bytea($0.precedenceKey) } ?? .null,
                .bool(version == nil), .bool(includingDeleted),
            ]
        ) { rows in
            let found = try rows.first.flatMap(Server.init)
            return version.map { $0.names(found?.version ?? $0) } ?? true ? found : nil
        }
    }
}
