public import EventLog
public import Events
public import Following
public import Logging
import Postgres
import Synchronization

/// Keeps the active build of one projection up to date with the log.
///
/// Rows and cursor commit in one transaction, under the turn on the build, so two workers never apply an event twice. What
/// data make impossible parks a key of a sliced model. Any other fault stops the model at its position: it continues to serve
/// its last state, the fault is logged and noted, and the batch is tried again after growing pauses.
public final class Projector: Sendable {
    /// The most entries that one transaction applies, unless told otherwise.
    public static let batchEntries = 500
    /// The pause after a step that advanced the cursor, so that the next batch gathers more entries.
    private static let gatheringMilliseconds: Int64 = 20
    /// How long it waits for the log before it asks a source again.
    private static let sourceMilliseconds: Int64 = 1_000

    private let projection: Projection
    private let session: PostgresSession
    private let head: HeadFeed
    private let models: ModelFeed?
    private let source: (any EntrySource)?
    private let log: Log
    private let batchEntries: Int
    /// The build that was active when it was last looked up.
    private let known = Mutex<Build?>(nil)

    /// Creates a projector that works in the role of projectors.
    ///
    /// - Parameters:
    ///   - head: the log's head, which all projectors of a process share.
    ///   - models: the feed to which the projector announces its cursor.
    ///   - source: where entries come from beside the log; nil for the log alone.
    ///   - batchEntries: the most entries that one transaction applies.
    public init(
        _ projection: Projection, _ database: DatabaseAccess, head: HeadFeed, models: ModelFeed? = nil,
        source: (any EntrySource)? = nil, log: Log, batchEntries: Int = Projector.batchEntries
    ) {
        self.projection = projection
        session = PostgresSession(
            database.configuration(
                .projectors, "marketplace-project-\(projection.name)", settings: PostgresConfiguration.plannedOnce))
        self.head = head
        self.models = models
        self.source = source
        self.log = log
        self.batchEntries = batchEntries
    }

    /// Applies present and new entries until the task is cancelled.
    public func run() async {
        let name = "projection \(projection.name)"
        if let source {
            await Follower(name, gatheringMilliseconds: Self.gatheringMilliseconds, log: log) { [self] next in
                try await step(next, source)
            } wait: { [head] position in
                // The source has waited, unless it sent the projector to a log that has nothing there yet.
                _ = try await head.passes(position, withinMilliseconds: Self.sourceMilliseconds, isUrgent: false)
            }.run()
        } else {
            await Follower(name, of: head, gatheringMilliseconds: Self.gatheringMilliseconds, log: log) { [self] _ in
                try await applyBatch()
            }.run()
        }
        await session.close()
    }

    /// Applies what the source has, or else what the log has; returns the position that it will apply next.
    private func step(_ next: Position?, _ source: any EntrySource) async throws -> Position {
        // Where the model is, the database says.
        guard let next else { return try await applyBatch() }
        switch try await source.entries(from: next, limit: batchEntries) {
        case .entries(let entries):
            do {
                return try await applyBatch(entries)
            } catch let fault as UnlikeTheLog {
                source.refuse(fault.position)
                return next
            }
        case .absent(let past):
            return try await applyBatch(limit: past.map { Int(clamping: $0.value - next.value) })
        }
    }

    /// Applies the next entries, if there are any; returns the position that it will apply next.
    ///
    /// - Parameter limit: the most entries, where that is less than a whole batch.
    @discardableResult
    public func applyBatch(limit: Int? = nil) async throws -> Position {
        let limit = min(batchEntries, max(1, limit ?? batchEntries))
        return try await applyBatch { [projection] connection, cursor in
            try EventBatch.read(connection, from: cursor, limit: limit, types: projection.handled)
        }
    }

    /// Applies entries of a source, as far as the model does not have them.
    private func applyBatch(_ entries: [SourcedEntry]) async throws -> Position {
        try await applyBatch { [projection] connection, cursor in
            try EventBatch(entries, from: cursor, types: projection.handled, connection)
        }
    }

    private func applyBatch(
        reading read: @escaping @Sendable (PostgresConnection, Position) throws -> EventBatch
    ) async throws -> Position {
        let (build, next, stop) = try await session.run { [self] connection in
            while true {
                let build = try known.withLock({ $0 }) ?? activeBuild(connection)
                do {
                    if let (next, stop) = try apply(read, to: build, connection) { return (build, next, stop) }
                } catch let fault where BuildWriter.isInData(fault) {
                    try note(fault, of: build, connection)
                    throw fault
                }
                // Another build was swapped in.
                known.withLock { $0 = nil }
            }
        }
        models?.announce(build, next)
        if let stop {
            throw BuildFault(description: "'\(projection.name)' stands still at position \(next): \(stop.reason)")
        }
        return next
    }

    /// Notes where and why a build stands still, for those who look.
    private func note(_ fault: any Error, of build: Build, _ connection: PostgresConnection) throws {
        let writer = BuildWriter(projection: projection, build: build)
        try connection.transaction {
            guard let state = try writer.begin(connection) else { return }
            try writer.note("\(fault)", of: "", at: state.cursor, connection)
        }
    }

    private func activeBuild(_ connection: PostgresConnection) throws -> Build {
        guard let build = try Build.active(of: projection, connection) else {
            throw BuildFault(
                description: "there is no build of version \(projection.version) of '\(projection.name)' yet")
        }
        known.withLock { $0 = build }
        return build
    }

    /// Applies a batch to a build, as far as it goes; nil where that is no longer the active one.
    private func apply(
        _ read: (PostgresConnection, Position) throws -> EventBatch, to build: Build, _ connection: PostgresConnection
    ) throws -> (next: Position, stop: BuildWriter.Stop?)? {
        let writer = BuildWriter(projection: projection, build: build)
        try connection.use(searchPath: build.schema)
        return try BuildWriter.transaction(connection) { isCareful in
            guard let state = try writer.begin(connection), state.isActive else { return nil }
            let batch = try read(connection, state.cursor)
            guard batch.next != state.cursor else { return (state.cursor, nil) }
            let stop = try writer.apply(batch, state, isCareful: isCareful, connection)
            return (stop?.position ?? batch.next, stop)
        }
    }
}
