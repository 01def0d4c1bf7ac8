public import EventLog
public import Events
import Postgres

/// Applies what waits for parked keys, once what held it up is mended or skipped.
public struct Parking: Sendable {
    /// What became of a key.
    public struct Outcome: Sendable {
        /// The agent.
        public let key: AgentKey
        /// The position where it still waits; nil where all of it is applied.
        public let waitsAt: Position?
    }

    /// What one step of a retry came to.
    private enum Step {
        /// There is more to apply.
        case more
        case done
        case waits(Position)
    }

    /// A step holds the turn on the build, so it looks at this many positions and entries at most.
    private static let stepPositions: Int64 = 20_000
    private static let stepEntries = 500

    private let session: PostgresSession

    /// Creates an access in the role of projectors.
    public init(_ database: DatabaseAccess) {
        session = PostgresSession(
            database.configuration(.projectors, "marketplace-retry", settings: PostgresConfiguration.plannedOnce))
    }

    /// Tries parked keys of the active build again: one, or all of them.
    ///
    /// - Throws: `BuildFault` where the projection has no build, the key is not parked, or the build was swapped meanwhile.
    public func retry(_ projection: Projection, key: AgentKey? = nil) async throws -> [Outcome] {
        let parked = try await inTurn(projection) { $0.state.parked }
        if let key, parked[key] == nil {
            throw BuildFault(description: "'\(key)' is not parked in '\(projection.name)'")
        }
        var outcomes: [Outcome] = []
        for waiting in parked.keys.sorted() where key == nil || key == waiting {
            var step = Step.more
            while case .more = step { step = try await inTurn(projection) { try Self.step(waiting, $0) } }
            if case .waits(let position) = step {
                outcomes.append(Outcome(key: waiting, waitsAt: position))
            } else {
                outcomes.append(Outcome(key: waiting, waitsAt: nil))
            }
        }
        await session.close()
        return outcomes
    }

    private struct Turn {
        let writer: BuildWriter
        let state: BuildWriter.State
        let connection: PostgresConnection
    }

    /// Runs `body` in a transaction that has the turn on the active build.
    private func inTurn<Value: Sendable>(
        _ projection: Projection, _ body: @escaping @Sendable (Turn) throws -> Value
    ) async throws -> Value {
        try await session.run { connection in
            guard let build = try Build.active(of: projection, connection) else {
                throw BuildFault(description: "'\(projection.name)' has no build of this version")
            }
            let writer = BuildWriter(projection: projection, build: build)
            try connection.use(searchPath: build.schema)
            return try connection.transaction {
                guard let state = try writer.begin(connection) else {
                    throw BuildFault(description: "the build of '\(projection.name)' was changed meanwhile; try again")
                }
                return try body(Turn(writer: writer, state: state, connection: connection))
            }
        }
    }

    /// Applies some of what waits for a key. What is applied is no longer waited for, so a retry that is cut off goes on.
    private static func step(_ key: AgentKey, _ turn: Turn) throws -> Step {
        let (writer, state, connection) = (turn.writer, turn.state, turn.connection)
        let fault: [PostgresValue] = [.int4(writer.build.number), .text(key.description)]
        guard let start = state.parked[key] else { return .done }
        // Of a build that is shared each slice is at a position of its own.
        let end = state.cursors[StreamName.agent(key).slice] ?? state.cursor
        let page = try LogOnConnection.entries(
            connection, from: start, upTo: min(end, Position(start.value + stepPositions)),
            slice: StreamName.agent(key).slice, limit: stepEntries
        ) { name in
            // An entry of downloads names its agent within.
            StreamName(name).map { $0.kind == .downloads || $0.agentKey == key } ?? false
        }
        var parked: [AgentKey: Position] = [:]
        _ = try writer.apply(
            EventBatch(page, from: start, connection).only(key), skipping: state.skipped, &parked, isCareful: true,
            connection)
        if parked[key] != start {
            // Rows changed that no new entry speaks of: caches and copies have to look again.
            try connection.execute(Statements.raiseEpoch, [.int4(writer.build.number)])
        }
        if let position = parked[key] { return .waits(position) }
        if page.next < end {
            try connection.execute(Statements.moveFault, fault + [.int8(page.next.value)])
            return .more
        }
        try connection.execute(Statements.clearFault, fault)
        return .done
    }
}
