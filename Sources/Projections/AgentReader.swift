import EventLog
public import Events
import JSON
public import Manifest
public import Postgres

/// Reads the models of agents.
public struct AgentReader: Sendable {
    private let pipeline: PostgresPipeline
    private let pool: PostgresPool
    private let watch: PositionWatch

    /// A reader over connections that may read models.
    ///
    /// - Parameters:
    ///   - pipeline: for what reads a few rows by key.
    ///   - pool: for what may take its time, such as a search.
    public init(pipeline: PostgresPipeline, pool: PostgresPool) {
        self.pipeline = pipeline
        self.pool = pool
        watch = PositionWatch(pollMilliseconds: Self.watchMilliseconds) {
            let names: [String?] = [AgentDetails.name, AgentSummaries.name, Usernames.name]
            return try await pipeline.executeRepeatable(Statements.reflected, [.texts(names)]) { rows in
                guard let row = rows.first else {
                    throw EventLogError.corrupt("the models do not say how far they are")
                }
                return Position(try row.integer(0))
            }
        }
    }

    /// How far the models are is asked for this often while somebody wants to know.
    private static let watchMilliseconds: Int64 = 10

    /// What was read and how far the models were, at that moment or up to 10 ms before.
    public struct Reflecting<Value: Sendable>: Sendable {
        /// What was read.
        public let value: Value
        /// The next position that the models will apply: all before it is reflected.
        public let next: Position
    }

    /// One agent in a list.
    public struct Summary: Sendable {
        /// The key.
        public let key: String
        /// The registered spelling.
        public let agentID: String
        /// The owner's name; empty where it is not known.
        public let username: String
        /// The version that is shown.
        public let latestVersion: String
        /// True where that version has a WebAssembly module.
        public let hasWASM: Bool
        /// The display name; empty where there is none.
        public let title: String
        /// One line.
        public let summary: String
        /// The category; empty where there is none.
        public let category: String
        /// When it was registered.
        public let created: Timestamp
        /// When a version was last published.
        public let updated: Timestamp
        /// The position of that.
        public let position: Position
    }

    /// One version.
    public struct Version: Sendable {
        /// What the entry says.
        public let published: VersionPublished
        /// What it commits to; nil where it was erased.
        public let listing: ListingContent?
        /// When.
        public let time: Timestamp
        /// Where the log says so.
        public let position: Position
        /// The order among versions.
        public let precedence: [UInt8]
    }

    /// One agent with its shown version.
    public struct Detail: Sendable {
        /// The registered spelling.
        public let agentID: String
        /// The owner's name; empty where it is not known.
        public let username: String
        /// When it was registered.
        public let created: Timestamp
        /// When a version was last published.
        public let updated: Timestamp
        /// The position of the last change of anything shown here.
        public let changed: Position
        /// The version that is shown.
        public let latest: Version
    }

    /// What a list is about.
    public struct Filter: Sendable {
        /// Words to look for.
        public var words: String?
        /// The category.
        public var category: String?
        /// The most agents.
        public var limit = 20

        /// Everything.
        public init() {}
    }

    /// Where a list goes on.
    public enum Place: Sendable {
        /// By the last change, before a position.
        case recent(before: Int64)
        /// By key, behind one.
        case name(after: String)
    }

    /// Listed agents.
    public func list(_ filter: Filter, from place: Place) async throws -> Reflecting<[Summary]> {
        let limit = PostgresValue.int8(Int64(filter.limit))
        let (all, matching, start): (PostgresStatement, PostgresStatement, PostgresValue) =
            switch place {
            case .recent(let before): (Statements.listRecent, Statements.searchRecent, .int8(before))
            case .name(let after): (Statements.listByName, Statements.searchByName, .text(after))
            }
        // Without a condition an index gives the rows as they are shown; with one there is no telling how many it skips.
        guard filter.words != nil || filter.category != nil else {
            return try await reading(all, [start, limit]) { try $0.map(Self.summary) }
        }
        let parameters = [
            start, filter.category.map(PostgresValue.text) ?? .null, filter.words.map(PostgresValue.text) ?? .null,
            limit,
        ]
        let next = try await recentlyReflected()
        let found = try await pool.runRepeatable { try $0.execute(matching, parameters).map(Self.summary) }
        return Reflecting(value: found, next: next)
    }

    /// One agent; nil where there is none.
    public func agent(_ key: AgentKey) async throws -> Reflecting<Detail?> {
        try await reading(Statements.findAgent, [.text(key.description)]) { rows in
            guard let row = rows.first else { return nil }
            return Detail(
                agentID: try row.text(5), username: try row.text(6),
                created: Timestamp(milliseconds: try row.milliseconds(7)),
                updated: Timestamp(milliseconds: try row.milliseconds(8)),
                changed: Position(try row.integer(9)), latest: try Self.version(row))
        }
    }

    /// The versions of an agent from high to low, below a precedence; empty where there is no such agent.
    public func versions(
        of key: AgentKey, below precedence: [UInt8]?, limit: Int
    ) async throws -> Reflecting<[Version]> {
        let parameters: [PostgresValue] = [
            .text(key.description), precedence.map(PostgresValue.bytea) ?? .null, .int8(Int64(limit)),
        ]
        let next = try await recentlyReflected()
        let found = try await pool.runRepeatable {
            try $0.execute(Statements.listVersions, parameters).map(Self.version)
        }
        return Reflecting(value: found, next: next)
    }

    /// One version; nil where there is none.
    public func version(_ version: SemVer, of key: AgentKey) async throws -> Reflecting<Version?> {
        try await reading(Statements.findVersion, [.text(key.description), .bytea(version.precedenceKey)]) { rows in
            try rows.first.map(Self.version)
        }
    }

    /// How far a projection is.
    public struct Progress: Sendable {
        /// The projection.
        public let name: String
        /// The next position that it will apply.
        public let cursor: Position
        /// The next position of the log.
        public let head: Position
        /// How long the oldest event that it has not applied has waited; 0 where there is none.
        public let oldestWaitMilliseconds: Int64
    }

    /// How far each projection is.
    public func progress() async throws -> [Progress] {
        try await pool.runRepeatable { connection in
            try connection.execute(Statements.projections, [.texts(Projections.all.map { $0.name })]).map { row in
                Progress(
                    name: try row.text(0), cursor: Position(try row.integer(1)), head: Position(try row.integer(2)),
                    oldestWaitMilliseconds: max(0, try row.integer(3)))
            }
        }
    }

    /// The next position that all models will apply, asked for at most 10 ms ago.
    public func recentlyReflected() async throws -> Position {
        try await watch.position(atMostMillisecondsOld: Self.watchMilliseconds)
    }

    /// Waits until the models reflect a position; false where they do not in time.
    public func reflects(_ position: Position, withinMilliseconds limit: Int64) async throws -> Bool {
        try await watch.passes(position, withinMilliseconds: limit)
    }

    /// Reads the position first and the rows then: what is answered is at least as new as the position says.
    private func reading<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Reflecting<Value> {
        let next = try await recentlyReflected()
        return Reflecting(value: try await pipeline.executeRepeatable(statement, parameters, decode), next: next)
    }

    private static func summary(_ row: PostgresRow) throws -> Summary {
        Summary(
            key: try row.text(0), agentID: try row.text(1), username: try row.text(2),
            latestVersion: try row.text(3), hasWASM: try row.bool(4), title: try row.text(5),
            summary: try row.text(6), category: try row.text(7),
            created: Timestamp(milliseconds: try row.milliseconds(8)),
            updated: Timestamp(milliseconds: try row.milliseconds(9)),
            position: Position(try row.integer(10)))
    }

    private static func version(_ row: PostgresRow) throws -> Version {
        var reader = try JSONReader(try row.bytes(0))
        return Version(
            published: try VersionPublished(from: &reader),
            listing: row.isNull(1) ? nil : try ListingContent(document: try row.bytes(1)),
            time: Timestamp(milliseconds: try row.milliseconds(2)), position: Position(try row.integer(3)),
            precedence: try row.bytes(4))
    }
}
