import AgentIndex
import Artifacts
import CommandAPI
import CommandLine
import Contract
import Crypto
import EventLog
import Events
import Following
import HTTPFront
import HTTPServer
import Logging
import Postgres
import Projections
import QueryAPI
import Reactor
import Streaming
import System

/// Puts the parts of the program together: the one place that knows them all.
struct Services: Sendable {
    let database: DatabaseAccess
    let log: Log
    /// What this process counts of itself.
    let measures = Measures()
    /// The session in which measures are read.
    let measuring: PostgresPool
    /// The log's head, followed by everything in this process.
    let head: HeadFeed
    /// The builds of the models, and how far they are.
    let models: ModelFeed
    /// The scores that rank agents in searches.
    let generations: Feed<SearchGenerations>
    /// Why the read models are degraded, a sentence for each reason; one query serves all callers.
    let degraded: Feed<[String]>
    /// What agents are searched in beside the models; nil for nothing.
    let engine: SearchEngine?
    /// Tells `marketplace upgrade finish` that this program works on the database.
    let lease: ProgramLease

    /// - Parameters:
    ///   - role: the role in which the process reads how far the log and the models are.
    ///   - part: what the process runs.
    ///   - engine: what agents are searched in beside the models.
    init(
        _ database: DatabaseAccess, following role: DatabaseRole = .queries, part: String, engine: SearchEngine? = nil,
        log: Log
    ) {
        self.database = database
        self.engine = engine
        self.log = log
        // One session for all of them, which are rarely asked for.
        let pool = PostgresPool(
            database.configuration(role, "marketplace-follow", statementTimeoutMilliseconds: 10_000), sessions: 1)
        _ = measures.watch(pool, as: "follow")
        // It is not watched: with one session its readers always wait, so its figures would say nothing.
        measuring = PostgresPool(
            database.configuration(role, "marketplace-measures", statementTimeoutMilliseconds: 5_000), sessions: 1,
            maximumWaiters: 16)
        let reader = EventReader(pool: pool)
        head = HeadFeed(Position(0), merging: max) { try await reader.head() }
        models = ModelFeed.models(pool)
        // All lists of a generation take longer than whoever waits for the others should.
        generations = .searchGenerations(
            measures.watch(
                PostgresPool(
                    database.configuration(role, "marketplace-scores", statementTimeoutMilliseconds: 10_000),
                    sessions: 1),
                as: "scores"))
        lease = ProgramLease(pool, program: Self.program, part: part, models: Upgrade.models)
        let builds = BuildReader(pool: pool)
        degraded = Feed([]) { try await Self.degradation(builds) }
    }

    private static let cachedMebibytes = 32

    /// How this program is named in the rows of builds.
    static let program = "marketplace \(Program.version)"

    static let now: @Sendable () -> Timestamp = { Timestamp(milliseconds: Host.wallClockMilliseconds()) }

    private static let schema = EventLogSchema.steps + ProjectionCatalogue.schema + RelaySchema.steps
    /// For how long a part that can't change the database waits for one that can.
    static let schemaSeconds: Int64 = 60

    /// Brings the database to the present schema, as its owner, and warns where its logins are no boundaries. Safe with
    /// two programs at once.
    ///
    /// - Returns: the projections that have no build of this program's version yet.
    func migrate() async throws -> [Projection] {
        let lines = log.component("schema")
        try await PostgresMigrator.migrate(database.configuration(.owner, "marketplace-migrate"), Self.schema) {
            lines.info($0)
        }
        let owner = PostgresSession(database.configuration(.owner, "marketplace-migrate"))
        try await owner.run { try ProgramLease.begin($0) }
        await owner.close()
        let builds = BuildStore(database, program: Self.program)
        let missing = try await builds.makeMissing(ProjectionCatalogue.all)
        await builds.close()
        var weaknesses = try await DatabasePreparation.weaknesses(database)
        if database.isShared { weaknesses.insert("all parts of this program share one login", at: 0) }
        if !weaknesses.isEmpty {
            let remedy =
                database.isShared ? "; `marketplace database prepare` makes a login for each part" : ""
            log.component("database").warning(
                "\(weaknesses.joined(separator: "; "))\(remedy) (docs/security/database.md)")
        }
        return missing
    }

    /// Throws a `Problem` once an upgrade was finished without this program.
    func checkIsCurrent() throws(Problem) {
        do { try lease.check() } catch { throw Problem(.unavailable, "\(error)", retryAfterSeconds: 60) }
    }

    /// Waits for the present schema, for a part that can't change it: a minute at most.
    func awaitSchema(as role: DatabaseRole) async throws {
        let deadline = Host.steadyClockMilliseconds() + Self.schemaSeconds * 1_000
        var isWaiting = false
        while true {
            let missing = try await PostgresMigrator.missing(
                database.configuration(role, "marketplace-migrate"), Self.schema)
            if missing.isEmpty { return }
            let steps = missing.joined(separator: ", ")
            guard Host.steadyClockMilliseconds() < deadline else {
                throw UsageError(
                    "the database lacks \(steps); `marketplace project --ahead`, `marketplace command` and `marketplace up` bring it up to date."
                )
            }
            if !isWaiting { log.component("schema").info("waiting for the schema", ["missing": steps]) }
            isWaiting = true
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Opens the log.
    func openLog() async throws -> EventLog {
        var configuration = EventLog.Configuration(database)
        configuration.announce = { [head] next in head.announce(next) }
        configuration.observe = { [measures] in measures.note($0) }
        if let positions = Failpoint.number("partition_positions") { configuration.partitionPositions = positions }
        return try await EventLog.open(configuration)
    }

    /// Founds the log where it is empty; returns the administrator's secret where it was founded now. Warns where
    /// the data folder does not have it.
    func found(_ eventLog: EventLog, in data: DataFolder) async throws -> TokenSecret? {
        var isNew = false
        let founded = try await LogFounding.found(eventLog, now: Services.now()) {
            let (secret, isMade) = try data.adminSecret()
            isNew = isMade
            return secret
        }
        if let founded { return founded }
        if let kept = try data.keptSecret(), try await eventLog.token(hash: kept.hash) != nil { return nil }
        // Another program was faster: what was made for this log a moment ago opens nothing.
        if isNew { try FileSystem.remove(data.adminToken) }
        log.warning("the log was founded by another run, whose administrator's token is not in this data folder")
        return nil
    }

    /// Opens the store of files for writing.
    func openStore(_ folder: ArtifactFolder) throws -> ArtifactStore {
        var configuration = database.configuration(.commands, "marketplace-artifacts")
        // The sweep's lock guards a file: a sweep that is stopped may not lose it and then go on.
        configuration.transactionPauseMilliseconds = nil
        let leases = PostgresPool(configuration, sessions: 2)
        return try ArtifactStore(folder, leases: leases)
    }

    /// A router with the routes that every front has.
    ///
    /// - Parameter isReady: throws where the front can't serve; returns what does not go on although it serves.
    func router(_ listening: Listening, isReady: @escaping @Sendable () async throws -> [String]) -> FrontRouter {
        var router = FrontRouter(
            log: log.component("http"), hosts: listening.hosts, clients: listening.clients,
            translate: Problem.translating)
        router.observe = { [measures] in measures.note($0) }
        listening.security.add(to: &router, now: Self.now)
        router.on(Endpoints.isLive) { _ in Reply(Health(status: .live)) }
        router.on(Endpoints.isReady) { _ in
            let reasons = try await isReady()
            return Reply(Health(status: reasons.isEmpty ? .ready : .degraded, reasons: reasons.isEmpty ? nil : reasons))
        }
        return router
    }

    /// The front for writes.
    func commandFront(
        _ eventLog: EventLog, _ store: ArtifactStore, _ index: IndexFolder,
        _ configuration: CommandFront.Configuration
    ) throws -> CommandFront {
        let pool = PostgresPool(
            database.configuration(.commands, "marketplace-moderation", statementTimeoutMilliseconds: 10_000),
            sessions: 1)
        let access = ModelAccess(pool: pool, models: models)
        let flags = FlagReader(access)
        // Lists of what was done are longer, and wait for each other alone.
        let audit = PostgresPool(
            database.configuration(.commands, "marketplace-audit", statementTimeoutMilliseconds: 10_000), sessions: 2)
        return try CommandFront(
            log: eventLog, artifacts: store, index: index, configuration: configuration, now: Self.now, lines: log,
            flags: { limit, offset in
                try await flags.list(limit: limit, offset: offset).map { flagged in
                    FlagCount(
                        kind: flagged.kind, target: flagged.target, count: flagged.count,
                        reasons: Dictionary(uniqueKeysWithValues: flagged.reasons.map { ($0.reason, $0.count) }),
                        last: flagged.last)
                }
            }, activity: ActivityReading(AuditReader(ModelAccess(pool: audit, models: models))),
            files: files(FileReader(access)),
            published: { try await FileReader(access).files(of: $0, limit: $1) })
    }

    private func files(_ reader: FileReader) -> FileReading {
        FileReading(
            versions: { digest, limit in
                try await reader.versions(naming: digest, limit: limit)?.map { (key: $0.key, version: $0.version) }
            },
            unnoted: { try await reader.unnoted().map { (sha256: $0.sha256, key: $0.key) } },
            next: { try await reader.next(past: $0) })
    }

    /// The front for reads.
    ///
    /// - Parameters:
    ///   - origin: where clients reach it.
    ///   - reactor: where it will be served, and short reads wait.
    func queryFront(
        _ folder: ArtifactFolder, _ index: IndexFolder, cachedMebibytes: Int?, following: FollowingLimits,
        at origin: String, on reactor: Reactor
    ) -> QueryFront {
        func pool(
            _ name: String, _ configuration: PostgresConfiguration, sessions: Int, maximumWaiters: Int = 1_000
        ) -> PostgresPool {
            measures.watch(
                PostgresPool(configuration, sessions: sessions, maximumWaiters: maximumWaiters), as: name)
        }
        let configuration = database.configuration(
            .queries, "marketplace-query", statementTimeoutMilliseconds: 10_000)
        let lists = pool("query", configuration, sessions: 8)
        var short = configuration
        short.settings = PostgresConfiguration.alongIndexes
        let pipeline = PostgresPipeline(short, on: reactor)
        let searching = pool(
            "search",
            database.configuration(
                .queries, "marketplace-search", statementTimeoutMilliseconds: 10_000,
                settings: PostgresConfiguration.byKeys), sessions: 8)
        return QueryFront(
            agents: AgentReader(ModelAccess(pool: lists, pipeline: pipeline, models: models)),
            statistics: AgentReader(
                ModelAccess(
                    pool: pool("statistics", configuration, sessions: 2, maximumWaiters: 64), models: models)),
            past: PastReader(
                ModelAccess(pool: pool("past", configuration, sessions: 2, maximumWaiters: 64), models: models),
                pages: ModelAccess(pool: lists, models: models)),
            search: AgentSearch(
                ModelAccess(pool: searching, pipeline: pipeline, models: models), generations, engine: engine),
            builds: BuildReader(pool: lists), entries: EventReader(pool: lists),
            searchedEntries: EventReader(
                pool: pool("entries", configuration, sessions: 2, maximumWaiters: 64)),
            catchUp: EventReader(
                pool: pool("catch-up", configuration, sessions: 2, maximumWaiters: following.readers)),
            artifacts: folder, index: index,
            cachedBytes: (cachedMebibytes ?? Self.cachedMebibytes) << 20, following: following, origin: origin,
            searched: { [measures] in measures.note($0) }, log: log)
    }

    /// Fills the search engine and keeps it up, for as long as the task lives; where there is none, does nothing.
    func fillEngine() async {
        guard let engine else { return }
        let pool = PostgresPool(
            database.configuration(.queries, "marketplace-engine", statementTimeoutMilliseconds: 60_000), sessions: 2)
        let name = UUIDv7(milliseconds: Host.wallClockMilliseconds(), random: SecureRandom.bytes(10)).description
        await EngineFollower(
            engine, ModelAccess(pool: pool, models: models), generations, name: name, log: log.component("search")
        ).run()
        await pool.close()
    }

    /// Starts to serve on a socket.
    func serve(
        _ router: FrontRouter, _ listening: Listening, on listener: HTTPListener, _ reactor: Reactor
    ) async throws -> HTTPServer {
        log.info("serving", ["routes": router.routes.map { "\($0.method) \($0.path)" }.joined(separator: ", ")])
        let server = HTTPServer(
            on: reactor, listener, limits: listening.limits,
            refusal: { [measures] refusal in
                let response = FrontRouter.refuse(refusal)
                measures.note(
                    FrontRouter.Served(endpoint: nil, method: "other", status: response.status, nanoseconds: nil))
                return response
            },
            quick: { router.handleAtOnce($0) }, handler: { await router.handle($0) })
        try await server.start()
        return server
    }

    /// Says how long the thread of the connections was held up at most.
    func report(_ reactor: Reactor) {
        let turn = reactor.longestTurn
        log.info(
            "served", ["longest_turn_us": "\(turn.nanoseconds / 1_000)", "longest_turn_of": turn.what])
    }

    /// What keeps a folder up with the index.
    func mirror(_ folder: IndexFolder) -> IndexMirror {
        let configuration = database.configuration(
            .queries, "marketplace-index", statementTimeoutMilliseconds: 10_000)
        return IndexMirror(
            folder, ModelAccess(pool: PostgresPool(configuration, sessions: 1), models: models),
            log: log.component("index"))
    }

    /// Ends database sessions that take more than their share, for as long as the task lives.
    func watchSessions(_ eventLog: EventLog) async {
        let log = log.component("database")
        while !Task.isCancelled {
            do {
                let ended = try await eventLog.endGreedySessions()
                if ended > 0 { log.warning("ended sessions that held too much", ["sessions": "\(ended)"]) }
            } catch {
                if !Task.isCancelled { log.debug("sessions can't be looked at", ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: .seconds(5))
        }
    }

    /// Every minute keeps room in the log, sweeps orphaned files and drops builds that nobody reads any more, for as
    /// long as the task lives. What fails keeps nothing else from being done.
    func maintain(_ eventLog: EventLog, _ store: ArtifactStore) async {
        let log = log.component("maintain")
        let builds = BuildStore(database, program: Self.program)
        func attempt(_ what: String, _ body: () async throws -> Void) async {
            do {
                try await body()
            } catch {
                if !Task.isCancelled { log.warning("maintenance failed", ["of": what, "error": "\(error)"]) }
            }
        }
        while !Task.isCancelled {
            await attempt("the log") { try await eventLog.maintain() }
            await attempt("files") {
                let swept = try await store.sweep()
                if swept > 0 { log.info("swept orphaned files", ["files": "\(swept)"]) }
            }
            await attempt("builds") {
                let dropped = try await builds.dropLeftovers()
                if dropped > 0 { log.info("dropped builds that nobody reads", ["builds": "\(dropped)"]) }
            }
            try? await Task.sleep(for: .seconds(60))
        }
    }
}
