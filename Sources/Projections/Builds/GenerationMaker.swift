public import EventLog
public import Events
public import Following
public import Logging
import Postgres
import Synchronization
import System

/// Rows that a program makes from the models for a day, again and again; each generation replaces the one before. They
/// depend on the models and the day alone, and belong to no build.
public struct Generations: Sendable {
    /// Whether one is due.
    enum Due {
        /// One with this number.
        case now(Int32)
        /// Not for some time.
        case later
        /// Not before the models change, or the day.
        case settled
    }

    /// The name under which its sessions and faults are known.
    public let name: String
    /// The models that it is made from.
    let models: [Projection]
    let due: @Sendable (Day, _ next: Position, PostgresConnection) throws -> Due
    let make: @Sendable (_ number: Int32, Day, _ next: Position, PostgresConnection) throws -> Void
}

/// Makes generations whenever one is due.
public final class GenerationMaker: Sendable {
    private static let pauseMilliseconds: Int64 = 5_000
    private static let uniqueViolation = "23505"
    /// The longest that a statement may take, 10 minutes: it reads every agent.
    private static let statementMilliseconds = 600_000

    private let generations: Generations
    private let session: PostgresSession
    private let models: ModelFeed
    private let log: Log
    /// The day and position at which no generation was due.
    private let settled = Mutex<(day: Day, next: Position)?>(nil)

    /// Creates a maker that works in the role of projectors.
    ///
    /// - Parameter models: the builds that generations are made from.
    public init(_ generations: Generations, _ database: DatabaseAccess, models: ModelFeed, log: Log) {
        self.generations = generations
        session = PostgresSession(
            database.configuration(
                .projectors, "marketplace-\(generations.name)",
                statementTimeoutMilliseconds: Self.statementMilliseconds,
                settings: PostgresConfiguration.plannedOnce))
        self.models = models
        self.log = log
    }

    /// How long to wait after a failed attempt: a hundred times as long as it took and an hour at most, so that what
    /// needs more time or space than there is does not take all of it; no longer than usual where others ended it.
    package static func pause(after error: any Error, tookMilliseconds: Int64) -> Int64 {
        if let error = error as? PostgresError, error.isInterruption { return pauseMilliseconds }
        return max(pauseMilliseconds, min(3_600_000, tookMilliseconds * 100))
    }

    /// Makes generations until the task is cancelled.
    ///
    /// - Parameter today: the day that it is.
    public func run(today: @escaping @Sendable () -> Day) async {
        while !Task.isCancelled {
            let began = Host.steadyClockMilliseconds()
            var pause = Self.pauseMilliseconds
            do {
                try await makeIfDue(on: today())
            } catch {
                if !Task.isCancelled { log.error("\(generations.name) can't be made", ["error": "\(error)"]) }
                pause = Self.pause(after: error, tookMilliseconds: Host.steadyClockMilliseconds() - began)
            }
            try? await Task.sleep(for: .milliseconds(pause))
        }
        await session.close()
    }

    /// Makes a generation for a day where one is due.
    ///
    /// - Returns: false where none is due, or another program makes one just now.
    @discardableResult
    public func makeIfDue(on day: Day) async throws -> Bool {
        let models = try await models.value(atMostMillisecondsOld: 1_000)
        let next = models.next(generations.models)
        guard generations.models.allSatisfy({ models.vector.builds[$0.name] != nil }),
            settled.withLock({ $0.map { $0.day != day || $0.next != next } ?? true })
        else { return false }
        do {
            return try await session.run { [self] connection in
                try connection.use(searchPath: models.vector.searchPath)
                return try connection.transaction {
                    switch try generations.due(day, next, connection) {
                    case .now(let number):
                        try generations.make(number, day, next, connection)
                        return true
                    case .settled:
                        settled.withLock { $0 = (day, next) }
                        return false
                    case .later: return false
                    }
                }
            }
        } catch let error as PostgresError where error.sqlState == Self.uniqueViolation {
            return false
        }
    }
}
