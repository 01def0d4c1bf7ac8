import EventLog
import Events
import Synchronization
import System

/// Lines that wait for the log, in files on disk.
///
/// A file is named `<log>.<spool>`. The program that writes it holds a lock on it; a file that no program holds was
/// left by one that was killed. Writing a line does not wait for the disk: a power cut loses the lines since the last
/// `synchronize`. The spool is bounded: a line that finds no room is counted as lost.
final class LineSpool: Sendable {
    /// The number of lost lines, and the size and age of what waits.
    struct Status: Sendable {
        /// Lines that could not be written since the start.
        var lost: Int64 = 0
        /// Bytes that wait, in all files that this program holds.
        var waitingBytes: Int64 = 0
        /// The time of the oldest line that waits; nil where none does.
        var oldest: Timestamp?
    }

    /// A file of the spool that this program holds.
    struct File: Sendable {
        let spool: SpoolID
        let path: String
        /// True while this program writes to it.
        let isActive: Bool
    }

    private struct Active: ~Copyable {
        let spool: SpoolID
        let descriptor: Descriptor
        let lock: FileLock
        var size: Int64 = 0
        var isDirty = false
    }

    private struct Left: Sendable {
        let file: File
        let lock: FileLock
        /// The size of the file. All of it was counted as waiting, also what was taken since.
        let size: Int64
        var isDirty: Bool
    }

    private struct State: ~Copyable {
        var active: Active?
        /// Files that are no longer written, with their locks.
        var left: [Left] = []
        var lost: Int64 = 0
        var waitingBytes: Int64 = 0
        var oldest: Timestamp?
        /// How far the log holds each file.
        var taken: [SpoolID: Int64] = [:]
        /// No write is tried before this time, after one has failed.
        var restsUntil: Int64 = 0
    }

    /// The pause after a failed write.
    private static let restMilliseconds: Int64 = 1_000
    private static let maximumTries = 4
    /// A file of this size is closed; the next line begins another one.
    private static let fileBytes: Int64 = 16 << 20

    private let folder: String
    private let log: LogID
    private let maximumBytes: Int64
    private let state = Mutex(State())

    /// Opens a spool in a folder; creates the folder where it is missing.
    init(_ folder: String, log: LogID, maximumBytes: Int64) throws(SystemError) {
        self.folder = folder
        self.log = log
        self.maximumBytes = maximumBytes
        try FileSystem.makeDirectory(folder)
    }

    var status: Status {
        state.withLock { Status(lost: $0.lost, waitingBytes: $0.waitingBytes, oldest: $0.oldest) }
    }

    /// Writes a line. Where there is no room or the disk refuses, it counts the line as lost.
    func record(_ line: [UInt8], at time: Timestamp) {
        state.withLock { state in
            guard state.waitingBytes + Int64(line.count) <= maximumBytes, write(line, &state) else {
                state.lost += 1
                return
            }
            state.waitingBytes += Int64(line.count)
            if state.oldest == nil { state.oldest = time }
        }
    }

    /// Counts a line that can't be written as lost.
    func lose() {
        state.withLock { $0.lost += 1 }
    }

    private func write(_ line: [UInt8], _ state: inout State) -> Bool {
        let now = Host.steadyClockMilliseconds()
        guard now >= state.restsUntil else { return false }
        do {
            if state.active == nil { state.active = try open() }
            try state.active?.descriptor.write(line)
            state.active?.size += Int64(line.count)
            state.active?.isDirty = true
            if (state.active?.size ?? 0) >= Self.fileBytes { retire(&state) }
            return true
        } catch {
            state.restsUntil = now + Self.restMilliseconds
            // The write may have left half a line, which is cut off. A file that holds lines is closed, so that it can
            // be removed once the log has them; an empty one is used again.
            let size = state.active?.size ?? 0
            let isCut = (try? state.active?.descriptor.truncate(to: size)) != nil
            if size > 0 || !isCut { retire(&state) }
            return false
        }
    }

    private func open() throws(SystemError) -> Active {
        for _ in 0..<Self.maximumTries {
            let spool = SpoolID()
            let path = "\(folder)/\(log).\(spool)"
            do throws(SystemError) {
                // Another program may have taken the new file for one that was left.
                guard let lock = try FileLock.acquire(path) else { continue }
                return Active(spool: spool, descriptor: try Descriptor.appending(path), lock: lock)
            } catch {
                guard error.isNotFound else { throw error }
            }
        }
        throw SystemError("lock", path: folder, code: 0)
    }

    private func retire(_ state: inout State) {
        guard let active = state.active.take() else { return }
        state.left.append(
            Left(
                file: File(spool: active.spool, path: "\(folder)/\(log).\(active.spool)", isActive: false),
                lock: active.lock, size: active.size, isDirty: active.isDirty))
    }

    /// Adopts the files of programs that have ended. A file that can't be adopted does not stop the others from being
    /// adopted.
    func adopt() throws(SystemError) {
        let prefix = "\(log)."
        var failure: SystemError?
        for name in try FileSystem.names(in: folder) where name.hasPrefix(prefix) {
            guard let spool = SpoolID(String(name.dropFirst(prefix.utf8.count))) else { continue }
            do throws(SystemError) {
                try adopt(spool, "\(folder)/\(name)")
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func adopt(_ spool: SpoolID, _ path: String) throws(SystemError) {
        let isOurs = state.withLock { state in
            state.active?.spool == spool || state.left.contains { $0.file.path == path }
        }
        guard !isOurs, try FileSystem.status(path) != nil, let lock = try FileLock.acquire(path),
            let size = try FileSystem.status(path)?.size
        else { return }
        state.withLock { state in
            state.left.append(
                Left(file: File(spool: spool, path: path, isActive: false), lock: lock, size: size, isDirty: false))
            state.waitingBytes += size
        }
    }

    /// The files to drain, those that are no longer written first.
    var files: [File] {
        state.withLock { state in
            var files = state.left.map(\.file)
            if let spool = state.active?.spool {
                files.append(File(spool: spool, path: "\(folder)/\(log).\(spool)", isActive: true))
            }
            return files
        }
    }

    /// Syncs all written lines to disk.
    func synchronize() throws(SystemError) {
        let dirty = state.withLock { state -> [SpoolID] in
            var dirty = state.left.filter(\.isDirty).map(\.file.spool)
            if state.active?.isDirty == true, let spool = state.active?.spool { dirty.append(spool) }
            state.active?.isDirty = false
            for index in state.left.indices { state.left[index].isDirty = false }
            return dirty
        }
        // Through a separate descriptor, so that writing lines does not wait for the disk.
        for (index, spool) in dirty.enumerated() {
            do {
                try Descriptor.reading("\(folder)/\(log).\(spool)").synchronize()
            } catch {
                // Files that are not synced yet are synced the next time.
                let rest = Set(dirty[index...])
                state.withLock { state in
                    if let spool = state.active?.spool, rest.contains(spool) { state.active?.isDirty = true }
                    for index in state.left.indices where rest.contains(state.left[index].file.spool) {
                        state.left[index].isDirty = true
                    }
                }
                throw error
            }
        }
        if !dirty.isEmpty { Failpoint.reach("spool.synchronized") }
    }

    /// Notes that the log holds a file up to `mark`.
    ///
    /// - Parameter oldest: the time of the first line behind it; nil to leave the known one.
    func took(_ file: File, upTo mark: Int64, oldest: Timestamp?) {
        state.withLock { state in
            let left = state.left.first { $0.file.spool == file.spool }?.size
            guard let size = left ?? (state.active?.spool == file.spool ? state.active?.size : nil) else { return }
            // After a power cut the log may hold more of a file than the disk does.
            let mark = min(mark, size)
            state.waitingBytes = max(0, state.waitingBytes - mark + (state.taken[file.spool] ?? 0))
            state.taken[file.spool] = mark
            state.oldest = state.waitingBytes == 0 ? nil : oldest ?? state.oldest
        }
    }

    /// Closes the current file, so that it can be drained and removed; the next line begins another one.
    func retire() {
        state.withLock { retire(&$0) }
    }

    /// Removes a file that the log holds completely.
    func remove(_ file: File) throws(SystemError) {
        try FileSystem.remove(file.path)
        try FileSystem.synchronizeDirectory(folder)
        state.withLock { state in
            if let left = state.left.first(where: { $0.file.path == file.path }) {
                // A torn last line is in no entry, but was counted as waiting.
                let torn = left.size - (state.taken[file.spool] ?? 0)
                state.waitingBytes = max(0, state.waitingBytes - max(0, torn))
            }
            state.left.removeAll { $0.file.path == file.path }
            state.taken[file.spool] = nil
            if state.waitingBytes == 0 { state.oldest = nil }
        }
    }
}
