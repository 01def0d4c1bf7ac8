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
    private static let dropAttempts = 40

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
    /// - Throws: `BuildFault` where another program makes a build of one of them; then nothing is changed. A build that can't
    ///   be swapped in is left unfinished, and those before it are read by then.
    public func run(_ projections: [Projection]) async throws -> [Result] {
        do {
            let results: [Result]
            do {
                results = try await build(projections, isFolding: true)
            } catch is FoldFault {
                results = try await build(projections, isFolding: false)
            }
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
                let (build, isNew) = try await store.begin(
                    projection, for: .serve, acceptsParked: options.acceptsParked, isFolding: isFolding)
                if isNew { added.append(build) }
                fillings.append(Filling(projection, build, database))
            }
            for filling in fillings { try await filling.begin() }
        } catch {
            for build in added { _ = try? await store.drop(build) }
            throw error
        }
        do {
            return try await complete(fillings)
        } catch is FoldFault {
            for filling in fillings { _ = try await store.drop(filling.writer.build) }
            throw FoldFault()
        }
    }

    private func complete(_ fillings: [Filling]) async throws -> [Result] {
        try await filler.fill(fillings)
        var results: [Result] = []
        for filling in fillings {
            let at = try await filling.apply(upTo: nil)
            options.report(BuildProgress(phase: .indexing, position: at, head: at, entriesASecond: 0))
            try await store.finish(filling.writer.build, of: filling.writer.projection)
        }
        try await filler.fill(fillings)
        for filling in fillings { results.append(try await swap(filling)) }
        return results
    }

    private func swap(_ filling: Filling) async throws -> Result {
        let writer = filling.writer
        let reached = try await filling.apply(upTo: nil)
        options.report(BuildProgress(phase: .swapping, position: reached, head: reached, entriesASecond: 0))
        let swapped = try await store.session.run { [acceptsParked = options.acceptsParked] connection in
            try connection.use(searchPath: writer.build.schema)
            return try BuildWriter.transaction(connection) {
                try Self.swap(writer, acceptsParked: acceptsParked, isCareful: $0, connection)
            }
        }
        try await store.endClaim(on: writer.build)
        return Result(
            projection: writer.projection.name, build: Int(writer.build.number), position: swapped.position,
            isOldDropped: try await dropOld(swapped.old), parked: swapped.parked)
    }

    private struct Swapped: Sendable {
        let old: Build?
        let position: Position
        let parked: [AgentKey]
    }

    /// The most agents that a refusal names.
    private static let mostNames = 10

    /// Takes the turn on both builds, applies the rest, and makes the new one the active one.
    private static func swap(
        _ writer: BuildWriter, acceptsParked: Bool, isCareful: Bool, _ connection: PostgresConnection
    ) throws -> Swapped {
        let projection = writer.projection
        try BuildStore.checkIsCurrent(connection)
        let old = try Build.active(of: projection, connection)
        let before = try old.flatMap { try BuildWriter(projection: projection, build: $0).begin(connection) }
        guard let state = try writer.begin(connection), (old == nil) == (before == nil) else {
            throw BuildFault(description: "another program has swapped the build of '\(projection.name)'")
        }
        let reached = try Filling.applyRest(writer, state, upTo: nil, isCareful: isCareful, connection)
        guard reached >= before?.cursors.positions.max() ?? Position(0) else {
            throw BuildFault(description: "the new build of '\(projection.name)' ends before the one that is read")
        }
        let parked = try writer.begin(connection)?.parked ?? [:]
        let worse = parked.filter { key, position in before?.parked[key].map { position < $0 } ?? true }.keys.sorted()
        guard worse.isEmpty || acceptsParked else {
            let names = worse.prefix(mostNames).map(\.description).joined(separator: ", ")
            throw BuildFault(
                description:
                    "the new build of '\(projection.name)' can't apply entries of \(worse.count) agents that the one that is read shows (\(names)); it is not swapped in unless that is accepted (--accept-parked)"
            )
        }
        try connection.execute(Statements.activateBuild, [.int4(writer.build.number)])
        try connection.execute(Statements.noteActivation, [.int4(writer.build.number)])
        if let old {
            try connection.execute(
                Statements.handSharesOn, [.int4(old.number), .int4(writer.build.number), .int8(reached.value)])
            try connection.execute(Statements.retireBuild, [.int4(old.number)])
        }
        return Swapped(old: old, position: reached, parked: parked.keys.sorted())
    }

    /// Drops the build that was read before, once nobody reads it.
    private func dropOld(_ old: Build?) async throws -> Bool {
        guard let old else { return true }
        for _ in 0..<Self.dropAttempts {
            if try await store.drop(old) { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}
