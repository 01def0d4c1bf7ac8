import CArchive
import System

extension TarGzip {
    /// A file to pack.
    public struct Source: Sendable {
        /// The name in the archive, with `/` between its parts.
        public let name: String
        /// The path of the file to read.
        public let path: String
        /// True to store mode 0755, false for 0644.
        public let isExecutable: Bool

        /// Names a file to pack.
        public init(name: String, path: String, isExecutable: Bool) {
            self.name = name
            self.path = path
            self.isExecutable = isExecutable
        }
    }

    /// Packs files into a gzip-compressed tar archive; blocks the calling thread.
    ///
    /// The result is reproducible: with one version of libarchive and zlib, the same names, contents and modes give the
    /// same bytes. The order of `sources` and the files' times and owners do not count. After an error `path` holds an
    /// incomplete archive. Nothing is forced to the disk.
    ///
    /// - Parameters:
    ///   - sources: the files; their names have to satisfy the same rules as in an archive that is read.
    ///   - path: the archive to write; an existing file is overwritten.
    ///   - progress: called after each piece with the number of content bytes packed so far.
    /// - Returns: the size of the archive in bytes.
    /// - Throws: `SystemError`; `ArchiveFault` where a file shrinks while it is packed, a name is refused, or
    ///   libarchive can't write.
    @discardableResult
    public static func pack(
        _ sources: [Source], to path: String, progress: (_ packedBytes: Int64) -> Void = { _ in }
    ) throws -> Int64 {
        var names = ArchiveNames(ArchiveBudget())
        let writer = try LibArchiveWriter(path)
        var packed: Int64 = 0
        for source in sources.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            _ = try names.take(Array(source.name.utf8), isFile: true)
            let file = try Descriptor.reading(source.path)
            let size = try file.size()
            try writer.begin(source.name, sizeBytes: size, isExecutable: source.isExecutable)
            var offset: Int64 = 0
            while offset < size {
                let piece = try file.read(at: offset, count: Int(min(size - offset, 1 << 18)))
                guard !piece.isEmpty else {
                    throw ArchiveFault(
                        "changed while it was packed", entry: ArchiveFault.shown(Array(source.name.utf8)))
                }
                try writer.write(piece)
                offset += Int64(piece.count)
                packed += Int64(piece.count)
                progress(packed)
            }
        }
        try writer.finish()
        return try Descriptor.reading(path).size()
    }
}

/// libarchive's writer of gzip-compressed tar archives.
@safe private final class LibArchiveWriter {
    private let archive: OpaquePointer

    init(_ path: String) throws(ArchiveFault) {
        guard let archive = unsafe archive_write_new() else { preconditionFailure("libarchive gives no writer") }
        unsafe self.archive = unsafe archive
        unsafe archive_write_add_filter_gzip(archive)
        unsafe archive_write_set_format_pax_restricted(archive)
        // No time in gzip's header. Names are written as bytes: libarchive crashes when it converts one in the C
        // locale.
        unsafe archive_write_set_options(archive, "gzip:!timestamp,hdrcharset=BINARY")
        guard unsafe archive_write_open_filename(archive, path) == ARCHIVE_OK else { throw fault() }
    }

    deinit {
        unsafe archive_write_free(archive)
    }

    func begin(_ name: String, sizeBytes: Int64, isExecutable: Bool) throws(ArchiveFault) {
        guard let entry = unsafe archive_entry_new() else { preconditionFailure("libarchive gives no entry") }
        defer { unsafe archive_entry_free(entry) }
        unsafe archive_entry_copy_pathname(entry, name)
        unsafe archive_entry_set_size(entry, sizeBytes)
        unsafe archive_entry_set_filetype(entry, 0o100000)
        unsafe archive_entry_set_perm(entry, isExecutable ? 0o755 : 0o644)
        unsafe archive_entry_set_mtime(entry, 0, 0)
        guard unsafe archive_write_header(archive, entry) == ARCHIVE_OK else { throw fault() }
    }

    func write(_ bytes: [UInt8]) throws(ArchiveFault) {
        guard unsafe archive_write_data(archive, bytes, bytes.count) == bytes.count else { throw fault() }
    }

    func finish() throws(ArchiveFault) {
        guard unsafe archive_write_close(archive) == ARCHIVE_OK else { throw fault() }
    }

    private func fault() -> ArchiveFault {
        let words = unsafe archive_error_string(archive).map { unsafe String(cString: $0) } ?? "unknown"
        return ArchiveFault("the archive can't be written: \(words)")
    }
}
