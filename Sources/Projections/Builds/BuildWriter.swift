import EventLog
import Events
import Postgres

/// Applies batches to a build: rows and cursor in one transaction, in the order of the log.
///
/// An entry that fails because of its data does not stop a sliced model: the writer parks the key, so that its entries
/// wait from there on, and applies all others. A whole model stops before the entry. Every build leaves out the entries
/// that `projection.skipped` names.
struct BuildWriter {
    /// Where a build is, once a worker has the turn on it.
    struct State {
        /// The next position of each slice that the worker may apply: of all of them, unless it shares the build.
        let cursors: SliceCursors
        /// The position before which the slices have everything that others hold; nil where the worker has the build to itself.
        let others: Position?
        /// True where it stands in rows of workers how far the build is.
        let isShared: Bool
        /// Names the row of the worker that the cursors were read from.
        let number: Int64
        let isActive: Bool
        /// The parked keys, each with the position from which on its entries wait.
        let parked: [AgentKey: Position]
        /// Where the build as a whole was said to stand still; nil where it was not.
        let stopped: Position?
        /// Positions that this model skips.
        let skipped: Set<Position>

        /// The position before which all of the slices have everything; 0 where there are none.
        var cursor: Position { cursors.lowest ?? Position(0) }
    }

    let projection: Projection
    let build: Build
    /// The worker whose share of the build is applied; nil for the build as a whole.
    var worker: Int64?
    /// Gets the events of the folded part of the model in place of its tables; nil where nothing is folded.
    var gathered: GatheredEvents?

    /// Runs a transaction; where data do not let it commit, runs it once more and carefully, as `apply` explains.
    static func transaction<Value>(
        _ connection: PostgresConnection, _ body: (_ isCareful: Bool) throws -> Value
    ) throws -> Value {
        do {
            return try connection.transaction { try body(false) }
        } catch let fault where isInData(fault) {
            return try connection.transaction { try body(true) }
        }
    }

    /// True for what the same data would cause again: a data error of the database (SQLSTATE 22, 23, 54), or a content that
    /// does not say what the model needs.
    static func isInData(_ fault: any Error) -> Bool {
        switch fault {
        case let error as PostgresError: ["22", "23", "54"].contains(String(error.sqlState.prefix(2)))
        case is BuildFault, is CancellationError, is UnlikeTheLog, is Unusable: false
        case EventLogError.unavailable: false
        default: true
        }
    }

    /// Takes the turn on the build, or a part of it with a worker, and says where it is; nil where it was changed. Called inside
    /// a transaction.
    func begin(_ connection: PostgresConnection) throws -> State? {
        let turn = worker == nil ? Statements.takeTurn : Statements.shareTurn
        try connection.execute(turn, [.int4(build.number)])
        let number = worker.map { PostgresValue.int8($0) } ?? .null
        guard let row = try connection.execute(Statements.buildState, [.int4(build.number), number]).first,
            try row.integer("epoch") == build.epoch
        else { return nil }
        let isActive = try row.bool("is_active")
        let faults = zip(try row.texts(2), try row.integers(3).map { Position($0) })
        let (slices, positions) = (try row.integers(4), try row.integers(5))
        let isShared = worker != nil || !slices.isEmpty
        let cursors =
            isShared ? SliceCursors(slices, positions) : SliceCursors(at: Position(try row.integer("position")))
        return State(
            cursors: cursors,
            others: try row.isNull("others") ? nil : Position(row.integer("others")), isShared: isShared,
            number: try row.integer("number"),
            isActive: isActive,
            parked: Dictionary(
                uniqueKeysWithValues: faults.compactMap { key, position in AgentKey(key).map { ($0, position) } }),
            stopped: faults.first { $0.0.isEmpty }?.1, skipped: try skipped(connection))
    }

    /// The positions that this version of the model skips.
    private func skipped(_ connection: PostgresConnection) throws -> Set<Position> {
        let skips = try LogOnConnection.skips(connection).filter {
            $0.projection == projection.name && $0.version == Int64(projection.version)
        }
        return Set(skips.map { Position($0.position) })
    }

    /// An entry that the build can't go past.
    struct Stop {
        let position: Position
        let reason: String
    }

    /// Applies a batch that begins at the build's cursor, and moves the cursor as far as it goes. Called inside the
    /// transaction that has the turn.
    ///
    /// - Parameter isCareful: true to find out which event the data make impossible: the batch is halved under savepoints
    ///   until it is alone. Its key is parked, or the build stops there.
    /// - Returns: what stopped the build, after everything before it was applied; nil where all of the batch was.
    func apply(
        _ batch: EventBatch, _ state: State, isCareful: Bool, _ connection: PostgresConnection
    ) throws -> Stop? {
        var parked = state.parked
        let stop = try apply(batch, skipping: state.skipped, &parked, isCareful: isCareful, connection)
        let reached = stop?.position ?? batch.next
        if let stopped = state.stopped, min(reached, state.others ?? reached) > stopped {
            try connection.execute(Statements.clearFault, [.int4(build.number), .text("")])
        }
        if let stop { try note(stop.reason, of: "", at: stop.position, connection) }
        if reached > batch.from { try advance(state, to: reached, connection) }
        return stop
    }

    /// Applies a batch and leaves the cursor where it is.
    func apply(
        _ batch: EventBatch, skipping skipped: Set<Position>, _ parked: inout [AgentKey: Position], isCareful: Bool,
        _ connection: PostgresConnection
    ) throws -> Stop? {
        var stop: Stop?
        try noteSkips(of: batch, skipped, connection)
        for entry in batch.undecoded
        where stop == nil && projection.handled.contains(entry.type) && !skipped.contains(entry.position) {
            guard projection.reach == .sliced, let key = entry.key else {
                stop = Stop(position: entry.position, reason: entry.reason)
                continue
            }
            guard parked[key] == nil else { continue }
            try park(key, at: entry.position, entry.reason, &parked, connection)
        }
        let events = batch.events.filter { event in
            projection.handled.contains(event.event.typeName) && !skipped.contains(event.position)
                && stop.map { event.position < $0.position } ?? true
        }
        return try apply(events, &parked, isCareful: isCareful, connection) ?? stop
    }

    /// Notes which entries of a batch the build leaves out, so that it is known what was skipped too late for it.
    private func noteSkips(
        of batch: EventBatch, _ skipped: Set<Position>, _ connection: PostgresConnection
    ) throws {
        guard !skipped.isEmpty else { return }
        let positions = batch.undecoded.map(\.position) + batch.events.map(\.position)
        let left = positions.filter { skipped.contains($0) }
        guard !left.isEmpty else { return }
        try connection.execute(Statements.noteSkipped, [.int4(build.number), .int8s(left.map(\.value))])
    }

    /// True where the build, which is at a position and parks some keys, has applied an entry that is skipped: that was said
    /// later.
    func hasLateSkips(
        at position: Position, _ parked: [AgentKey: Position], _ connection: PostgresConnection
    ) throws -> Bool {
        let passed = try skipped(connection).filter { $0 < position }.map(\.value)
        guard !passed.isEmpty else { return false }
        return try connection.execute(
            Statements.lateSkips, [.int4(build.number), .int8s(passed), .texts(projection.handled.sorted())]
        ).contains { row in
            // What waits is left out once it is applied.
            let waitsFrom = try StreamName(row.text("stream"))?.agentKey.flatMap { parked[$0] }
            return try waitsFrom.map { try Position(row.integer("position")) < $0 } ?? true
        }
    }

    /// The events of a batch that the build has taken, where it is past them.
    func taken(_ events: [ProjectedEvent], _ state: State) -> [ProjectedEvent] {
        events.filter { event in
            !state.skipped.contains(event.position)
                && event.agentKey.flatMap { state.parked[$0] }.map { event.position < $0 } ?? true
        }
    }

    /// Applies events but those that wait for a parked key.
    private func apply(
        _ events: [ProjectedEvent], _ parked: inout [AgentKey: Position], isCareful: Bool,
        _ connection: PostgresConnection
    ) throws -> Stop? {
        let events =
            parked.isEmpty
            ? events
            : events.filter { event in
                event.agentKey.flatMap { parked[$0] }.map { event.position < $0 } ?? true
            }
        guard !events.isEmpty else { return nil }
        guard isCareful else {
            try take(events, connection)
            return nil
        }
        try connection.executeScript("SAVEPOINT events")
        do {
            try take(events, connection)
            try connection.executeScript("RELEASE SAVEPOINT events")
            return nil
        } catch let fault where Self.isInData(fault) {
            try connection.executeScript("ROLLBACK TO SAVEPOINT events; RELEASE SAVEPOINT events")
            guard events.count == 1, let event = events.first else {
                let half = events.count / 2
                return try apply(Array(events[..<half]), &parked, isCareful: true, connection)
                    ?? apply(Array(events[half...]), &parked, isCareful: true, connection)
            }
            guard projection.reach == .sliced, let key = event.agentKey else {
                return Stop(position: event.position, reason: "\(fault)")
            }
            try park(key, at: event.position, "\(fault)", &parked, connection)
            return nil
        }
    }

    private func take(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        guard let gathered, let types = projection.folding?.types else {
            return try projection.apply(events, connection)
        }
        try projection.apply(events.filter { !types.contains($0.event.typeName) }, connection)
        gathered.add(events.filter { types.contains($0.event.typeName) })
    }

    private func park(
        _ key: AgentKey, at position: Position, _ reason: String, _ parked: inout [AgentKey: Position],
        _ connection: PostgresConnection
    ) throws {
        try note(reason, of: key.description, at: position, connection)
        parked[key] = position
    }

    /// Notes why a key, or with an empty key the build, stands still.
    func note(_ reason: String, of key: String, at position: Position, _ connection: PostgresConnection) throws {
        try connection.execute(
            Statements.noteFault,
            [
                .int4(build.number), .text(key), .int8(position.value),
                .text(String((storable(reason) ?? "").prefix(Self.longestReason))),
            ])
    }

    private static let longestReason = 500

    private func advance(_ state: State, to next: Position, _ connection: PostgresConnection) throws {
        let (number, epoch) = (PostgresValue.int4(build.number), PostgresValue.int8(build.epoch))
        var cursors = state.cursors
        cursors.advance(to: next)
        let moved: PostgresRows
        if let worker {
            moved = try connection.execute(
                Statements.moveShare,
                [number, .int8(worker), .int8s(cursors.positions.map(\.value)), epoch, .int8(state.number)])
        } else if state.isShared {
            moved = try connection.execute(Statements.moveShares, [number, .int8(next.value), epoch])
            if cursors.isLevel {
                try connection.execute(
                    Statements.endShares, [number, .int8(next.value), .int8(Sharing.leaseMilliseconds)])
            }
        } else {
            moved = try connection.execute(
                Statements.advance, [number, .int8(state.cursor.value), .int8(next.value), epoch])
        }
        guard moved.affected > 0 else {
            throw BuildFault(
                description: "another worker has changed the build \(build.number) of '\(projection.name)'")
        }
    }
}
