import EventLog
import Events
import Postgres
import Synchronization

/// A build that is being made, in a session of its own.
final class Filling: Sendable {
    let writer: BuildWriter
    let session: PostgresSession
    /// The part of the model that is not written yet; nil where there is none.
    private let fold = Mutex<(any ModelFold)?>(nil)
    private let gathered = GatheredEvents()
    /// Where the build stopped in a batch that others go on with.
    private let stopped = Mutex<BuildFault?>(nil)

    private let purpose: BuildStore.Purpose

    init(_ projection: Projection, _ build: Build, for purpose: BuildStore.Purpose, _ database: DatabaseAccess) {
        self.purpose = purpose
        writer = BuildWriter(projection: projection, build: build)
        // What a crash takes back is applied again: rows and cursor go together.
        session = PostgresSession(
            BuildStore.configuration(
                database, "marketplace-build-\(projection.name)",
                settings: PostgresConfiguration.plannedOnce.merging(["synchronous_commit": "off"]) { $1 }))
    }

    /// Begins to fold what the model can fold, unless that was written by an earlier run. What an earlier run folded and did
    /// not write is read again.
    func begin() async throws {
        guard let folding = writer.projection.folding else { return }
        let fold = try await inTurn { [writer] state, _, connection -> (any ModelFold)? in
            guard try connection.execute(Statements.findFold, [.int4(writer.build.number)]).first != nil else {
                return nil
            }
            var (fold, position) = (folding.begin(), Position(0))
            while position < state.cursor {
                let limit = min(Int(state.cursor.value - position.value), Self.batchEntries)
                let batch = try EventBatch.read(connection, from: position, limit: limit, types: folding.types)
                guard batch.next > position else { break }
                fold.add(writer.taken(batch.events, state))
                position = batch.next
            }
            return fold
        }
        self.fold.withLock { $0 = fold }
    }

    /// Writes what is folded; from then on nothing is.
    ///
    /// - Throws: `Unusable` where the database takes no such rows.
    private func writeFold() async throws {
        guard let fold = fold.withLock({ $0 }) else { return }
        do {
            try await session.run { [writer] connection in
                try connection.use(searchPath: writer.build.schema)
                try connection.transaction {
                    guard try writer.begin(connection) != nil else {
                        throw BuildFault.lost(writer.build)
                    }
                    // Somebody else may have read again what is held here, and written it.
                    guard try connection.execute(Statements.endFold, [.int4(writer.build.number)]).affected > 0 else {
                        throw BuildFault.lost(writer.build)
                    }
                    try fold.write(connection)
                }
            }
        } catch let fault where BuildWriter.isInData(fault) {
            throw Unusable.folded
        }
        self.fold.withLock { $0 = nil }
    }

    /// True once the build has stopped in a batch.
    var isStopped: Bool { stopped.withLock { $0 != nil } }

    /// Applies what a batch has behind the build's cursor; where the build stops at an entry, all before it, and nothing from
    /// then on.
    func apply(_ batch: EventBatch) async throws {
        guard !isStopped else { return }
        do {
            try await applyAll(batch)
        } catch let fault as BuildFault {
            stopped.withLock { $0 = fault }
        }
    }

    private func applyAll(_ batch: EventBatch) async throws {
        let isFolding = fold.withLock { $0 != nil }
        var writer = writer
        if isFolding { writer.gathered = gathered }
        let stop = try await inTurn { [writer, gathered] state, isCareful, connection -> BuildWriter.Stop? in
            // What an attempt that was rolled back has gathered.
            _ = gathered.take()
            let cursor = state.cursor
            guard cursor < batch.next else { return nil }
            guard cursor >= batch.from else {
                throw BuildFault(
                    description: "the build is at \(cursor), before the batch that begins at \(batch.from)")
            }
            return try writer.apply(batch.dropping(before: cursor), state, isCareful: isCareful, connection)
        }
        if let stop { throw fault(stop) }
        guard isFolding else { return }
        let isFull = fold.withLock { fold in
            fold?.add(gathered.take())
            return fold?.isFull ?? false
        }
        if isFull { try await writeFold() }
    }

    /// Applies everything before a position; nil for all that is in the log. Returns the position that is reached.
    ///
    /// - Throws: `BuildFault` where the build stops at an entry, after all before it was applied.
    func apply(upTo past: Position?) async throws -> Position {
        if let fault = stopped.withLock({ $0 }) { throw fault }
        try await writeFold()
        let rest = try await inTurn { [writer] state, isCareful, connection in
            try Self.applyRest(writer, state, upTo: past, isCareful: isCareful, connection)
        }
        if let stop = rest.stop { throw fault(stop) }
        return rest.reached
    }

    /// Tries again what the build parks: it may have been mended or skipped since. Called once nothing is folded any more.
    func retryParked() async throws {
        let parked = try await inTurn { state, _, _ in state.parked.keys.sorted() }
        for key in parked {
            while try await inTurn({ [writer] state, _, connection in
                try writer.retry(key, state, connection).step == .more
            }) {}
        }
    }

    private func inTurn<Value: Sendable>(
        _ body: @escaping @Sendable (BuildWriter.State, _ isCareful: Bool, PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await session.run { [writer] connection in
            try connection.use(searchPath: writer.build.schema)
            return try BuildWriter.transaction(connection) { isCareful in
                guard let state = try writer.begin(connection) else {
                    throw BuildFault.lost(writer.build)
                }
                return try body(state, isCareful, connection)
            }
        }
    }

    /// What it means that the build stops.
    func fault(_ stop: BuildWriter.Stop) -> BuildFault {
        switch purpose {
        case .serve: Self.fault(writer, stop)
        case .check:
            BuildFault(
                description:
                    "'\(writer.projection.name)' can't apply the entry at \(stop.position), so nothing is proven: \(stop.reason); `marketplace rebuild \(writer.projection.name)` stands still there as well, and then it can be skipped"
            )
        }
    }

    /// What it means that a build that is read, or will be, stops.
    static func fault(_ writer: BuildWriter, _ stop: BuildWriter.Stop) -> BuildFault {
        BuildFault(
            description:
                "'\(writer.projection.name)' can't apply the entry at \(stop.position): \(stop.reason); mend what is at fault, or skip it (`marketplace project skip \(writer.projection.name) \(stop.position) --reason TEXT`)"
        )
    }

    private static let batchEntries = 500

    /// How far entries were applied.
    struct Rest: Sendable {
        /// The next position that will be applied.
        var reached: Position
        /// What stopped the build there; nil where nothing did.
        var stop: BuildWriter.Stop?
    }

    /// Applies entries inside a transaction that has the turn, as far as it goes.
    static func applyRest(
        _ writer: BuildWriter, _ state: BuildWriter.State, upTo past: Position?, isCareful: Bool,
        _ connection: PostgresConnection
    ) throws -> Rest {
        var (rest, state) = (Rest(reached: state.cursor), state)
        while past.map({ rest.reached < $0 }) ?? true {
            let limit = past.map { min(Int($0.value - rest.reached.value), batchEntries) } ?? batchEntries
            let batch = try EventBatch.read(
                connection, from: state.cursors, limit: limit, most: limit, types: writer.projection.handled)
            guard batch.next != rest.reached else { break }
            rest.stop = try writer.apply(batch, state, isCareful: isCareful, connection)
            rest.reached = rest.stop?.position ?? batch.next
            guard rest.stop == nil else { break }
            // Keys may have been parked.
            state = try writer.begin(connection) ?? state
        }
        return rest
    }

    /// The entries of one short turn on the active build.
    static let turnEntries = Int64(batchEntries)
}
