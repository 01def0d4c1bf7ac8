public import Crypto
public import Postgres
import Synchronization
public import System

/// Takes files in: streamed to disk, hashed on the way, leased, then put in place by digest.
///
/// A stored file is durable before its digest is handed out. The lease tells the sweep that somebody is
/// about to name the file; the append that names it checks that the lease is there.
public final class ArtifactStore: Sendable {
    /// How long an unnamed file is kept.
    public static let orphanMilliseconds: Int64 = 24 * 3600 * 1000

    private let folder: ArtifactFolder
    private let leases: PostgresPool
    private let workers: [Worker]

    /// Opens the store, making its folders where they are missing.
    ///
    /// - Parameter leases: sessions that may write leases.
    public init(_ folder: ArtifactFolder, leases: PostgresPool, diskThreads: Int = 4) throws(SystemError) {
        self.folder = folder
        self.leases = leases
        workers = (0..<diskThreads).map { _ in Worker(name: "artifacts") }
        try FileSystem.makeDirectory(folder.incoming)
        try FileSystem.makeDirectory(folder.files)
        for directory in folder.directories { try FileSystem.makeDirectory(directory) }
        try FileSystem.makeDirectory(folder.swept)
        try FileSystem.synchronizeDirectory(folder.files)
        try FileSystem.synchronizeDirectory(FileSystem.parent(of: folder.files))
    }

    /// Begins to take a file in.
    public func begin() -> ArtifactUpload {
        let name = Hex.encode(SecureRandom.bytes(16))
        let worker = workers[name.utf8.reduce(0) { $0 + Int($1) } % workers.count]
        return ArtifactUpload(file: IncomingFile("\(folder.incoming)/\(name)"), worker: worker)
    }

    /// Leases the digests of finished uploads, makes the files durable, then puts each in place unless the same bytes
    /// are there already. All of them are durable there then.
    public func place(_ uploads: [(upload: ArtifactUpload, digest: SHA256Digest)]) async throws {
        guard let worker = uploads.first?.upload.worker else { return }
        try await lease(uploads.map(\.digest))
        let folder = folder
        try await worker.run {
            // One after the other, when all is written: the first flush takes most of the others along.
            for (upload, _) in uploads { try upload.file.synchronize() }
            var changed: Set<String> = []
            for (upload, digest) in uploads {
                let destination = folder.filePath(digest)
                if try FileSystem.status(destination) == nil {
                    try FileSystem.rename(upload.file.path, to: destination)
                } else {
                    upload.file.discard()
                }
                // Also where another upload put it there: its name may not be on the disk yet.
                changed.insert(folder.directory(digest))
            }
            for directory in changed { try FileSystem.synchronizeDirectory(directory) }
        }
    }

    private func lease(_ digests: [SHA256Digest]) async throws {
        try await leases.runRepeatable { connection in
            _ = try connection.execute(Statements.lease, [.byteas(digests.map(\.bytes))]).affected
        }
    }

    /// Removes files that were announced longer ago than `olderThanMilliseconds` and that no entry names,
    /// and what broken uploads left. Returns how many files went.
    @discardableResult
    public func sweep(olderThanMilliseconds age: Int64 = orphanMilliseconds) async throws -> Int {
        try await putBack()
        let folder = folder
        let expired = try await leases.run { connection in
            try connection.execute(Statements.expiredLeases, [.int8(age)]).map { try $0.bytes(0) }
        }
        var removed = 0
        var failure: (any Error)?
        for bytes in expired {
            guard let digest = SHA256Digest(bytes: bytes) else { continue }
            do {
                removed += try await sweep(digest, olderThanMilliseconds: age) ? 1 : 0
            } catch {
                // One file that can't be removed does not keep the others. Where only the answer to the commit was
                // lost, its lease is gone.
                failure = error
                try? await lease([digest])
            }
        }
        if let failure { throw failure }
        let oldestSeconds = (Host.wallClockMilliseconds() - age) / 1000
        return try await workers[0].run { [removed] in
            var removed = removed
            for name in try FileSystem.names(in: folder.incoming) {
                let path = "\(folder.incoming)/\(name)"
                guard let status = try FileSystem.status(path), status.modifiedSeconds < oldestSeconds else { continue }
                try FileSystem.remove(path)
                removed += 1
            }
            return removed
        }
    }

    /// The lease stays locked until the file is away, so no append can name it in between. Where the lock is lost
    /// before the commit, somebody may have: the file goes back.
    private func sweep(_ digest: SHA256Digest, olderThanMilliseconds age: Int64) async throws -> Bool {
        let folder = folder
        return try await leases.run { connection in
            var moved: String?
            do {
                try connection.transaction {
                    let key = PostgresValue.bytea(digest.bytes)
                    guard try connection.execute(Statements.lockLease, [key, .int8(age)]).count > 0 else { return }
                    let isNamed = try connection.execute(Statements.isNamed, [key]).first?.bool(0) ?? true
                    if !isNamed { moved = try folder.takeAway(digest) }
                    try connection.execute(Statements.dropLease, [key])
                }
            } catch {
                if let moved { try folder.putBack(moved) }
                throw error
            }
            if let moved { try FileSystem.remove("\(folder.swept)/\(moved)") }
            return moved != nil
        }
    }

    /// Puts back what a sweep that was cut off had taken away, leased like an upload.
    private func putBack() async throws {
        let folder = folder
        for name in try await workers[0].run({ try FileSystem.names(in: folder.swept) }) {
            guard let digest = ArtifactFolder.digest(ofSwept: name) else { continue }
            do {
                // Waits for the lock of a sweep that is under way.
                try await lease([digest])
                try await workers[0].run { try folder.putBack(name) }
            } catch let error as PostgresError where error.sqlState == "57014" {
                // That sweep is stopped; its file waits, the others do not.
                continue
            }
        }
    }

    private enum Statements {
        static let lease = PostgresStatement("lease", PackageResources.lease_sql)
        static let expiredLeases = PostgresStatement("expired_leases", PackageResources.expired_leases_sql)
        static let lockLease = PostgresStatement("lock_lease", PackageResources.lock_lease_sql)
        static let isNamed = PostgresStatement("is_named", PackageResources.is_named_sql)
        static let dropLease = PostgresStatement("drop_lease", PackageResources.drop_lease_sql)
    }
}

/// A file that is being taken in. One task at a time; letting go of it before it is placed removes the file.
public final class ArtifactUpload: Sendable {
    /// What gathers before it goes to the disk.
    private static let bufferBytes = 65_536

    fileprivate let file: IncomingFile
    fileprivate let worker: Worker

    fileprivate init(file: IncomingFile, worker: Worker) {
        self.file = file
        self.worker = worker
    }

    /// Adds bytes.
    public func write(_ bytes: [UInt8]) async throws {
        guard file.gather(bytes) >= Self.bufferBytes else { return }
        let file = file
        try await worker.run { try file.writeGathered() }
    }

    /// Writes what is left, under a name of its own; `place` makes it durable.
    public func finish() async throws -> SHA256Digest {
        let file = file
        return try await worker.run { try file.finish() }
    }

    /// Has a look at the finished file, on the thread that writes it.
    public func inspect<Value: Sendable>(_ body: @escaping @Sendable (_ path: String) throws -> Value) async throws
        -> Value
    {
        let file = file
        return try await worker.run { try body(file.path) }
    }

    deinit {
        let file = file
        Task { [worker] in try? await worker.run { file.discard() } }
    }
}

/// The file behind an upload, used on its worker's thread but for what gathers.
private final class IncomingFile: Sendable {
    private struct State: ~Copyable {
        var gathered: [UInt8] = []
        /// Nil until something is written.
        var descriptor: Descriptor?
        var hasher = SHA256Hasher()

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

    /// Keeps bytes for the next writing; returns how many there are.
    func gather(_ bytes: [UInt8]) -> Int {
        state.withLock { state in
            state.gathered += bytes
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

    /// Forces the file to the disk, by the descriptor that wrote it: a fault that comes up before is told to no other.
    func synchronize() throws {
        try state.withLock { state in
            try state.descriptor?.synchronize()
            state.descriptor = nil
        }
    }

    /// Removes what is left under the upload's own name; nothing is, once the file is in place.
    func discard() {
        try? FileSystem.remove(path)
    }
}
