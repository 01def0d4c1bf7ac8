import Crypto
import Synchronization
import System

/// The file of an upload. Only collecting bytes may happen on a `LoopThread`; all else blocks the calling thread.
final class IncomingFile: Sendable {
    private struct State: ~Copyable {
        var gathered: [UInt8] = []
        /// Nil until something is written, and after `synchronize`.
        var descriptor: Descriptor?
        var hasher = SHA256Hasher()
        var sizeBytes = 0
        var isPlaced = false

        mutating func write(_ path: String) throws(SystemError) {
            if descriptor == nil { descriptor = try Descriptor.creating(path) }
            hasher.update(gathered)
            try descriptor?.write(gathered)
            gathered.removeAll(keepingCapacity: true)
        }
    }

    let path: String
    private let state = Mutex(State())

    init(_ path: String) {
        self.path = path
    }

    /// Collects bytes for the next write; returns the number of collected bytes.
    func gather(_ bytes: [UInt8]) -> Int {
        state.withLock { state in
            state.gathered += bytes
            state.sizeBytes += bytes.count
            return state.gathered.count
        }
    }

    func writeGathered() throws {
        try state.withLock { try $0.write(path) }
    }

    func finish() throws -> SHA256Digest {
        try state.withLock { state in
            try state.write(path)
            state.gathered = []
            return state.hasher.finish()
        }
    }

    /// The size of the file so far.
    var sizeBytes: Int { state.withLock { $0.sizeBytes } }

    /// True once the file has been moved into its place.
    var isPlaced: Bool { state.withLock { $0.isPlaced } }

    /// Moves the file into its place.
    func move(to destination: String) throws {
        try FileSystem.rename(path, to: destination)
        state.withLock { $0.isPlaced = true }
    }

    /// Begins to write to the disk what the kernel holds of the file.
    func beginSynchronizing() {
        state.withLock { $0.descriptor?.beginSynchronizing() }
    }

    /// Forces the file to the disk, through the descriptor that wrote it: the kernel reports a write error to no other
    /// one.
    func synchronize() throws {
        try state.withLock { state in
            try state.descriptor?.synchronize()
            state.descriptor = nil
        }
    }

    /// Deletes the upload's file; once the file is in its place, nothing is left under this name.
    func discard() {
        try? FileSystem.remove(path)
    }
}
