import Events
import Postgres
import System

/// The one writer of a process: sends whatever queued while earlier commits ran.
///
/// A batch holds at most 1,000 events or 1 MiB, a larger command goes alone. Each command gets an outcome
/// of its own. Two batches are under way at once: one is made ready, or waits for the log's lock, while the other
/// commits; neither touches what the other appends to. After a connection lost at commit the batch is settled
/// before its commands are answered.
actor LogWriter {
    private struct Pending {
        let append: Append
        let continuation: CheckedContinuation<Result<AppendOutcome, EventLogError>, Never>
    }

    /// What a batch under way may change, which others wait for.
    private struct Claim {
        var streams: Set<StreamName> = []
        var keys: Set<[String]> = []

        mutating func add(_ append: Append) {
            streams.formUnion(append.appended)
            if let key = append.key { keys.insert([key.actor.hex, key.key]) }
        }

        func isFree(for append: Append) -> Bool {
            if let key = append.key, keys.contains([key.actor.hex, key.key]) { return false }
            return streams.isDisjoint(with: append.expected.keys) && streams.isDisjoint(with: append.appended)
        }
    }

    private static let maximumEvents = 1_000
    private static let maximumBytes = 1 << 20
    /// Commands from which on two commits cost less than waiting for one.
    private static let longQueue = 32

    private var idle: [PostgresSession]
    private var claims: [ObjectIdentifier: Claim] = [:]
    private let keeper: PartitionKeeper
    private let writer: String
    private let maximumQueue: Int
    private let settleMilliseconds: Int64
    private var queue: [Pending] = []
    private var isGathering = false
    private var batch: Int64 = 0
    /// Milliseconds that the database's clock is ahead; nil until measured on the present connection.
    private var clockOffset: Int64?

    init(
        sessions: [PostgresSession], keeper: PartitionKeeper, writer: String, maximumQueue: Int,
        settleMilliseconds: Int64
    ) {
        idle = sessions
        self.keeper = keeper
        self.writer = writer
        self.maximumQueue = maximumQueue
        self.settleMilliseconds = settleMilliseconds
    }

    func append(_ append: Append) async throws(EventLogError) -> AppendOutcome {
        guard queue.count < maximumQueue else { throw .queueFull }
        return try await withCheckedContinuation { continuation in
            queue.append(Pending(append: append, continuation: continuation))
            gather()
        }.get()
    }

    /// Sends what is queued as soon as whoever is about to queue something has done so.
    private func gather() {
        guard !isGathering, !idle.isEmpty, !queue.isEmpty else { return }
        isGathering = true
        Task {
            // Those that a commit has just answered go first, and mostly come back with their next command.
            await Task.yield()
            isGathering = false
            send()
        }
    }

    private func send() {
        while let session = idle.last, !queue.isEmpty {
            // With nothing under way a long queue is cut in two, so that one half is made ready while the other commits.
            let isLong = idle.count > 1 && queue.count >= Self.longQueue
            let (batch, claim) = takeBatch(isLong ? (queue.count + 1) / 2 : Self.maximumEvents)
            guard !batch.isEmpty else { return }
            idle.removeLast()
            claims[ObjectIdentifier(session)] = claim
            Task {
                await finish(batch, on: session)
                claims[ObjectIdentifier(session)] = nil
                idle.append(session)
                gather()
            }
        }
    }

    /// The next commands that depend neither on each other nor on what is under way, in order.
    private func takeBatch(_ maximumEvents: Int) -> ([Pending], Claim) {
        var taken: [Pending] = []
        var rest: [Pending] = []
        var claim = Claim()
        // What those that have to wait need, which nobody who came later may change before them.
        var awaited: Set<StreamName> = []
        var events = 0
        var bytes = 0
        for (index, pending) in queue.enumerated() {
            if events >= maximumEvents || bytes >= Self.maximumBytes {
                rest += queue[index...]
                break
            }
            let append = pending.append
            let fits =
                events + append.events.count <= Self.maximumEvents && bytes + append.sizeBytes <= Self.maximumBytes
            guard taken.isEmpty || fits, claim.isFree(for: append), awaited.isDisjoint(with: append.appended),
                claims.values.allSatisfy({ $0.isFree(for: append) })
            else {
                rest.append(pending)
                awaited.formUnion(append.appended.union(append.expected.keys))
                continue
            }
            taken.append(pending)
            claim.add(append)
            events += append.events.count
            bytes += append.sizeBytes
        }
        queue = rest
        return (taken, claim)
    }

    private func finish(_ pending: [Pending], on session: PostgresSession) async {
        do {
            let outcomes = try await commit(pending.map(\.append), on: session)
            for (pending, outcome) in zip(pending, outcomes) {
                pending.continuation.resume(returning: .success(outcome))
            }
            dropStale(
                behind: zip(pending, outcomes).compactMap { pending, outcome in
                    if case .appended = outcome { return pending.append }
                    return nil
                })
        } catch  where pending.count > 1 && Self.isDataError(error) {
            // One of them is at fault; each finds out for itself.
            for one in pending { await finish([one], on: session) }
        } catch {
            let result = await explain(error, pending[0].append, isAlone: pending.count == 1, on: session)
            for one in pending { one.continuation.resume(returning: result) }
        }
    }

    /// Answers those that wait and expect a version that is past now: versions only grow, so the database
    /// has nothing to add, and a stream that many want costs no commit for each that comes too late.
    private func dropStale(behind appends: [Append]) {
        var newest: [StreamName: StreamVersion] = [:]
        for event in appends.flatMap(\.events) {
            guard let version = event.version else { continue }
            newest[event.envelope.stream] = max(newest[event.envelope.stream] ?? .none, version)
        }
        queue.removeAll { waiting in
            // A key is looked at by the database alone: its reply goes before a conflict.
            let isStale = waiting.append.expected.contains { $0.value < newest[$0.key] ?? .none }
            guard waiting.append.key == nil, isStale else { return false }
            waiting.continuation.resume(returning: .success(.conflict))
            return true
        }
    }

    private static func isDataError(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError, error.kind == .server else { return false }
        return error.sqlState.hasPrefix("22") || error.sqlState.hasPrefix("23")
    }

    private func explain(
        _ error: any Error, _ append: Append, isAlone: Bool, on session: PostgresSession
    ) async -> Result<AppendOutcome, EventLogError> {
        if let error = error as? EventLogError { return .failure(error) }
        guard let error = error as? PostgresError else { return .failure(.corrupt("\(error)")) }
        if isAlone, error.constraint == "idempotency_keys_once", let key = append.key {
            return await repeated(append, key, on: session)
        }
        if error.isTransient { return .failure(.unavailable(error.description)) }
        return .failure(.corrupt(error.description))
    }

    /// The key's unique index settled a race: the other one's reply is there to be read. One that is past its time is
    /// only in the way.
    private func repeated(
        _ append: Append, _ key: Append.IdempotencyKey, on session: PostgresSession
    ) async -> Result<AppendOutcome, EventLogError> {
        do {
            let stored = try await session.run { connection in
                let stored = try StoredReply.find(connection, actor: key.actor, key: key.key)
                if stored == nil {
                    try connection.execute(Statements.forgetKey, [.text(key.actor.hex), .text(key.key)])
                }
                return stored
            }
            guard let stored else { return .success(try await commit([append], on: session)[0]) }
            return .success(stored.fingerprint == key.fingerprint ? .repeated(stored) : .keyReused)
        } catch let error as EventLogError {
            return .failure(error)
        } catch {
            return .failure(.unavailable("\(error)"))
        }
    }

    // MARK: Sending

    private func commit(_ appends: [Append], on session: PostgresSession) async throws -> [AppendOutcome] {
        let deadline = Host.steadyClockMilliseconds() + settleMilliseconds
        var mayMeasureAgain = true
        var mayMakeRoom = true
        while true {
            batch += 1
            let sent = batch
            do {
                let offset = try await measuredClockOffset(on: session)
                let batch = AppendBatch(
                    appends, recorded: Timestamp(milliseconds: Host.wallClockMilliseconds() + offset))
                let parameters = batch.parameters(writer: writer, batch: sent)
                let outcomes = try await session.run { connection in
                    guard let row = try connection.execute(Statements.append, parameters).first else {
                        throw EventLogError.corrupt("append returned nothing")
                    }
                    return try row.integers(0)
                }
                return try Self.outcomes(outcomes, of: appends)
            } catch let error as PostgresError where Self.mayHaveCommitted(error) {
                clockOffset = nil
                if let outcomes = try await outcomes(of: sent, after: error, until: deadline, on: session) {
                    return try Self.outcomes(outcomes, of: appends)
                }
                // It never took effect and never will, so it may be sent again.
                guard error.kind != .server, Host.steadyClockMilliseconds() < deadline else { throw error }
            } catch let error as PostgresError where error.sqlState == "ML002" {
                guard mayMeasureAgain else { throw EventLogError.clockOff }
                mayMeasureAgain = false
                clockOffset = nil
            } catch let error as PostgresError where error.sqlState == "ML004" {
                // Whoever keeps room came too late or not at all.
                guard mayMakeRoom else { throw EventLogError.unavailable(error.description) }
                mayMakeRoom = false
                try await keeper.makeRoom()
            }
        }
    }

    /// True where the commit may have happened before the failure: the connection was lost, or the statement
    /// was given up or ran into a limit while the commit was being flushed. What the data or the procedure
    /// itself refuse comes before it.
    private static func mayHaveCommitted(_ error: PostgresError) -> Bool {
        switch error.kind {
        case .connectionLost, .unanswered: true
        case .server: !["22", "23", "ML"].contains(String(error.sqlState.prefix(2)))
        case .unreachable, .poolExhausted, .unexpectedResult: false
        }
    }

    /// The outcomes of a batch after an error; nil where it has not committed and never will.
    private func outcomes(
        of sent: Int64, after error: PostgresError, until deadline: Int64, on session: PostgresSession
    ) async throws -> [Int64]? {
        if error.sqlState == "53100" {
            do {
                // With a full disk settling can't write. The connection is sound and its transaction over, so a look
                // is enough.
                return try await recorded(sent, on: session)
            } catch is PostgresError {
                // It is not sound after all.
            }
        }
        return try await settle(sent, until: deadline, on: session)
    }

    /// The outcomes of a batch that has committed; nil where it has not.
    private func recorded(_ sent: Int64, on session: PostgresSession) async throws -> [Int64]? {
        let writer = writer
        return try await session.run { connection in
            try connection.execute(Statements.findBatch, [.text(writer), .int8(sent)]).first?.integers(0)
        }
    }

    /// What became of a batch; nil where it is abandoned for good.
    private func settle(
        _ sent: Int64, until deadline: Int64, on session: PostgresSession
    ) async throws -> [Int64]? {
        let writer = writer
        while true {
            do {
                return try await session.run { connection -> [Int64]? in
                    guard let row = try connection.execute(Statements.settle, [.text(writer), .int8(sent)]).first else {
                        throw EventLogError.corrupt("settle returned nothing")
                    }
                    return try row.bool(0) ? try row.integers(1) : nil
                }
            } catch let error as PostgresError where error.isTransient {
                guard Host.steadyClockMilliseconds() < deadline else {
                    throw EventLogError.outcomeUnknown(error.description)
                }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private func measuredClockOffset(on session: PostgresSession) async throws -> Int64 {
        if let clockOffset { return clockOffset }
        let offset = try await session.run { connection -> Int64 in
            let before = Host.wallClockMilliseconds()
            guard let row = try connection.execute(Statements.clock).first else {
                throw EventLogError.corrupt("the database has no clock")
            }
            let after = Host.wallClockMilliseconds()
            return try row.milliseconds(0) - (before + after) / 2
        }
        clockOffset = offset
        return offset
    }

    private static func outcomes(_ codes: [Int64], of appends: [Append]) throws(EventLogError) -> [AppendOutcome] {
        guard codes.count == appends.count else { throw .corrupt("append answered for other commands") }
        return zip(codes, appends).map { code, append in
            switch code {
            case -1: .conflict
            case -2: .artifactMissing
            default: .appended(last: Position(code + Int64(append.events.count) - 1))
            }
        }
    }
}
