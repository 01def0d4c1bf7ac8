import EventLog
import Events
import Logging
import System

/// Brings what was spooled to the log, once a second: each download in one entry and none in two, whatever happens to
/// this program or the database in between.
struct DownloadDrain: Sendable {
    private static let blockBytes = 1 << 20
    private static let maximumEntries = 900
    private static let gatheringMilliseconds = 900
    private static let adoptingMilliseconds: Int64 = 60_000
    /// How long the last round may take; what is not in the log by then waits for the next start.
    private static let lastMilliseconds = 3_000

    let spool: DownloadSpool
    let log: EventLog
    let keys: DayKeys
    let now: @Sendable () -> Timestamp
    let lines: Log

    private let worker = Worker(name: "download-spool")

    init(
        spool: DownloadSpool, log: EventLog, keys: DayKeys, now: @escaping @Sendable () -> Timestamp, lines: Log
    ) {
        self.spool = spool
        self.log = log
        self.keys = keys
        self.now = now
        self.lines = lines
    }

    /// Drains until the task is cancelled, and once more then, for as long as a program that is to end may take.
    func run() async {
        var progress = Progress()
        while !Task.isCancelled {
            progress = await drain(progress)
            try? await Task.sleep(for: .milliseconds(Self.gatheringMilliseconds))
        }
        spool.close()
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
    }

    /// What one round leaves to the next.
    private struct Progress: Sendable {
        /// When files were last looked for that nobody holds.
        var adopted: Int64?
        /// How many lost downloads were said to be lost.
        var lost: Int64 = 0
    }

    private func drain(_ before: Progress) async -> Progress {
        var progress = before
        let now = Host.steadyClockMilliseconds()
        if progress.adopted.map({ now - $0 >= Self.adoptingMilliseconds }) ?? true {
            progress.adopted = now
            await attempt { try await worker.run { [spool] in try spool.adopt() } }
            await attempt { try await worker.run { [keys, now = self.now] in try keys.destroy(at: now()) } }
        }
        await attempt { try await worker.run { [spool] in try spool.synchronize() } }
        // One file that can't be read keeps no other.
        for file in spool.files where !Task.isCancelled { await attempt { try await drain(file) } }
        let lost = spool.standing.lost
        if lost > progress.lost {
            lines.error("downloads found no room and are not counted", ["downloads": "\(lost - progress.lost)"])
            progress.lost = lost
        }
        return progress
    }

    private func attempt(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            lines.warning("downloads wait", ["error": "\(error)", "bytes": "\(spool.standing.waitingBytes)"])
        }
    }

    /// What a file holds from a byte on, as far as one append takes it.
    private struct Block: Sendable {
        var groups = DownloadGroups()
        /// The first byte that is not in the block.
        var past: Int64
        /// The first download.
        var oldest: Timestamp?
        /// Lines that are none, which a power cut has left.
        var torn = 0
        /// True where nothing stands behind it.
        var isEnd = false
    }

    private func drain(_ file: DownloadSpool.File) async throws {
        var mark = try await log.spoolMark(file.spool)
        // What comes meanwhile waits for the next round, so that there is something to be put together.
        let end = try await worker.run { try FileSystem.status(file.path)?.size ?? 0 }
        // A file that was left may be in the log for the most part.
        spool.took(file, upTo: mark, oldest: nil)
        while !file.isActive || mark < end {
            // The program is about to end: the last round has a bound of its own.
            guard !Task.isCancelled else { return }
            let start = mark
            let block = try await worker.run { try Self.read(file, from: start) }
            if let oldest = block.oldest { spool.took(file, upTo: start, oldest: oldest) }
            if block.torn > 0 {
                lines.warning("a spool holds torn lines", ["file": file.path, "lines": "\(block.torn)"])
            }
            if block.groups.count > 0 {
                Failpoint.reach("downloads.appending")
                mark = try await append(block, file, from: start)
                Failpoint.reach("downloads.appended")
            } else if block.isEnd {
                break
            } else {
                // Nothing but torn lines: passed over without an entry, and again after a crash.
                mark = block.past
            }
            spool.took(file, upTo: mark, oldest: nil)
        }
        guard !file.isActive else { return }
        try await worker.run { [spool] in try spool.remove(file) }
        try await log.forgetSpool(file.spool)
    }

    private static func read(_ file: DownloadSpool.File, from start: Int64) throws -> Block {
        // A file that somebody has removed holds nothing.
        guard try FileSystem.status(file.path) != nil else { return Block(past: start, isEnd: true) }
        let bytes = try Descriptor.reading(file.path).read(at: start, count: blockBytes)
        var block = Block(past: start)
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0a), block.groups.count < maximumEntries {
            if let download = SpooledDownload(line: rest[..<end]) {
                block.groups.add(download)
                block.oldest = block.oldest ?? download.time
            } else {
                block.torn += 1
            }
            rest = rest[(end + 1)...]
        }
        block.past = start + Int64(rest.startIndex)
        block.isEnd = block.past == start
        // What a program was killed in the middle of writing is no line and never will be.
        if block.isEnd, !file.isActive, !rest.isEmpty { block.torn = 1 }
        return block
    }

    /// Appends a block; returns how far the file has been taken then, also where somebody else was faster.
    private func append(_ block: Block, _ file: DownloadSpool.File, from start: Int64) async throws -> Int64 {
        let append = Append(
            expected: [:], events: Append.downloads(block.groups, log: log.id),
            spool: Append.SpoolRange(spool: file.spool, start: start, past: block.past))
        guard case .appended = try await log.append(append) else { return try await log.spoolMark(file.spool) }
        return block.past
    }
}
