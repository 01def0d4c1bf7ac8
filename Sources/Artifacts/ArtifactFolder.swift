public import Crypto
public import System

/// The files of versions below one folder, by SHA-256: `sha256/<two digits>/<the other 62>`.
///
/// A file exists completely or not at all, and never changes.
public struct ArtifactFolder: Sendable {
    private let path: String

    /// Names the folder; `ArtifactStore` creates it.
    public init(_ path: String) {
        self.path = path
    }

    /// Opens a file for reading; nil where it does not exist. Blocks the calling thread.
    public func open(_ digest: SHA256Digest) throws(SystemError) -> Descriptor? {
        do {
            return try Descriptor.reading(filePath(digest))
        } catch  where error.isNotFound {
            return nil
        }
    }

    /// Reads a whole file; nil where it does not exist or is larger than `limit` bytes. Blocks the calling thread.
    public func bytes(of digest: SHA256Digest, limit: Int) throws(SystemError) -> [UInt8]? {
        guard let file = try open(digest) else { return nil }
        var bytes: [UInt8] = []
        while true {
            let block = try file.read(at: Int64(bytes.count), count: min(1 << 18, limit + 1 - bytes.count))
            bytes += block
            if block.isEmpty { return bytes }
            if bytes.count > limit { return nil }
        }
    }

    /// Reads a whole file and returns its real digest and size; nil where it does not exist. Blocks the calling thread.
    public func measure(_ digest: SHA256Digest) throws(SystemError) -> (sha256: SHA256Digest, sizeBytes: Int64)? {
        guard let file = try open(digest) else { return nil }
        var hasher = SHA256Hasher()
        var size: Int64 = 0
        while true {
            let block = try file.read(at: size, count: 1 << 18)
            if block.isEmpty { return (hasher.finish(), size) }
            hasher.update(block)
            size += Int64(block.count)
        }
    }

    /// The folder of uploads whose digest is not known yet.
    var incoming: String { "\(path)/incoming" }

    /// The folder of files by digest.
    var files: String { "\(path)/sha256" }

    /// The folder of files that the sweep is removing.
    var swept: String { "\(path)/swept" }

    /// Moves a file to a random name under `swept`; nil where it does not exist.
    func takeAway(_ digest: SHA256Digest) throws(SystemError) -> String? {
        guard try FileSystem.status(filePath(digest)) != nil else { return nil }
        let name = "\(digest.hex).\(UInt64.random(in: .min ... .max))"
        try FileSystem.rename(filePath(digest), to: "\(swept)/\(name)")
        return name
    }

    /// The digest of the file that a name under `swept` stands for.
    static func digest(ofSwept name: String) -> SHA256Digest? { SHA256Digest(hex: String(name.prefix(64))) }

    /// Moves a file from `swept` back to its place, or deletes it where its place is taken; a missing one is no error.
    func putBack(_ name: String) throws(SystemError) {
        guard let digest = Self.digest(ofSwept: name) else { return }
        if try FileSystem.status(filePath(digest)) == nil {
            do {
                try FileSystem.rename("\(swept)/\(name)", to: filePath(digest))
            } catch  where error.isNotFound {
                // Another process has moved it back or removed it meanwhile.
                return
            }
        } else {
            try FileSystem.remove("\(swept)/\(name)")
        }
        try FileSystem.synchronizeDirectory(directory(digest))
    }

    /// All folders for files, by the first two digits.
    var directories: [String] { (0..<256).map { "\(files)/\(Hex.encode([UInt8($0)]))" } }

    func directory(_ digest: SHA256Digest) -> String { "\(files)/\(digest.hex.prefix(2))" }

    /// Where a file is, for libraries that open files themselves.
    public func filePath(_ digest: SHA256Digest) -> String { "\(directory(digest))/\(digest.hex.dropFirst(2))" }
}
