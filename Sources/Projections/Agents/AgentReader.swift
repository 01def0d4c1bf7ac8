import EventLog
public import Events
public import Following
public import Manifest
public import Postgres

/// Reads the models of agents and of publishers.
///
/// Each answer comes from certain models and tells the position up to which they were applied. Reading does not wait
/// for the models; `reflects` does.
public struct AgentReader: Sendable {
    /// The models that pages and lists are read from.
    public static let shownModels: [any Projection.Type] = [Agents.self, Publishers.self]

    private let pipeline: PostgresPipeline
    private let pool: PostgresPool
    private let cursors: CursorFeed

    /// Creates a reader over connections that may read models.
    ///
    /// - Parameters:
    ///   - pipeline: for queries that read a few rows by key.
    ///   - pool: for queries that may take longer, such as a search.
    ///   - cursors: the cursors of the models.
    public init(pipeline: PostgresPipeline, pool: PostgresPool, cursors: CursorFeed) {
        self.pipeline = pipeline
        self.pool = pool
        self.cursors = cursors
    }

    /// The greatest age of the known cursors.
    private static let cursorMilliseconds: Int64 = 10

    /// A value that was read, with the position that its models had reached at that moment or up to 10 ms before.
    public struct Reflecting<Value: Sendable>: Sendable {
        /// The value.
        public let value: Value
        /// The next position that the models will apply: all before it is reflected.
        public let next: Position
    }

    /// The filter of a list.
    public struct Filter: Sendable {
        /// Words to look for.
        public var words: String?
        /// The category.
        public var category: String?
        /// The most agents.
        public var limit = 20

        /// Creates a filter that lets all agents through.
        public init() {}
    }

    /// The order of a list, and the point at which it continues.
    public enum ListCursor: Sendable {
        /// By the last change: before a position.
        case recent(before: Int64)
        /// By key: after a key.
        case name(after: String)
        /// By stars: after a number of stars and a key.
        case stars(below: Int64, after: String)
        /// By readers: after a number of readers and a key.
        case downloads(below: Int64, after: String)
    }

    /// At most `filter.limit` listed agents, in the order and from the point of a cursor.
    public func list(_ filter: Filter, from cursor: ListCursor) async throws -> Reflecting<[Summary]> {
        let limit = PostgresValue.int8(Int64(filter.limit))
        let (list, search, start): (PostgresStatement, PostgresStatement, [PostgresValue]) =
            switch cursor {
            case .recent(let before): (Statements.listRecent, Statements.searchRecent, [.int8(before)])
            case .name(let after): (Statements.listByName, Statements.searchByName, [.text(after)])
            case .stars(let below, let after):
                (Statements.listByStars, Statements.searchByStars, [.int8(below), .text(after)])
            case .downloads(let below, let after):
                (Statements.listByDownloads, Statements.searchByDownloads, [.int8(below), .text(after)])
            }
        // Without a filter the query reads rows in the order of an index and is short; a search may skip any number of
        // rows.
        guard filter.words != nil || filter.category != nil else {
            return try await reading(Self.shownModels, list, start + [limit]) { try $0.map(Summary.init) }
        }
        let parameters =
            start + [
                filter.category.map(PostgresValue.text) ?? .null, filter.words.map(PostgresValue.text) ?? .null, limit,
            ]
        return try await searching(Self.shownModels, search, parameters) { try $0.map(Summary.init) }
    }

    /// One agent; nil where there is none.
    public func agent(_ key: AgentKey) async throws -> Reflecting<Detail?> {
        try await reading(Self.shownModels, Statements.findAgent, [.text(key.description)]) {
            try $0.first.map(Detail.init)
        }
    }

    /// The versions of an agent from high to low, below a precedence; empty where there is no such agent.
    public func versions(
        of key: AgentKey, below precedence: [UInt8]?, limit: Int
    ) async throws -> Reflecting<[Version]> {
        try await searching(
            [Agents.self], Statements.listVersions,
            [.text(key.description), precedence.map(PostgresValue.bytea) ?? .null, .int8(Int64(limit))]
        ) { try $0.map(Version.init) }
    }

    /// One version, of any build where none is named; nil where there is none.
    public func version(_ version: SemVer, of key: AgentKey) async throws -> Reflecting<Version?> {
        try await reading(
            [Agents.self], Statements.findVersion, [.text(key.description), .bytea(version.precedenceKey)]
        ) { rows in
            let found = try rows.first.map(Version.init)
            return found.flatMap { SemVer($0.published.version).map(version.names) == true ? $0 : nil }
        }
    }

    /// The progress of a projection.
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

    /// The progress of each projection.
    public func progress() async throws -> [Progress] {
        try await pool.runRepeatable { connection in
            try connection.execute(Statements.projections, [.texts(ProjectionCatalogue.all.map { $0.name })]).map {
                row in
                Progress(
                    name: try row.text("projection"), cursor: Position(try row.integer("position")),
                    head: Position(try row.integer("head")), oldestWaitMilliseconds: max(0, try row.integer("waited")))
            }
        }
    }

    /// The next position that all of some models will apply, asked for at most 10 ms ago.
    public func recentlyReflected(_ models: [any Projection.Type]) async throws -> Position {
        CursorFeed.next(try await cursors.value(atMostMillisecondsOld: Self.cursorMilliseconds), models)
    }

    /// Waits until some models reflect a position; false where they do not in time.
    public func reflects(
        _ position: Position, in models: [any Projection.Type], withinMilliseconds limit: Int64
    ) async throws -> Bool {
        try await cursors.wait(withinMilliseconds: limit) { CursorFeed.next($0, models) > position }
    }

    /// Reads the position first and then the rows, so that the rows are at least as new as the position.
    func reading<Value: Sendable>(
        _ models: [any Projection.Type], _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Reflecting<Value> {
        let next = try await recentlyReflected(models)
        return Reflecting(value: try await pipeline.executeRepeatable(statement, parameters, decode), next: next)
    }

    /// Reads like `reading`, but over the pool, for queries that may take longer.
    func searching<Value: Sendable>(
        _ models: [any Projection.Type], _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Reflecting<Value> {
        let next = try await recentlyReflected(models)
        let found = try await pool.runRepeatable { try decode(try $0.execute(statement, parameters)) }
        return Reflecting(value: found, next: next)
    }
}
