import EventLog
import Events
import Following
import Postgres
import System

/// Fills builds from the log, or from a source: one thread reads and decodes the next batch while others write the one before.
struct Filler {
    private static let pageEntries = 250
    /// What bounds memory: two batches at once.
    private static let batchBytes = 16 << 20
    /// A build that is this near to the head has only what was appended a moment ago before it.
    private static let nearEntries: Int64 = 2_000

    private let session: PostgresSession
    private let options: BuildOptions

    init(_ database: DatabaseAccess, _ options: BuildOptions) {
        session = PostgresSession(BuildStore.configuration(database, "marketplace-build-log"))
        self.options = options
    }

    private struct Read: Sendable {
        let batch: EventBatch
        let head: Position
    }

    /// Applies the log to builds until each is near to its head or has stopped.
    func fill(_ fillings: [Filling]) async throws {
        guard !fillings.isEmpty else { return }
        let types = fillings.reduce(into: Set<String>()) { $0.formUnion($1.writer.projection.handled) }
        let start = try await start(of: fillings)
        let began = Host.steadyClockMilliseconds()
        var read = try await self.read(from: start, types)
        while read.batch.next != read.batch.from {
            let present = read
            read = try await apply(present.batch, to: fillings, types)
            let now = Host.steadyClockMilliseconds()
            let position = present.batch.next
            options.report(
                BuildProgress(
                    phase: .applying, position: position, head: read.head,
                    entriesASecond: (position.value - start.value) * 1_000 / max(1, now - began)))
            // What has stopped may stand far behind the others.
            let going = fillings.filter { !$0.isStopped }
            if going.count < fillings.count { return try await fill(going) }
            if read.head.value - position.value < min(Self.nearEntries, Int64(options.batchEntries)) { return }
        }
    }

    /// Applies a batch to builds and reads the next one: all at once, or one after the other with rests.
    private func apply(_ batch: EventBatch, to fillings: [Filling], _ types: Set<String>) async throws -> Read {
        guard options.pace == 100 else {
            for filling in fillings { try await atPace { try await filling.apply(batch) } }
            return try await atPace { try await read(from: batch.next, types) }
        }
        async let following = read(from: batch.next, types)
        try await withThrowingTaskGroup { group in
            for filling in fillings { group.addTask { try await filling.apply(batch) } }
            try await group.waitForAll()
        }
        return try await following
    }

    /// Does something, and then nothing for as long as the pace asks: that time belongs to others.
    private func atPace<Value>(_ work: () async throws -> Value) async throws -> Value {
        let began = Host.steadyClockMilliseconds()
        let value = try await work()
        let pause = (Host.steadyClockMilliseconds() - began) * (100 - options.pace) / options.pace
        if pause > 0 { try await Task.sleep(for: .milliseconds(pause)) }
        return value
    }

    private func start(of fillings: [Filling]) async throws -> Position {
        let builds = fillings.map(\.writer.build.number)
        return try await session.run { connection in
            try builds.map { Position(try connection.execute(Statements.cursor, [.int4($0)]).first?.integer(0) ?? 0) }
                .min() ?? Position(0)
        }
    }

    private func read(from position: Position, _ types: Set<String>) async throws -> Read {
        // What is appended meanwhile comes with the next batch: a source waits for it.
        let head = try await session.run { try LogOnConnection.head($0) }
        var batch = EventBatch(from: position)
        let past = min(position.value + Int64(options.batchEntries), head.value)
        while batch.next.value < past, batch.bytes < Self.batchBytes {
            let reached = batch.next
            if let source = options.source {
                try await take(from: source, into: &batch, past: past, types)
            } else {
                batch = try await readingLog(into: batch, past: past, types)
            }
            guard batch.next != reached else { break }
        }
        return Read(batch: batch, head: head)
    }

    /// A batch with what the log has behind it.
    private func readingLog(into batch: EventBatch, past: Int64, _ types: Set<String>) async throws -> EventBatch {
        try await session.run { connection in
            var batch = batch
            while batch.next.value < past, batch.bytes < Self.batchBytes {
                let limit = min(Self.pageEntries, Int(past - batch.next.value))
                let page = try EventBatch.read(connection, from: batch.next, limit: limit, types: types)
                guard page.next != page.from else { break }
                batch.add(page)
            }
            return batch
        }
    }

    /// Adds what a source has behind a batch, or the log where the source does not have it.
    private func take(
        from source: any EntrySource, into batch: inout EventBatch, past: Int64, _ types: Set<String>
    ) async throws {
        let next = batch.next
        switch try await source.entries(from: next, limit: min(Self.pageEntries, Int(past - next.value))) {
        case .nothing: break
        case .absent(let before):
            batch = try await readingLog(into: batch, past: min(past, before?.value ?? past), types)
        case .entries(let entries):
            do {
                batch.add(try await session.run { try EventBatch(entries, from: next, types: types, $0) })
            } catch let fault as UnlikeTheLog {
                source.refuse(fault.position)
                batch = try await readingLog(into: batch, past: past, types)
            }
        }
    }
}
