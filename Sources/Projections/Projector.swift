public import EventLog
public import Events
public import Logging
import Postgres

/// Keeps one read model up with the log.
///
/// Rows and cursor commit in one transaction, under a lock of the projection, so two workers never apply
/// an event twice. A fault stops the model where it is: it keeps serving its last state, the fault is
/// logged, and the batch is tried again with growing pauses.
public struct Projector: Sendable {
    private static let batchEntries = 500
    private static let firstPauseMilliseconds = 100
    private static let longestPauseMilliseconds = 5_000
    /// What a batch that was not full leaves to the next, so that many small ones are few larger ones.
    private static let gatheringMilliseconds = 20

    private let projection: any Projection.Type
    private let session: PostgresSession
    private let head: PositionWatch
    private let log: Log

    /// A projector over a database whose login may act as projectors.
    ///
    /// - Parameter head: the log's head, which all projectors of a process follow together.
    public init(_ projection: any Projection.Type, url: String, head: PositionWatch, log: Log) {
        self.projection = projection
        session = PostgresSession(
            PostgresConfiguration(
                url: url, applicationName: "marketplace-project-\(projection.name)", role: DatabaseRole.projectors,
                settings: PostgresConfiguration.plannedOnce))
        self.head = head
        self.log = log
    }

    /// Follows the head of a database's log, every 20 ms while somebody waits.
    public static func followHead(url: String) -> PositionWatch {
        let reader = EventReader(
            pool: PostgresPool(
                PostgresConfiguration(
                    url: url, applicationName: "marketplace-project-head", role: DatabaseRole.projectors), sessions: 1))
        return PositionWatch(pollMilliseconds: 20) { try await reader.head() }
    }

    /// Applies what there is and what comes until the task is cancelled.
    public func run() async {
        var pauseMilliseconds = Self.firstPauseMilliseconds
        var cursor = Position(0)
        while !Task.isCancelled {
            do {
                let before = cursor
                cursor = try await applyBatch()
                pauseMilliseconds = Self.firstPauseMilliseconds
                if cursor.value - before.value < Self.batchEntries {
                    try? await Task.sleep(for: .milliseconds(Self.gatheringMilliseconds))
                }
                // Looks anew now and then all the same: another worker may have gone on in its place.
                _ = try await head.passes(cursor, withinMilliseconds: 1_000)
            } catch {
                if Task.isCancelled { break }
                log.error("a projection can't go on", ["projection": projection.name, "error": "\(error)"])
                try? await Task.sleep(for: .milliseconds(pauseMilliseconds))
                pauseMilliseconds = min(Self.longestPauseMilliseconds, pauseMilliseconds * 2)
            }
        }
        await session.close()
    }

    /// Applies the next entries, where there are any; returns the position that it will apply next.
    @discardableResult
    public func applyBatch() async throws -> Position {
        let projection = projection
        return try await session.run { connection in
            try connection.transaction {
                try connection.execute(Statements.takeTurn, [.text(projection.name)])
                let row = try connection.execute(Statements.cursor, [.text(projection.name)]).first
                let cursor = Position(try row?.integer(0) ?? 0)
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
    }
}
