public import Events
public import Postgres

/// Reads the log: by position, by stream, by type, and as it grows.
public struct EventReader: Sendable {
    /// The most entries of one answer.
    public static let maximumEntries = 1_000
    /// How many positions a search by type looks at in one answer; there is no index on types.
    public static let typeWindow: Int64 = 20_000

    private let pool: PostgresPool

    /// Reads over a pool of sessions that may read the log.
    public init(pool: PostgresPool) {
        self.pool = pool
    }

    /// The entries of an answer and where the next one begins.
    public struct Page: Sendable {
        /// In order.
        public let entries: [RecordedEntry]
        /// The first position that was not looked at.
        public let next: Position
    }

    /// The number of entries, which is the position of the next one.
    public func head() async throws(EventLogError) -> Position {
        try await Self.reading(pool) { try Self.head($0) }
    }

    /// Entries from a position on, at most `limit`.
    public func read(from position: Position, limit: Int) async throws(EventLogError) -> Page {
        try await Self.reading(pool) { connection in
            let limit = min(limit, Self.maximumEntries)
            let entries = try Self.entries(
                try connection.execute(
                    Statements.readPositions,
                    [.int8(position.value), .int8(position.value + Int64(limit)), .int8(Int64(limit))]))
            return Page(entries: entries, next: entries.last?.position.next ?? position)
        }
    }

    /// Entries of a type from a position on; an answer may be empty and still lead on.
    public func read(type: String, from position: Position, limit: Int) async throws(EventLogError) -> Page {
        try await Self.reading(pool) { connection in
            let limit = min(limit, Self.maximumEntries)
            let head = try Self.head(connection)
            let past = min(head.value, position.value + Self.typeWindow)
            guard past > position.value else { return Page(entries: [], next: position) }
            let entries = try Self.entries(
                try connection.execute(
                    Statements.readType, [.int8(position.value), .int8(past), .int8(Int64(limit)), .text(type)]))
            let isCut = entries.count == limit
            return Page(entries: entries, next: isCut ? entries.last?.position.next ?? position : Position(past))
        }
    }

    /// Entries of a stream from a position on. `next` is past the last one, or the head where there are no
    /// more.
    public func read(stream: String, from position: Position, limit: Int) async throws(EventLogError) -> Page {
        try await Self.reading(pool) { connection in
            let limit = min(limit, Self.maximumEntries)
            let head = try Self.head(connection)
            let entries = try Self.entries(
                try connection.execute(
                    Statements.readStream,
                    [.uuid(StreamID(name: stream).bytes), .int8(position.value), .int8(Int64(limit))]))
            let isCut = entries.count == limit
            let end = max(head, position)
            return Page(entries: entries, next: isCut ? entries.last?.position.next ?? end : end)
        }
    }

    /// Runs a read and turns the database's errors into the log's.
    static func reading<Value: Sendable>(
        _ pool: PostgresPool, _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws(EventLogError) -> Value {
        try await translating { try await pool.runRepeatable(body) }
    }

    /// Turns the database's errors into the log's.
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

    private static func head(_ connection: PostgresConnection) throws -> Position {
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

/// Reads entries and contents on a connection that the caller holds, so that both belong to one moment.
public enum LogOnConnection {
    /// Entries from a position on, at most `limit`, of which those of other types are passed over. A type that nobody
    /// knows is an error.
    public static func entries(
        _ connection: PostgresConnection, from position: Position, limit: Int, types: Set<String>
    ) throws -> EventReader.Page {
        var entries: [RecordedEntry] = []
        var next = position
        let rows = try connection.execute(
            Statements.readPositions,
            [.int8(position.value), .int8(position.value + Int64(limit)), .int8(Int64(limit))])
        for row in rows {
            next = Position(try row.integer(0)).next
            let type = try row.text(3)
            if types.contains(type) {
                entries.append(try EventReader.entry(row))
            } else if !knownTypes.contains(type) {
                throw EventLogError.corrupt("the type '\(type)' at \(try row.integer(0)) is unknown to this program")
            }
        }
        return EventReader.Page(entries: entries, next: next)
    }

    private static let knownTypes = Set(EventCatalogue.types)

    /// The contents of entries by position and field; what is missing was erased.
    public static func contents(
        _ connection: PostgresConnection, at positions: [Position]
    ) throws -> [Position: [String: Content]] {
        var contents: [Position: [String: Content]] = [:]
        for row in try connection.execute(Statements.readContents, [.int8s(positions.map(\.value))]) {
            contents[Position(try row.integer(0)), default: [:]][try row.text(1)] = Content(
                document: try row.bytes(3), nonce: try row.bytes(2))
        }
        return contents
    }
}
