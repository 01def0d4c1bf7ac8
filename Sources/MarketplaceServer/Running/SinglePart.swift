import AgentIndex
import Artifacts
import CommandAPI
import CommandLine
import EventLog
import HTTPFront
import HTTPServer
import Logging
import Projections
import QueryAPI
import Reactor
import Streaming
import System

/// `marketplace command`, `query` and `project`: the parts of the marketplace, each in a process of its own
/// over a shared database.
struct SinglePart {
    private static let commandPort: UInt16 = 7081
    private static let queryPort: UInt16 = 7082

    private let invocation: Invocation
    private let listening: Listening
    private let services: Services
    private let log: Log

    init(_ invocation: Invocation, _ log: Log) throws {
        let roles: [DatabaseRole] =
            switch invocation.command.name {
            case Commands.command.name: [.owner, .commands, .queries]
            case Commands.query.name: [.queries]
            default: invocation.flags.contains("ahead") ? [.owner, .projectors] : [.projectors]
            }
        guard let database = try invocation.database(roles, takesLibpq: true) else {
            throw UsageError(
                "`marketplace \(invocation.command.name)` needs a database: --logins, --database-url, --database-url-file, MENTATLAB_DATABASE_URL or libpq's variables."
            )
        }
        self.invocation = invocation
        listening = try Listening(invocation)
        self.log = log
        services = Services(
            database, following: invocation.command.name == Commands.project.name ? .projectors : .queries,
            part: invocation.command.name, engine: try invocation.searchEngine(log), log: log)
    }

    func run(_ signals: Signals) async throws -> Int32 {
        do {
            switch invocation.command.name {
            case Commands.command.name: try await command(signals)
            case Commands.query.name: try await query(signals)
            default: try await project(signals)
            }
        } catch {
            await services.lease.end()
            throw error
        }
        log.info("stopped")
        return 0
    }

    private func dataFolder() throws -> DataFolder {
        try DataFolder(dataPath)
    }

    private var dataPath: String { invocation.values["data"] ?? ".mentatlab" }

    private func artifactFolder() throws -> ArtifactFolder {
        guard let folder = invocation.values["artifacts"] else {
            throw UsageError("`marketplace \(invocation.command.name)` needs --artifacts.")
        }
        return ArtifactFolder(folder)
    }

    private func command(_ signals: Signals) async throws {
        let folder = try artifactFolder()
        let opened = try giveRootUp(
            firstPort: Self.commandPort, invocation.values["artifacts"].map { [$0] } ?? [])
        _ = try await services.migrate()
        try await services.lease.keep()
        let eventLog = try await services.openLog()
        let data = try dataFolder()
        if try await services.found(eventLog, in: data) != nil {
            // A program apart prints to somebody's log, where no secret belongs.
            Host.write("The administrator's token is kept in \(data.adminToken)\n", to: 1)
        }
        let store = try services.openStore(folder)
        var router = services.router(listening) {
            try services.checkIsCurrent()
            _ = try await eventLog.entries.head()
            return []
        }
        var configuration = try CommandFront.Configuration(invocation, data)
        configuration.publicURL = listening.publicURL
        configuration.downloaded = { [measures = services.measures] in measures.note($0, $1) }
        let index = IndexFolder(data.index)
        let front = try services.commandFront(eventLog, store, index, configuration)
        front.addRoutes(to: &router)
        services.measureModels()
        services.measure(eventLog, front)
        services.measure(folders: [("data", dataPath), ("artifacts", invocation.values["artifacts"] ?? "")])
        let background = Task {
            await withTaskGroup { group in
                group.addTask { await services.lease.run(log: log) }
                group.addTask { await services.maintain(eventLog, store) }
                group.addTask { await services.watchSessions(eventLog) }
                group.addTask { await services.mirror(index).run() }
                group.addTask { await front.work() }
            }
        }
        try await serve(
            router, on: try opened?.get() ?? listening.open(firstPort: Self.commandPort), signals,
            try Reactor(name: "http"))
        background.cancel()
        await background.value
        await eventLog.close()
    }

    private func query(_ signals: Signals) async throws {
        let opened = try giveRootUp(firstPort: Self.queryPort, [])
        try await services.awaitSchema(as: .queries)
        try await services.lease.keep()
        let reactor = try Reactor(name: "http")
        let cached = try invocation.number("cache-mebibytes", 0...65_536)
        let index = IndexFolder(try dataFolder().index)
        let listener = try opened?.get() ?? listening.open(firstPort: Self.queryPort)
        let front = services.queryFront(
            try artifactFolder(), index, cachedMebibytes: cached, following: listening.following,
            at: listening.origin(port: listener.port), on: reactor)
        var router = services.router(listening) {
            try services.checkIsCurrent()
            try await services.checkAreBuilt()
            return try await services.degradation()
        }
        front.addRoutes(to: &router)
        services.measureModels()
        services.measure(front)
        services.measure(folders: [("data", dataPath), ("artifacts", invocation.values["artifacts"] ?? "")])
        let following = Task {
            await withTaskGroup { group in
                group.addTask { await services.lease.run(log: log) }
                group.addTask { await services.fillEngine() }
                group.addTask { await front.followLog(services.head, log: log.component("cache")) }
                group.addTask { await services.mirror(index).run() }
            }
        }
        try await serve(router, on: listener, signals, reactor)
        following.cancel()
        await following.value
    }

    private func project(_ signals: Signals) async throws {
        let names = invocation.arguments
        let chosen = names.isEmpty ? ProjectionCatalogue.all : try Projection.named(names)
        let isAhead = invocation.flags.contains("ahead")
        let source = try invocation.sourceTopic("project", log).map(services.source)
        // A topic has readers on many machines.
        let isShared = source != nil || invocation.flags.contains("share")
        if isAhead { _ = try await services.migrate() } else { try await services.awaitSchema(as: .projectors) }
        try await services.lease.keep()
        if !isAhead { try await services.awaitBuilds(of: chosen) }
        services.measureProcess(part: invocation.command.name)
        services.measureModels()
        let metrics = try await MetricsPort(invocation, services.measures, log)
        let projecting = Task {
            await withTaskGroup { group in
                group.addTask { await services.lease.run(log: log) }
                group.addTask {
                    if isAhead { await build(chosen) }
                    guard !Task.isCancelled else { return }
                    Host.write("projecting \(chosen.map { $0.name }.joined(separator: ", "))\n", to: 1)
                    await services.project(chosen, source: source, isShared: isShared, isReadHere: false)
                }
            }
        }
        _ = await signals.next()
        projecting.cancel()
        await projecting.value
        await metrics.shutDown()
        guard let counts = source?.counts else { return }
        log.info(
            "projected from the topic", ["entries": "\(counts.entries)", "absences": "\(counts.absences)"])
    }

    /// Builds what this release lacks, and ends the program where that fails: what is built by then is gone on with.
    private func build(_ chosen: [Projection]) async {
        let shown = ShownProgress("building")
        var isWaiting = false
        while !Task.isCancelled {
            do {
                let missing = try await services.missing(chosen)
                if !missing.isEmpty { try await services.build(missing, shown.show) }
                shown.end()
                Host.write("the models of this release are built; its fronts can serve\n", to: 1)
                return
            } catch let fault as BuildFault where fault.isBusy {
                // One that was killed a moment ago lets go within some seconds.
                shown.end()
                if !isWaiting { Host.write("marketplace: \(fault)\n", to: 2) }
                isWaiting = true
                try? await Task.sleep(for: .seconds(2))
            } catch {
                shown.end()
                guard !Task.isCancelled else { return }
                await services.lease.end()
                await log.flush()
                Host.write("marketplace: \(error)\n", to: 2)
                Host.exit(1)
            }
        }
    }

    private func giveRootUp(firstPort: UInt16, _ folders: [String]) throws -> Result<HTTPListener, any Error>? {
        try RootRights.giveUp(invocation, listening, firstPort: firstPort, folders: [dataPath] + folders)
    }

    private func serve(
        _ router: FrontRouter, on listener: HTTPListener, _ signals: Signals, _ reactor: Reactor
    ) async throws {
        services.measureProcess(part: invocation.command.name)
        let metrics = try await MetricsPort(invocation, services.measures, log)
        let server = try await services.serve(router, listening, on: listener, reactor)
        services.measure(server, reactor)
        Host.write(
            "marketplace \(invocation.command.name) is ready at http://\(listening.address):\(server.port)\n", to: 1)
        _ = await signals.next()
        await server.shutDown()
        services.report(reactor)
        await metrics.shutDown()
    }
}
