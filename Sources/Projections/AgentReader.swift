public import Events
import EventLog
import JSON
public import Manifest
public import Postgres

/// Reads the models of agents.
public struct AgentReader: Sendable {
    private let pipeline: PostgresPipeline
    private let pool: PostgresPool

    /// A reader over connections that may read models.
    ///
    /// - Parameters:
    ///   - pipeline: for what reads a few rows by key.
    ///   - pool: for what may take its time, such as a search.
    public init(pipeline: PostgresPipeline, pool: PostgresPool) {
        self.pipeline = pipeline
        self.pool = pool
    }

    /// What was read and how far the models were at that moment.
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
        let statement: PostgresStatement
        let start: PostgresValue
        switch place {
        case .recent(let before): (statement, start) = (Statements.listRecent, .int8(before))
        case .name(let after): (statement, start) = (Statements.listByName, .text(after))
        }
        let parameters: [PostgresValue] = [
            start, filter.category.map(PostgresValue.text) ?? .null, filter.words.map(PostgresValue.text) ?? .null,
            .int8(Int64(filter.limit)),
        ]
        // Without a condition an index gives the rows as they are shown; with one there is no telling how many it skips.
        guard filter.words == nil, filter.category == nil else {
            return try await pool.runRepeatable { try Self.summaries(try $0.execute(statement, parameters)) }
        }
        return try await pipeline.executeRepeatable(statement, parameters) { try Self.summaries($0) }
    }

    /// One agent; nil where there is none.
    public func agent(_ key: AgentKey) async throws -> Reflecting<Detail?> {
        try await pipeline.executeRepeatable(Statements.findAgent, [.text(key.description)]) { rows in
            try Self.reflecting(rows) { row in
                guard let latest = try Self.version(row, from: 6) else { return nil }
                return Detail(
                    agentID: try row.text(1), username: try row.text(2),
                    created: Timestamp(milliseconds: try row.milliseconds(3)),
                    updated: Timestamp(milliseconds: try row.milliseconds(4)),
                    changed: Position(try row.integer(5)), latest: latest)
            }
        }
    }

    /// The versions of an agent from high to low, below a precedence; empty where there is no such agent.
    public func versions(
        of key: AgentKey, below precedence: [UInt8]?, limit: Int
    ) async throws -> Reflecting<[Version]> {
        let parameters: [PostgresValue] = [
            .text(key.description), precedence.map(PostgresValue.bytea) ?? .null, .int8(Int64(limit)),
        ]
        return try await pipeline.executeRepeatable(Statements.listVersions, parameters) { rows in
            let versions = try rows.compactMap { try Self.version($0, from: 1) }
            return try Self.reflecting(rows) { _ in versions }
        }
    }

    /// One version; nil where there is none.
    public func version(_ version: SemVer, of key: AgentKey) async throws -> Reflecting<Version?> {
        let parameters: [PostgresValue] = [.text(key.description), .bytea(version.precedenceKey)]
        return try await pipeline.executeRepeatable(Statements.findVersion, parameters) { rows in
            try Self.reflecting(rows) { try Self.version($0, from: 1) }
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

    /// The next position that all models will apply.
    public func reflected() async throws -> Position {
        try await pipeline.executeRepeatable(Statements.reflected) { rows in
            try Self.reflecting(rows) { _ in () }.next
        }
    }

    /// What the first row says, whose first column is how far the models are; there is a row also where nothing is
    /// found, with NULL in all other columns.
    private static func reflecting<Value>(
        _ rows: PostgresRows, _ value: (PostgresRow) throws -> Value
    ) throws -> Reflecting<Value> {
        guard let row = rows.first else {
            throw EventLogError.corrupt("the models do not say how far they are")
        }
        return Reflecting(value: try value(row), next: Position(try row.integer(0)))
    }

    private static func summaries(_ rows: PostgresRows) throws -> Reflecting<[Summary]> {
        let summaries = try rows.compactMap { row in
            row.isNull(1)
                ? nil
                : Summary(
                    key: try row.text(1), agentID: try row.text(2), username: try row.text(3),
                    latestVersion: try row.text(4), hasWASM: try row.bool(5), title: try row.text(6),
                    summary: try row.text(7), category: try row.text(8),
                    created: Timestamp(milliseconds: try row.milliseconds(9)),
                    updated: Timestamp(milliseconds: try row.milliseconds(10)),
                    position: Position(try row.integer(11)))
        }
        return try reflecting(rows) { _ in summaries }
    }

    /// The version that stands in five columns; nil where there is none.
    private static func version(_ row: PostgresRow, from column: Int) throws -> Version? {
        guard !row.isNull(column) else { return nil }
        var reader = try JSONReader(try row.bytes(column))
        return Version(
            published: try VersionPublished(from: &reader),
            listing: row.isNull(column + 1) ? nil : try ListingContent(document: try row.bytes(column + 1)),
            time: Timestamp(milliseconds: try row.milliseconds(column + 2)),
            position: Position(try row.integer(column + 3)), precedence: try row.bytes(column + 4))
    }
}
