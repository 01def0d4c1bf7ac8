import Glibc

/// Files and folders: durable writes, folders and metadata.
///
/// All functions block the calling thread; call them from a `Worker` or at startup. In a debug build those that open,
/// read or write a file or read its metadata trap on a `LoopThread`.
public enum FileSystem {
    /// The metadata of a file or folder.
    public struct Status: Sendable, Equatable {
        /// True for a folder.
        public let isDirectory: Bool
        /// True for a regular file.
        public let isFile: Bool
        /// Size in bytes.
        public let size: Int64
        /// Numeric id of the owner.
        public let owner: UInt32
        /// The nine permission bits.
        public let mode: UInt32
        /// Seconds since 1970 when the content last changed.
        public let modifiedSeconds: Int64
        /// The part of that second, in nanoseconds.
        public let modifiedNanoseconds: Int64
        /// The inode number: a file that replaces another one has a different number.
        public let number: UInt64
    }

    /// The metadata of a path, without following a link; nil where nothing exists there.
    public static func status(_ path: String) throws(SystemError) -> Status? {
        LoopThread.assertElsewhere()
        var raw = stat()
        guard unsafe lstat(path, &raw) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw SystemError("stat", path: path)
        }
        return Status(
            isDirectory: raw.st_mode & S_IFMT == S_IFDIR, isFile: raw.st_mode & S_IFMT == S_IFREG,
            size: Int64(raw.st_size), owner: raw.st_uid,
            mode: raw.st_mode & 0o777, modifiedSeconds: Int64(raw.st_mtim.tv_sec),
            modifiedNanoseconds: Int64(raw.st_mtim.tv_nsec), number: UInt64(raw.st_ino))
    }

    /// Creates a folder and the missing ones above it, each with `mode` less the process's umask.
    ///
    /// A folder that exists stays as it is.
    public static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
        if try make(path, mode) { return }
        guard let slash = lastSlash(path), slash != path.startIndex else {
            throw SystemError("mkdir", path: path, code: ENOENT)
        }
        try makeDirectory(String(decoding: path.utf8[..<slash], as: UTF8.self), mode: mode)
        guard try make(path, mode) else { throw SystemError("mkdir", path: path, code: ENOENT) }
    }

    /// Creates a folder, or finds it there; false where the one above it is missing.
    private static func make(_ path: String, _ mode: UInt32) throws(SystemError) -> Bool {
        if unsafe mkdir(path, mode_t(mode)) == 0 { return true }
        let code = errno
        var found = stat()
        if code == EEXIST, unsafe stat(path, &found) == 0, found.st_mode & S_IFMT == S_IFDIR { return true }
        guard code == ENOENT else { throw SystemError("mkdir", path: path, code: code) }
        return false
    }

    /// Reads a whole file.
    ///
    /// - Throws: `SystemError`, with `EFBIG` where the file is larger than `limit` bytes.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(path, O_RDONLY)
        var bytes: [UInt8] = []
        while true {
            let block = try file.read(at: Int64(bytes.count), count: 65_536)
            if block.isEmpty { return bytes }
            bytes += block
            guard bytes.count <= limit else { throw SystemError("read", path: path, code: EFBIG) }
        }
    }

    /// Reads a whole file; nil where there is none.
    ///
    /// - Throws: `SystemError` where the file exists and can't be read, with `EFBIG` where it is larger than `limit`
    ///   bytes.
    public static func readIfThere(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        do {
            return try read(path, limit: limit)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    /// Writes a whole file atomically and durably.
    ///
    /// A reader sees the old content or the new one, also after a crash. Once this returns, the new content survives a
    /// crash: the file is forced to the disk before it is renamed into place, and the folder after it.
    public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
        try replaceAll([(path, bytes)], mode: mode)
    }

    /// Writes several whole files durably, each atomically, but not all of them in one step.
    ///
    /// First all files are written under temporary names, then all are forced to the disk, then they are renamed into
    /// place one after the other. This costs little more than one `replace`. After an error or a crash some files may
    /// be new and others old.
    public static func replaceAll(_ files: [(path: String, bytes: [UInt8])], mode: UInt32 = 0o600) throws(SystemError) {
        var temporaries: [String] = []
        do {
            for file in files { temporaries.append(try writeBeside(file.path, file.bytes, mode)) }
            for temporary in temporaries { try Descriptor.open(temporary, O_RDONLY).synchronize() }
            for (temporary, file) in zip(temporaries, files) { try rename(temporary, to: file.path) }
        } catch {
            for temporary in temporaries { try? remove(temporary) }
            throw error
        }
        for directory in Set(files.map { parent(of: $0.path) }) { try synchronizeDirectory(directory) }
    }

    /// Bytes to add to a file.
    public struct Addition: Sendable {
        /// The file; it is created with mode 0600 where it is missing.
        public let path: String
        /// The bytes for its end.
        public let bytes: [UInt8]

        /// Creates an addition.
        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// Adds bytes to the ends of files durably, though not all of them in one step.
    ///
    /// First all are written, then all are forced to the disk, which costs little more than for one. After an error or a crash
    /// a file may have none of its addition, a part or all.
    public static func appendAll(_ additions: [Addition]) throws(SystemError) {
        for addition in additions {
            let file = try Descriptor.open(addition.path, O_WRONLY | O_APPEND | O_CREAT, mode: 0o600)
            try file.write(addition.bytes)
            file.beginSynchronizing()
        }
        for addition in additions { try Descriptor.open(addition.path, O_RDONLY).synchronize() }
        for directory in Set(additions.map { parent(of: $0.path) }) { try synchronizeDirectory(directory) }
    }

    /// Writes a whole file atomically and durably unless one exists at the path.
    ///
    /// - Returns: false where a file exists; it is left as it is. Of two processes that try at the same time one gets
    ///   true.
    public static func create(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemError) -> Bool {
        let temporary = try writeBeside(path, bytes, mode)
        do {
            try Descriptor.open(temporary, O_RDONLY).synchronize()
        } catch {
            try? remove(temporary)
            throw error
        }
        let isMade = unsafe link(temporary, path) == 0
        let code = errno
        try remove(temporary)
        guard isMade || code == EEXIST else { throw SystemError("link", path: path, code: code) }
        if isMade { try synchronizeDirectory(parent(of: path)) }
        return isMade
    }

    /// Writes a temporary file in the folder of `path` and returns its path.
    ///
    /// Its name is random. A process id would not do, since two containers that share a folder may have the same.
    private static func writeBeside(_ path: String, _ bytes: [UInt8], _ mode: UInt32) throws(SystemError) -> String {
        let temporary = "\(path).\(UInt64.random(in: .min ... .max)).new"
        do {
            let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
            try file.write(bytes)
            file.beginSynchronizing()
        } catch {
            try? remove(temporary)
            throw error
        }
        return temporary
    }

    /// Renames within one file system and replaces an existing file; durable only after `synchronizeDirectory`.
    public static func rename(_ path: String, to destination: String) throws(SystemError) {
        guard unsafe Glibc.rename(path, destination) == 0 else {
            throw SystemError("rename", path: "\(path) to \(destination)")
        }
    }

    /// Removes a file; a missing one is no error.
    public static func remove(_ path: String) throws(SystemError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError("remove", path: path) }
    }

    /// Removes a file, or a folder with its content, without following links; a missing one is no error.
    public static func removeTree(_ path: String) throws(SystemError) {
        guard let status = try status(path) else { return }
        guard status.isDirectory else { return try remove(path) }
        for name in try names(in: path) { try removeTree("\(path)/\(name)") }
        guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw SystemError("remove", path: path) }
    }

    /// Forces the names in a folder to the disk, after files in it were created, renamed or removed.
    public static func synchronizeDirectory(_ path: String) throws(SystemError) {
        try Descriptor.open(path, O_RDONLY | O_DIRECTORY).synchronize()
    }

    /// The names in a folder, sorted, without `.` and `..`.
    public static func names(in path: String) throws(SystemError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw SystemError("list", path: path) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        // A record is only as long as its name; copying the whole `dirent` would read beyond its end.
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { preconditionFailure("no name in dirent") }
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                guard errno == 0 else { throw SystemError("list", path: path) }
                return names.sorted()
            }
            let start = unsafe UnsafeRawPointer(entry).advanced(by: offset)
            let name = unsafe String(cString: start.assumingMemoryBound(to: CChar.self))
            if name != "." && name != ".." { names.append(name) }
        }
    }

    /// Changes the permission bits of a file.
    public static func changeMode(_ path: String, _ mode: UInt32) throws(SystemError) {
        guard unsafe chmod(path, mode_t(mode)) == 0 else { throw SystemError("chmod", path: path) }
    }

    /// Changes the owner and the group of a path; of a link itself and not of what it leads to.
    public static func changeOwner(_ path: String, user: UInt32, group: UInt32) throws(SystemError) {
        guard unsafe lchown(path, user, group) == 0 else { throw SystemError("chown", path: path) }
    }

    /// The absolute path without links; throws where nothing exists at `path`.
    public static func resolve(_ path: String) throws(SystemError) -> String {
        guard let raw = unsafe realpath(path, nil) else { throw SystemError("resolve", path: path) }
        defer { unsafe free(raw) }
        return unsafe String(cString: raw)
    }

    /// The last part of a path.
    public static func name(of path: String) -> String {
        lastSlash(path).map { String(decoding: path.utf8[path.utf8.index(after: $0)...], as: UTF8.self) } ?? path
    }

    /// The last slash as the kernel sees it: a Swift `Character` joins a slash with a combining accent after it.
    private static func lastSlash(_ path: String) -> String.Index? { path.utf8.lastIndex(of: UInt8(ascii: "/")) }

    /// Overwrites the first bytes of an existing file and forces them to the disk; the rest of the file stays.
    ///
    /// This is not atomic: after a crash the file may hold a part of the new bytes.
    public static func overwrite(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY)
        try file.write(bytes)
        try file.synchronize()
    }

    /// The folder of a path: `.` for a name without a slash, `/` for a name in the root.
    public static func parent(of path: String) -> String {
        guard let slash = lastSlash(path) else { return "." }
        return slash == path.startIndex ? "/" : String(decoding: path.utf8[..<slash], as: UTF8.self)
    }
}
