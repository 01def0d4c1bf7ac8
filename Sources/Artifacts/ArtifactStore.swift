public import Crypto
public import Postgres
import Synchronization
public import System

/// Stores uploaded files: writes them to disk, hashes them meanwhile, leases their digests, then moves them into place.
///
/// A stored file is durable before `place` returns. Its lease tells the sweep that an append may soon name the file;
/// the append checks that the lease exists.
///
///     let upload = store.begin()
///     while let piece = try await body.next() { try await upload.write(piece) }
///     let digest = try await upload.finish()
///     try await store.place([(upload, digest)])
public final class ArtifactStore: Sendable {
    /// The time for which a file that no entry names is kept, 24 hours.
    public static let orphanMilliseconds: Int64 = 24 * 3600 * 1000

    private let folder: ArtifactFolder
    private let leases: PostgresPool
    private let workers: [Worker]
    private let placements: PlacementQueue

    /// Opens the store and creates its folders where they are missing.
    ///
    /// - Parameters:
    ///   - folder: where the files lie.
    ///   - leases: sessions that may write leases.
    ///   - diskThreads: the number of threads for reading and writing.
    public init(_ folder: ArtifactFolder, leases: PostgresPool, diskThreads: Int = 4) throws(SystemError) {
        self.folder = folder
        self.leases = leases
        workers = (0..<diskThreads).map { _ in Worker(name: "artifacts") }
        placements = PlacementQueue(folder)
        try FileSystem.makeDirectory(folder.incoming)
        try FileSystem.makeDirectory(folder.files)
        for directory in folder.directories { try FileSystem.makeDirectory(directory) }
        try FileSystem.makeDirectory(folder.swept)
        try FileSystem.synchronizeDirectory(folder.files)
        try FileSystem.synchronizeDirectory(FileSystem.parent(of: folder.files))
    }

    /// Begins an upload; nothing is on disk yet.
    public func begin() -> ArtifactUpload {
        let name = Hex.encode(SecureRandom.bytes(16))
        let worker = workers[name.utf8.reduce(0) { $0 + Int($1) } % workers.count]
        return ArtifactUpload(file: IncomingFile("\(folder.incoming)/\(name)"), worker: worker)
    }

    /// Stores the finished uploads of a publication: leases their digests, forces the files to the disk and moves each into its
    /// place.
    ///
    /// A file whose bytes are already stored is discarded. All files are durable once this returns; after an error some
    /// may be in place.
    public func place(_ uploads: [(upload: ArtifactUpload, digest: SHA256Digest)]) async throws {
        guard !uploads.isEmpty else { return }
        try await lease(uploads.map(\.digest))
        try await placements.place(PlacementQueue.Publication(uploads: uploads))
    }

    /// Deletes the bytes of a file for good, durably; nothing happens where they are gone already.
    ///
    /// The caller makes sure that nobody publishes the file again: the append of a publish guards its stream.
    public func remove(_ digest: SHA256Digest) async throws {
        let folder = folder
        try await workers[0].run {
            try FileSystem.remove(folder.filePath(digest))
            try FileSystem.synchronizeDirectory(folder.directory(digest))
        }
    }

    /// Gives up the files of a refused upload: deletes those that no entry names and no other upload holds.
    ///
    /// Where that fails, the sweep deletes them later.
    public func release(_ digests: [SHA256Digest]) async throws {
        guard !digests.isEmpty else { return }
        let free = try await leases.run { connection in
            try connection.execute(Statements.releaseLeases, [.byteas(digests.map(\.bytes))]).map { try $0.bytes(0) }
        }
        for digest in free.compactMap({ SHA256Digest(bytes: $0) }) {
            _ = try await sweep(digest, locking: Statements.lockReleased, [.bytea(digest.bytes)])
        }
    }

    private func lease(_ digests: [SHA256Digest]) async throws {
        try await leases.runRepeatable { connection in
            _ = try connection.execute(Statements.lease, [.byteas(digests.map(\.bytes))]).affected
        }
    }

    /// Deletes expired files that no entry names, at most 1,000 of them, and the rest of broken uploads.
    ///
    /// First it moves back what an interrupted sweep left under `swept`. One file that can't be deleted does not stop
    /// the others; the error is thrown after them, before the rest of broken uploads is deleted.
    ///
    /// - Parameter age: the age of a lease, and of a broken upload, from which it counts as expired.
    /// - Returns: the number of deleted files.
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
                let values: [PostgresValue] = [.bytea(digest.bytes), .int8(age)]
                removed += try await sweep(digest, locking: Statements.lockLease, values) ? 1 : 0
            } catch {
                // A file that can't be deleted does not stop the others. If only the answer to the commit was lost, its
                // lease is gone.
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

    /// Deletes one file whose lease a statement locks, unless an entry names it.
    ///
    /// Its lease stays locked until the file is moved away, so that no append can name it meanwhile. If the lock is
    /// lost before the commit, an append may have named the file, so it is moved back.
    private func sweep(
        _ digest: SHA256Digest, locking lock: PostgresStatement, _ values: [PostgresValue]
    ) async throws -> Bool {
        let folder = folder
        return try await leases.run { connection in
            var moved: String?
            do {
                try connection.transaction {
                    let key = PostgresValue.bytea(digest.bytes)
                    guard try connection.execute(lock, values).count > 0 else { return }
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

    /// Moves back the files that an interrupted sweep left under `swept`, with a new lease.
    private func putBack() async throws {
        let folder = folder
        for name in try await workers[0].run({ try FileSystem.names(in: folder.swept) }) {
            guard let digest = ArtifactFolder.digest(ofSwept: name) else { continue }
            do {
                // This waits for the lock of a running sweep.
                try await lease([digest])
                try await workers[0].run { try folder.putBack(name) }
            } catch let error as PostgresError where error.sqlState == "57014" {
                // That sweep has stopped; its file has to wait, the others do not.
                continue
            }
        }
    }

    private enum Statements {
        static let lease = PostgresStatement("lease", PackageResources.lease_sql)
        static let expiredLeases = PostgresStatement("expired_leases", PackageResources.expired_leases_sql)
        static let releaseLeases = PostgresStatement("release_leases", PackageResources.release_leases_sql)
        static let lockReleased = PostgresStatement("lock_released", PackageResources.lock_released_sql)
        static let lockLease = PostgresStatement("lock_lease", PackageResources.lock_lease_sql)
        static let isNamed = PostgresStatement("is_named", PackageResources.is_named_sql)
        static let dropLease = PostgresStatement("drop_lease", PackageResources.drop_lease_sql)
    }
}

/// An upload; used by one task at a time.
///
/// An upload that is released before it is placed is deleted.
public final class ArtifactUpload: Sendable {
    /// The bytes that are collected before they are written to the disk.
    private static let bufferBytes = 65_536

    let file: IncomingFile
    let worker: Worker

    fileprivate init(file: IncomingFile, worker: Worker) {
        self.file = file
        self.worker = worker
    }

    /// Adds the next bytes of the file.
    public func write(_ bytes: [UInt8]) async throws {
        guard file.gather(bytes) >= Self.bufferBytes else { return }
        let file = file
        try await worker.run { try file.writeGathered() }
    }

    /// Writes the remaining bytes and returns the digest of the file; only `place` makes it durable.
    public func finish() async throws -> SHA256Digest {
        let file = file
        return try await worker.run { try file.finish() }
    }

    /// The size of the file so far.
    var sizeBytes: Int { file.sizeBytes }

    /// The path of the file; all of it is there once `finish` has returned, until the upload is placed or released.
    public var path: String { file.path }

    deinit {
        guard !file.isPlaced else { return }
        let file = file
        worker.enqueue { file.discard() }
    }
}
