import Crypto
import Synchronization
import System

/// The files that versions name, beside the index: 256 files of digests, each with 32 bytes for each digest that begins
/// with its two digits.
///
/// What no entry names is nobody's to read: an upload may still be refused.
final class NamedFiles: Sendable {
    private typealias Shard = (status: FileSystem.Status, digests: Set<SHA256Digest>)

    private struct State {
        var shards: [UInt8: Shard] = [:]
        var digests = 0
        /// Named by this process and perhaps not copied yet, and those before them.
        var fresh: Set<SHA256Digest> = []
        var earlier: Set<SHA256Digest> = []
    }

    private static let digestBytes = 32
    /// Of 100 bytes each.
    private static let maximumCached = 500_000
    private static let maximumFresh = 50_000
    private static let maximumShardBytes = 64 << 20

    private let path: String
    private let state = Mutex(State())

    init(_ path: String) {
        self.path = path
    }

    private func shardPath(_ shard: UInt8) -> String { "\(path)/\(Hex.encode([shard]))" }

    func contains(_ digest: SHA256Digest) throws(SystemError) -> Bool {
        if state.withLock({ $0.fresh.contains(digest) || $0.earlier.contains(digest) }) { return true }
        guard let shard = digest.bytes.first else { return false }
        return try read(shard).contains(digest)
    }

    func note(_ digests: [SHA256Digest]) {
        state.withLock { state in
            // What was noted two rounds ago is copied by now.
            if state.fresh.count + digests.count > Self.maximumFresh {
                state.earlier = state.fresh
                state.fresh = []
            }
            state.fresh.formUnion(digests)
        }
    }

    /// False where the files were never copied, or were lost since.
    var areThere: Bool {
        get throws(SystemError) { try FileSystem.status(path) != nil }
    }

    /// Adds digests durably. What it writes depends on how many are added, and not on how many there are.
    func add(_ digests: [SHA256Digest]) throws(SystemError) {
        try FileSystem.makeDirectory(path)
        var additions: [FileSystem.Addition] = []
        var added: [(shard: UInt8, digests: Set<SHA256Digest>)] = []
        for (shard, digests) in Dictionary(grouping: digests, by: { $0.bytes[0] }) {
            let known = try read(shard)
            let new = Set(digests).subtracting(known)
            // A program that ended while it wrote may have left a part of a digest, behind which none could be read.
            let size = try FileSystem.status(shardPath(shard))?.size ?? 0
            guard size % Int64(Self.digestBytes) == 0 else {
                try FileSystem.replace(shardPath(shard), with: known.union(new).flatMap(\.bytes))
                continue
            }
            // Also where nothing is new: an earlier try may have written it and not forced it to the disk.
            additions.append(FileSystem.Addition(path: shardPath(shard), bytes: new.flatMap(\.bytes)))
            added.append((shard, known.union(new)))
        }
        do {
            try FileSystem.appendAll(additions)
        } catch {
            // What could not be forced to the disk counts as written all the same, so it is written anew.
            for (shard, digests) in added {
                try FileSystem.replace(shardPath(shard), with: digests.flatMap(\.bytes))
            }
        }
        for (shard, digests) in added {
            guard let status = try FileSystem.status(shardPath(shard)) else { continue }
            keep(digests, status, as: shard)
        }
    }

    /// Replaces the digests that begin with a byte, where others are known.
    func set(_ shard: UInt8, _ digests: Set<SHA256Digest>) throws(SystemError) {
        guard try read(shard) != digests else { return }
        try FileSystem.makeDirectory(path)
        try FileSystem.replace(shardPath(shard), with: digests.flatMap(\.bytes))
    }

    func clear() throws(SystemError) {
        state.withLock { state in
            state.shards = [:]
            state.digests = 0
        }
        guard try FileSystem.status(path) != nil else { return }
        for name in try FileSystem.names(in: path) { try FileSystem.remove("\(path)/\(name)") }
    }

    private func read(_ shard: UInt8) throws(SystemError) -> Set<SHA256Digest> {
        let path = shardPath(shard)
        guard let status = try FileSystem.status(path) else { return [] }
        if let known = state.withLock({ $0.shards[shard] }), known.status == status { return known.digests }
        guard let bytes = try FileSystem.readIfThere(path, limit: Self.maximumShardBytes) else { return [] }
        let digests = Set(
            stride(from: 0, through: bytes.count - Self.digestBytes, by: Self.digestBytes).compactMap {
                SHA256Digest(bytes: Array(bytes[$0..<($0 + Self.digestBytes)]))
            })
        keep(digests, status, as: shard)
        return digests
    }

    private func keep(_ digests: Set<SHA256Digest>, _ status: FileSystem.Status, as shard: UInt8) {
        state.withLock { state in
            if state.digests + digests.count > Self.maximumCached {
                state.shards.removeAll()
                state.digests = 0
            }
            state.digests += digests.count - (state.shards[shard]?.digests.count ?? 0)
            state.shards[shard] = (status, digests)
        }
    }
}
