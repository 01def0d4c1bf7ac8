import EventLog
import Events
import Logging
import System

/// Brings spooled downloads to the log: how many of a version in each minute, each download in one entry and none in two,
/// whatever happens to this program or the database; and the readers at the hour's end.
struct DownloadDrain: Sendable {
    /// How often what waits goes to the log.
    struct Intervals: Sendable {
        /// Downloads.
        var downloadsMilliseconds: Int64 = Timestamp.minuteMilliseconds
        /// Readers, at whole multiples of it since 1970.
        var readersMilliseconds: Int64 = Timestamp.hourMilliseconds
    }

    private static let blockBytes = 1 << 20
    private static let maximumEntries = 900
    private static let adoptingMilliseconds: Int64 = 60_000
    /// How often the spool is forced to the disk: what a power cut may take.
    private static let tickMilliseconds: Int64 = 1_000
    /// How long the last round may take; what is not in the log by then waits for the next start.
    private static let lastMilliseconds = 3_000

    let spool: LineSpool
    let readers: ReaderLedger
    let log: EventLog
    let keys: DayKeys
    let intervals: Intervals
    let now: @Sendable () -> Timestamp
    let lines: Log

    private let worker = Worker(name: "download-spool")

    init(
        spool: LineSpool, readers: ReaderLedger, log: EventLog, keys: DayKeys, intervals: Intervals,
        now: @escaping @Sendable () -> Timestamp, lines: Log
    ) {
        self.spool = spool
        self.readers = readers
        self.log = log
        self.keys = keys
        self.intervals = intervals
        self.now = now
        self.lines = lines
    }

    /// Drains until the task is cancelled, and once more then, for at most the bound of the last round. Readers that wait
    /// stay on disk.
    func run() async {
        var progress = Progress(told: now().floored(toMilliseconds: intervals.readersMilliseconds))
        while !Task.isCancelled {
            progress = await drain(progress)
            try? await Task.sleep(for: .milliseconds(Self.tickMilliseconds))
        }
        spool.retire()
        progress.drained = nil
        await withCheckedContinuation { continuation in
            let end = FirstAnswer<Void>(continuation)
            Task { [progress] in
                _ = await drain(progress)
                end.give(())
            }
            Task {
                try? await Task.sleep(for: .milliseconds(Self.lastMilliseconds))
                end.give(())
            }
        }
        worker.stop()
        readers.stop()
    }

    /// What one round leaves to the next.
    private struct Progress: Sendable {
        /// The window of readers that is under way.
        var told: Timestamp
        /// When files were last looked for that no program holds.
        var adopted: Int64?
        /// When downloads last went to the log.
        var drained: Int64?
        /// How many lost downloads and readers were said to be lost.
        var lost: Int64 = 0

        init(told: Timestamp) { self.told = told }
    }

    private func drain(_ before: Progress) async -> Progress {
        var progress = before
        let now = Host.steadyClockMilliseconds()
        if progress.adopted.map({ now - $0 >= Self.adoptingMilliseconds }) ?? true {
            progress.adopted = now
            await attempt { try await worker.run { [spool] in try spool.adopt() } }
            await attempt { try await readers.adopt() }
            await attempt { try await worker.run { [keys, now = self.now] in try keys.destroy(at: now()) } }
        }
        await attempt { try await worker.run { [spool] in try spool.synchronize() } }
        if progress.drained.map({ now - $0 >= intervals.downloadsMilliseconds }) ?? true {
            progress.drained = now
            // A file that can't be read holds up no other.
            for file in spool.files where !Task.isCancelled { await attempt { try await drain(file) } }
        }
        let window = self.now().floored(toMilliseconds: intervals.readersMilliseconds)
        if window != progress.told, !Task.isCancelled {
            progress.told = window
            await attempt { try await readers.tell() }
        }
        let lost = spool.status.lost + readers.lost
        if lost > progress.lost {
            lines.error("downloads or readers found no room and are not counted", ["lines": "\(lost - progress.lost)"])
            progress.lost = lost
        }
        return progress
    }

    private func attempt(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            lines.warning("downloads wait", ["error": "\(error)", "bytes": "\(spool.status.waitingBytes)"])
        }
    }

    /// What a file holds from a byte on, as far as one append takes it.
    private struct Block: Sendable {
        var counts = DownloadCounts()
        var readers: Set<SeenReader> = []
        /// The first byte that is not in the block.
        var past: Int64
        /// The first download.
        var oldest: Timestamp?
        /// Lines that are none, which a power cut has left.
        var torn = 0
        /// True where nothing stands behind it.
        var isEnd = false
    }

    private func drain(_ file: LineSpool.File) async throws {
        var mark = try await log.spoolMark(file.spool)
        // What comes meanwhile waits for the next round, so that a minute makes few entries.
        let end = try await worker.run { try FileSystem.status(file.path)?.size ?? 0 }
        // A file that was left may be in the log for the most part.
        spool.took(file, upTo: mark, oldest: nil)
        // How far the file was read: torn lines are passed over, and belong to the range of the next append.
        var read = mark
        while !file.isActive || read < end {
            // The program is about to end: the last round has a bound of its own.
            guard !Task.isCancelled else { return }
            let (taken, start) = (mark, read)
            let block = try await worker.run { try Self.read(file, from: start) }
            if let oldest = block.oldest { spool.took(file, upTo: taken, oldest: oldest) }
            if block.torn > 0 {
                lines.warning("a spool holds torn lines", ["file": file.path, "lines": "\(block.torn)"])
            }
            if block.counts.count > 0 {
                // Readers first: after a crash in between they are told twice, and each counts once.
                try await readers.note(Array(block.readers))
                Failpoint.reach("downloads.appending")
                mark = try await append(block, file, from: taken)
                read = mark
                Failpoint.reach("downloads.appended")
            } else if block.isEnd {
                break
            } else {
                read = block.past
            }
            spool.took(file, upTo: mark, oldest: nil)
        }
        guard !file.isActive else { return }
        try await worker.run { [spool] in try spool.remove(file) }
        try await log.forgetSpool(file.spool)
    }

    private static func read(_ file: LineSpool.File, from start: Int64) throws -> Block {
        // A file that was removed holds nothing.
        guard try FileSystem.status(file.path) != nil else { return Block(past: start, isEnd: true) }
        let bytes = try Descriptor.reading(file.path).read(at: start, count: blockBytes)
        var block = Block(past: start)
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0a), block.counts.count < maximumEntries {
            if let download = SpooledDownload(line: rest[..<end]) {
                block.counts.add(download)
                block.readers.insert(download.seen)
                block.oldest = block.oldest ?? download.time
            } else {
                block.torn += 1
            }
            rest = rest[(end + 1)...]
        }
        block.past = start + Int64(rest.startIndex)
        if block.past == start, bytes.count == blockBytes {
            // No line is as long: a power cut left it, and lines may stand behind it.
            block.past += Int64(blockBytes)
            block.torn = 1
        }
        block.isEnd = block.past == start
        // The end of a line that a killed program did not finish is no line and never will be.
        if block.isEnd, !file.isActive, !rest.isEmpty { block.torn = 1 }
        return block
    }

    /// Appends a block; returns how far the file has been taken then, also where another program was faster.
    private func append(_ block: Block, _ file: LineSpool.File, from start: Int64) async throws -> Int64 {
        let append = Append(
            expected: [:], events: block.counts.events(log: log.id),
            effects: [SpoolRangeEffect(file.spool, start: start, past: block.past)])
        guard case .appended = try await log.append(append) else { return try await log.spoolMark(file.spool) }
        return block.past
    }
}
