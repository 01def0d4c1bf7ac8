import AgentIndex
import Artifacts
import CommandAPI
import CommandLine
import Contract
import EmbeddedPostgres
import EventLog
import HTTPServer
import Logging
import Projections
import QueryAPI
import Reactor
import Streaming
import System

/// `marketplace up`: everything in one process and behind one origin.
struct Up {
    private static let firstPort: UInt16 = 7080
    private static let firstPauseMilliseconds = 250
    private static let longestPauseMilliseconds = 8_000

    private let folder: String
    private let listening: Listening
    private let givenDatabase: DatabaseAccess?
    private let givenArtifacts: String?
    private let publish: String?
    private let catalog: String?
    private let cachedMebibytes: Int?
    private let topic: LogTopic.Address?
    private let invocation: Invocation
    private let log: Log

    init(_ invocation: Invocation, _ log: Log) throws {
        folder = invocation.values["data"] ?? ".mentatlab"
        listening = try Listening(invocation)
        givenDatabase = try invocation.database(DatabaseRole.allCases)
        givenArtifacts = invocation.values["artifacts"]
        publish = invocation.values["publish"]
        catalog = invocation.values["catalog"]
        cachedMebibytes = try invocation.number("cache-mebibytes", 0...65_536)
        topic = try invocation.topic("up", log)
        self.invocation = invocation
        self.log = log
    }

    func run(_ signals: Signals) async throws -> Int32 {
        // A port that is taken is said before anything is made. Another process may serve in a folder that is there.
        let isNew = try FileSystem.status(folder) == nil
        let given = try RootRights.giveUp(
            invocation, listening, firstPort: Self.firstPort, folders: [folder] + (givenArtifacts.map { [$0] } ?? []))
        let early = try given == nil && isNew ? listening.open(firstPort: Self.firstPort) : nil
        let data = try DataFolder(folder)
        guard let lock = try data.lock() else { return try await joinRunning(data, signals) }
        data.withdraw()
        let listener = try early ?? given?.get() ?? listening.open(firstPort: Self.firstPort)
        let code = try await serve(data, signals, listener)
        // The folder is free for the next run once the server behind it is stopped.
        withExtendedLifetime(lock) {}
        return code
    }

    /// Another process runs in the folder: says where, and sends it what was asked for.
    private func joinRunning(_ data: DataFolder, _ signals: Signals) async throws -> Int32 {
        endOnSignal(signals)
        guard let url = await data.awaitRunningURL(milliseconds: 60_000) else {
            Host.write("marketplace: another process holds \(data.path) and is not ready\n", to: 2)
            return 1
        }
        Host.write("MentatLab Marketplace already runs at \(url)\n", to: 1)
        return try await fill(data, url)
    }

    private func serve(_ data: DataFolder, _ signals: Signals, _ listener: HTTPListener) async throws -> Int32 {
        if let givenDatabase {
            defer { data.withdraw() }
            try await serve(data, givenDatabase, signals, listener) { data.withdraw() }
        } else {
            let (log, worker) = (log, Worker(name: "postgres-watch"))
            defer { worker.stop() }
            let server = try await worker.run {
                let password = try data.logins.superuserPassword(
                    isSet: EmbeddedPostgres.hasCluster(dataFolder: data.path))
                return try EmbeddedPostgres.start(dataFolder: data.path, password: password) { log.info($0) }
            }
            let watch = Task { await keepRunning(server, on: worker) }
            @Sendable func stop() async throws {
                data.withdraw()
                watch.cancel()
                await watch.value
                try await worker.run { try server.stop() }
            }
            do {
                let superuser = try await server.makeDatabase("marketplace")
                try data.logins.keep(superuser: superuser)
                try await data.logins.prepare(administrator: superuser)
                try await serve(data, try data.logins.access(DatabaseRole.allCases), signals, listener) {
                    try? await stop()
                }
            } catch {
                try? await stop()
                throw error
            }
            try await stop()
        }
        log.info("stopped")
        return 0
    }

    /// Starts the private Postgres again whenever it is gone, with growing pauses while it does not come back.
    private func keepRunning(_ server: EmbeddedPostgres, on worker: Worker) async {
        let log = log.component("postgres")
        var pauseMilliseconds = Self.firstPauseMilliseconds
        while !Task.isCancelled {
            do {
                let isBack = try await worker.run { try server.restartIfGone { log.info($0) } }
                if isBack { log.warning("Postgres was gone; it runs again") }
                try await worker.run { try server.boundLog() }
                pauseMilliseconds = Self.firstPauseMilliseconds
            } catch {
                log.error("Postgres is gone and does not start", ["error": "\(error)"])
                pauseMilliseconds = min(Self.longestPauseMilliseconds, pauseMilliseconds * 2)
            }
            try? await Task.sleep(for: .milliseconds(pauseMilliseconds))
        }
    }

    private func serve(
        _ data: DataFolder, _ database: DatabaseAccess, _ signals: Signals, _ listener: HTTPListener,
        whenHurried hurry: @escaping @Sendable () async -> Void
    ) async throws {
        let services = Services(
            database, part: Commands.up.name, engine: try invocation.searchEngine(log), log: log)
        let missing = try await services.migrate()
        try await services.lease.keep()
        do {
            try await serve(data, database, services, missing, signals, listener, whenHurried: hurry)
        } catch {
            await services.lease.end()
            throw error
        }
    }

    private func serve(
        _ data: DataFolder, _ database: DatabaseAccess, _ services: Services, _ missing: [Projection],
        _ signals: Signals, _ listener: HTTPListener, whenHurried hurry: @escaping @Sendable () async -> Void
    ) async throws {
        let eventLog = try await services.openLog()
        if let secret = try await services.found(eventLog, in: data) {
            // Printed where somebody sees it, and into nobody's log.
            let token = Host.isTerminal(1) ? ":\n\(secret.text)" : ""
            Host.write("The administrator's token is kept in \(data.adminToken)\(token)\n", to: 1)
        }

        let files = givenArtifacts ?? data.artifacts
        let artifacts = ArtifactFolder(files)
        let store = try services.openStore(artifacts)
        let relaying = try topic.map { topic in
            var configuration = Relay.Configuration(topic)
            configuration.makesTopic = true
            return try services.relaying(configuration)
        }
        var router = services.router(listening) {
            try services.checkIsCurrent()
            _ = try await eventLog.entries.head()
            try await services.checkAreBuilt()
            return try await services.degradation(relaying)
        }
        let index = IndexFolder(data.index)
        var configuration = try CommandFront.Configuration(invocation, data)
        configuration.publicURL = listening.publicURL
        configuration.downloaded = { [measures = services.measures] in measures.note($0, $1) }
        let commands = try services.commandFront(eventLog, store, index, configuration)
        commands.addRoutes(to: &router)
        let reactor = try Reactor(name: "http")
        let queries = services.queryFront(
            artifacts, index, cachedMebibytes: cachedMebibytes, following: listening.following,
            at: listening.origin(port: listener.port), on: reactor)
        queries.addRoutes(to: &router)
        services.measureProcess(part: Commands.up.name)
        services.measureModels()
        if relaying != nil { services.measureTopics() }
        services.measure(eventLog, commands)
        services.measure(queries)
        services.measure(folders: [("data", data.path), ("artifacts", files)])
        let metrics = try await MetricsPort(invocation, services.measures, log)
        let server = try await services.serve(router, listening, on: listener, reactor)
        services.measure(server, reactor)
        let url = "http://\(listening.address):\(server.port)"

        let background = Task {
            await withTaskGroup { group in
                group.addTask { await services.lease.run(log: log) }
                group.addTask {
                    await services.project(
                        ProjectionCatalogue.all.filter { one in !missing.contains { $0.name == one.name } },
                        isReadHere: true)
                }
                group.addTask { await services.buildAndProject(missing) }
                group.addTask { await services.maintain(eventLog, store) }
                group.addTask { await services.watchSessions(eventLog) }
                group.addTask { await queries.followLog(services.head, log: log.component("cache")) }
                group.addTask { await services.mirror(index).run() }
                group.addTask { await services.fillEngine() }
                group.addTask { await relaying?.run() }
                group.addTask { await commands.work() }
            }
        }
        try data.announce(
            url: url, metricsURL: metrics.url, databaseURL: database.login(.readers),
            artifacts: try FileSystem.resolve(files))
        Host.write("MentatLab Marketplace is ready at \(url)\n", to: 1)
        let filling = Task { try await fill(data, url) }

        _ = await signals.next()
        log.info("stopping: requests under way may finish; a second signal ends them")
        let impatient = Task {
            _ = await signals.next()
            // Postgres may take its time to end, and whoever asks again does not want to wait for it either.
            let last = Task {
                _ = await signals.next()
                Host.exit(130)
            }
            await hurry()
            last.cancel()
            Host.exit(130)
        }
        filling.cancel()
        await server.shutDown()
        services.report(reactor)
        background.cancel()
        await background.value
        await metrics.shutDown()
        await eventLog.close()
        impatient.cancel()
    }

    /// Publishes and imports what the command line names.
    private func fill(_ data: DataFolder, _ url: String) async throws -> Int32 {
        guard publish != nil || catalog != nil else { return 0 }
        do {
            let publisher = try Publisher(url: url, tokenFile: data.adminToken)
            if let publish { try await AgentFolders(publish).publish(publisher) }
            if let catalog { return try await CatalogImport(file: catalog, publisher: publisher).run() }
            return 0
        } catch {
            Host.write("marketplace: \(error)\n", to: 2)
            return 1
        }
    }
}
