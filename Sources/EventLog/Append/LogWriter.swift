import Events
import Postgres
import Synchronization
import System

/// The only writer of a process: it sends the appends that queued during earlier commits as one batch.
///
/// A batch holds at most 1,000 events or 1 MiB; a larger command is sent alone. Each command gets its own outcome. At
/// most two batches are under way on one connection: one is prepared and sent while the other commits, and the two
/// never change the same streams, keys or effects. After a connection is lost at commit, the writer first finds out
/// what became of the batch and then answers its commands.
actor LogWriter {
    /// A command that waits for its outcome.
    private final class Pending: Sendable {
        let append: Append
        let continuation: CheckedContinuation<Result<AppendOutcome, EventLogError>, Never>

        init(_ append: Append, _ continuation: CheckedContinuation<Result<AppendOutcome, EventLogError>, Never>) {
            self.append = append
            self.continuation = continuation
        }
    }

    /// The appends that came from any thread and were not queued yet.
    private struct Inbox {
        var arrived: [Pending] = []
        /// The number of waiting appends, queued ones included.
        var waiting = 0
        /// True while a task is about to empty the inbox.
        var isNoticed = false
    }

    private static let maximumEvents = 1_000
    private static let maximumBytes = 1 << 20
    private static let maximumUnderWay = 2
    /// The age up to which a stamp is certainly valid; the database accepts one that is up to 5 seconds off.
    private static let stampMilliseconds: Int64 = 4_000
    /// The length of a queue from which two commits take less time than waiting for one.
    private static let longQueue = 32

    private let inbox = Mutex(Inbox())
    private let pipeline: PostgresPipeline
    private var underWay = 0
    /// The streams, keys and effects that the batches under way change; commands that touch them wait.
    private var claimedStreams: Set<StreamName> = []
    private var claimedKeys: Set<KeyID> = []
    private var claimedEffects: Set<EffectClaim> = []
    private let keeper: PartitionKeeper
    private let writer: String
    private let maximumQueue: Int
    private let settleMilliseconds: Int64
    private let announce: @Sendable (Position) -> Void
    private let observe: @Sendable (EventLog.AppendedBatch) -> Void
    private var queue: [Pending] = []
    private var batch: Int64 = 0
    /// The milliseconds by which the database's clock is ahead; nil until measured on the current connection.
    private var clockOffset: Int64?

    init(
        pipeline: PostgresPipeline, keeper: PartitionKeeper, writer: String, maximumQueue: Int,
        settleMilliseconds: Int64, announce: @escaping @Sendable (Position) -> Void,
        observe: @escaping @Sendable (EventLog.AppendedBatch) -> Void
    ) {
        self.pipeline = pipeline
        self.keeper = keeper
        self.writer = writer
        self.maximumQueue = maximumQueue
        self.settleMilliseconds = settleMilliseconds
        self.announce = announce
        self.observe = observe
    }

    /// The number of commands that wait to be sent.
    nonisolated var waiting: Int { inbox.withLock(\.waiting) }

    /// Queues an append and waits for its outcome.
    ///
    /// Callers do not hop to this actor; only batching does.
    nonisolated func append(_ append: Append) async throws(EventLogError) -> AppendOutcome {
        try await withCheckedContinuation { continuation in
            let mustNotice = inbox.withLock { inbox -> Bool? in
                guard inbox.waiting < maximumQueue else { return nil }
                inbox.arrived.append(Pending(append, continuation))
                inbox.waiting += 1
                defer { inbox.isNoticed = true }
                return !inbox.isNoticed
            }
            switch mustNotice {
            case nil: continuation.resume(returning: .failure(.queueFull))
            case true?: Task { await gather() }
            case false?: break
            }
        }.get()
    }

    /// Sends the queued appends, after callers that are about to append have had their turn.
    private func gather() async {
        var isDone = false
        while !isDone {
            // Callers whose append was just answered run first, and often append again.
            await Task.yield()
            lookIntoInbox()
            send()
            // With the maximum under way, the next finished batch continues here.
            guard underWay < Self.maximumUnderWay else { return }
            isDone = inbox.withLock { inbox in
                inbox.isNoticed = !inbox.arrived.isEmpty
                return !inbox.isNoticed
            }
        }
    }

    private func lookIntoInbox() {
        queue += inbox.withLock { inbox in
            defer { inbox.arrived.removeAll(keepingCapacity: true) }
            return inbox.arrived
        }
    }

    private func send() {
        while underWay < Self.maximumUnderWay, !queue.isEmpty {
            // A long queue is cut in two if nothing is under way: one half is prepared while the other commits.
            let isLong = underWay == 0 && queue.count >= Self.longQueue
            let batch = takeBatch(isLong ? (queue.count + 1) / 2 : Self.maximumEvents)
            guard !batch.isEmpty else { return }
            underWay += 1
            Task {
                await finish(batch)
                for pending in batch {
                    claimedStreams.subtract(pending.append.appended)
                    if let key = pending.append.key { claimedKeys.remove(key.id) }
                    claimedEffects.subtract(pending.append.claims)
                }
                underWay -= 1
                await gather()
            }
        }
    }

    /// Takes the next commands, in order, that depend neither on each other nor on batches under way.
    private func takeBatch(_ maximumEvents: Int) -> [Pending] {
        var taken: [Pending] = []
        var rest: [Pending] = []
        // The streams of skipped commands; a later command must not change them first.
        var awaited: Set<StreamName> = []
        var events = 0
        var bytes = 0
        for (index, pending) in queue.enumerated() {
            if events >= maximumEvents || taken.count >= maximumEvents || bytes >= Self.maximumBytes
                || taken.last?.append.isAlone == true
            {
                rest += queue[index...]
                break
            }
            let append = pending.append
            let fits =
                !append.isAlone && events + append.events.count <= Self.maximumEvents
                && bytes + append.sizeBytes <= Self.maximumBytes
            guard taken.isEmpty || fits, isFree(append), !append.appended.contains(where: awaited.contains) else {
                rest.append(pending)
                awaited.formUnion(append.appended)
                awaited.formUnion(append.expected.keys)
                continue
            }
            taken.append(pending)
            claimedStreams.formUnion(append.appended)
            if let key = append.key { claimedKeys.insert(key.id) }
            claimedEffects.formUnion(append.claims)
            events += append.events.count
            bytes += append.sizeBytes
        }
        queue = rest
        inbox.withLock { $0.waiting -= taken.count }
        return taken
    }

    private func isFree(_ append: Append) -> Bool {
        if let key = append.key, claimedKeys.contains(key.id) { return false }
        return !append.expected.keys.contains(where: claimedStreams.contains)
            && !append.appended.contains(where: claimedStreams.contains)
            && !append.claims.contains(where: claimedEffects.contains)
    }

    private func finish(_ pending: [Pending]) async {
        do {
            let began = Host.steadyClockNanoseconds()
            let outcomes = try await commit(pending.map(\.append))
            observe(
                EventLog.AppendedBatch(
                    commands: pending.count,
                    entries: zip(pending, outcomes).reduce(0) { sum, one in
                        if case .appended = one.1 { sum + one.0.append.events.count } else { sum }
                    }, nanoseconds: Host.steadyClockNanoseconds() - began))
            let last = outcomes.lazy.compactMap { outcome -> Position? in
                if case .appended(let last) = outcome { return last }
                return nil
            }.max()
            if let last { announce(last.next) }
            for (pending, outcome) in zip(pending, outcomes) {
                pending.continuation.resume(returning: .success(outcome))
            }
            dropStale(
                behind: zip(pending, outcomes).compactMap { pending, outcome in
                    if case .appended = outcome { return pending.append }
                    return nil
                })
        } catch  where pending.count > 1 && Self.isDataError(error) {
            // The data of one command is at fault; each is sent alone to find out which.
            for one in pending { await finish([one]) }
        } catch {
            let result = await explain(error, pending[0].append, isAlone: pending.count == 1)
            for one in pending { one.continuation.resume(returning: result) }
        }
    }

    /// Refuses waiting commands that expect a version which the batch has exceeded.
    ///
    /// Versions only grow, so the database would refuse them, too. Without this, a stream with many writers would cost
    /// a commit for each command that is too late.
    private func dropStale(behind appends: [Append]) {
        lookIntoInbox()
        // Only the database can check a key, and its stored reply takes precedence over a conflict.
        guard queue.contains(where: { $0.append.key == nil && !$0.append.expected.isEmpty }) else { return }
        var newest: [StreamName: StreamVersion] = [:]
        for event in appends.lazy.flatMap(\.events) {
            guard let version = event.version else { continue }
            newest[event.stream] = max(newest[event.stream] ?? .none, version)
        }
        let before = queue.count
        queue.removeAll { waiting in
            guard waiting.append.key == nil,
                waiting.append.expected.contains(where: { $0.value < newest[$0.key] ?? .none })
            else { return false }
            waiting.continuation.resume(returning: .success(.refused(.stale)))
            return true
        }
        let dropped = before - queue.count
        inbox.withLock { $0.waiting -= dropped }
    }

    private static func isDataError(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError, error.kind == .server else { return false }
        return error.sqlState.hasPrefix("22") || error.sqlState.hasPrefix("23")
    }

    private func explain(
        _ error: any Error, _ append: Append, isAlone: Bool
    ) async -> Result<AppendOutcome, EventLogError> {
        if let error = error as? EventLogError { return .failure(error) }
        guard let error = error as? PostgresError else { return .failure(.corrupt("\(error)")) }
        if isAlone, error.constraint == "idempotency_keys_once", let key = append.key {
            return await repeated(append, key)
        }
        if error.isTransient { return .failure(.unavailable(error.description)) }
        return .failure(.corrupt(error.description))
    }

    /// Answers a command whose key another process stored at the same time, with the stored reply.
    ///
    /// An expired reply is removed and the command is sent again.
    private func repeated(
        _ append: Append, _ key: Append.IdempotencyKey
    ) async -> Result<AppendOutcome, EventLogError> {
        do {
            let id = PostgresValue.uuid(key.id.bytes)
            guard let stored = try await pipeline.execute(Statements.findKey, [id], { try StoredReply.first(of: $0) })
            else {
                try await pipeline.execute(Statements.forgetKey, [id]) { _ in }
                return .success(try await commit([append])[0])
            }
            return .success(stored.fingerprint == key.fingerprint ? .repeated(stored) : .keyReused)
        } catch let error as EventLogError {
            return .failure(error)
        } catch {
            return .failure(.unavailable("\(error)"))
        }
    }

    // MARK: Sending

    private func commit(_ appends: [Append]) async throws -> [AppendOutcome] {
        let deadline = Host.steadyClockMilliseconds() + settleMilliseconds
        var mayMeasureAgain = true
        var mayMakeRoom = true
        var looksForBegun = false
        while true {
            batch += 1
            let sent = batch
            let began = Host.steadyClockMilliseconds()
            do {
                let offset = try await measuredClockOffset()
                let batch = AppendBatch(
                    recorded: Timestamp(milliseconds: Host.wallClockMilliseconds() + offset), appends: appends,
                    looksForBegun: looksForBegun)
                let parameters = batch.parameters(writer: writer, batch: sent)
                let outcome = try await pipeline.execute(AppendRoutine.call, parameters) { rows in
                    guard let row = rows.first else { throw EventLogError.corrupt("append returned nothing") }
                    return try BatchOutcome(row, from: 0)
                }
                return outcome.outcomes(of: appends)
            } catch let error as PostgresError where Self.mayHaveCommitted(error) {
                clockOffset = nil
                if let outcome = try await outcome(of: sent, after: error, until: deadline) {
                    return outcome.outcomes(of: appends)
                }
                // The batch has not committed and never will, so it may be sent again.
                guard error.kind != .server, Host.steadyClockMilliseconds() < deadline else { throw error }
            } catch let error as PostgresError where error.constraint == "streams_pkey" && !looksForBegun {
                // A stream that a command wants to begin exists; asked again, the procedure tells which.
                looksForBegun = true
            } catch let error as PostgresError where error.sqlState == "ML002" {
                let now = Host.steadyClockMilliseconds()
                // The server checks the stamp when it begins the batch. After a slow batch the stamp is too old
                // although the clocks agree.
                if now - began > Self.stampMilliseconds, now < deadline { continue }
                clockOffset = nil
                guard mayMeasureAgain else { throw EventLogError.clockOff }
                mayMeasureAgain = false
            } catch let error as PostgresError where error.sqlState == "ML004" {
                // Maintenance created the next partition too late or not at all.
                guard mayMakeRoom else { throw EventLogError.unavailable(error.description) }
                mayMakeRoom = false
                try await keeper.makeRoom()
            }
        }
    }

    /// True where the commit may have happened before the error.
    ///
    /// That is so if the connection was lost, or the statement was cancelled or hit a limit while the commit was
    /// written. The database reports errors of the data and of the procedure itself before it commits.
    private static func mayHaveCommitted(_ error: PostgresError) -> Bool {
        switch error.kind {
        case .connectionLost, .unanswered: true
        case .server: !["22", "23", "ML"].contains(String(error.sqlState.prefix(2)))
        case .unreachable, .poolExhausted, .unexpectedResult: false
        }
    }

    /// The outcome of a batch after an error; nil where it has not committed and never will.
    private func outcome(
        of sent: Int64, after error: PostgresError, until deadline: Int64
    ) async throws -> BatchOutcome? {
        if error.sqlState == "53100" {
            do {
                // With a full disk settling can't write. The connection works and the transaction has ended, so reading
                // is enough.
                return try await recorded(sent)
            } catch is PostgresError {
                // The connection does not work after all.
            }
        }
        return try await settle(sent, until: deadline)
    }

    /// The recorded outcome of a batch; nil where it has not committed.
    private func recorded(_ sent: Int64) async throws -> BatchOutcome? {
        try await pipeline.execute(Statements.findBatch, [.text(writer), .int8(sent)]) { rows in
            try rows.first.map { try BatchOutcome($0, from: 0) }
        }
    }

    /// Finds out what became of a batch and prevents that it commits later; nil where it has not committed.
    private func settle(
        _ sent: Int64, until deadline: Int64
    ) async throws -> BatchOutcome? {
        while true {
            do {
                return try await pipeline.execute(Statements.settle, [.text(writer), .int8(sent)]) { rows in
                    guard let row = rows.first else { throw EventLogError.corrupt("settle returned nothing") }
                    return try row.bool(0) ? try BatchOutcome(row, from: 1) : nil
                }
            } catch let error as PostgresError where error.isTransient {
                guard Host.steadyClockMilliseconds() < deadline else {
                    throw EventLogError.outcomeUnknown(error.description)
                }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private func measuredClockOffset() async throws -> Int64 {
        if let clockOffset { return clockOffset }
        // Compared as the answer arrives, since connecting or an earlier batch may take long before that.
        let offset = try await pipeline.execute(Statements.clock) { rows in
            guard let row = rows.first else { throw EventLogError.corrupt("the database has no clock") }
            return try row.milliseconds(0) - Host.wallClockMilliseconds()
        }
        clockOffset = offset
        return offset
    }
}
