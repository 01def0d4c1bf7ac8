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

    private let projection: Projection
    private let session: PostgresSession
    private let head: HeadFeed
    private let models: ModelFeed?
    private let log: Log
    private let batchEntries: Int
    /// The build that was active when it was last looked up.
    private let known = Mutex<Build?>(nil)

    /// Creates a projector that works in the role of projectors.
    ///
    /// - Parameters:
    ///   - head: the log's head, which all projectors of a process share.
    ///   - models: the feed to which the projector announces its cursor.
    ///   - batchEntries: the most entries that one transaction applies.
    public init(
        _ projection: Projection, _ database: DatabaseAccess, head: HeadFeed, models: ModelFeed? = nil, log: Log,
        batchEntries: Int = Projector.batchEntries
    ) {
        self.projection = projection
        session = PostgresSession(
            database.configuration(
                .projectors, "marketplace-project-\(projection.name)", settings: PostgresConfiguration.plannedOnce))
        self.head = head
        self.models = models
        self.log = log
        self.batchEntries = batchEntries
    }

    /// Applies present and new entries until the task is cancelled.
    public func run() async {
        await Follower(
            "projection \(projection.name)", of: head, gatheringMilliseconds: Self.gatheringMilliseconds, log: log
        ) { [self] _ in
            try await applyBatch()
        }.run()
        await session.close()
    }

    /// Applies the next entries, if there are any; returns the position that it will apply next.
    @discardableResult
    public func applyBatch() async throws -> Position {
        let (build, next, stop) = try await session.run { [self] connection in
            while true {
                let build = try known.withLock({ $0 }) ?? activeBuild(connection)
                do {
                    if let (next, stop) = try apply(to: build, connection) { return (build, next, stop) }
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
        to build: Build, _ connection: PostgresConnection
    ) throws -> (next: Position, stop: BuildWriter.Stop?)? {
        let writer = BuildWriter(projection: projection, build: build)
        try connection.use(searchPath: build.schema)
        return try BuildWriter.transaction(connection) { isCareful in
            guard let state = try writer.begin(connection), state.isActive else { return nil }
            let batch = try EventBatch.read(
                connection, from: state.cursor, limit: batchEntries, types: projection.handled)
            guard batch.next != state.cursor else { return (state.cursor, nil) }
            let stop = try writer.apply(batch, state, isCareful: isCareful, connection)
            return (stop?.position ?? batch.next, stop)
        }
    }
}
