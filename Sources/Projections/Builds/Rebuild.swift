public import EventLog
public import Events
import Postgres

/// Makes models anew beside those that are read, and puts them in their place.
public struct Rebuild: Sendable {
    /// What became of one projection.
    public struct Result: Sendable {
        /// The projection.
        public let projection: String
        /// The number of the new build.
        public let build: Int
        /// The position that it had reached when it took the place of the other.
        public let position: Position
        /// True where the build before it is dropped; false where somebody still reads it, and it is dropped later.
        public let isOldDropped: Bool
        /// The agents that the new build parks.
        public let parked: [AgentKey]
    }

    /// The most entries that one transaction applies, unless told otherwise.
    public static let batchEntries = 10_000

    private let database: DatabaseAccess
    private let store: BuildStore
    private let filler: Filler
    private let options: BuildOptions

    /// Creates a rebuild that works as the owner of the schema.
    public init(_ database: DatabaseAccess, _ options: BuildOptions) {
        self.database = database
        self.options = options
        store = BuildStore(database, program: options.program)
        filler = Filler(database, options)
    }

    /// Builds projections anew in one pass over the log and swaps each in. A rebuild that was cut off goes on.
    ///
    /// - Throws: `BuildFault` where another program makes a build of one of them; then nothing is changed. A build that
    ///   can't be filled or swapped in is left unfinished, and the others are read by then.
    public func run(_ projections: [Projection]) async throws -> [Result] {
        do {
            let results = try await build(projections, isFolding: true)
            await store.close()
            return results
        } catch {
            // The claims on the builds end with the session.
            await store.close()
            throw error
        }
    }

    private func build(_ projections: [Projection], isFolding: Bool) async throws -> [Result] {
        var fillings: [Filling] = []
        var added: [Build] = []
        do {
            for projection in projections {
                let (build, isNew) = try await store.begin(projection, for: .serve, isFolding: isFolding)
                if isNew { added.append(build) }
                fillings.append(Filling(projection, build, for: .serve, database))
            }
            for filling in fillings { try await filling.begin() }
        } catch {
            for build in added { _ = try? await store.drop(build, isOwn: true) }
            throw error
        }
        // What holds one model up is no concern of the others.
        var (results, faults, filled): ([Result], [BuildFault], [Filling]) = ([], [], [])
        do {
            try await filler.fill(fillings)
            for filling in fillings {
                do {
                    try await finish(filling)
                    filled.append(filling)
                } catch {
                    faults.append(try Self.fault(error, of: filling))
                }
            }
            try await filler.fill(filled)
        } catch Unusable.folded {
            for filling in fillings { try await discard(filling) }
            return try await build(projections, isFolding: false)
        }
        for filling in filled {
            do {
                results += try await complete(filling, isFolding: isFolding)
            } catch {
                let fault = try Self.fault(error, of: filling)
                faults.append(fault)
                results += fault.swapped
            }
        }
        guard faults.isEmpty else { throw BuildFault(faults, swapped: results) }
        return results
    }

    /// What holds one model up; throws what concerns all of them.
    private static func fault(_ error: any Error, of filling: Filling) throws -> BuildFault {
        switch error {
        case let fault as BuildFault: fault
        case is CancellationError, is Unusable, is ProgramLease.Outdated: throw error
        default: BuildFault(description: "'\(filling.writer.projection.name)': \(error)")
        }
    }

    /// Swaps a build in, or where that can't be done makes it anew.
    private func complete(_ filling: Filling, isFolding: Bool) async throws -> [Result] {
        do {
            return [try await swap(filling)]
        } catch Unusable.skipped {
            try await discard(filling)
            return try await build([filling.writer.projection], isFolding: isFolding)
        }
    }

    /// Ends the work on a build that is of no use.
    private func discard(_ filling: Filling) async throws {
        let build = filling.writer.build
        await filling.session.close()
        guard try await store.dropSoon(build, isOwn: true) else {
            throw BuildFault(
                description:
                    "build \(build.number) of '\(build.projection)' has to be made anew and can't be dropped now",
                isBusy: true)
        }
        try await store.endClaim(on: build)
    }

    /// Applies the rest of the log, and makes what readers need.
    private func finish(_ filling: Filling) async throws {
        let at = try await filling.apply(upTo: nil)
        options.report(BuildProgress(phase: .indexing, position: at, head: at, entriesASecond: 0))
        try await store.finish(filling.writer.build, of: filling.writer.projection)
    }

    private func swap(_ filling: Filling) async throws -> Result {
        let writer = filling.writer
        while true {
            let reached = try await filling.apply(upTo: nil)
            try await filling.retryParked()
            options.report(BuildProgress(phase: .swapping, position: reached, head: reached, entriesASecond: 0))
            let outcome = try await store.session.run { [acceptsParked = options.acceptsParked] connection in
                try connection.use(searchPath: writer.build.schema)
                return try BuildWriter.transaction(connection) {
                    try Self.swap(writer, acceptsParked: acceptsParked, isCareful: $0, connection)
                }
            }
            switch outcome {
            case .skippedNow: continue
            case .stopped(let stop): throw filling.fault(stop)
            case .swapped(let old, let position, let parked):
                try await store.endClaim(on: writer.build)
                var isOldDropped = true
                // It is read by now, whatever becomes of the other.
                if let old { isOldDropped = (try? await store.dropSoon(old)) ?? false }
                return Result(
                    projection: writer.projection.name, build: Int(writer.build.number), position: position,
                    isOldDropped: isOldDropped, parked: parked)
            }
        }
    }

    private enum Outcome: Sendable {
        /// The entry at which a key is parked was skipped a moment ago.
        case skippedNow
        /// The new build stops at an entry; what is before it is applied.
        case stopped(BuildWriter.Stop)
        case swapped(old: Build?, position: Position, parked: [AgentKey])
    }

    /// The most agents that a refusal names.
    private static let mostNames = 10

    /// Takes the turn on both builds, applies the rest, and makes the new one the active one.
    private static func swap(
        _ writer: BuildWriter, acceptsParked: Bool, isCareful: Bool, _ connection: PostgresConnection
    ) throws -> Outcome {
        let projection = writer.projection
        try BuildStore.checkIsCurrent(connection)
        let before = try BuildWriter.active(of: projection, connection)
        guard let state = try writer.begin(connection), before?.writer.build.number != writer.build.number else {
            throw BuildFault.lost(writer.build)
        }
        let rest = try Filling.applyRest(writer, state, upTo: nil, isCareful: isCareful, connection)
        if let stop = rest.stop { return .stopped(stop) }
        guard rest.reached >= before?.state.cursors.positions.max() ?? Position(0) else {
            throw BuildFault(description: "the new build of '\(projection.name)' ends before the one that is read")
        }
        let applied = try writer.begin(connection) ?? state
        let parked = applied.parked
        if parked.values.contains(where: { applied.skipped.contains($0) }) { return .skippedNow }
        guard try !writer.hasLateSkips(at: rest.reached, parked, connection) else { throw Unusable.skipped }
        let hidden = try worse(parked, than: before?.state.parked, projection, connection)
        guard hidden.isEmpty || acceptsParked else {
            let names = hidden.prefix(mostNames).map(\.description).joined(separator: ", ")
            throw BuildFault(
                description:
                    "the new build of '\(projection.name)' can't apply entries of \(hidden.count) agents that the one that is read shows (\(names)); skip these (`marketplace project parked`), or swap it in all the same: `marketplace rebuild \(projection.name) --accept-parked`"
            )
        }
        try connection.execute(Statements.activateBuild, [.int4(writer.build.number)])
        try connection.execute(Statements.noteActivation, [.int4(writer.build.number)])
        if let old = before?.writer.build {
            try connection.execute(
                Statements.handSharesOn, [.int4(old.number), .int4(writer.build.number), .int8(rest.reached.value)])
            try connection.execute(Statements.retireBuild, [.int4(old.number)])
        }
        return .swapped(old: before?.writer.build, position: rest.reached, parked: parked.keys.sorted())
    }

    /// Of the agents that a new build parks, those of which what is read shows more: the active build, or where there is none
    /// the one that programs of the nearest earlier version read. None where nothing is read.
    private static func worse(
        _ parked: [AgentKey: Position], than active: [AgentKey: Position]?, _ projection: Projection,
        _ connection: PostgresConnection
    ) throws -> [AgentKey] {
        var shown = active
        if shown == nil, !parked.isEmpty {
            let earlier = try connection.execute(
                Statements.earlierBuild, [.text(projection.name), .int4(projection.version)]
            ).first.map { try Build($0, of: projection.name) }
            shown = try earlier?.parked(connection)
        }
        guard let shown else { return [] }
        return parked.filter { key, position in shown[key].map { position < $0 } ?? true }.keys.sorted()
    }
}
