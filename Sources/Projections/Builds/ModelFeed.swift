public import Events
public import Following
public import Postgres
import Synchronization

/// The builds that this program reads, and how far each is.
public struct Models: Sendable, Equatable {
    /// The builds.
    public let vector: BuildVector
    /// The next position that each build will apply, by projection.
    var next: [String: Position]
    /// The same of each slice, by projection, where workers share the build and its slices are not all equally far.
    var slices: [String: [Position]] = [:]

    /// True where both name the same builds at the same positions.
    public static func == (one: Models, other: Models) -> Bool {
        one.vector.id == other.vector.id && one.next == other.next && one.slices == other.slices
    }

    /// These models with what is known of the same builds where that is further: only the database knows which builds are read,
    /// and only this process how far it just has come.
    fileprivate func advanced(by known: Models) -> Models {
        var models = self
        for (name, position) in known.next where known.vector.builds[name]?.number == vector.builds[name]?.number {
            models.next[name] = max(models.next[name] ?? position, position)
        }
        return models
    }

    /// The next position that all of some projections will apply; 0 where one has no build.
    ///
    /// - Parameter slice: of projections that are sliced only this slice counts; nil for all slices.
    public func next(_ projections: [Projection], slice: Int? = nil) -> Position {
        projections.map { projection in
            let whole = next[projection.name] ?? Position(0)
            guard let slice, projection.reach == .sliced, let slices = slices[projection.name], slice < slices.count
            else { return whole }
            return max(whole, slices[slice])
        }.min() ?? Position(0)
    }

    /// True where every projection of this program has a build.
    public var isWhole: Bool { ProjectionCatalogue.all.allSatisfy { vector.builds[$0.name] != nil } }
}

/// Follows the builds and cursors of the models.
public typealias ModelFeed = Feed<Models>

extension Feed where Value == Models {
    /// Follows the models of the database that a pool of one session reads. That session holds the builds that the
    /// process reads, so that nobody drops them.
    public static func models(_ pool: PostgresPool) -> ModelFeed {
        let holder = BuildHolder()
        return ModelFeed(Models(vector: BuildVector([:]), next: [:]), merging: { $1.advanced(by: $0) }) {
            try await pool.runRepeatable { try holder.models(on: $0) }
        }
    }

    /// Announces that this process has applied events to a build up to, but not including, a position.
    func announce(_ build: Build, _ next: Position) {
        announce { models in
            guard models.vector.builds[build.projection]?.number == build.number else { return }
            models.next[build.projection] = Swift.max(models.next[build.projection] ?? next, next)
        }
    }
}

/// Holds the builds that a process reads for as long as one of their vectors lives.
private final class BuildHolder: Sendable {
    private struct Handle: Sendable {
        weak let vector: BuildVector?
    }

    private struct State {
        /// The connection whose session holds the builds.
        var connection: UInt64?
        var held: Set<Int32> = []
        var vectors: [Handle] = []
    }

    private static let attempts = 8
    private let state = Mutex(State())

    /// Reads the builds and cursors, and holds the builds before it returns them.
    func models(on connection: PostgresConnection) throws -> Models {
        let names = PostgresValue.texts(ProjectionCatalogue.all.map(\.name))
        let versions = PostgresValue.int4s(ProjectionCatalogue.all.map(\.version))
        for _ in 0..<Self.attempts {
            var builds: [String: Build] = [:]
            var (next, slices): ([String: Position], [String: [Position]]) = ([:], [:])
            for row in try connection.execute(Statements.models, [names, versions]) {
                let name = try row.text("projection")
                builds[name] = try Build(row, of: name)
                next[name] = Position(try row.integer("position"))
                let shared = try row.integers(4)
                if !shared.isEmpty { slices[name] = shared.map { Position($0) } }
            }
            if let vector = try hold(builds, on: connection) {
                return Models(vector: vector, next: next, slices: slices)
            }
        }
        throw BuildFault(description: "the builds of the models are dropped while they are looked up")
    }

    /// The vector of some builds, which are held; nil where one of them was dropped meanwhile.
    private func hold(_ builds: [String: Build], on connection: PostgresConnection) throws -> BuildVector? {
        try state.withLock { state in
            if state.connection != connection.number { (state.connection, state.held) = (connection.number, []) }
            state.vectors.removeAll { $0.vector == nil }
            let known = state.vectors.compactMap(\.vector)
            let present = Set(builds.values.map(\.number))
            let wanted = known.reduce(into: present) { $0.formUnion($1.builds.values.map(\.number)) }
            for build in wanted.subtracting(state.held).sorted() {
                let isHeld = try connection.execute(Statements.holdBuild, [.int4(build)]).first?.bool(0) == true
                if isHeld { state.held.insert(build) } else if present.contains(build) { return nil }
            }
            for build in state.held.subtracting(wanted).sorted() {
                try connection.execute(Statements.releaseBuild, [.int4(build)])
                state.held.remove(build)
            }
            if let same = known.first(where: { $0.builds == builds }) { return same }
            let vector = BuildVector(builds)
            state.vectors.append(Handle(vector: vector))
            return vector
        }
    }
}
