import EventLog
import Events
public import Logging
import Postgres

/// Keeps one read model up with the log.
///
/// Rows and cursor commit in one transaction, under a lock of the projection, so two workers never apply
/// an event twice. A fault stops the model where it is: it keeps serving its last state, the fault is
/// logged, and the batch is tried again with growing pauses.
public struct Projector: Sendable {
    private static let batchEntries = 500
    private static let pollMilliseconds = 20

    private let projection: any Projection.Type
    private let session: PostgresSession
    private let log: Log

    /// A projector over a database whose login may act as projectors.
    public init(_ projection: any Projection.Type, url: String, log: Log) {
        self.projection = projection
        session = PostgresSession(
            PostgresConfiguration(
                url: url, applicationName: "marketplace-project-\(projection.name)", role: DatabaseRole.projectors))
        self.log = log
    }

    /// Applies what there is and what comes until the task is cancelled.
    public func run() async {
        var pauseMilliseconds = Self.pollMilliseconds
        while !Task.isCancelled {
            do {
                let applied = try await applyBatch()
                pauseMilliseconds = Self.pollMilliseconds
                if applied > 0 { continue }
            } catch {
                if Task.isCancelled { break }
                log.error("a projection can't go on", ["projection": projection.name, "error": "\(error)"])
                pauseMilliseconds = min(5_000, max(100, pauseMilliseconds * 2))
            }
            try? await Task.sleep(for: .milliseconds(pauseMilliseconds))
        }
        await session.close()
    }

    /// Applies the next entries; returns how many there were.
    public func applyBatch() async throws -> Int {
        let projection = projection
        return try await session.run { connection in
            try connection.transaction {
                try connection.execute(Statements.takeTurn, [.text(projection.name)])
                guard let row = try connection.execute(Statements.cursor, [.text(projection.name)]).first else {
                    return 0
                }
                let cursor = Position(try row.integer(0))
                let entries = try LogOnConnection.entries(connection, from: cursor, limit: Self.batchEntries)
                guard let last = entries.last else { return 0 }
                let contents = try LogOnConnection.contents(connection, at: entries.map(\.position))
                let events = try entries.map { entry in
                    ProjectedEvent(
                        position: entry.position, envelope: try entry.envelope(),
                        contents: contents[entry.position] ?? [:])
                }
                try projection.apply(events, connection)
                try connection.execute(
                    Statements.advance, [.text(projection.name), .int8(last.position.next.value)])
                return entries.count
            }
        }
    }
}
