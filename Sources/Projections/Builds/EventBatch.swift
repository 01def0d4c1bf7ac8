import EventLog
import Events
import Following
import Postgres

/// A source gave an entry that the log does not have at its position.
struct UnlikeTheLog: Error {
    let position: Position
}

/// Entries of the log in order, decoded for some types.
struct EventBatch: Sendable {
    /// An entry that can't be decoded.
    struct Undecoded: Sendable {
        let position: Position
        let type: String
        /// The agent that it concerns; nil where its stream does not tell.
        let key: AgentKey?
        let reason: String
    }

    /// The position of the first entry.
    let from: Position
    /// The position after the last entry.
    private(set) var next: Position
    /// The events of the wanted types.
    private(set) var events: [ProjectedEvent]
    /// Entries of the wanted types that can't be decoded.
    private(set) var undecoded: [Undecoded]
    /// The size of the entries and contents.
    private(set) var bytes: Int

    /// Reads at most so many entries, whatever their slices.
    ///
    /// - Throws: `EventLogError.corrupt` where an entry is missing or has an unknown type.
    static func read(
        _ connection: PostgresConnection, from position: Position, limit: Int, types: Set<String>
    ) throws -> EventBatch {
        try EventBatch(
            try LogOnConnection.entries(connection, from: position, limit: limit, types: types), from: position,
            connection)
    }

    /// Reads entries from where the slices are, those that they still have to apply.
    ///
    /// - Parameters:
    ///   - limit: the most entries that are looked through.
    ///   - most: the most that the batch has, where the slices are not all of them.
    /// - Throws: as the other one does.
    static func read(
        _ connection: PostgresConnection, from cursors: SliceCursors, limit: Int, most: Int, types: Set<String>
    ) throws -> EventBatch {
        let (from, slices) = (cursors.lowest ?? Position(0), cursors.slices)
        let page = try LogOnConnection.entries(
            connection, from: from, limit: limit, types: types,
            in: slices.count == SliceCursors.count ? nil : LogOnConnection.Slices(slices, most: most))
        return try EventBatch(page, from: from, connection, for: cursors)
    }

    /// Decodes a page: all of it, or what some slices still have to apply.
    init(
        _ page: LogOnConnection.Page, from position: Position, _ connection: PostgresConnection,
        for cursors: SliceCursors? = nil
    ) throws {
        (from, next) = (position, page.next)
        var (decoded, undecoded, bytes) = ([(position: Position, envelope: Envelope)](), [Undecoded](), 0)
        for read in page.entries where cursors?.takes(read.entry.position, of: read.slice) ?? true {
            bytes += read.entry.bytes.count
            do throws(EventLogError) {
                decoded.append((read.entry.position, try read.entry.envelope()))
            } catch {
                undecoded.append(
                    Undecoded(
                        position: read.entry.position, type: read.type, key: StreamName(read.stream)?.agentKey,
                        reason: error.description))
            }
        }
        events = try Self.events(decoded, connection)
        bytes += Self.contentBytes(events)
        (self.undecoded, self.bytes) = (undecoded, bytes)
    }

    /// Takes entries of a source from where the slices are, those that they still have to apply; none where the entries do not
    /// reach from before that to behind it.
    ///
    /// - Parameter most: the most that the batch has.
    /// - Throws: `UnlikeTheLog` where the log does not have the last one of them: one that was restored from an older copy may
    ///   lack what the source has, or have something else in its place.
    init(
        _ entries: [SourcedEntry], from cursors: SliceCursors, most: Int, types: Set<String>,
        _ connection: PostgresConnection
    ) throws {
        let position = cursors.lowest ?? Position(0)
        let present = entries.drop { $0.position < position }
        guard let last = present.last, present.first?.position == position else {
            self.init(from: position)
            return
        }
        guard try LogOnConnection.id(connection, of: last.position) == last.envelope.id else {
            throw UnlikeTheLog(position: last.position)
        }
        let handled = present.filter { entry in
            cursors.takes(entry.position, of: entry.slice) && types.contains(entry.envelope.event.typeName)
        }
        let isCut = handled.count > most
        self.init(
            from: position, next: isCut ? handled[most].position : last.position.next,
            events: try Self.events(handled.prefix(most).map { ($0.position, $0.envelope) }, connection), undecoded: [],
            bytes: 0)
    }

    /// Takes entries of a source, the first of which is at a position.
    ///
    /// - Throws: `UnlikeTheLog`, as the other one does.
    init(
        _ entries: [SourcedEntry], from position: Position, types: Set<String>, _ connection: PostgresConnection
    ) throws {
        guard let last = entries.last, try LogOnConnection.id(connection, of: last.position) == last.envelope.id else {
            throw UnlikeTheLog(position: position)
        }
        let handled = entries.filter { types.contains($0.envelope.event.typeName) }
        let events = try Self.events(handled.map { ($0.position, $0.envelope) }, connection)
        let bytes = handled.reduce(0) { $0 + $1.bytes } + Self.contentBytes(events)
        self.init(from: position, next: last.position.next, events: events, undecoded: [], bytes: bytes)
    }

    /// Begins an empty batch at a position.
    init(from position: Position) {
        self.init(from: position, next: position, events: [], undecoded: [], bytes: 0)
    }

    /// Entries with their contents.
    private static func events(
        _ entries: [(position: Position, envelope: Envelope)], _ connection: PostgresConnection
    ) throws -> [ProjectedEvent] {
        let contents = try LogOnConnection.contents(connection, of: entries)
        return entries.map { entry in
            ProjectedEvent(
                position: entry.position, envelope: entry.envelope, contents: contents[entry.position] ?? [:])
        }
    }

    private static func contentBytes(_ events: [ProjectedEvent]) -> Int {
        events.reduce(0) { $0 + $1.contents.values.reduce(0) { $0 + $1.document.count } }
    }

    private init(from: Position, next: Position, events: [ProjectedEvent], undecoded: [Undecoded], bytes: Int) {
        (self.from, self.next, self.bytes) = (from, next, bytes)
        (self.events, self.undecoded) = (events, undecoded)
    }

    /// The batch from a position within it on.
    func dropping(before position: Position) -> EventBatch {
        guard position > from else { return self }
        return EventBatch(
            from: position, next: next, events: events.filter { $0.position >= position },
            undecoded: undecoded.filter { $0.position >= position }, bytes: bytes)
    }

    /// What of the batch concerns an agent.
    func only(_ key: AgentKey) -> EventBatch {
        EventBatch(
            from: from, next: next, events: events.filter { $0.agentKey == key },
            undecoded: undecoded.filter { $0.key == key }, bytes: bytes)
    }

    /// Adds the batch that begins where this one ends.
    mutating func add(_ other: EventBatch) {
        next = other.next
        events += other.events
        undecoded += other.undecoded
        bytes += other.bytes
    }
}

extension StreamName {
    /// The agent that the stream is about; nil for one that is about none or several.
    var agentKey: AgentKey? {
        switch self {
        case .agent(let key), .review(let key, _), .vote(let key, _, _), .star(let key, _): key
        case .log, .user, .username, .token, .namespace, .artifact, .flag, .downloads: nil
        }
    }
}

extension ProjectedEvent {
    /// The agent that the event concerns; nil where it concerns none.
    var agentKey: AgentKey? {
        switch event {
        case let downloaded as AgentDownloaded: downloaded.agent
        case let seen as AgentReadersSeen: seen.agent
        default: envelope.stream.agentKey
        }
    }
}
