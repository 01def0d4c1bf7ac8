public import EventLog
import Events
public import Logging
import Postgres
import Synchronization
import System

/// The part that one process takes in builds which several processes keep up together.
///
/// Each process says more than twice a second that it takes part. Where a build is not divided among exactly the
/// processes that are present, the first of them divides it anew (`Division`), or another one if that takes over 2 s.
///
/// The database holds what each worker has. Each transaction that applies entries looks it up under a shared turn on
/// the build, and a division takes the whole turn, so no process applies what was given to another, however long it
/// was stopped.
public final class Sharing: Sendable {
    /// Who was not seen for so long has its slices taken.
    static let leaseMilliseconds: Int64 = 2_000
    /// A worker that is stopped inside a transaction holds a build up for no longer.
    static let pauseMilliseconds = 4_000
    private static let signMilliseconds = 400
    private static let forgetMilliseconds: Int64 = 60_000
    private static let lookMilliseconds = 100
    private static let lockNotAvailable = "55P03"
    /// A statement about a row or two; the end of the program waits for one.
    private static let statementMilliseconds = 2_000

    private struct State {
        /// The number of this worker; nil before it has joined.
        var worker: Int64?
        /// The number of its last sign.
        var sign: Int64 = 0
        /// By projection, since when it is seen that it has to be divided anew.
        var due: [String: Int64] = [:]
        /// When workers that are gone were last forgotten.
        var forgot: Int64 = 0
        /// The projections of which this worker holds something.
        var held: Set<String> = []
        /// By projection, the number of its last division.
        var divisions: [String: Int64] = [:]
    }

    private let projections: [Projection]
    private let program: String
    private let signs: PostgresSession
    private let dividing: PostgresSession
    private let log: Log
    private let state = Mutex(State())

    /// Creates the part of a process, in the role of projectors.
    ///
    /// - Parameters:
    ///   - projections: what the process works on.
    ///   - program: names the process among those that share.
    public init(_ projections: [Projection], _ database: DatabaseAccess, program: String, log: Log) {
        self.projections = projections
        self.program = program
        self.log = log
        signs = PostgresSession(
            Self.configuration(
                database, "marketplace-sharing", statementTimeoutMilliseconds: Self.statementMilliseconds))
        dividing = PostgresSession(Self.configuration(database, "marketplace-dividing"))
    }

    /// The settings of a session of a worker: what a program holds that was stopped or killed is soon free for others.
    static func configuration(
        _ database: DatabaseAccess, _ name: String, statementTimeoutMilliseconds: Int = 30_000
    ) -> PostgresConfiguration {
        var configuration = database.configuration(
            .projectors, name, statementTimeoutMilliseconds: statementTimeoutMilliseconds,
            settings: PostgresConfiguration.plannedOnce.merging([
                "client_connection_check_interval": "1000",
                // Also where the server is sending to a program that takes nothing.
                "tcp_user_timeout": "\(pauseMilliseconds)",
            ]) { $1 })
        configuration.transactionPauseMilliseconds = pauseMilliseconds
        return configuration
    }

    /// Takes part until the task is cancelled, and then leaves at once what it held to the others.
    public func run() async {
        await withTaskGroup { group in
            group.addTask { await self.repeatedly(self.stay) }
            group.addTask { await self.repeatedly(self.divide) }
        }
        // The task is cancelled, and what it would ask with it.
        await Task { await leave() }.value
    }

    private func repeatedly(_ body: () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                try await body()
            } catch {
                if !Task.isCancelled { log.warning("sharing can't go on and is tried again", ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: .milliseconds(Self.signMilliseconds))
        }
    }

    // MARK: What is held

    /// Waits until this process holds something of a projection; returns the number of its worker.
    ///
    /// - Throws: `CancellationError`.
    func worker(holding projection: Projection) async throws -> Int64 {
        while true {
            let worker = state.withLock { $0.held.contains(projection.name) ? $0.worker : nil }
            if let worker { return worker }
            try await Task.sleep(for: .milliseconds(Self.lookMilliseconds))
        }
    }

    /// The number of the last division of a projection that is known: with another one this worker may hold something else.
    func division(of projection: Projection) -> Int64 { state.withLock { $0.divisions[projection.name] ?? 0 } }

    /// Says that nothing of a projection is held any more, as far as a transaction has seen.
    func lost(_ projection: Projection) { state.withLock { _ = $0.held.remove(projection.name) } }

    // MARK: Taking part

    /// Says that this worker is there; joins where it does not take part, or was forgotten.
    private func stay() async throws {
        let (worker, sign) = state.withLock { ($0.worker, $0.sign) }
        let present = try await signs.run { [program, projections] connection -> Int64? in
            if let worker {
                let given = try connection.execute(
                    Statements.stayWorker, [.int8(worker), .text(program), .int8(sign)])
                if given.first != nil { return worker }
            }
            let names = PostgresValue.texts(projections.map(\.nameWithVersion))
            return try connection.execute(Statements.joinWorkers, [.text(program), names]).first?.integer(0)
        }
        state.withLock { state in
            if state.worker == present { state.sign = sign + 1 } else { (state.held, state.sign) = ([], 0) }
            state.worker = present
        }
    }

    private func leave() async {
        if let worker = state.withLock({ $0.worker }) {
            do {
                try await signs.run { _ = try $0.execute(Statements.leaveWorkers, [.int8(worker)]).count }
            } catch {
                log.debug("a worker can't leave and is waited for", ["error": "\(error)"])
            }
        }
        await signs.close()
        await dividing.close()
    }

    /// Looks how the builds are divided, and divides anew what is not divided among those present.
    private func divide() async throws {
        guard let worker = state.withLock({ $0.worker }) else { return }
        let now = Host.steadyClockMilliseconds()
        let mustForget = state.withLock { state in
            defer { if now - state.forgot > Self.forgetMilliseconds { state.forgot = now } }
            return now - state.forgot > Self.forgetMilliseconds
        }
        let divisions = try await dividing.run { [self] connection in
            if mustForget { try connection.execute(Statements.forgetWorkers, [.int8(Self.forgetMilliseconds)]) }
            return try self.divisions(of: projections, connection)
        }
        note(divisions, worker)
        for division in divisions where division.isDue && isMyTask(division, worker, now) {
            do {
                let divided = try await dividing.run { [self] connection in
                    try connection.transaction { try self.divide(division, connection) }
                }
                if let divided { note([divided], worker) }
            } catch let error as PostgresError where error.sqlState == Self.lockNotAvailable {
                // Somebody has the turn on this build for long, such as a check; others are divided meanwhile.
                log.debug("a model can't be divided yet", ["projection": division.projection.name])
            }
        }
    }

    /// True where this worker should divide: it is the first of those present, or that one has not done it for long.
    private func isMyTask(_ division: Division, _ worker: Int64, _ now: Int64) -> Bool {
        let due = state.withLock { $0.due[division.projection.name] }
        return division.present.first == worker || due.map { now - $0 > Self.leaseMilliseconds } ?? false
    }

    private func note(_ divisions: [Division], _ worker: Int64) {
        let now = Host.steadyClockMilliseconds()
        state.withLock { state in
            guard state.worker == worker else { return }
            for division in divisions {
                state.divisions[division.projection.name] = division.number
                state.due[division.projection.name] =
                    division.isDue ? state.due[division.projection.name] ?? now : nil
                if division.holders.contains(worker) {
                    state.held.insert(division.projection.name)
                } else {
                    state.held.remove(division.projection.name)
                }
            }
        }
    }

    private func divisions(of projections: [Projection], _ connection: PostgresConnection) throws -> [Division] {
        try connection.execute(
            Statements.division,
            [
                .texts(projections.map(\.name)), .int4s(projections.map(\.version)), .int8(Self.leaseMilliseconds),
            ]
        ).map { try Division($0) }
    }

    /// Divides a build among those present, under the turn on it; returns how it is divided then, or nil where it is no longer
    /// the active one.
    private func divide(_ seen: Division, _ connection: PostgresConnection) throws -> Division? {
        let writer = BuildWriter(projection: seen.projection, build: seen.build)
        // As long as a worker that was stopped may hold its part of the turn.
        try connection.execute(Statements.bePatient, [.text("\(Self.pauseMilliseconds)ms")])
        guard let state = try writer.begin(connection), state.isActive,
            let division = try divisions(of: [seen.projection], connection).first, !division.wanted.isEmpty
        else { return nil }
        guard division.isDue else { return division }
        try connection.execute(Statements.dropShares, [.int4(division.build.number)])
        for (worker, slices) in division.shares {
            try connection.execute(
                Statements.addShare,
                [
                    .int4(division.build.number), .int8(worker), .int8(division.number + 1),
                    .int8s(slices.map(Int64.init)), .int8s(slices.map { state.cursors[$0]?.value }),
                ])
        }
        log.info(
            "a model is divided",
            [
                "projection": division.projection.name, "among": "\(division.wanted.count)",
                "before": "\(division.holders.count)",
            ])
        return try divisions(of: [seen.projection], connection).first
    }
}
