import Crypto
public import Events
import Postgres
import Reactor

/// An entry as the log holds it.
public struct RecordedEntry: Sendable, Equatable {
    /// Its position in the log.
    public let position: Position
    /// Its version, the rank in its stream from 1; nil in streams without versions.
    public let version: StreamVersion?
    /// Its bytes, exactly as they were appended.
    public let bytes: [UInt8]

    /// Parses the bytes.
    ///
    /// - Throws: `EventLogError.corrupt` where the bytes are no entry, or one of a type that this program does not
    ///   know.
    public func envelope() throws(EventLogError) -> Envelope {
        do {
            return try Envelope(bytes: bytes)
        } catch {
            throw .corrupt("entry \(position): \(error)")
        }
    }
}

/// The append-only log in Postgres, the only source of truth.
///
/// Positions are contiguous from 0, and entries commit in the order of their positions: a reader that has seen one
/// position has all earlier ones. An append that was answered is on disk and survives a crash. Several processes may
/// append to one log; the database orders them.
///
///     let log = try await EventLog.open(EventLog.Configuration(url: url))
///     switch try await log.append(append) {
///     case .appended(let last): …
///     case .refused(.stale): … // read again and decide again
///     …
///     }
public final class EventLog: Sendable {
    /// The settings of a log.
    public struct Configuration: Sendable {
        /// How the log reaches the database: as its owner, and as commands.
        public var database: DatabaseAccess
        /// The number of sessions for reading.
        public var readers = 4
        /// The number of appends that may wait; one more throws `EventLogError.queueFull`.
        public var maximumQueue = 10_000
        /// The time for finding out whether a batch has committed after its connection was lost.
        public var settleMilliseconds: Int64 = 20_000
        /// Gets the next position after each batch that this process has appended.
        public var announce: @Sendable (Position) -> Void = { _ in }
        /// Gets what each batch of this process came to, for metrics.
        public var observe: @Sendable (AppendedBatch) -> Void = { _ in }
        /// How much of a table upkeep looks at in one run at least, in blocks of 8 KiB.
        public var sweptBlocks: Int64 = 16_384
        /// The number of positions in a new partition; existing partitions keep theirs.
        public var partitionPositions: Int64 = 1 << 24

        /// The default settings for a database.
        public init(_ database: DatabaseAccess) { self.database = database }

        /// The default settings for a database under one login.
        public init(url: String) { self.init(DatabaseAccess(url: url)) }
    }

    /// A batch of commands that was sent to the database.
    public struct AppendedBatch: Sendable {
        /// The commands in it.
        public let commands: Int
        /// The entries that were appended; 0 where all were refused.
        public let entries: Int
        /// How long it took.
        public let nanoseconds: Int64
    }

    private let writer: LogWriter
    let commands: PostgresPool
    private let reader: EventReader
    private let keeper: PartitionKeeper
    private let watch: SessionWatch
    private let upkeep: Upkeep
    /// The event loop of both pipelines.
    private let reactor: Reactor
    /// The connection of the writer, and below the one for reads by key.
    private let pipeline: PostgresPipeline
    private let reads: PostgresPipeline

    /// The id of the log, which every entry names.
    public let id: LogID

    /// The number of commands that wait to be sent.
    public var waitingCommands: Int { writer.waiting }

    /// The reader of the log.
    public var entries: EventReader { reader }

    /// Opens the log of a database that has the schema `EventLogSchema/steps`, and makes room to append.
    ///
    /// A new log gets a random id; of two programs that open it at once, both get the same.
    ///
    /// - Throws: `EventLogError.corrupt` where the database lacks a setting or routine that the log needs, or
    ///   `PostgresError`.
    public static func open(_ configuration: Configuration) async throws -> EventLog {
        let watch = SessionWatch(configuration.database)
        let keeper = PartitionKeeper(
            configuration.database, positions: configuration.partitionPositions, watch: watch)
        try await keeper.checkDatabase()
        try await keeper.checkGeneration()
        try await keeper.makeRoom()
        let commands = PostgresPool(
            configuration.database.configuration(.commands, "marketplace-commands"), sessions: configuration.readers)
        let proposed = LogID(random: SecureRandom.bytes(16))
        let id: LogID = try await chosenID(commands, Statements.identity, [.text(proposed.hex)])
        return EventLog(
            configuration, id: id, keeper: keeper, watch: watch, commands: commands, reactor: try Reactor(name: "log"))
    }

    private init(
        _ configuration: Configuration, id: LogID, keeper: PartitionKeeper, watch: SessionWatch, commands: PostgresPool,
        reactor: Reactor
    ) {
        self.watch = watch
        self.reactor = reactor
        // Without these settings a prepared CALL plans its statements each time.
        let appending = configuration.database.configuration(
            .commands, "marketplace-append",
            settings: PostgresConfiguration.byKeys.merging(["synchronous_commit": "on"]) { $1 })
        pipeline = PostgresPipeline(appending, on: reactor)
        reads = PostgresPipeline(
            configuration.database.configuration(
                .commands, "marketplace-commands", settings: PostgresConfiguration.byKeys), on: reactor)
        writer = LogWriter(
            pipeline: pipeline, keeper: keeper,
            writer: Hex.encode(SecureRandom.bytes(16)),
            maximumQueue: configuration.maximumQueue, settleMilliseconds: configuration.settleMilliseconds,
            announce: configuration.announce, observe: configuration.observe)
        self.id = id
        self.keeper = keeper
        self.commands = commands
        upkeep = Upkeep(commands, leastBlocks: configuration.sweptBlocks)
        reader = EventReader(pool: commands)
    }

    /// The id that a statement chose: the existing one or the proposed one.
    ///
    /// It tries twice, since the second try sees an id that another program committed during the first.
    static func chosenID<Kind>(
        _ pool: PostgresPool, _ statement: PostgresStatement, _ parameters: [PostgresValue]
    ) async throws(EventLogError) -> Identifier<Kind> {
        try await EventReader.reading(pool) { connection in
            for _ in 0..<2 {
                if let row = try connection.execute(statement, parameters).first,
                    let found = Identifier<Kind>(try row.text(0))
                {
                    return found
                }
            }
            throw EventLogError.corrupt("no id was chosen")
        }
    }

    /// Appends the events, effects and key of a command, all or none.
    ///
    /// It returns once they are durable. Concurrent calls share commits. Cancelling the calling task has no effect.
    ///
    /// - Returns: the position, or why nothing happened: see `AppendOutcome`.
    /// - Throws: `EventLogError`. After `outcomeUnknown` the append may have taken effect; after `queueFull`,
    ///   `unavailable` and `clockOff` it has not.
    public func append(_ append: Append) async throws(EventLogError) -> AppendOutcome {
        try await writer.append(append)
    }

    /// Creates the next partition where the newest one is more than half full, and deletes expired rows in small steps.
    ///
    /// The program that runs the log calls it from time to time. It may run beside appends.
    ///
    /// - Throws: the first `PostgresError` or `EventLogError`, once all was tried, or `CancellationError` between two steps.
    public func maintain() async throws {
        var failure: (any Error)?
        for task in [{ try await self.keeper.makeRoom() }] + upkeep.tasks {
            try Task.checkCancellation()
            do { try await task() } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    /// Ends database sessions of logins that only read, or write models, where they keep locks or old snapshots that could
    /// hold up the others. The program that runs the log calls it every few seconds.
    ///
    /// - Returns: the number of sessions that it ended.
    public func endGreedySessions() async throws -> Int64 { try await watch.endGreedySessions() }

    /// The stored reply of an idempotency key; nil where there is none or it is older than 24 hours.
    public func storedReply(_ key: KeyID) async throws(EventLogError) -> StoredReply? {
        try await reading(Statements.findKey, [.uuid(key.bytes)]) { try StoredReply.first(of: $0) }
    }

    /// An entry that a decision reads, together with the content that decisions need.
    public struct PastEntry: Sendable {
        /// The entry.
        public let entry: RecordedEntry
        /// The content `within` of a narrowed token; nil where the entry has none or it was erased.
        public let within: Content?
    }

    /// Reads the entries of several streams beyond the versions that the caller knows, in the order of the log.
    ///
    /// Entries and contents belong to one snapshot of the database.
    public func read(after known: [StreamName: StreamVersion]) async throws(EventLogError) -> [PastEntry] {
        let list = known.map { $0 }
        return try await reading(
            Statements.readStreamsAfter,
            [
                .uuids(list.map { StreamID($0.key).bytes }), .int8s(list.map(\.value.value)),
                .text("within_commitment"),
            ]
        ) { rows in
            try rows.map { row in
                PastEntry(
                    entry: try EventReader.entry(row),
                    within: row.isNull(6) ? nil : Content(document: try row.bytes(8), nonce: try row.bytes(7)))
            }
        }
    }

    /// Reads by key on the pipeline for reads.
    func reading<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws(EventLogError) -> Value {
        try await EventReader.translating { try await reads.executeRepeatable(statement, parameters, decode) }
    }

    /// Closes the idle connections; a later call connects again.
    public func close() async {
        await commands.close()
        await pipeline.close()
        await reads.close()
    }

    deinit {
        reactor.stop()
    }
}
