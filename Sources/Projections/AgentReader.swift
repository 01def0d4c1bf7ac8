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
            let names = Self.models.map { Optional($0.name) }
            return try await pipeline.executeRepeatable(Statements.reflected, [.texts(names)]) { rows in
                guard let row = rows.first else {
                    throw EventLogError.corrupt("the models do not say how far they are")
                }
                return Position(try row.integer(0))
            }
        }
    }

    /// The models that answers are made of. Flags are for moderators, who read them
    /// elsewhere, and the index is served from the disk.
    private static let models: [any Projection.Type] = [
        Agents.self, Downloads.self, Publishers.self, Reviews.self, Stars.self,
    ]

    /// How far the models are is asked for this often while somebody wants to know.
    private static let watchMilliseconds: Int64 = 10

    /// What was read and how far the models were, at that moment or up to 10 ms before.
    public struct Reflecting<Value: Sendable>: Sendable {
        /// What was read.
        public let value: Value
        /// The next position that the models will apply: all before it is reflected.
        public let next: Position
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
        /// By stars, behind so many and a key.
        case stars(below: Int64, after: String)
        /// By readers, behind so many and a key.
        case downloads(below: Int64, after: String)
    }

    /// Listed agents.
    public func list(_ filter: Filter, from place: Place) async throws -> Reflecting<[Summary]> {
        let limit = PostgresValue.int8(Int64(filter.limit))
        let isSearch = filter.words != nil || filter.category != nil
        let (statement, start): (PostgresStatement, [PostgresValue]) =
            switch place {
            case .recent(let before): (isSearch ? Statements.searchRecent : Statements.listRecent, [.int8(before)])
            case .name(let after): (isSearch ? Statements.searchByName : Statements.listByName, [.text(after)])
            case .stars(let below, let after): (Statements.searchByStars, [.int8(below), .text(after)])
            case .downloads(let below, let after): (Statements.searchByDownloads, [.int8(below), .text(after)])
            }
        let isCounted = [Statements.searchByStars.name, Statements.searchByDownloads.name].contains(statement.name)
        // Where an index gives the rows as they are shown, reading them is short; else there is no telling how many it
        // skips.
        if !isSearch, !isCounted {
            return try await reading(statement, start + [limit]) { try $0.map(Summary.init) }
        }
        let parameters =
            start + [
                filter.category.map(PostgresValue.text) ?? .null, filter.words.map(PostgresValue.text) ?? .null, limit,
            ]
        return try await searching(statement, parameters) { try $0.map(Summary.init) }
    }

    /// One agent; nil where there is none.
    public func agent(_ key: AgentKey) async throws -> Reflecting<Detail?> {
        try await reading(Statements.findAgent, [.text(key.description)]) { try $0.first.map(Detail.init) }
    }

    /// The versions of an agent from high to low, below a precedence; empty where there is no such agent.
    public func versions(
        of key: AgentKey, below precedence: [UInt8]?, limit: Int
    ) async throws -> Reflecting<[Version]> {
        try await searching(
            Statements.listVersions,
            [.text(key.description), precedence.map(PostgresValue.bytea) ?? .null, .int8(Int64(limit))]
        ) { try $0.map(Version.init) }
    }

    /// One version; nil where there is none.
    public func version(_ version: SemVer, of key: AgentKey) async throws -> Reflecting<Version?> {
        try await reading(Statements.findVersion, [.text(key.description), .bytea(version.precedenceKey)]) {
            try $0.first.map(Version.init)
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
    func reading<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Reflecting<Value> {
        let next = try await recentlyReflected()
        return Reflecting(value: try await pipeline.executeRepeatable(statement, parameters, decode), next: next)
    }

    /// The same for what may take its time.
    func searching<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Reflecting<Value> {
        let next = try await recentlyReflected()
        let found = try await pool.runRepeatable { try decode(try $0.execute(statement, parameters)) }
        return Reflecting(value: found, next: next)
    }
}
