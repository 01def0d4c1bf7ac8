import EventLog
public import Events
import Postgres
import System

/// How far builds are.
public struct BuildProgress: Sendable {
    /// What is being done.
    public enum Phase: String, Sendable {
        /// Events are applied.
        case applying
        /// Indexes for readers are made.
        case indexing
        /// The build is put in place of the one that is read.
        case swapping
        /// Rows are compared.
        case comparing
    }

    /// What is being done.
    public let phase: Phase
    /// The next position that will be applied.
    public let position: Position
    /// The next position of the log.
    public let head: Position
    /// The entries of a second since this began; 0 at first.
    public let entriesASecond: Int64

    /// The seconds until the log is applied, if it goes on as so far; nil where that is not known.
    public var secondsLeft: Int64? {
        entriesASecond > 0 ? (head.value - position.value + entriesASecond - 1) / entriesASecond : nil
    }
}

/// A build that is being made, in a session of its own.
final class Filling: Sendable {
    let writer: BuildWriter
    let session: PostgresSession

    init(_ projection: Projection, _ build: Build, _ database: DatabaseAccess) {
        writer = BuildWriter(projection: projection, build: build)
        // What a crash takes back is applied again: rows and cursor go together.
        session = PostgresSession(
            BuildStore.configuration(
                database, "marketplace-build-\(projection.name)",
                settings: PostgresConfiguration.plannedOnce.merging(["synchronous_commit": "off"]) { $1 }))
    }

    /// Applies what a batch has behind the build's cursor.
    func apply(_ batch: EventBatch) async throws {
        try await inTurn { [writer] state, isCareful, connection in
            let cursor = state.cursor
            guard cursor < batch.next else { return }
            guard cursor >= batch.from else {
                throw BuildFault(
                    description: "the build is at \(cursor), before the batch that begins at \(batch.from)")
            }
            try writer.apply(batch.dropping(before: cursor), state, isCareful: isCareful, connection)
        }
    }

    /// Applies everything before a position; nil for all that is in the log. Returns the position that is reached.
    func apply(upTo past: Position?) async throws -> Position {
        try await inTurn { [writer] state, isCareful, connection in
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

    private static let batchEntries = 2_000

    /// Applies entries inside a transaction that has the turn; returns the position that is reached.
    static func applyRest(
        _ writer: BuildWriter, _ state: BuildWriter.State, upTo past: Position?, isCareful: Bool,
        _ connection: PostgresConnection
    ) throws -> Position {
        var (cursor, state) = (state.cursor, state)
        while past.map({ cursor < $0 }) ?? true {
            let limit = past.map { min(Int($0.value - cursor.value), batchEntries) } ?? batchEntries
            let batch = try EventBatch.read(
                connection, from: cursor, limit: limit, types: writer.projection.handled)
            guard batch.next != cursor else { break }
            try writer.apply(batch, state, isCareful: isCareful, connection)
            cursor = batch.next
            // Keys may have been parked.
            state = try writer.begin(connection) ?? state
        }
        return cursor
    }
}

/// Fills builds from the log: one thread reads and decodes the next batch while others write the one before.
struct Filler {
    private static let pageEntries = 1_000
    /// What bounds memory: two batches at once.
    private static let batchBytes = 16 << 20
    /// A build that is this near to the head has only what was appended a moment ago before it.
    private static let nearEntries: Int64 = 2_000

    let session: PostgresSession
    /// The share of a core that filling takes, in percent.
    let pace: Int64
    /// The most entries that one transaction applies.
    let batchEntries: Int
    let report: @Sendable (BuildProgress) -> Void

    init(
        _ database: DatabaseAccess, pace: Int64, batchEntries: Int,
        report: @escaping @Sendable (BuildProgress) -> Void
    ) {
        self.batchEntries = batchEntries
        session = PostgresSession(
            BuildStore.configuration(database, "marketplace-build-log"))
        self.pace = pace
        self.report = report
    }

    private struct Read: Sendable {
        let batch: EventBatch
        let head: Position
    }

    /// Applies the log to builds until each is near to its head.
    func fill(_ fillings: [Filling]) async throws {
        let types = fillings.reduce(into: Set<String>()) { $0.formUnion($1.writer.projection.handled) }
        let start = try await start(of: fillings)
        let began = Host.steadyClockMilliseconds()
        var read = try await self.read(from: start, types)
        while read.batch.next != read.batch.from {
            let present = read
            let busySince = Host.steadyClockMilliseconds()
            async let following = self.read(from: present.batch.next, types)
            try await withThrowingTaskGroup { group in
                for filling in fillings { group.addTask { try await filling.apply(present.batch) } }
                try await group.waitForAll()
            }
            read = try await following
            let now = Host.steadyClockMilliseconds()
            let position = present.batch.next
            report(
                BuildProgress(
                    phase: .applying, position: position, head: read.head,
                    entriesASecond: (position.value - start.value) * 1_000 / max(1, now - began)))
            if read.head.value - position.value < min(Self.nearEntries, Int64(batchEntries)) { return }
            // What is left of a core belongs to others.
            let pause = (now - busySince) * (100 - pace) / pace
            if pause > 0 { try await Task.sleep(for: .milliseconds(pause)) }
        }
    }

    private func start(of fillings: [Filling]) async throws -> Position {
        let builds = fillings.map(\.writer.build.number)
        return try await session.run { connection in
            try builds.map { Position(try connection.execute(Statements.cursor, [.int4($0)]).first?.integer(0) ?? 0) }
                .min() ?? Position(0)
        }
    }

    private func read(from position: Position, _ types: Set<String>) async throws -> Read {
        try await session.run { [batchEntries] connection in
            var batch = try EventBatch.read(
                connection, from: position, limit: min(Self.pageEntries, batchEntries), types: types)
            while batch.next != position, batch.bytes < Self.batchBytes {
                let limit = min(Self.pageEntries, batchEntries - Int(batch.next.value - position.value))
                guard limit > 0 else { break }
                let page = try EventBatch.read(connection, from: batch.next, limit: limit, types: types)
                guard page.next != page.from else { break }
                batch = batch.followed(by: page)
            }
            return Read(batch: batch, head: try LogOnConnection.head(connection))
        }
    }
}
