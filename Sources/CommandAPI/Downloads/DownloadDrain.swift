import EventLog
import Events
import Logging
import System

/// Appends spooled downloads to the log, counted by version and minute, and appends readers at the end of each
/// interval.
///
/// Each spooled download is in exactly one entry, also after a crash of this program or of the database.
struct DownloadDrain: Sendable {
    /// The intervals at which downloads and readers go to the log.
    struct Intervals: Sendable {
        /// The interval of downloads.
        var downloadsMilliseconds: Int64 = Timestamp.minuteMilliseconds
        /// The interval of readers; it ends at whole multiples of its length since 1970.
        var readersMilliseconds: Int64 = Timestamp.hourMilliseconds
    }

    private static let blockBytes = 1 << 20
    private static let maximumEntries = 900
    private static let adoptingMilliseconds: Int64 = 60_000
    /// The interval at which the spool is synced to disk. A power cut loses the downloads since the last sync.
    private static let tickMilliseconds: Int64 = 1_000
    /// The time limit of the last round; downloads that are not in the log by then wait on disk for the next start.
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

    /// Drains until the task is cancelled, then once more within the time limit of the last round. Readers that wait
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

    /// The state that one round hands to the next.
    private struct Progress: Sendable {
        /// The start of the current interval of readers.
        var told: Timestamp
        /// When the drain last looked for files that no program holds.
        var adopted: Int64?
        /// When the drain last appended downloads.
        var drained: Int64?
        /// The number of lost downloads and readers that were reported.
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
            // A file that can't be read does not delay the others.
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

    /// A part of a file, as much as one append takes.
    private struct Block: Sendable {
        var counts = DownloadCounts()
        var readers: Set<SeenReader> = []
        /// The first byte behind the block.
        var past: Int64
        /// The time of the first download.
        var oldest: Timestamp?
        /// The number of torn lines, which a power cut has left.
        var torn = 0
        /// True where no whole line was left to read.
        var isEnd = false
    }

    private func drain(_ file: LineSpool.File) async throws {
        var mark = try await log.spoolMark(file.spool)
        // Downloads that arrive meanwhile wait for the next round, so that a minute makes few entries.
        let end = try await worker.run { try FileSystem.status(file.path)?.size ?? 0 }
        // Most of an adopted file may be in the log already.
        spool.took(file, upTo: mark, oldest: nil)
        // How far the file was read. Torn lines are skipped; they belong to the range of the next append.
        var read = mark
        while !file.isActive || read < end {
            // The program is ending; the last round has its own time limit.
            guard !Task.isCancelled else { return }
            let (taken, start) = (mark, read)
            let block = try await worker.run { try Self.read(file, from: start) }
            if let oldest = block.oldest { spool.took(file, upTo: taken, oldest: oldest) }
            if block.torn > 0 {
                lines.warning("a spool holds torn lines", ["file": file.path, "lines": "\(block.torn)"])
            }
            if block.counts.count > 0 {
                // Readers first: after a crash in between they are appended twice, and each counts once.
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
        // The file was removed already.
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
            // No line is that long: a power cut left these bytes, and lines may follow them.
            block.past += Int64(blockBytes)
            block.torn = 1
        }
        block.isEnd = block.past == start
        // A killed program did not finish this line, so it is torn.
        if block.isEnd, !file.isActive, !rest.isEmpty { block.torn = 1 }
        return block
    }

    /// Appends a block. Returns how far the log holds the file then, also where another program was faster.
    private func append(_ block: Block, _ file: LineSpool.File, from start: Int64) async throws -> Int64 {
        let append = Append(
            expected: [:], events: block.counts.events(log: log.id),
            effects: [SpoolRangeEffect(file.spool, start: start, past: block.past)])
        guard case .appended = try await log.append(append) else { return try await log.spoolMark(file.spool) }
        return block.past
    }
}
