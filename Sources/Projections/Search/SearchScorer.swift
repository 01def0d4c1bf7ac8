public import EventLog
public import Events
public import Following
public import Logging
import Postgres
import Synchronization

/// Makes generations of the scores that rank agents: one each day, and one more whenever the agents have grown by a quarter.
public final class SearchScorer: Sendable {
    private static let pauseSeconds = 5
    private static let uniqueViolation = "23505"
    /// The longest that a statement may take, 10 minutes: it reads every agent.
    private static let statementMilliseconds = 600_000

    private let session: PostgresSession
    private let models: ModelFeed
    private let log: Log
    /// The day and position at which no generation was due.
    private let settled = Mutex<(day: Day, next: Position)?>(nil)

    /// Creates a scorer that works in the role of projectors.
    ///
    /// - Parameter models: the builds that scores are made from.
    public init(_ database: DatabaseAccess, models: ModelFeed, log: Log) {
        session = PostgresSession(
            database.configuration(
                .projectors, "marketplace-scores", statementTimeoutMilliseconds: Self.statementMilliseconds,
                settings: PostgresConfiguration.plannedOnce))
        self.models = models
        self.log = log
    }

    /// Makes generations until the task is cancelled.
    ///
    /// - Parameter today: the day that it is.
    public func run(today: @escaping @Sendable () -> Day) async {
        while !Task.isCancelled {
            do {
                try await makeIfDue(on: today())
            } catch {
                if !Task.isCancelled { log.error("agents can't be scored", ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: .seconds(Self.pauseSeconds))
        }
        await session.close()
    }

    /// Makes a generation for a day where the last one is of another day, or of far fewer agents.
    ///
    /// - Returns: false where none is due, or another program makes one just now.
    @discardableResult
    public func makeIfDue(on day: Day) async throws -> Bool {
        let models = try await models.value(atMostMillisecondsOld: 1_000)
        let next = models.next([.agents])
        guard models.vector.builds[Projection.agents.name] != nil,
            settled.withLock({ $0.map { $0.day != day || $0.next != next } ?? true })
        else { return false }
        do {
            return try await session.run { [self] connection in
                try connection.use(searchPath: models.vector.searchPath)
                return try connection.transaction {
                    guard let number = try Self.due(on: day, connection) else {
                        settled.withLock { $0 = (day, next) }
                        return false
                    }
                    try Self.make(number, day, next, connection)
                    return true
                }
            }
        } catch let error as PostgresError where error.sqlState == Self.uniqueViolation {
            return false
        }
    }

    /// The number of the generation that is due; nil where none is.
    private static func due(on day: Day, _ connection: PostgresConnection) throws -> Int32? {
        guard let last = try connection.execute(Statements.lastGenerations).first else { return 1 }
        let number = Int32(clamping: try last.integer("generation")) + 1
        if try last.integer("day") < day.number { return number }
        let known = try last.integer("agents")
        let agents = try connection.execute(Statements.countAgents).first?.integer(0) ?? 0
        return agents > known + max(known / 4, 10) ? number : nil
    }

    private static func make(
        _ number: Int32, _ day: Day, _ position: Position, _ connection: PostgresConnection
    ) throws {
        let (generation, day) = (PostgresValue.int4(number), PostgresValue.int4(Int32(clamping: day.number)))
        let agents = try connection.execute(
            Statements.beginGeneration, [generation, day, .int8(position.value)]
        ).first?.integer("agents")
        try connection.execute(Statements.scoreAgents, [generation, day])
        try connection.execute(Statements.countWords, [generation, .int8(agents ?? 0)])
        try connection.execute(Statements.dropGenerations, [generation])
    }
}
