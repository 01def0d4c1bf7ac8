import EventLog
public import Events
public import Following
public import Postgres

/// What an answer reflects: the builds that it was read from, and all entries before a position.
public struct Reflection: Sendable {
    /// The next position that the models will apply: all before it is reflected.
    public let next: Position
    /// Names the builds. Answers that were read from other builds may differ.
    public let builds: String

    /// Creates a reflection; an answer from no builds names none.
    public init(next: Position, builds: String) {
        self.next = next
        self.builds = builds
    }

    /// What two answers reflect together: no builds where theirs differ.
    public func merged(with other: Reflection) -> Reflection {
        Reflection(next: min(next, other.next), builds: builds == other.builds ? builds : "")
    }
}

/// A value that was read, with what it reflects.
public struct Reflecting<Value: Sendable>: Sendable {
    /// The value.
    public let value: Value
    /// The position that its models had reached at that moment or up to 10 ms before, and their builds.
    public let reflection: Reflection

    /// Creates a value that was read.
    public init(value: Value, reflection: Reflection) {
        self.value = value
        self.reflection = reflection
    }
}

/// Some builds of the models, read in steps that belong together; between them no session is taken.
struct ModelSession: Sendable {
    let pool: PostgresPool
    let vector: BuildVector

    /// Runs one step.
    func run<Value: Sendable>(
        _ read: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        let path = vector.searchPath
        return try await pool.runRepeatable { connection in
            try connection.use(searchPath: path)
            return try read(connection)
        }
    }
}

/// Reads the builds that are active, over connections that may read models.
public struct ModelAccess: Sendable {
    /// The greatest age of the known builds and cursors.
    private static let freshMilliseconds: Int64 = 10

    let pool: PostgresPool
    private let pipeline: PostgresPipeline?
    let models: ModelFeed
    /// The slice of the log that answers are about; nil for all.
    private(set) var slice: Int?

    /// Creates access to the models.
    ///
    /// - Parameters:
    ///   - pool: for queries that may take longer, such as a search.
    ///   - pipeline: for queries that read a few rows by key; nil to use the pool for these as well.
    ///   - models: the builds and their cursors.
    public init(pool: PostgresPool, pipeline: PostgresPipeline? = nil, models: ModelFeed) {
        self.pool = pool
        self.pipeline = pipeline
        self.models = models
    }

    /// Access for answers about one agent, which reflect what the agent's slice of the log reflects.
    func about(_ key: AgentKey) -> ModelAccess {
        var access = self
        access.slice = StreamName.agent(key).slice
        return access
    }

    /// The builds and cursors, asked for at most 10 ms ago.
    func recent() async throws -> Models { try await models.value(atMostMillisecondsOld: Self.freshMilliseconds) }

    /// Reads a few rows by key.
    ///
    /// It reads the position first and then the rows, so that the rows are at least as new as the position.
    func short<Value: Sendable>(
        _ projections: [Projection], _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Reflecting<Value> {
        guard let pipeline else {
            return try await long(projections) { try decode(try $0.execute(statement, parameters)) }
        }
        return try await reflecting(projections) { vector in
            try await pipeline.executeRepeatable(statement, parameters, searchPath: vector.searchPath, decode)
        }
    }

    /// Reads in a session of its own; the position first, as `short` does.
    func long<Value: Sendable>(
        _ projections: [Projection], _ read: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Reflecting<Value> {
        try await staged(projections) { try await $0.run(read) }
    }

    /// Reads in several steps, each in any session; the position first, as `short` does.
    func staged<Value: Sendable>(
        _ projections: [Projection], _ read: (ModelSession) async throws -> Value
    ) async throws -> Reflecting<Value> {
        try await reflecting(projections) { try await read(ModelSession(pool: pool, vector: $0)) }
    }

    private func reflecting<Value: Sendable>(
        _ projections: [Projection], _ read: (BuildVector) async throws -> Value
    ) async throws -> Reflecting<Value> {
        let models = try await recent()
        do {
            return try await reflecting(models, projections, read)
        } catch let error as PostgresError where error.sqlState == Self.undefinedTable {
            // The session that held the builds was lost, and they were dropped before another one held them.
            return try await reflecting(
                try await self.models.value(atMostMillisecondsOld: 0), projections, read)
        }
    }

    private func reflecting<Value: Sendable>(
        _ models: Models, _ projections: [Projection], _ read: (BuildVector) async throws -> Value
    ) async throws -> Reflecting<Value> {
        guard projections.allSatisfy({ models.vector.builds[$0.name] != nil }) else {
            throw EventLogError.unavailable("the read models of this version are not built yet")
        }
        let value = try await read(models.vector)
        // The vector, which holds the builds, has to live until the rows are read.
        return Reflecting(
            value: value, reflection: Reflection(next: models.next(projections, slice: slice), builds: models.vector.id)
        )
    }

    private static let undefinedTable = "42P01"
}
