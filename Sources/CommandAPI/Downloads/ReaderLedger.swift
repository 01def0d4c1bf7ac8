import Crypto
import EventLog
import Events
import Synchronization
import System

/// Keeps readers on disk until the end of the interval, when they go to the log; each once.
///
/// The log gets them separately from the downloads and in random order, so that it does not tell what one reader
/// downloaded together. A reader may be appended twice, after a crash, or because memory is bounded: programs that
/// count readers have to deduplicate.
final class ReaderLedger: Sendable {
    /// The most readers that are remembered as being on disk. Beyond that, readers may be written again.
    private static let maximumKnown = 200_000
    /// The most entries of one append.
    private static let entriesOfAppend = 40
    /// The bytes of files that are in memory at once; a file alone may be larger.
    private static let bytesAtOnce: Int64 = 32 << 20

    private struct State {
        var known: Set<SeenReader> = []
    }

    private let spool: LineSpool
    private let log: EventLog
    private let worker = Worker(name: "download-readers")
    private let state = Mutex(State())

    init(_ spool: LineSpool, log: EventLog) {
        self.spool = spool
        self.log = log
    }

    /// The number of readers that could not be written.
    var lost: Int64 { spool.status.lost }

    /// Writes readers. They are on disk when this returns, except those that found no room.
    func note(_ readers: [SeenReader]) async throws {
        try await worker.run { [self] in
            let new = state.withLock { state in readers.filter { !state.known.contains($0) } }
            guard !new.isEmpty else { return }
            for reader in Set(new) { spool.record(reader.line, at: reader.day.start) }
            try spool.synchronize()
            state.withLock { state in
                if state.known.count + new.count > Self.maximumKnown { state.known.removeAll() }
                state.known.formUnion(new)
            }
        }
    }

    /// Adopts the files of programs that have ended.
    func adopt() async throws {
        try await worker.run { [spool] in try spool.adopt() }
    }

    /// Appends all readers that wait, and removes their files.
    ///
    /// The files are taken some at a time, each at random: all of them may hold more than there is memory for, and which were
    /// written first would tell when their readers came.
    func tell() async throws {
        spool.retire()
        state.withLock { $0.known.removeAll() }
        let files = spool.files.filter { !$0.isActive }.shuffled()
        var rest = files[...]
        while !rest.isEmpty {
            let (taken, readers) = try await worker.run { [rest] in try Self.read(rest) }
            try await append(readers)
            try await worker.run { [spool] in
                for (file, size) in taken {
                    spool.took(file, upTo: size, oldest: nil)
                    try spool.remove(file)
                }
            }
            rest = rest.dropFirst(taken.count)
        }
    }

    private func append(_ readers: Set<SeenReader>) async throws {
        let entries = Self.entries(readers).shuffled()
        var start = 0
        while start < entries.count {
            let part = entries[start..<min(start + Self.entriesOfAppend, entries.count)]
            let events = part.map { entry in
                Append.NewEvent.downloads(entry, of: entry.agent, at: entry.day.start, log: log.id)
            }
            let append = Append(expected: [:], events: events, isAlone: true)
            guard case .appended = try await log.append(append) else {
                throw EventLogError.corrupt("an append of readers was refused")
            }
            start = part.endIndex
        }
    }

    /// Reads files until there is enough for one time.
    private static func read(
        _ files: ArraySlice<LineSpool.File>
    ) throws -> (files: [(file: LineSpool.File, size: Int64)], readers: Set<SeenReader>) {
        var taken: [(file: LineSpool.File, size: Int64)] = []
        var (readers, read): (Set<SeenReader>, Int64) = ([], 0)
        for file in files {
            let size = try FileSystem.status(file.path)?.size ?? 0
            guard taken.isEmpty || read + size <= bytesAtOnce else { break }
            let bytes = size == 0 ? [] : try Descriptor.reading(file.path).read(at: 0, count: Int(size))
            for line in bytes.split(separator: 0x0a) {
                if let reader = SeenReader(line: line) { readers.insert(reader) }
            }
            taken.append((file, size))
            read += size
        }
        return (taken, readers)
    }

    private static func entries(_ readers: Set<SeenReader>) -> [AgentReadersSeen] {
        struct Key: Hashable {
            let agent: AgentKey
            let version: String
            let day: Day
            let domain: ReaderDomain
        }
        var groups: [Key: [DayToken]] = [:]
        for reader in readers {
            let key = Key(agent: reader.agent, version: reader.version, day: reader.day, domain: reader.domain)
            groups[key, default: []].append(reader.token)
        }
        return groups.flatMap { key, tokens in
            let sorted = tokens.sorted()
            return stride(from: 0, to: sorted.count, by: AgentReadersSeen.maximumReaders).map { start in
                AgentReadersSeen(
                    agent: key.agent, day: key.day, domain: key.domain,
                    readers: Array(sorted[start..<min(start + AgentReadersSeen.maximumReaders, sorted.count)]),
                    version: key.version)
            }
        }
    }

    /// Stops the worker thread.
    func stop() { worker.stop() }
}
