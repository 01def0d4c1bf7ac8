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

    private let session: PostgresSession

    /// Creates an access in the role of projectors.
    public init(_ database: DatabaseAccess) {
        session = PostgresSession(
            database.configuration(.projectors, "marketplace-retry", settings: PostgresConfiguration.plannedOnce))
    }

    /// Tries parked keys of the active build again: one, or all of them.
    ///
    /// - Throws: `BuildFault` where the projection has no build, or the key is not parked.
    public func retry(_ projection: Projection, key: AgentKey? = nil) async throws -> [Outcome] {
        let parked = try await session.run { connection in
            try BuildWriter.onActive(of: projection, connection) { _, state, _ in state.parked }
        }
        if let key, parked[key] == nil {
            throw BuildFault(description: "'\(key)' is not parked in '\(projection.name)'")
        }
        var outcomes: [Outcome] = []
        for waiting in parked.keys.sorted() where key == nil || key == waiting {
            outcomes.append(Outcome(key: waiting, waitsAt: try await retry(waiting, projection)))
        }
        await session.close()
        return outcomes
    }

    /// Tries a key again; returns where it still waits.
    private func retry(_ key: AgentKey, _ projection: Projection) async throws -> Position? {
        while true {
            let step = try await session.run { connection in
                try BuildWriter.onActive(of: projection, connection) { writer, state, _ in
                    let retry = try writer.retry(key, state, connection)
                    if retry.hasApplied {
                        // Rows changed that no new entry speaks of: caches and copies have to look again.
                        try connection.execute(Statements.raiseEpoch, [.int4(writer.build.number)])
                    }
                    return retry.step
                }
            }
            switch step {
            case .more: continue
            case .done: return nil
            case .waits(let position): return position
            }
        }
    }
}

extension BuildWriter {
    /// What a step of a retry came to.
    struct Retry: Sendable {
        /// Whether there is another one.
        enum Step: Sendable, Equatable {
            /// There is more to apply.
            case more
            /// Nothing waits any more.
            case done
            /// The key is parked again.
            case waits(Position)
        }

        let step: Step
        /// True where rows may have changed.
        let hasApplied: Bool
    }

    /// A step holds the turn on the build, so it looks at this many positions and entries at most.
    private static let stepPositions: Int64 = 20_000
    private static let stepEntries = 500

    /// Applies some of what waits for a key, inside a transaction that has the turn. What is applied is no longer waited for, so
    /// a retry that is cut off goes on.
    func retry(_ key: AgentKey, _ state: State, _ connection: PostgresConnection) throws -> Retry {
        let fault: [PostgresValue] = [.int4(build.number), .text(key.description)]
        guard let start = state.parked[key] else { return Retry(step: .done, hasApplied: false) }
        // Of a build that is shared each slice is at a position of its own.
        let end = state.cursors[StreamName.agent(key).slice] ?? state.cursor
        let page = try LogOnConnection.entries(
            connection, from: start, upTo: min(end, Position(start.value + Self.stepPositions)),
            slice: StreamName.agent(key).slice, limit: Self.stepEntries
        ) { name in
            // An entry of downloads names its agent within.
            StreamName(name).map { $0.kind == .downloads || $0.agentKey == key } ?? false
        }
        var parked: [AgentKey: Position] = [:]
        _ = try apply(
            EventBatch(page, from: start, connection).only(key), skipping: state.skipped, &parked, isCareful: true,
            connection)
        let hasApplied = parked[key] != start
        if let position = parked[key] { return Retry(step: .waits(position), hasApplied: hasApplied) }
        if page.next < end {
            try connection.execute(Statements.moveFault, fault + [.int8(page.next.value)])
            return Retry(step: .more, hasApplied: hasApplied)
        }
        try connection.execute(Statements.clearFault, fault)
        return Retry(step: .done, hasApplied: hasApplied)
    }
}
