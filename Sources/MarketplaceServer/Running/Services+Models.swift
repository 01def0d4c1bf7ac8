import CommandLine
import Contract
import EventLog
import Events
import Following
import Logging
import Postgres
import Projections
import Streaming
import Synchronization
import System

/// The read models of this process: how they are made, kept up and judged.
extension Services {
    // MARK: Making

    /// Builds projections that have no build of this program's version, beside those that other programs read.
    func build(_ projections: [Projection], _ report: @escaping @Sendable (BuildProgress) -> Void) async throws {
        var options = BuildOptions(program: Self.program)
        options.report = report
        _ = try await Rebuild(database, options).run(projections)
    }

    /// The projections that have no build of this program's version, as their owner knows.
    func missing(_ projections: [Projection]) async throws -> [Projection] {
        let builds = BuildStore(database, program: Self.program)
        let missing = try await builds.missing(projections)
        await builds.close()
        return missing
    }

    /// Waits until projections have builds of this program's version, for a part that can't make them: at most a
    /// minute, in which a program that was just started builds them over a new log.
    ///
    /// - Throws: `UsageError` after that minute, and at once where the database already has active builds.
    func awaitBuilds(of projections: [Projection]) async throws {
        let pool = PostgresPool(database.configuration(.projectors, "marketplace-builds"), sessions: 1)
        let deadline = Host.steadyClockMilliseconds() + Self.schemaSeconds * 1_000
        while true {
            let builds = try await BuildReader(pool: pool).builds()
            let missing = projections.filter { projection in !builds.contains { $0.isRead(with: projection) } }
            if missing.isEmpty { return await pool.close() }
            // Where builds of other versions are read, nobody but --ahead makes those of this one.
            guard !builds.contains(where: { $0.state == .active }), Host.steadyClockMilliseconds() < deadline else {
                let names = missing.map(\.nameWithVersion).joined(separator: ", ")
                throw UsageError(
                    "the models of this program are not built yet (\(names)); `marketplace project --ahead` builds them beside those that are read."
                )
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Throws a `Problem` while models that this program reads are not built.
    func checkAreBuilt() async throws {
        guard try await models.value(atMostMillisecondsOld: Self.freshMilliseconds).isWhole else {
            throw Problem(.unavailable, "the read models of this version are not built yet")
        }
    }

    // MARK: Keeping up

    /// What runs beside the fronts for as long as the task lives: projectors of the models named.
    ///
    /// - Parameters:
    ///   - source: where entries come from beside the log; it is read for as long.
    ///   - isShared: true where other processes may keep up a part of the same builds.
    ///   - isReadHere: true where this process answers queries, so that those who wait for a model are known.
    func project(
        _ projections: [Projection], source: TopicSource? = nil, isShared: Bool = false, isReadHere: Bool
    ) async {
        let sharing =
            isShared
            ? Sharing(projections, database, program: Self.processName, log: log.component("sharing")) : nil
        await withTaskGroup { group in
            if let sharing { group.addTask { await sharing.run() } }
            group.addTask { await giveSignsOfLife(projections) }
            if let source { group.addTask { await source.run() } }
            if projections.contains(where: { $0.name == Projection.agents.name }) {
                for generations in [Generations.searchScores, .popular] {
                    let maker = GenerationMaker(
                        generations, database, models: models, log: log.component(generations.name))
                    group.addTask { await maker.run { Timestamp(milliseconds: Host.wallClockMilliseconds()).day } }
                }
            }
            for projection in projections {
                let projector = Projector(
                    projection, database, head: head, models: models, source: source, sharing: sharing,
                    isReadHere: isReadHere, log: log.component("project"))
                group.addTask { await projector.run() }
            }
        }
    }

    /// Builds projections and then keeps them up, for as long as the task lives; tries again where that fails.
    func buildAndProject(_ projections: [Projection]) async {
        guard !projections.isEmpty else { return }
        let log = log.component("project")
        let said = Mutex<Int64>(0)
        while !Task.isCancelled {
            do {
                let missing = try await missing(projections)
                if missing.isEmpty { return await project(projections, isReadHere: true) }
                try await build(missing) { progress in
                    let now = Host.steadyClockMilliseconds()
                    let isDue = said.withLock { said in
                        defer { if now - said >= 5_000 { said = now } }
                        return now - said >= 5_000
                    }
                    guard isDue else { return }
                    log.info(
                        "building read models of this release",
                        ["position": progress.position.description, "head": progress.head.description])
                }
                return await project(projections, isReadHere: true)
            } catch {
                if !Task.isCancelled { log.error("read models can't be built", ["error": "\(error)"]) }
                try? await Task.sleep(for: .seconds(5))
                let left = (try? await missing(projections)) ?? projections
                let built = projections.filter { one in !left.contains { $0.name == one.name } }
                guard built.isEmpty else {
                    // Those that are read have to be kept up, whatever holds the others up.
                    return await withTaskGroup { group in
                        group.addTask { await project(built, isReadHere: true) }
                        group.addTask { await buildAndProject(left) }
                    }
                }
            }
        }
    }

    /// Says now and then that this program works on the builds, whether or not they move on.
    private func giveSignsOfLife(_ projections: [Projection]) async {
        let pool = PostgresPool(database.configuration(.projectors, "marketplace-beat"), sessions: 1)
        let log = log.component("project")
        while !Task.isCancelled {
            do {
                try await BuildReader(pool: pool).beat(for: projections, program: Self.program)
            } catch {
                if !Task.isCancelled { log.debug("no sign of life", ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: .seconds(5))
        }
        await pool.close()
    }

    // MARK: Judging

    /// How long an entry may wait for a model before that is said.
    private static let patienceMilliseconds: Int64 = 30_000

    private static let freshMilliseconds: Int64 = 1_000

    /// What does not go on in the models that are read and around them, in words; asked for at most a second ago.
    func degradation(_ relaying: Relaying? = nil) async throws -> [String] {
        let models = try await degraded.value(atMostMillisecondsOld: Self.freshMilliseconds)
        let relay = try await relaying?.trouble(atMostMillisecondsOld: Self.freshMilliseconds)
        return models + [engine?.trouble, relay].compactMap { $0 }
    }

    static func degradation(_ builds: BuildReader) async throws -> [String] {
        let (rows, counts) = (try await builds.builds(), try await builds.faultCounts())
        // What other releases read is no concern of this one.
        let read = rows.filter { row in ProjectionCatalogue.all.contains { row.isRead(with: $0) } }
        return read.flatMap { build in
            var reasons: [String] = []
            if let position = counts[build.build]?.stopped {
                reasons.append("the read model '\(build.projection)' stands still at position \(position)")
            }
            if let parked = counts[build.build]?.parked, parked > 0 {
                reasons.append("the read model '\(build.projection)' parks \(parked) agents")
            }
            if reasons.isEmpty, build.oldestWaitMilliseconds > patienceMilliseconds {
                let seconds = build.oldestWaitMilliseconds / 1_000
                reasons.append("an entry has waited for the read model '\(build.projection)' for \(seconds) s")
            }
            return reasons
        }
    }
}
