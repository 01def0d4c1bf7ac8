import Crypto
import Events
import JSON
import Postgres
import System

/// The one writer of a process: sends whatever queued while the previous commit ran.
///
/// A batch holds at most 1,000 events or 1 MiB, a larger command goes alone. Each command gets an outcome
/// of its own. After a connection lost at commit the batch is settled before its commands are answered.
actor LogWriter {
    private struct Pending {
        let append: Append
        let continuation: CheckedContinuation<Result<AppendOutcome, EventLogError>, Never>
    }

    private static let maximumEvents = 1_000
    private static let maximumBytes = 1 << 20

    private let session: PostgresSession
    private let keeper: PartitionKeeper
    private let writer: String
    private let maximumQueue: Int
    private let settleMilliseconds: Int64
    private var queue: [Pending] = []
    private var isDraining = false
    private var batch: Int64 = 0
    /// Milliseconds that the database's clock is ahead; nil until measured on the present connection.
    private var clockOffset: Int64?

    init(
        session: PostgresSession, keeper: PartitionKeeper, writer: String, maximumQueue: Int, settleMilliseconds: Int64
    ) {
        self.session = session
        self.keeper = keeper
        self.writer = writer
        self.maximumQueue = maximumQueue
        self.settleMilliseconds = settleMilliseconds
    }

    func append(_ append: Append) async throws(EventLogError) -> AppendOutcome {
        guard queue.count < maximumQueue else { throw .queueFull }
        return try await withCheckedContinuation { continuation in
            queue.append(Pending(append: append, continuation: continuation))
            if !isDraining {
                isDraining = true
                Task { await drain() }
            }
        }.get()
    }

    private func drain() async {
        while !queue.isEmpty {
            let batch = takeBatch()
            await finish(batch)
        }
        isDraining = false
    }

    /// The next commands that don't depend on each other, in order.
    private func takeBatch() -> [Pending] {
        var taken: [Pending] = []
        var rest: [Pending] = []
        var appended: Set<StreamName> = []
        var keys: Set<[String]> = []
        var events = 0
        var bytes = 0
        for (index, pending) in queue.enumerated() {
            if events >= Self.maximumEvents || bytes >= Self.maximumBytes {
                rest += queue[index...]
                break
            }
            let append = pending.append
            let key = append.key.map { [$0.actor.hex, $0.key] }
            let fits =
                events + append.events.count <= Self.maximumEvents && bytes + append.sizeBytes <= Self.maximumBytes
            let isFree = appended.isDisjoint(with: append.expected.keys) && appended.isDisjoint(with: append.appended)
            guard taken.isEmpty || (fits && isFree && key.map { !keys.contains($0) } ?? true) else {
                rest.append(pending)
                continue
            }
            taken.append(pending)
            appended.formUnion(append.appended)
            if let key { keys.insert(key) }
            events += append.events.count
            bytes += append.sizeBytes
        }
        queue = rest
        return taken
    }

    private func finish(_ pending: [Pending]) async {
        do {
            let outcomes = try await commit(pending.map(\.append))
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
            for one in pending { await finish([one]) }
        } catch {
            let result = await explain(error, pending[0].append, isAlone: pending.count == 1)
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
        _ error: any Error, _ append: Append, isAlone: Bool
    ) async -> Result<AppendOutcome, EventLogError> {
        if let error = error as? EventLogError { return .failure(error) }
        guard let error = error as? PostgresError else { return .failure(.corrupt("\(error)")) }
        if isAlone, error.constraint == "idempotency_keys_once", let key = append.key {
            return await repeated(key)
        }
        if error.isTransient { return .failure(.unavailable(error.description)) }
        return .failure(.corrupt(error.description))
    }

    /// The key's unique index settled a race: the other one's reply is there to be read.
    private func repeated(_ key: Append.IdempotencyKey) async -> Result<AppendOutcome, EventLogError> {
        do {
            let stored = try await session.run { try StoredReply.find($0, actor: key.actor, key: key.key) }
            guard let stored else { return .success(.conflict) }
            return .success(stored.fingerprint == key.fingerprint ? .repeated(stored) : .keyReused)
        } catch {
            return .failure(.unavailable("\(error)"))
        }
    }

    // MARK: Sending

    private func commit(_ appends: [Append]) async throws -> [AppendOutcome] {
        let deadline = Host.steadyClockMilliseconds() + settleMilliseconds
        var mayMeasureAgain = true
        var mayMakeRoom = true
        while true {
            batch += 1
            let sent = batch
            do {
                let offset = try await measuredClockOffset()
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
            } catch let error as PostgresError where error.kind == .server && error.sqlState == "53100" {
                // Settling would write, and the disk is full. The connection is sound and its transaction over, so
                // looking is enough.
                guard let outcomes = try await recorded(sent) else { throw error }
                return try Self.outcomes(outcomes, of: appends)
            } catch let error as PostgresError where Self.mayHaveCommitted(error) {
                clockOffset = nil
                if let outcomes = try await settle(sent, until: deadline) {
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

    /// The outcomes of a batch that has committed; nil where it has not.
    private func recorded(_ sent: Int64) async throws -> [Int64]? {
        let writer = writer
        return try await session.run { connection in
            try connection.execute(Statements.findBatch, [.text(writer), .int8(sent)]).first?.integers(0)
        }
    }

    /// What became of a batch; nil where it is abandoned for good.
    private func settle(_ sent: Int64, until deadline: Int64) async throws -> [Int64]? {
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

    private func measuredClockOffset() async throws -> Int64 {
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

/// The parameters of one call of `log.append`, column by column.
private struct AppendBatch {
    private let recorded: Timestamp
    private let appends: [Append]

    init(_ appends: [Append], recorded: Timestamp) {
        self.recorded = recorded
        self.appends = appends.map { append in
            var stamped = append
            for index in stamped.events.indices { stamped.events[index].envelope.recordedTime = recorded }
            return stamped
        }
    }

    func parameters(writer: String, batch: Int64) -> [PostgresValue] {
        func each<Element>(_ list: (Append) -> [Element]) -> [(command: Int32, element: Element)] {
            appends.enumerated().flatMap { index, append in list(append).map { (Int32(index), $0) } }
        }
        let expected = each { append in append.expected.map { $0 } }
        let events = each(\.events)
        var json = JSONWriter(reservingBytes: 4096)
        let entries = events.map { event -> [UInt8] in
            json.removeAll()
            event.element.envelope.write(&json)
            return json.bytes
        }
        let contents = events.enumerated().flatMap { index, event in
            event.element.contents.map { (event: Int32(index + 1), content: $0) }
        }
        let keys = each { append in append.key.map { [$0] } ?? [] }
        let credentials = each(\.credentials)
        let artifacts = each(\.artifacts)
        return [
            .text(writer), .int8(batch), .timestamp(milliseconds: recorded.milliseconds), .int4(Int32(appends.count)),
            .int4s(expected.map(\.command)), .texts(expected.map(\.element.key.description)),
            .int8s(expected.map(\.element.value.value)),
            .int4s(events.map(\.command)), .texts(events.map(\.element.envelope.stream.description)),
            .int8s(events.map(\.element.version?.value)), .texts(events.map(\.element.envelope.event.type)),
            .byteas(entries),
            .int4s(contents.map(\.event)), .texts(contents.map(\.content.field)),
            .byteas(contents.map(\.content.content.nonce)), .byteas(contents.map(\.content.content.document)),
            .bools(contents.map(\.content.isPublic)),
            .int4s(keys.map(\.command)), .texts(keys.map(\.element.actor.hex)), .texts(keys.map(\.element.key)),
            .byteas(keys.map(\.element.fingerprint.bytes)), .byteas(keys.map(\.element.reply)),
            .int4s(credentials.map(\.command)), .byteas(credentials.map(\.element.hash.bytes)),
            .texts(credentials.map(\.element.token.hex)),
            .int4s(artifacts.map(\.command)), .byteas(artifacts.map(\.element.bytes)),
        ]
    }
}

extension StoredReply {
    static func find(
        _ connection: PostgresConnection, actor: PersonID, key: String
    ) throws -> StoredReply? {
        guard let row = try connection.execute(Statements.findKey, [.text(actor.hex), .text(key)]).first else {
            return nil
        }
        guard let fingerprint = SHA256Digest(bytes: try row.bytes(0)) else {
            throw EventLogError.corrupt("a fingerprint is no digest")
        }
        return StoredReply(
            fingerprint: fingerprint, reply: try row.bytes(1), position: Position(try row.integer(2)))
    }
}
