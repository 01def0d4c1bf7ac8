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

    init(_ projection: Projection, _ build: Build, _ database: DatabaseAccess) {
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
    /// - Throws: `FoldFault` where the database takes no such rows.
    private func writeFold() async throws {
        guard let fold = fold.withLock({ $0 }) else { return }
        do {
            try await session.run { [writer] connection in
                try connection.use(searchPath: writer.build.schema)
                try connection.transaction {
                    guard try writer.begin(connection) != nil else {
                        throw BuildFault(description: "the build \(writer.build.number) was retired meanwhile")
                    }
                    try fold.write(connection)
                    try connection.execute(Statements.endFold, [.int4(writer.build.number)])
                }
            }
        } catch let fault where BuildWriter.isInData(fault) {
            throw FoldFault()
        }
        self.fold.withLock { $0 = nil }
    }

    /// Applies what a batch has behind the build's cursor.
    func apply(_ batch: EventBatch) async throws {
        let isFolding = fold.withLock { $0 != nil }
        var writer = writer
        if isFolding { writer.gathered = gathered }
        try await inTurn { [writer, gathered] state, isCareful, connection in
            // What an attempt that was rolled back has gathered.
            _ = gathered.take()
            let cursor = state.cursor
            guard cursor < batch.next else { return }
            guard cursor >= batch.from else {
                throw BuildFault(
                    description: "the build is at \(cursor), before the batch that begins at \(batch.from)")
            }
            try Self.apply(batch.dropping(before: cursor), to: writer, state, isCareful: isCareful, connection)
        }
        guard isFolding else { return }
        let isFull = fold.withLock { fold in
            fold?.add(gathered.take())
            return fold?.isFull ?? false
        }
        if isFull { try await writeFold() }
    }

    /// Applies everything before a position; nil for all that is in the log. Returns the position that is reached.
    func apply(upTo past: Position?) async throws -> Position {
        try await writeFold()
        return try await inTurn { [writer] state, isCareful, connection in
            try Self.applyRest(writer, state, upTo: past, isCareful: isCareful, connection)
        }
    }

    private func inTurn<Value: Sendable>(
        _ body: @escaping @Sendable (BuildWriter.State, _ isCareful: Bool, PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await session.run { [writer] connection in
            try connection.use(searchPath: writer.build.schema)
            return try BuildWriter.transaction(connection) { isCareful in
                guard let state = try writer.begin(connection) else {
                    throw BuildFault(description: "the build \(writer.build.number) was retired meanwhile")
                }
                return try body(state, isCareful, connection)
            }
        }
    }

    /// Applies all of a batch, or nothing.
    private static func apply(
        _ batch: EventBatch, to writer: BuildWriter, _ state: BuildWriter.State, isCareful: Bool,
        _ connection: PostgresConnection
    ) throws {
        guard let stop = try writer.apply(batch, state, isCareful: isCareful, connection) else { return }
        throw BuildFault(
            description: "'\(writer.projection.name)' can't apply the entry at \(stop.position): \(stop.reason)")
    }

    private static let batchEntries = 500

    /// Applies entries inside a transaction that has the turn; returns the position that is reached.
    static func applyRest(
        _ writer: BuildWriter, _ state: BuildWriter.State, upTo past: Position?, isCareful: Bool,
        _ connection: PostgresConnection
    ) throws -> Position {
        var (cursor, state) = (state.cursor, state)
        while past.map({ cursor < $0 }) ?? true {
            let limit = past.map { min(Int($0.value - cursor.value), batchEntries) } ?? batchEntries
            let batch = try EventBatch.read(
                connection, from: state.cursors, limit: limit, most: limit, types: writer.projection.handled)
            guard batch.next != cursor else { break }
            try apply(batch, to: writer, state, isCareful: isCareful, connection)
            cursor = batch.next
            // Keys may have been parked.
            state = try writer.begin(connection) ?? state
        }
        return cursor
    }
}
