public import EventLog
public import Events
public import Following
public import Logging
import Postgres

/// Keeps one read model up to date with the log.
///
/// Rows and cursor commit in one transaction, under a lock of the projection, so two workers never apply an event
/// twice. A fault stops the model at its position: it continues to serve its last state, the fault is logged, and the
/// batch is tried again after growing pauses.
public struct Projector: Sendable {
    private static let batchEntries = 500
    /// The pause after a step that advanced the cursor, so that the next batch gathers more entries.
    private static let gatheringMilliseconds: Int64 = 20

    private let projection: any Projection.Type
    private let session: PostgresSession
    private let head: HeadFeed
    private let cursors: CursorFeed?
    private let log: Log

    /// Creates a projector that works in the role of projectors.
    ///
    /// - Parameters:
    ///   - head: the log's head, which all projectors of a process share.
    ///   - cursors: the feed to which the projector announces its cursor.
    public init(
        _ projection: any Projection.Type, _ database: DatabaseAccess, head: HeadFeed, cursors: CursorFeed? = nil,
        log: Log
    ) {
        self.projection = projection
        session = PostgresSession(
            database.configuration(
                .projectors, "marketplace-project-\(projection.name)", settings: PostgresConfiguration.plannedOnce))
        self.head = head
        self.cursors = cursors
        self.log = log
    }

    /// Applies present and new entries until the task is cancelled.
    public func run() async {
        await Follower(
            "projection \(projection.name)", of: head, gatheringMilliseconds: Self.gatheringMilliseconds, log: log
        ) { _ in
            try await applyBatch()
        }.run()
        await session.close()
    }

    /// Applies the next entries, if there are any; returns the position that it will apply next.
    @discardableResult
    public func applyBatch() async throws -> Position {
        let projection = projection
        let next = try await session.run { connection in
            try connection.transaction {
                try connection.execute(Statements.takeTurn, [.text(projection.name)])
                let row = try connection.execute(Statements.cursor, [.text(projection.name)]).first
                let cursor = Position(try row?.integer("position") ?? 0)
                let page = try LogOnConnection.entries(
                    connection, from: cursor, limit: Self.batchEntries, types: projection.handled)
                guard page.next != cursor else { return cursor }
                if !page.entries.isEmpty {
                    let contents = try LogOnConnection.contents(connection, at: page.entries.map(\.position))
                    let events = try page.entries.map { entry in
                        ProjectedEvent(
                            position: entry.position, envelope: try entry.envelope(),
                            contents: contents[entry.position] ?? [:])
                    }
                    try projection.apply(events, connection)
                }
                try connection.execute(Statements.advance, [.text(projection.name), .int8(page.next.value)])
                return page.next
            }
        }
        cursors?.announce(projection, next)
        return next
    }
}
