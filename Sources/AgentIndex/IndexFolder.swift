public import Crypto
public import Events
import JSON
import Synchronization
public import System

/// The index on disk, a file for each agent: `<two digits>/<key>`, where the digits begin the SHA-256 of the key.
///
/// A file is there whole or not at all. Reading needs nothing but the disk, so installs go on when the database is
/// down. One program at a time writes.
public final class IndexFolder: Sendable {
    /// A file as it was read.
    public struct File: Sendable {
        /// The bytes.
        public let bytes: [UInt8]
        /// SHA-256 of the bytes.
        public let digest: SHA256Digest
        /// What they say.
        public let document: IndexDocument
    }

    /// How far the folder follows which log.
    public struct Mark: Sendable, Equatable {
        /// The log.
        public let log: LogID
        /// The next position: all before it is in the folder.
        public let next: Position

        /// States how far.
        public init(log: LogID, next: Position) {
            self.log = log
            self.next = next
        }
    }

    private struct Cached {
        let status: FileSystem.Status
        let file: File
    }

    private struct Cache {
        var files: [AgentKey: Cached] = [:]
        var bytes = 0
    }

    private static let maximumCachedBytes = 16 << 20
    private static let maximumFileBytes = 64 << 20

    private let path: String
    private let cache = Mutex(Cache())

    /// Names the folder; the first write creates it.
    public init(_ path: String) {
        self.path = path
    }

    private func filePath(_ key: AgentKey) -> String {
        "\(path)/\(SHA256Digest(of: key.description.utf8).hex.prefix(2))/\(key)"
    }

    /// Reads an agent's file; nil where there is none.
    ///
    /// - Throws: `SystemError` where the disk does not give it, `IndexFault` where it is broken.
    public func file(_ key: AgentKey) throws -> File? {
        let filePath = filePath(key)
        guard let status = try FileSystem.status(filePath) else { return nil }
        if let cached = cache.withLock({ $0.files[key] }), cached.status == status { return cached.file }
        guard let bytes = try FileSystem.readIfThere(filePath, limit: Self.maximumFileBytes) else { return nil }
        let file = File(bytes: bytes, digest: SHA256Digest(of: bytes), document: try IndexDocument(bytes))
        cache.withLock { cache in
            cache.bytes += bytes.count - (cache.files[key]?.file.bytes.count ?? 0)
            cache.files[key] = Cached(status: status, file: file)
            if cache.bytes > Self.maximumCachedBytes { cache = Cache() }
        }
        return file
    }

    /// Puts files in place; all of them are durable afterwards.
    public func write(_ files: [(key: AgentKey, bytes: [UInt8])]) throws(SystemError) {
        for directory in Set(files.map { FileSystem.parent(of: filePath($0.key)) }) {
            try FileSystem.makeDirectory(directory)
        }
        try FileSystem.replaceAll(files.map { (filePath($0.key), $0.bytes) })
    }

    private var markPath: String { "\(path)/mark.json" }

    /// How far the folder is; nil where it is new, of another format, or follows nothing yet.
    public func mark() throws(SystemError) -> Mark? {
        guard let bytes = try FileSystem.readIfThere(markPath, limit: 4_096), let value = try? JSONValue(bytes),
            value["format"]?.integer == IndexDocument.format, let log = value["log"]?.string.flatMap(LogID.init),
            let next = value["next"]?.integer
        else { return nil }
        return Mark(log: log, next: Position(max(0, next)))
    }

    /// Says how far the folder is.
    public func setMark(_ mark: Mark) throws(SystemError) {
        var writer = JSONWriter()
        writer.object { object in
            object.member("format", IndexDocument.format)
            object.member("log", mark.log.hex)
            object.member("next", mark.next.value)
        }
        try FileSystem.replace(markPath, with: writer.bytes)
    }

    /// Removes all files and the mark: what comes next is another log, format or past.
    public func clear() throws(SystemError) {
        try FileSystem.remove(markPath)
        for name in try FileSystem.names(in: path) where name.utf8.count == 2 {
            for file in try FileSystem.names(in: "\(path)/\(name)") { try FileSystem.remove("\(path)/\(name)/\(file)") }
        }
    }

    /// Claims the folder for writing, making it where it is missing; nil while another program writes.
    public func lock() throws(SystemError) -> FileLock? {
        try FileSystem.makeDirectory(path)
        return try FileLock.acquire("\(path)/lock")
    }
}
