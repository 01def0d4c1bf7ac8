public import Crypto
public import System

/// Files by SHA-256 below one folder: `sha256/<two digits>/<the other 62>`.
///
/// A file is there whole or not at all, and never changes.
public struct ArtifactFolder: Sendable {
    private let path: String

    /// Names the folder; it is made by whoever stores.
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

    /// Where uploads lie until their digest is known.
    var incoming: String { "\(path)/incoming" }

    /// Where files lie by digest.
    var files: String { "\(path)/sha256" }

    func directory(_ digest: SHA256Digest) -> String { "\(files)/\(digest.hex.prefix(2))" }

    func filePath(_ digest: SHA256Digest) -> String { "\(directory(digest))/\(digest.hex.dropFirst(2))" }
}
