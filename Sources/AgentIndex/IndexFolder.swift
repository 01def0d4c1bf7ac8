public import Crypto
public import Events
import JSON
import Synchronization
public import System

/// The index on disk, with a file for each agent: `<two digits>/<key>`; the digits begin the SHA-256 of the key. Pages with
/// older versions are `pages/<two digits>/<digest>`.
///
/// A file exists completely or not at all. Reading needs only the disk, so clients can install agents while the
/// database is down. Only one program writes at a time; it holds `lock()`.
public final class IndexFolder: Sendable {
    /// A file of the index with its parsed content.
    public struct File: Sendable {
        /// The bytes.
        public let bytes: [UInt8]
        /// The SHA-256 of the bytes.
        public let digest: SHA256Digest
        /// The parsed document.
        public let document: IndexDocument
    }

    /// The log that the folder follows, and how far.
    public struct Mark: Sendable, Equatable {
        /// The id of the log.
        public let log: LogID
        /// The builds of the models that all of the folder was copied from.
        public let builds: String
        /// The next position: the folder reflects all entries before it.
        public let next: Position

        /// Creates a mark.
        public init(log: LogID, builds: String, next: Position) {
            self.log = log
            self.builds = builds
            self.next = next
        }
    }

    private struct Cached {
        let status: FileSystem.Status
        let file: File
    }

    /// What was used of late, in two generations: the older one goes once the newer one is full.
    private struct Cache {
        struct Generation {
            var files: [AgentKey: Cached] = [:]
            var pages: [SHA256Digest: IndexPage] = [:]
            var bytes = 0
        }

        private var newer = Generation()
        private var older = Generation()

        mutating func file(_ key: AgentKey) -> Cached? {
            if let found = newer.files[key] { return found }
            guard let found = older.files[key] else { return nil }
            keep(found, key)
            return found
        }

        mutating func page(_ digest: SHA256Digest, bytes: Int64) -> IndexPage? {
            if let found = newer.pages[digest] { return found }
            guard let found = older.pages[digest] else { return nil }
            keep(found, digest, bytes: Int(bytes))
            return found
        }

        mutating func keep(_ file: Cached, _ key: AgentKey) {
            let before = newer.files.updateValue(file, forKey: key)
            count(file.file.bytes.count - (before?.file.bytes.count ?? 0))
        }

        mutating func keep(_ page: IndexPage, _ digest: SHA256Digest, bytes: Int) {
            if newer.pages.updateValue(page, forKey: digest) == nil { count(bytes) }
        }

        private mutating func count(_ bytes: Int) {
            newer.bytes += bytes
            guard newer.bytes > IndexFolder.maximumCachedBytes / 2 else { return }
            (newer, older) = (Generation(), newer)
        }
    }

    private static let maximumCachedBytes = 16 << 20
    private static let maximumFileBytes = 64 << 20

    private let path: String
    private let cache = Mutex(Cache())
    private let named: NamedFiles
    private let withheld = Mutex<(status: FileSystem.Status, files: WithheldFiles)?>(nil)

    /// Names the folder; the first write creates it.
    public init(_ path: String) {
        self.path = path
        named = NamedFiles("\(path)/named")
    }

    /// True for a file that a version names, as far as this folder knows. Blocks the calling thread.
    public func isNamed(_ digest: SHA256Digest) throws -> Bool { try named.contains(digest) }

    /// Adds files that versions name; durable once this returns. Blocks the calling thread.
    public func addNamed(_ digests: [SHA256Digest]) throws(SystemError) { try named.add(digests) }

    /// Replaces the named files whose digests begin with a byte; durable once this returns. Blocks the calling thread.
    public func setNamed(_ first: UInt8, _ digests: Set<SHA256Digest>) throws(SystemError) {
        try named.set(first, digests)
    }

    /// Notes files that this process has just named, before the copy of the index holds them.
    public func noteNamed(_ digests: [SHA256Digest]) { named.note(digests) }

    private func filePath(_ key: AgentKey) -> String {
        "\(path)/\(SHA256Digest(of: key.description.utf8).hex.prefix(2))/\(key)"
    }

    /// Reads an agent's file; nil where there is none. Blocks the calling thread.
    ///
    /// Files and pages are cached, at most 16 MiB in all, and files read again where size, time or inode number have changed.
    ///
    /// - Throws: `SystemError` where the file can't be read, `IndexFault` where its content is damaged.
    public func file(_ key: AgentKey) throws -> File? {
        let filePath = filePath(key)
        guard let status = try FileSystem.status(filePath) else { return nil }
        if let cached = cache.withLock({ $0.file(key) }), cached.status == status { return cached.file }
        guard let bytes = try FileSystem.readIfThere(filePath, limit: Self.maximumFileBytes) else { return nil }
        let file = File(bytes: bytes, digest: SHA256Digest(of: bytes), document: try IndexDocument(bytes))
        cache.withLock { $0.keep(Cached(status: status, file: file), key) }
        return file
    }

    /// Finds the version of an agent that a request asks for; nil where there is no such agent. Blocks the calling thread.
    ///
    /// - Parameters:
    ///   - past: a position of the past; nil for the present.
    ///   - maximumPages: the most older pages that are read for it.
    /// - Throws: `IndexDocument.ResolutionFailure` where no version matches, or as `file` does.
    public func resolve(
        _ request: VersionRequest, of key: AgentKey, asOf past: Position? = nil, maximumPages: Int = maximumPages
    ) throws -> IndexedVersion? {
        // A page that is gone was replaced, and the document by now links to what took its place.
        for _ in 0..<Self.attempts {
            guard let present = try file(key)?.document,
                let document = past.map({ present.asOf($0) }) ?? present
            else { return nil }
            var search = document.search(request, maximumPages: maximumPages)
            reading: while true {
                switch try search.step() {
                case .found(let version): return version
                case .needs(let link):
                    guard let page = try page(link, of: key) else { break reading }
                    search.take(page)
                }
            }
        }
        throw IndexFault("a page of '\(key)' is missing")
    }

    /// The most pages that are read for one request.
    public static let maximumPages = 16
    private static let attempts = 3

    private func pagePath(_ digest: SHA256Digest) -> String { "\(pagesPath)/\(digest.hex.prefix(2))/\(digest.hex)" }
    private var pagesPath: String { "\(path)/pages" }

    /// Reads the bytes of an agent's page; nil where it is not there. Blocks the calling thread.
    public func pageBytes(_ digest: SHA256Digest, of key: AgentKey) throws(SystemError) -> [UInt8]? {
        guard let bytes = try FileSystem.readIfThere(pagePath(digest), limit: Self.maximumFileBytes) else { return nil }
        return IndexPage.belongs(bytes, to: key) ? bytes : nil
    }

    private func page(_ link: IndexLink, of key: AgentKey) throws -> IndexPage? {
        if let cached = cache.withLock({ $0.page(link.digest, bytes: link.sizeBytes) }) { return cached }
        guard let bytes = try pageBytes(link.digest, of: key) else { return nil }
        let page = try IndexPage(bytes, behind: link, of: key)
        cache.withLock { $0.keep(page, link.digest, bytes: bytes.count) }
        return page
    }

    /// Those of some pages that are not on the disk.
    public func missing(_ pages: [SHA256Digest]) throws(SystemError) -> [SHA256Digest] {
        var missing: [SHA256Digest] = []
        for digest in pages where try FileSystem.status(pagePath(digest)) == nil { missing.append(digest) }
        return missing
    }

    /// Writes pages durably, before the files that link to them.
    public func write(pages: [(digest: SHA256Digest, bytes: [UInt8])]) throws(SystemError) {
        try replace(pages.map { (pagePath($0.digest), $0.bytes) })
    }

    /// Writes files; each is replaced atomically, and all are durable once this returns.
    public func write(_ files: [(key: AgentKey, bytes: [UInt8])]) throws(SystemError) {
        try replace(files.map { (filePath($0.key), $0.bytes) })
    }

    /// The keys of all files, sorted. Blocks the calling thread.
    public func keys() throws(SystemError) -> [AgentKey] {
        var keys: [AgentKey] = []
        for folder in try FileSystem.names(in: path) where folder.utf8.count == 2 {
            keys += try FileSystem.names(in: "\(path)/\(folder)").compactMap { AgentKey($0) }
        }
        return keys.sorted()
    }

    /// Removes the files of agents. Blocks the calling thread; only who holds the lock may call it.
    public func remove(keys: [AgentKey]) throws(SystemError) {
        for key in keys { try FileSystem.remove(filePath(key)) }
    }

    /// The digests of all pages on the disk, after removing what a killed program left half-written. Blocks the calling
    /// thread; only who holds the lock may call it.
    public func pages() throws(SystemError) -> Set<SHA256Digest> {
        var pages: Set<SHA256Digest> = []
        guard try FileSystem.status(pagesPath) != nil else { return pages }
        for folder in try FileSystem.names(in: pagesPath) {
            for name in try FileSystem.names(in: "\(pagesPath)/\(folder)") {
                if let digest = SHA256Digest(hex: name) {
                    pages.insert(digest)
                } else {
                    try FileSystem.remove("\(pagesPath)/\(folder)/\(name)")
                }
            }
        }
        return pages
    }

    /// Removes pages that nothing links to. Blocks the calling thread.
    public func remove(pages: Set<SHA256Digest>) throws(SystemError) {
        for digest in pages { try FileSystem.remove(pagePath(digest)) }
    }

    private func replace(_ files: [(path: String, bytes: [UInt8])]) throws(SystemError) {
        for directory in Set(files.map { FileSystem.parent(of: $0.path) }) { try FileSystem.makeDirectory(directory) }
        try FileSystem.replaceAll(files)
    }

    private var withheldPath: String { "\(path)/withheld.json" }

    /// The reason why a file is not served; nil where it is. Blocks the calling thread.
    ///
    /// - Throws: `IndexFault` where the list is damaged or was never copied: then no file may be served.
    public func reason(forWithholding digest: SHA256Digest) throws -> WithheldFiles.Reason? {
        let missing = IndexFault("the list of files that are not served is not there yet")
        guard let status = try FileSystem.status(withheldPath) else { throw missing }
        if let cached = withheld.withLock({ $0 }), cached.status == status { return cached.files.reasons[digest] }
        guard let bytes = try FileSystem.readIfThere(withheldPath, limit: Self.maximumFileBytes) else { throw missing }
        let files = try WithheldFiles(bytes)
        withheld.withLock { $0 = (status, files) }
        return files.reasons[digest]
    }

    /// Replaces the list of files that are not served, durably.
    public func setWithheld(_ files: WithheldFiles) throws(SystemError) {
        try FileSystem.replace(withheldPath, with: files.bytes)
    }

    private var markPath: String { "\(path)/mark.json" }

    /// The mark of the folder; nil where there is none, it is damaged or has another format, or the digests of named files
    /// are missing.
    public func mark() throws(SystemError) -> Mark? {
        guard let bytes = try FileSystem.readIfThere(markPath, limit: 4_096), let value = try? JSONValue(bytes),
            value["format"]?.integer == IndexDocument.format, let log = value["log"]?.string.flatMap(LogID.init),
            let next = value["next"]?.integer, try named.areThere
        else { return nil }
        return Mark(log: log, builds: value["builds"]?.string ?? "", next: Position(max(0, next)))
    }

    /// Stores the mark, durably.
    public func setMark(_ mark: Mark) throws(SystemError) {
        var writer = JSONWriter()
        writer.object { object in
            object.member("builds", mark.builds)
            object.member("format", IndexDocument.format)
            object.member("log", mark.log.hex)
            object.member("next", mark.next.value)
        }
        try FileSystem.replace(markPath, with: writer.bytes)
    }

    /// Deletes the mark, the files of all agents, their pages and the digests of named files, before the folder follows
    /// another log or gets another format. The list of withheld files stays until it is replaced. The folder has to
    /// exist.
    public func clear() throws(SystemError) {
        try FileSystem.remove(markPath)
        // Before their pages, so that no reader is led to one that is gone.
        for name in try FileSystem.names(in: path) where name.utf8.count == 2 {
            for file in try FileSystem.names(in: "\(path)/\(name)") { try FileSystem.remove("\(path)/\(name)/\(file)") }
        }
        try FileSystem.removeTree(pagesPath)
        try named.clear()
    }

    /// Takes the lock for writing and creates the folder where it is missing; nil while another program holds the lock.
    public func lock() throws(SystemError) -> FileLock? {
        try FileSystem.makeDirectory(path)
        return try FileLock.acquire("\(path)/lock")
    }
}
