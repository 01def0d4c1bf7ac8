import EventLog
import Events
import Postgres

/// The reason why a build can't be made, changed or read.
public struct BuildFault: Error, CustomStringConvertible {
    /// The reason, for a person.
    public let description: String
}

/// Entries of the log in order, decoded for some types.
struct EventBatch: Sendable {
    /// The position of the first entry.
    let from: Position
    /// The position after the last entry.
    let next: Position
    /// The events of the wanted types.
    let events: [ProjectedEvent]
    /// The size of their entries and contents.
    let bytes: Int

    /// Reads at most so many entries.
    ///
    /// - Throws: `EventLogError.corrupt` where an entry is missing, can't be decoded or has an unknown type.
    static func read(
        _ connection: PostgresConnection, from position: Position, limit: Int, types: Set<String>
    ) throws -> EventBatch {
        let page = try LogOnConnection.entries(connection, from: position, limit: limit, types: types)
        guard !page.entries.isEmpty else { return EventBatch(from: position, next: page.next, events: [], bytes: 0) }
        let contents = try LogOnConnection.contents(connection, at: page.entries.map(\.position))
        let events = try page.entries.map { entry in
            ProjectedEvent(
                position: entry.position, envelope: try entry.envelope(), contents: contents[entry.position] ?? [:])
        }
        let bytes = page.entries.reduce(0) { $0 + $1.bytes.count }
        let written = contents.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.document.count } }
        return EventBatch(from: position, next: page.next, events: events, bytes: bytes + written)
    }

    /// The batch from a position within it on.
    func dropping(before position: Position) -> EventBatch {
        guard position > from else { return self }
        return EventBatch(
            from: position, next: next, events: events.filter { $0.position >= position }, bytes: bytes)
    }
}

/// Applies batches to a build: rows and cursor in one transaction, in the order of the log.
struct BuildWriter {
    let projection: Projection
    let build: Build

    /// Takes the turn on the build and says where it is; nil where it is retired. Called inside a transaction.
    func begin(_ connection: PostgresConnection) throws -> (cursor: Position, isActive: Bool)? {
        try connection.execute(Statements.takeTurn, [.int4(build.number)])
        guard let row = try connection.execute(Statements.buildState, [.int4(build.number)]).first,
            try row.integer("epoch") == build.epoch
        else { return nil }
        return (Position(try row.integer("position")), try row.bool("is_active"))
    }

    /// Applies a batch that begins at the build's cursor. Called inside the transaction that has the turn.
    func apply(_ batch: EventBatch, _ connection: PostgresConnection) throws {
        let events = batch.events.filter { projection.handled.contains($0.event.typeName) }
        if !events.isEmpty { try projection.apply(events, connection) }
        try advance(from: batch.from, to: batch.next, connection)
    }

    private func advance(from: Position, to next: Position, _ connection: PostgresConnection) throws {
        let moved = try connection.execute(
            Statements.advance,
            [.int4(build.number), .int8(from.value), .int8(next.value), .int8(build.epoch)])
        guard moved.affected > 0 else {
            throw BuildFault(
                description: "another worker has changed the build \(build.number) of '\(projection.name)'")
        }
    }
}
