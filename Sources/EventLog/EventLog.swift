import Crypto
public import Events
import Postgres
import Reactor

/// An entry as it stands in the log.
public struct RecordedEntry: Sendable, Equatable {
    /// Where it stands.
    public let position: Position
    /// Its rank in its stream; nil in streams without versions.
    public let version: StreamVersion?
    /// Its bytes, as they were appended.
    public let bytes: [UInt8]

    /// Takes it apart.
    public func envelope() throws(EventLogError) -> Envelope {
        do {
            return try Envelope(bytes: bytes)
        } catch {
            throw .corrupt("entry \(position): \(error)")
        }
    }
}

/// The append-only log in Postgres: the only truth.
///
/// Positions are contiguous from 0, and commit order is position order. What `append` answered is on disk.
public final class EventLog: Sendable {
    /// How the log is opened.
    public struct Configuration: Sendable {
        /// The database.
        public var url: String
        /// Sessions that read.
        public var readers = 4
        /// Appends that wait; one more is pushed back.
        public var maximumQueue = 10_000
        /// How long a batch whose connection was lost is asked after.
        public var settleMilliseconds: Int64 = 20_000
        /// Is told the next position after each batch that this process has appended.
        public var announce: @Sendable (Position) -> Void = { _ in }
        /// Positions in a partition; decided for each when it is made.
        public var partitionPositions: Int64 = 1 << 24

        /// The defaults for a database.
        public init(url: String) { self.url = url }
    }

    private let writer: LogWriter
    let commands: PostgresPool
    private let reader: EventReader
    private let keeper: PartitionKeeper
    /// Where the writer's connection lives.
    private let reactor: Reactor
    /// The writer's connection, and the one of what commands read by key.
    private let pipeline: PostgresPipeline
    private let reads: PostgresPipeline

    /// The log's id, which every entry names.
    public let id: LogID

    /// Reading, for those who need nothing else.
    public var entries: EventReader { reader }

    /// Opens the log of a migrated database and makes sure that there is room to append.
    ///
    /// - Throws: where the database lacks what the log relies on.
    public static func open(_ configuration: Configuration) async throws -> EventLog {
        let keeper = PartitionKeeper(url: configuration.url, positions: configuration.partitionPositions)
        try await keeper.checkDatabase()
        try await keeper.checkGeneration()
        try await keeper.makeRoom()
        let commands = PostgresPool(
            PostgresConfiguration(
                url: configuration.url, applicationName: "marketplace-commands", role: DatabaseRole.commands),
            sessions: configuration.readers)
        let proposed = LogID(random: SecureRandom.bytes(16))
        let id: LogID = try await chosenID(commands, Statements.identity, [.text(proposed.hex)])
        return EventLog(
            configuration, id: id, keeper: keeper, commands: commands, reactor: try Reactor(name: "log"))
    }

    private init(
        _ configuration: Configuration, id: LogID, keeper: PartitionKeeper, commands: PostgresPool, reactor: Reactor
    ) {
        self.reactor = reactor
        // A prepared CALL plans its statements anew each time unless told not to.
        let appending = PostgresConfiguration(
            url: configuration.url, applicationName: "marketplace-append", role: DatabaseRole.commands,
            settings: PostgresConfiguration.byKeys.merging(["synchronous_commit": "on"]) { $1 })
        pipeline = PostgresPipeline(appending, on: reactor)
        reads = PostgresPipeline(
            PostgresConfiguration(
                url: configuration.url, applicationName: "marketplace-commands", role: DatabaseRole.commands,
                settings: PostgresConfiguration.byKeys), on: reactor)
        writer = LogWriter(
            pipeline: pipeline, keeper: keeper,
            writer: Hex.encode(SecureRandom.bytes(16)),
            maximumQueue: configuration.maximumQueue, settleMilliseconds: configuration.settleMilliseconds,
            announce: configuration.announce)
        self.id = id
        self.keeper = keeper
        self.commands = commands
        reader = EventReader(pool: commands)
    }

    /// The id that a statement chose: the one that was there, or the one proposed. A second try sees what
    /// another program committed between the two halves of the first.
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

    /// Appends a command's events, all or none. Answered once they are durable.
    public func append(_ append: Append) async throws(EventLogError) -> AppendOutcome {
        try await writer.append(append)
    }

    /// Makes the next partition where the newest is more than half full, and drops all rows whose time is over, in bounded
    /// bites. The program that runs the log calls it now and then.
    public func maintain() async throws {
        try await keeper.makeRoom()
        while try await prune() > 0 { try Task.checkCancellation() }
    }

    /// The most rows of a table that one bite of pruning drops.
    private static let prunedRows: Int64 = 20_000

    /// Drops a bite of what nobody can ask for any more; returns how many rows went.
    private func prune() async throws -> Int64 {
        try await commands.run { connection in
            guard let row = try connection.execute(Statements.prune, [.int8(Self.prunedRows)]).first else {
                throw EventLogError.corrupt("prune returned nothing")
            }
            return try row.integer(0)
        }
    }

    /// The reply kept under an idempotency key; nil where there is none or its 24 hours are over.
    public func storedReply(_ key: KeyID) async throws(EventLogError) -> StoredReply? {
        try await reading(Statements.findKey, [.uuid(key.bytes)]) { try StoredReply.first(of: $0) }
    }

    /// An entry that a decision reads, with the content that decisions need.
    public struct PastEntry: Sendable {
        /// The entry.
        public let entry: RecordedEntry
        /// The content `within` of a token that is narrowed; nil where there is none or it was erased.
        public let within: Content?
    }

    /// What several streams hold beyond the versions that the caller knows, in log order. Entries and contents are of one
    /// snapshot.
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

    /// Reads by key on the pipelined connection.
    func reading<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws(EventLogError) -> Value {
        try await EventReader.translating { try await reads.executeRepeatable(statement, parameters, decode) }
    }

    /// Closes the connections that are at rest.
    public func close() async {
        await commands.close()
        await pipeline.close()
        await reads.close()
    }

    deinit {
        reactor.stop()
    }
}
