public import EventLog
public import Events
public import Following
public import Logging
import Postgres
import Synchronization

/// Keeps the active build of one projection up to date with the log.
///
/// Rows and cursor commit in one transaction, under the turn on the build, so two workers never apply an event twice. Where
/// builds are shared, it applies what its process holds, in one transaction for all slices. What data make impossible parks a
/// key of a sliced model. Any other fault stops the model at its position: it continues to serve its last state, the fault is
/// logged and noted, and the batch is tried again after growing pauses.
public final class Projector: Sendable {
    /// The most entries that one transaction applies, unless told otherwise.
    public static let batchEntries = 500
    /// The rest after a step that advanced the cursor, so that the next batch gathers more entries.
    private static let gatheringMilliseconds: ClosedRange<Int64> = 20...40
    /// The same where those who wait for the model are known, and end it.
    private static let watchedMilliseconds: ClosedRange<Int64> = 20...200
    /// How long it waits for the log before it asks a source again.
    private static let sourceMilliseconds: Int64 = 1_000
    /// How long it waits for the log before it looks whether it holds something else.
    private static let sharingMilliseconds: Int64 = 200
    /// The most entries that a worker looks through at once for those of its slices, in batches.
    private static let mostBatches = 8

    private struct Known {
        /// The build that was active when it was last looked up.
        var build: Build?
        /// How many entries were looked through for the last batch.
        var span: Int?
        /// The last division that was known before the last batch.
        var division: Int64 = 0
        /// Where the last batch ended, if the model had no use for any of it.
        var idleAt: Position?
    }

    private let projection: Projection
    private let session: PostgresSession
    private let head: HeadFeed
    private let models: ModelFeed?
    private let source: (any EntrySource)?
    private let sharing: Sharing?
    private let log: Log
    private let batchEntries: Int
    private let isReadHere: Bool
    private let known = Mutex(Known())

    /// Creates a projector that works in the role of projectors.
    ///
    /// - Parameters:
    ///   - head: the log's head, which all projectors of a process share.
    ///   - models: the feed to which the projector announces its cursor.
    ///   - source: where entries come from beside the log; nil for the log alone.
    ///   - sharing: what the process holds of builds that several keep up; nil where it works on all of each.
    ///   - isReadHere: true where the process answers queries: those who wait for the model wait for its feed, and then it may
    ///     rest for longer.
    ///   - batchEntries: the most entries that one transaction applies.
    public init(
        _ projection: Projection, _ database: DatabaseAccess, head: HeadFeed, models: ModelFeed? = nil,
        source: (any EntrySource)? = nil, sharing: Sharing? = nil, isReadHere: Bool = false, log: Log,
        batchEntries: Int = Projector.batchEntries
    ) {
        self.projection = projection
        let name = "marketplace-project-\(projection.name)"
        session = PostgresSession(
            sharing == nil
                ? database.configuration(.projectors, name, settings: PostgresConfiguration.plannedOnce)
                : Sharing.configuration(database, name))
        self.head = head
        self.models = models
        self.source = source
        self.sharing = sharing
        self.log = log
        self.batchEntries = batchEntries
        self.isReadHere = isReadHere
    }

    /// Applies present and new entries until the task is cancelled.
    public func run() async {
        let name = "projection \(projection.name)"
        if let source {
            // How long a step takes says little here: it waits for the source.
            let rest = Self.gatheringMilliseconds.lowerBound...Self.gatheringMilliseconds.lowerBound
            let gathering = Follower.Gathering(rest, fullStep: Int64(batchEntries))
            await Follower(name, gathering: gathering, log: log) { [self] next in
                try await step(next, source)
            } wait: { [head] position in
                // The source has waited, unless it sent the projector to a log that has nothing there yet.
                _ = try await head.passes(position, withinMilliseconds: Self.sourceMilliseconds, isUrgent: false)
            }.run()
        } else {
            await Follower(name, gathering: gathering, log: log) { [self] _ in
                try await applyNext()
            } wait: { [self] position in
                try await awaitMore(at: position)
            }.run()
        }
        await session.close()
    }

    private var gathering: Follower.Gathering {
        let isIdle: @Sendable () -> Bool = { [self] in known.withLock { $0.idleAt != nil } }
        guard isReadHere, let models else {
            return Follower.Gathering(Self.gatheringMilliseconds, fullStep: Int64(batchEntries), isIdle: isIdle)
        }
        return Follower.Gathering(Self.watchedMilliseconds, fullStep: Int64(batchEntries), isIdle: isIdle) {
            [projection] in
            try await models.rest(projection.name, milliseconds: $0)
        }
    }

    /// Waits until the log has an entry at a position, or this process may hold something else.
    private func awaitMore(at position: Position) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { [head] in
                _ = try await head.passes(position, withinMilliseconds: nil, isUrgent: false)
            }
            if sharing != nil {
                group.addTask { [self] in
                    while !isDividedAnew { try await Task.sleep(for: .milliseconds(Self.sharingMilliseconds)) }
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// True where the model was divided anew since the last batch: then slices may have come that are behind.
    private var isDividedAnew: Bool {
        guard let sharing else { return false }
        return known.withLock { $0.division } != sharing.division(of: projection)
    }

    /// Moves past entries that the model has no use for, in one statement where a batch takes seven; tried where the batch before
    /// was such a one. Returns the position that it will apply next, or nil where there is something to apply, or to say.
    private func pass() async throws -> Position? {
        // Taken away, so that a fault of this way leads to the usual one.
        let (build, idleAt) = known.withLock { known in
            defer { known.idleAt = nil }
            return (known.build, known.idleAt)
        }
        guard sharing == nil, let build, let next = idleAt else { return nil }
        let past = try await session.run { [projection, batchEntries] connection -> Position? in
            let row = try connection.execute(
                Statements.pass,
                [
                    .int4(build.number), .int8(build.epoch), .int8(next.value), .int4(Int32(clamping: batchEntries)),
                    .texts(projection.handled.sorted()), .texts(EventCatalogue.types),
                ]
            ).first
            guard let row, !row.isNull(0) else { return nil }
            return Position(try row.integer(0))
        }
        known.withLock { $0.idleAt = past }
        if let past { models?.announce(build, past) }
        return past
    }

    /// Applies what the source has, or else what the log has; returns the position that it will apply next, or nil where only the
    /// database can tell.
    private func step(_ next: Position?, _ source: any EntrySource) async throws -> Position? {
        // Where the model is, the database says.
        guard let next else { return try await applyPart() }
        let limit = known.withLock { $0.span } ?? batchEntries
        while true {
            switch try await source.entries(from: next, limit: limit) {
            case .entries(let entries):
                do {
                    return try await applyPart { [projection, batchEntries] connection, cursors in
                        try EventBatch(
                            entries, from: cursors, most: batchEntries, types: projection.handled, connection)
                    }
                } catch let fault as UnlikeTheLog {
                    source.refuse(fault.position)
                    return next
                }
            case .nothing: if isDividedAnew { return nil }
            case .absent(let past):
                return try await applyPart(limit: past.map { Int(clamping: $0.value - next.value) })
            }
        }
    }

    /// Applies the next entries, if there are any; returns the position that it will apply next. For a projector that has all
    /// of its build.
    @discardableResult
    public func applyBatch() async throws -> Position { try await applyNext() ?? Position(0) }

    /// Passes or applies the next entries of the log.
    private func applyNext() async throws -> Position? {
        if let past = try await pass() { return past }
        return try await applyPart()
    }

    /// Applies the next entries of the log that this process has to apply.
    ///
    /// - Parameter limit: the most entries, where that is less than a whole batch.
    private func applyPart(limit: Int? = nil) async throws -> Position? {
        try await applyPart { [self] connection, cursors in
            let most = span(of: cursors)
            return try EventBatch.read(
                connection, from: cursors, limit: max(1, min(most, limit ?? most)), most: batchEntries,
                types: projection.handled)
        }
    }

    /// How many entries are looked through for a batch: more where it has only some of the slices, so that a batch is full.
    private func span(of cursors: SliceCursors) -> Int {
        batchEntries * min(Self.mostBatches, SliceCursors.count / max(1, cursors.slices.count))
    }

    private typealias Read = @Sendable (PostgresConnection, SliceCursors) throws -> EventBatch

    private func applyPart(reading read: @escaping Read) async throws -> Position? {
        let worker = try await sharing?.worker(holding: projection)
        if let sharing { known.withLock { $0.division = sharing.division(of: projection) } }
        let applied = try await session.run { [self] connection in
            while true {
                let build = try known.withLock({ $0.build }) ?? activeBuild(connection)
                let writer = BuildWriter(projection: projection, build: build, worker: worker)
                do {
                    if let applied = try apply(read, writer, connection) { return applied }
                } catch let fault where BuildWriter.isInData(fault) {
                    try note(fault, writer, connection)
                    throw fault
                }
                // Another build was swapped in.
                known.withLock { $0.build = nil }
            }
        }
        guard let next = applied.next else {
            sharing?.lost(projection)
            return nil
        }
        models?.announce(applied.build, min(next, applied.others ?? next))
        if let stop = applied.stop {
            throw BuildFault(description: "'\(projection.name)' stands still at position \(next): \(stop.reason)")
        }
        return next
    }

    /// Notes where and why a build stands still, for those who look.
    private func note(_ fault: any Error, _ writer: BuildWriter, _ connection: PostgresConnection) throws {
        try connection.transaction {
            guard let state = try writer.begin(connection), state.cursors.lowest != nil else { return }
            try writer.note("\(fault)", of: "", at: state.cursor, connection)
        }
    }

    private func activeBuild(_ connection: PostgresConnection) throws -> Build {
        guard let build = try Build.active(of: projection, connection) else {
            throw BuildFault(
                description: "there is no build of version \(projection.version) of '\(projection.name)' yet")
        }
        known.withLock { $0.build = build }
        return build
    }

    /// What was applied.
    private struct Applied: Sendable {
        let build: Build
        /// The next position; nil where this process holds nothing of the build.
        let next: Position?
        /// The position before which others have applied what they hold.
        var others: Position?
        var stop: BuildWriter.Stop?
    }

    /// Applies a batch to a build, as far as it goes; nil where that is no longer the active one.
    private func apply(_ read: Read, _ writer: BuildWriter, _ connection: PostgresConnection) throws -> Applied? {
        let build = writer.build
        try connection.use(searchPath: build.schema)
        return try BuildWriter.transaction(connection) { isCareful in
            guard let state = try writer.begin(connection), state.isActive else { return nil }
            guard let cursor = state.cursors.lowest else { return Applied(build: build, next: nil) }
            known.withLock { $0.span = span(of: state.cursors) }
            let batch = try read(connection, state.cursors)
            guard batch.next != cursor else { return Applied(build: build, next: cursor, others: state.others) }
            let stop = try writer.apply(batch, state, isCareful: isCareful, connection)
            known.withLock { $0.idleAt = batch.events.isEmpty && batch.undecoded.isEmpty ? batch.next : nil }
            return Applied(build: build, next: stop?.position ?? batch.next, others: state.others, stop: stop)
        }
    }
}
