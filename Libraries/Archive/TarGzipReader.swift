import System

/// Reads a gzip-compressed tar archive entry by entry and accepts only files and folders with plain names.
///
/// libarchive parses the tar format. This type refuses links, devices and FIFOs, names that lead out of the folder, an
/// archive beyond its `ArchiveBudget`, and bytes after the end of the archive. It stops at the first fault.
public enum TarGzip {
    /// One file or folder of an archive.
    public struct Entry: Sendable, Equatable {
        /// The relative name, with `/` between its parts and no trailing slash.
        public let name: String
        /// True for a file, false for a folder.
        public let isFile: Bool
        /// True for a file that its owner may run.
        public let isExecutable: Bool
        /// The size of a file in bytes; 0 for a folder.
        public let sizeBytes: Int64
    }

    /// Reads a whole archive and blocks the calling thread until it is done.
    ///
    /// - Parameters:
    ///   - path: the archive.
    ///   - budget: the limits that the archive has to stay within.
    ///   - file: called for each file in the archive's order: once with nil where the file begins, then with each piece
    ///     of its content. It is not called for folders.
    /// - Returns: all entries in the archive's order, without the root folder.
    /// - Throws: `ArchiveFault` for a refused archive, `SystemError` where the file can't be read, or what `file`
    ///   throws.
    @discardableResult
    public static func read(
        _ path: String, budget: ArchiveBudget = ArchiveBudget(),
        _ file: (_ entry: Entry, _ piece: [UInt8]?) throws -> Void = { _, _ in }
    ) throws -> [Entry] {
        let source = try TarSource(path, budget)
        let reader = try LibArchiveReader(source)
        var names = ArchiveNames(budget)
        var bytesLeft = budget.bytes
        var entries: [Entry] = []
        while let header = try reader.next() {
            guard header.kind == .file || header.kind == .folder else {
                throw ArchiveFault(
                    "is a \(header.kind.rawValue); an archive holds files and folders alone",
                    entry: ArchiveFault.shown(header.name))
            }
            let isFile = header.kind == .file
            let name = try names.take(header.name, isFile: isFile)
            guard isFile || header.sizeBytes == 0 else {
                throw ArchiveFault("is a folder with content", entry: ArchiveFault.shown(header.name))
            }
            guard header.sizeBytes >= 0, header.sizeBytes <= bytesLeft else { throw ArchiveFault.tooLarge(budget) }
            let entry = Entry(
                name: name, isFile: isFile, isExecutable: isFile && header.isExecutable,
                sizeBytes: isFile ? header.sizeBytes : 0)
            if !name.isEmpty { entries.append(entry) }
            guard isFile else { continue }
            try file(entry, nil)
            var readBytes: Int64 = 0
            while let piece = try reader.piece() {
                bytesLeft -= Int64(piece.count)
                guard bytesLeft >= 0 else { throw ArchiveFault.tooLarge(budget) }
                readBytes += Int64(piece.count)
                try file(entry, piece)
            }
            guard readBytes == header.sizeBytes else {
                throw ArchiveFault(
                    "holds \(readBytes) bytes where its header says \(header.sizeBytes)",
                    entry: ArchiveFault.shown(header.name))
            }
        }
        try source.checkEnd()
        return entries
    }

    /// Unpacks an archive into a folder that exists and is empty; blocks the calling thread.
    ///
    /// Files get mode 0644, or 0755 where the archive says that the owner may run them; folders get 0755, all less the
    /// process's umask. Owners and times of the archive are ignored. Nothing is forced to the disk. After an error the
    /// folder holds what was unpacked so far.
    ///
    /// - Parameter file: called as `read` calls it, before a file or piece is written.
    /// - Returns: all entries in the archive's order.
    /// - Throws: `ArchiveFault` for a refused archive, `SystemError` where a file can't be read or written, or what
    ///   `file` throws.
    @discardableResult
    public static func unpack(
        _ path: String, into folder: String, budget: ArchiveBudget = ArchiveBudget(),
        _ file: (_ entry: Entry, _ piece: [UInt8]?) throws -> Void = { _, _ in }
    ) throws -> [Entry] {
        let target = OpenFile()
        let entries = try read(path, budget: budget) { entry, piece in
            try file(entry, piece)
            if let piece {
                try target.write(piece)
            } else {
                let destination = "\(folder)/\(entry.name)"
                try FileSystem.makeDirectory(FileSystem.parent(of: destination), mode: 0o755)
                try target.open(destination, mode: entry.isExecutable ? 0o755 : 0o644)
            }
        }
        for entry in entries where !entry.isFile {
            try FileSystem.makeDirectory("\(folder)/\(entry.name)", mode: 0o755)
        }
        return entries
    }

    /// The file that `unpack` is writing.
    private final class OpenFile {
        private var descriptor: Descriptor?

        func open(_ path: String, mode: UInt32) throws(SystemError) {
            descriptor = try Descriptor.creating(path, mode: mode)
        }

        func write(_ bytes: [UInt8]) throws(SystemError) {
            try descriptor?.write(bytes)
        }
    }
}
