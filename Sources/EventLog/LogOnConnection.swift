public import Events
public import Postgres

/// Reads entries and contents on the caller's connection, so that one transaction can hold both.
public enum LogOnConnection {
    /// An entry with the columns beside it, which say what it is where its bytes can't be decoded.
    public struct Entry: Sendable {
        /// The entry.
        public let entry: RecordedEntry
        /// The name of its stream.
        public let stream: String
        /// Its type.
        public let type: String
        /// The slice of the log that the stream belongs to, 0 to 63.
        public let slice: Int

        fileprivate init(_ row: PostgresRow) throws {
            entry = try EventReader.entry(row)
            stream = try row.text(1)
            type = try row.text(3)
            slice = Int(try row.integer(6))
        }
    }

    /// Entries of some types.
    public struct Page: Sendable {
        /// The entries in the order of their positions.
        public let entries: [Entry]
        /// The position to continue from.
        public let next: Position
    }

    /// Some slices of the log, and the most entries of them that a page has.
    public struct Slices: Sendable {
        let numbers: [Int]
        let most: Int

        /// Some slices, 0 to 63.
        public init(_ numbers: [Int], most: Int) { (self.numbers, self.most) = (numbers, most) }
    }

    /// Reads at most `limit` entries from a position on and returns those of the given types; of some slices, or of all.
    ///
    /// - Returns: a page whose `next` is after the last entry that was read, also where its type is left out. It ends before
    ///   an entry that is missing or has a type that this program does not know.
    /// - Throws: `EventLogError.corrupt` where the entry at the position itself is such a one, and `PostgresError`.
    public static func entries(
        _ connection: PostgresConnection, from position: Position, limit: Int, types: Set<String>,
        in slices: Slices? = nil
    ) throws -> Page {
        var entries: [Entry] = []
        var next = position
        let range: [PostgresValue] = [
            .int8(position.value), .int8(position.value + Int64(limit)), .int8(Int64(limit)),
        ]
        let rows =
            if let slices {
                try connection.execute(Statements.readShared, range + [.int4s(slices.numbers.map { Int32($0) })])
            } else {
                try connection.execute(Statements.readPositions, range)
            }
        for row in rows {
            let found = Position(try row.integer(0))
            guard found == next else {
                if next > position { break }
                throw EventLogError.corrupt("the entries from \(next) to \(found.value - 1) are missing")
            }
            let type = try row.text(3)
            if let slices, entries.count == slices.most { break }
            if types.contains(type) {
                // Of other slices the bytes are left out.
                if !row.isNull(5) { entries.append(try Entry(row)) }
            } else if !knownTypes.contains(type) {
                if next > position { break }
                throw EventLogError.corrupt("the type '\(type)' at \(try row.integer(0)) is unknown to this program")
            }
            next = found.next
        }
        if next == position {
            let head = try head(connection)
            // What was appended since the page was read is read next time.
            let isMissing =
                try head > position
                && connection.execute(
                    Statements.readPositions, [.int8(position.value), .int8(position.next.value), .int8(1)]
                ).count == 0
            if isMissing {
                throw EventLogError.corrupt("the entry \(position) is missing; the log goes up to \(head.value - 1)")
            }
        }
        return Page(entries: entries, next: next)
    }

    /// Reads at most `limit` entries of a slice, before a position, and returns those of wanted streams.
    ///
    /// - Returns: a page whose `next` is `past` where there are no more.
    public static func entries(
        _ connection: PostgresConnection, from position: Position, upTo past: Position, slice: Int, limit: Int,
        isWanted: (_ stream: String) -> Bool
    ) throws -> Page {
        let entries = try connection.execute(
            Statements.readSlice,
            [.int8(position.value), .int8(past.value), .int4(Int32(slice)), .int8(Int64(limit))]
        ).map(Entry.init)
        let next = entries.count == limit ? entries.last?.entry.position.next ?? past : past
        return Page(entries: entries.filter { isWanted($0.stream) }, next: next)
    }

    /// Entries of a stream from a position on: at most `limit`, and as many as a bound of bytes takes, but one at least.
    public static func entries(
        _ connection: PostgresConnection, of stream: StreamName, from position: Position, limit: Int, maximumBytes: Int
    ) throws -> [RecordedEntry] {
        try EventReader.entries(
            try connection.execute(
                Statements.readStream,
                [
                    .uuid(StreamID(stream).bytes), .int8(position.value), .int8(Int64(limit)),
                    .int8(Int64(maximumBytes)),
                ]))
    }

    /// The last entries of a stream, the last one first.
    public static func lastEntries(
        _ connection: PostgresConnection, of stream: StreamName, limit: Int
    ) throws -> [RecordedEntry] {
        try EventReader.entries(
            try connection.execute(
                Statements.readStreamBack, [.uuid(StreamID(stream).bytes), .int8(.max), .int8(Int64(limit))]))
    }

    /// The public contents of entries, by position and field; a missing one was erased.
    public static func publicContents(
        _ connection: PostgresConnection, at positions: [Position]
    ) throws -> [Position: [String: Content]] {
        try contents(connection, Statements.publicContentsAt, at: positions)
    }

    /// An undecoded entry, with the columns that say where it belongs.
    public struct Placed: Sendable {
        /// Its position.
        public let position: Position
        /// The name of its stream.
        public let stream: String
        /// The slice of the log that the stream belongs to, 0 to 63.
        public let slice: Int
        /// The entry.
        public let bytes: [UInt8]
    }

    /// Reads the entries from a position on, whatever their types: at most `limit`, and as many as a bound of bytes takes, but
    /// one at least.
    ///
    /// - Throws: `EventLogError.corrupt` where one is missing, and `PostgresError`.
    public static func placed(
        _ connection: PostgresConnection, from position: Position, limit: Int, maximumBytes: Int
    ) throws -> [Placed] {
        func read() throws -> [Placed] {
            var next = position
            return try connection.execute(
                Statements.readPage,
                [
                    .int8(position.value), .int8(position.value + Int64(limit)), .int8(Int64(limit)),
                    .int8(Int64(maximumBytes)),
                ]
            ).map { row in
                let found = Position(try row.integer(0))
                guard found == next else {
                    throw EventLogError.corrupt("the entries from \(next) to \(found.value - 1) are missing")
                }
                next = found.next
                return Placed(
                    position: found, stream: try row.text(1), slice: Int(try row.integer(6)), bytes: try row.bytes(5))
            }
        }
        let entries = try read()
        guard entries.isEmpty, try head(connection) > position else { return entries }
        // Appended since the page was read, or missing.
        let again = try read()
        guard !again.isEmpty else { throw EventLogError.corrupt("the entry \(position) is missing") }
        return again
    }

    /// The id of the entry at a position; nil where there is none.
    public static func id(_ connection: PostgresConnection, of position: Position) throws -> UUIDv7? {
        try placed(connection, from: position, limit: 1, maximumBytes: 1).first.map { entry in
            try RecordedEntry(position: entry.position, version: nil, bytes: entry.bytes).envelope().id
        }
    }

    /// The id of the log; nil where it was never opened.
    public static func id(_ connection: PostgresConnection) throws -> LogID? {
        guard let text = try connection.execute(Statements.logID).first?.text(0) else { return nil }
        guard let id = LogID(text) else { throw EventLogError.corrupt("the log's id is '\(text)'") }
        return id
    }

    /// What projections skip, in the order in which it was decided.
    public static func skips(_ connection: PostgresConnection) throws -> [ProjectionSkipped] {
        try connection.execute(Statements.readSkips).compactMap {
            try EventReader.entry($0).envelope().event as? ProjectionSkipped
        }
    }

    /// The next position of the log.
    public static func head(_ connection: PostgresConnection) throws -> Position {
        try EventReader.head(connection)
    }

    private static let knownTypes = Set(EventCatalogue.types)

    /// The contents of entries, by position and field; a missing one was erased. Only those are asked for that may commit to one.
    public static func contents(
        _ connection: PostgresConnection, of entries: [(position: Position, envelope: Envelope)]
    ) throws -> [Position: [String: Content]] {
        let committing = entries.filter { EventCatalogue.committing.contains($0.envelope.event.typeName) }
        return committing.isEmpty ? [:] : try contents(connection, at: committing.map(\.position))
    }

    /// The contents of entries, by position and field; a missing one was erased.
    public static func contents(
        _ connection: PostgresConnection, at positions: [Position]
    ) throws -> [Position: [String: Content]] {
        try contents(connection, Statements.readContents, at: positions)
    }

    private static func contents(
        _ connection: PostgresConnection, _ statement: PostgresStatement, at positions: [Position]
    ) throws -> [Position: [String: Content]] {
        var contents: [Position: [String: Content]] = [:]
        for row in try connection.execute(statement, [.int8s(positions.map(\.value))]) {
            contents[Position(try row.integer(0)), default: [:]][try row.text(1)] = Content(
                document: try row.bytes(3), nonce: try row.bytes(2))
        }
        return contents
    }
}
