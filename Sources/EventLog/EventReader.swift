public import Events
public import Postgres

/// Reads the log by position, by stream and by type.
///
/// Every read throws `EventLogError`: `unavailable` where the database can't be reached now, `corrupt` where it holds
/// something unexpected. Reads see committed entries only, in the order of their positions.
public struct EventReader: Sendable {
    /// The most entries of one page.
    public static let maximumEntries = 1_000
    /// The number of positions that one page of a search by type or slice covers; there is no index on either.
    public static let window: Int64 = 20_000

    /// The most bytes of the entries of one page; a single entry may be larger.
    public static let maximumBytes = 960 << 10

    let pool: PostgresPool

    /// Creates a reader on a pool whose sessions may read the log.
    public init(pool: PostgresPool) {
        self.pool = pool
    }

    /// The entries of one answer, and where the next one begins.
    public struct Page: Sendable {
        /// The entries in the order of their positions.
        public let entries: [RecordedEntry]
        /// The position to continue from: the first one that this page does not cover.
        public let next: Position
    }

    /// The number of entries, which is the position that the next entry gets.
    public func head() async throws(EventLogError) -> Position {
        try await Self.reading(pool) { try Self.head($0) }
    }

    /// The id of the log and the time of its first entry; nil while it has no entry.
    public func beginning() async throws -> (log: LogID, time: Timestamp)? {
        let first = try await read(from: Position(0), limit: 1).entries.first
        return try first.map { entry in
            let envelope = try entry.envelope()
            return (envelope.log, envelope.time)
        }
    }

    /// The last position that the log had at a time: before the first entry whose log time is later. Log time is the
    /// latest time of recording of an entry and all before it.
    ///
    /// - Returns: nil for a time before the first entry.
    public func position(at time: Timestamp) async throws(EventLogError) -> Position? {
        try await Self.reading(pool) { connection in
            let rows = try connection.execute(Statements.positionAt, [.timestamp(milliseconds: time.milliseconds)])
            guard let last = try rows.first?.integer(0) else {
                throw EventLogError.corrupt("the log time \(time) leads to an entry that is missing")
            }
            return last < 0 ? nil : Position(last)
        }
    }

    /// The log time of an entry; nil where there is no such entry.
    public func time(of position: Position) async throws(EventLogError) -> Timestamp? {
        try await Self.reading(pool) { connection in
            try connection.execute(Statements.timeOf, [.int8(position.value)]).first.map {
                Timestamp(milliseconds: try $0.milliseconds(0))
            }
        }
    }

    /// Reads entries from a position on.
    ///
    /// - Parameters:
    ///   - limit: the number of entries, at most `maximumEntries`.
    ///   - maximumBytes: the most bytes of the entries; a single entry may be larger.
    /// - Returns: an empty page, whose `next` is `position`, at the end of the log.
    public func read(
        from position: Position, limit: Int, maximumBytes: Int = Self.maximumBytes
    ) async throws(EventLogError) -> Page {
        try await Self.reading(pool) { connection in
            let limit = min(limit, Self.maximumEntries)
            let entries = try Self.entries(
                try connection.execute(
                    Statements.readPage,
                    [
                        .int8(position.value), .int8(position.value + Int64(limit)), .int8(Int64(limit)),
                        .int8(Int64(maximumBytes)),
                    ]))
            return Page(entries: entries, next: entries.last?.position.next ?? position)
        }
    }

    /// Reads entries from a position on, up to the first one that is missing. For those who hand on that nothing is left out.
    ///
    /// - Throws: `EventLogError.corrupt` as well, where the entry at the position is missing and later ones are not.
    public func readWhole(
        from position: Position, limit: Int, maximumBytes: Int = Self.maximumBytes
    ) async throws(EventLogError) -> Page {
        let page = try await read(from: position, limit: limit, maximumBytes: maximumBytes)
        guard let first = page.entries.first else { return page }
        guard first.position == position else {
            throw .corrupt("the entries from \(position) to \(first.position.value - 1) are missing")
        }
        let whole = page.entries.enumerated().prefix { $1.position.value == position.value + Int64($0) }.map(\.element)
        return Page(entries: whole, next: Position(position.value + Int64(whole.count)))
    }

    /// Reads entries of a type from a position on.
    ///
    /// It searches at most `window` positions, so a page may be empty although later ones are not. The end of the log is
    /// reached where `next` is `position`.
    ///
    /// - Parameters:
    ///   - type: the name with its version, such as `star.added.v1`.
    ///   - limit: the number of entries, at most `maximumEntries`.
    ///   - maximumBytes: the most bytes of the entries; a single entry may be larger.
    public func read(
        type: String, from position: Position, limit: Int, maximumBytes: Int = Self.maximumBytes
    ) async throws(EventLogError) -> Page {
        try await search(type: .text(type), slice: .null, from: position, limit, maximumBytes)
    }

    /// Reads entries of a slice from a position on, as `read(type:from:limit:maximumBytes:)` does.
    ///
    /// - Parameter slice: 0 to 63; all entries about an agent are in one.
    public func read(
        slice: Int, from position: Position, limit: Int, maximumBytes: Int = Self.maximumBytes
    ) async throws(EventLogError) -> Page {
        try await search(type: .null, slice: .int4(Int32(slice)), from: position, limit, maximumBytes)
    }

    private func search(
        type: PostgresValue, slice: PostgresValue, stream: PostgresValue = .null, from position: Position, _ limit: Int,
        _ bytes: Int
    ) async throws(EventLogError) -> Page {
        try await Self.reading(pool) { connection in
            let limit = min(limit, Self.maximumEntries)
            let head = try Self.head(connection)
            let past = min(head.value, position.value + Self.window)
            guard past > position.value else { return Page(entries: [], next: position) }
            let entries = try Self.entries(
                try connection.execute(
                    Statements.search,
                    [.int8(position.value), .int8(past), .int8(Int64(limit)), type, .int8(Int64(bytes)), slice, stream])
            )
            let isCut = Self.mayBeCut(entries, limit, bytes)
            return Page(entries: entries, next: isCut ? entries.last?.position.next ?? position : Position(past))
        }
    }

    /// Reads entries of a stream from a position on.
    ///
    /// - Parameters:
    ///   - stream: the name of the stream; one that does not exist has no entries.
    ///   - limit: the number of entries, at most `maximumEntries`.
    ///   - maximumBytes: the most bytes of the entries; a single entry may be larger.
    /// - Returns: a page whose `next` is after the last entry, or the head of the log where there are no more entries. A page
    ///   of a stream of downloads may be empty although later ones are not, as in a search by type.
    public func read(
        stream: String, from position: Position, limit: Int, maximumBytes: Int = Self.maximumBytes
    ) async throws(EventLogError) -> Page {
        // Streams of downloads have no versions, so no index finds them.
        if case .downloads(let slice)? = StreamName(stream) {
            return try await search(
                type: .null, slice: .int4(Int32(slice)), stream: .text(stream), from: position, limit, maximumBytes)
        }
        return try await Self.reading(pool) { connection in
            let limit = min(limit, Self.maximumEntries)
            let head = try Self.head(connection)
            let entries = try Self.entries(
                try connection.execute(
                    Statements.readStream,
                    [
                        .uuid(StreamID(name: stream).bytes), .int8(position.value), .int8(Int64(limit)),
                        .int8(Int64(maximumBytes)),
                    ]))
            let isCut = Self.mayBeCut(entries, limit, maximumBytes)
            let end = max(head, position, entries.last?.position.next ?? position)
            return Page(entries: entries, next: isCut ? entries.last?.position.next ?? end : end)
        }
    }

    /// True where more entries may follow than a page has: it is full, or the largest entry would not fit any more.
    private static func mayBeCut(_ entries: [RecordedEntry], _ limit: Int, _ maximumBytes: Int) -> Bool {
        // A page has one entry at least, where there is one.
        guard !entries.isEmpty else { return false }
        return entries.count == limit
            || entries.reduce(0) { $0 + $1.bytes.count } + Envelope.maximumBytes > maximumBytes
    }

    /// Runs a read and maps the errors of the database to `EventLogError`.
    static func reading<Value: Sendable>(
        _ pool: PostgresPool, _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws(EventLogError) -> Value {
        try await translating { try await pool.runRepeatable(body) }
    }

    /// Maps the errors of the database to `EventLogError`.
    static func translating<Value>(_ body: () async throws -> Value) async throws(EventLogError) -> Value {
        do {
            return try await body()
        } catch let error as EventLogError {
            throw error
        } catch let error as PostgresError {
            throw error.isTransient ? .unavailable(error.description) : .corrupt(error.description)
        } catch is CancellationError {
            throw .unavailable("the read was cancelled")
        } catch {
            throw .corrupt("what was read can't be understood: \(error)")
        }
    }

    static func head(_ connection: PostgresConnection) throws -> Position {
        guard let row = try connection.execute(Statements.head).first else {
            throw EventLogError.corrupt("the log has no head")
        }
        return Position(try row.integer(0))
    }

    static func entries(_ rows: PostgresRows) throws -> [RecordedEntry] {
        try rows.map(entry)
    }

    static func entry(_ row: PostgresRow) throws -> RecordedEntry {
        RecordedEntry(
            position: Position(try row.integer(0)),
            version: row.isNull(2) ? nil : StreamVersion(try row.integer(2)), bytes: try row.bytes(5))
    }
}
