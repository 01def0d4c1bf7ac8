public import Crypto
public import System

/// Files by SHA-256 below one folder: `sha256/<two digits>/<the other 62>`.
///
/// A file is there whole or not at all, and never changes.
public struct ArtifactFolder: Sendable {
    private let path: String

    /// Names the folder; the store creates it.
    public init(_ path: String) {
        self.path = path
    }

    /// Opens a file for reading; nil where there is none.
    public func open(_ digest: SHA256Digest) throws(SystemError) -> Descriptor? {
        do {
            return try Descriptor.reading(filePath(digest))
        } catch  where error.isNotFound {
            return nil
        }
    }

    /// Reads a file and says what it really holds; nil where there is none. Blocks.
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

    /// Where uploads lie until their digest is known.
    var incoming: String { "\(path)/incoming" }

    /// Where files lie by digest.
    var files: String { "\(path)/sha256" }

    /// Where files go that are being swept.
    var swept: String { "\(path)/swept" }

    /// Takes a file out of its place, to a name that only this sweep knows; nil where there is none.
    func takeAway(_ digest: SHA256Digest) throws(SystemError) -> String? {
        guard try FileSystem.status(filePath(digest)) != nil else { return nil }
        let name = "\(digest.hex).\(UInt64.random(in: .min ... .max))"
        try FileSystem.rename(filePath(digest), to: "\(swept)/\(name)")
        return name
    }

    /// Which file a name under `swept` stands for.
    static func digest(ofSwept name: String) -> SHA256Digest? { SHA256Digest(hex: String(name.prefix(64))) }

    /// Puts a file that was taken away in its place, unless it stands there again or is gone for good.
    func putBack(_ name: String) throws(SystemError) {
        guard let digest = Self.digest(ofSwept: name) else { return }
        if try FileSystem.status(filePath(digest)) == nil {
            do {
                try FileSystem.rename("\(swept)/\(name)", to: filePath(digest))
            } catch  where error.isNotFound {
                // Somebody else has put it back or removed it meanwhile.
                return
            }
        } else {
            try FileSystem.remove("\(swept)/\(name)")
        }
        try FileSystem.synchronizeDirectory(directory(digest))
    }

    /// All folders that files lie in.
    var directories: [String] { (0..<256).map { "\(files)/\(Hex.encode([UInt8($0)]))" } }

    func directory(_ digest: SHA256Digest) -> String { "\(files)/\(digest.hex.prefix(2))" }

    func filePath(_ digest: SHA256Digest) -> String { "\(directory(digest))/\(digest.hex.dropFirst(2))" }
}
