import CArchive
import Compression
import Glibc
import System

/// Gives libarchive the unpacked tar archive in blocks of 512 bytes, so that it reads nothing after the archive's end.
@safe final class TarSource {
    private static let blockBytes = 512
    private static let readBytes = 1 << 16
    /// Programs that compress in parallel write one for each 64 KiB at least.
    private static let maximumMembers = 10_000

    private let file: Descriptor
    private var offset: Int64 = 0
    private let gunzip = GunzipStream()
    private var members = 1
    /// The headers among the blocks that were given.
    private(set) var headers = TarHeaders()
    private let budget: ArchiveBudget
    /// How many bytes the stream may still unpack to, headers and padding included.
    private var left: Int64
    private var buffer: [UInt8] = []
    private var place = 0
    /// The block that libarchive is reading; it has to stay at this address until libarchive asks for the next.
    fileprivate let pinned: UnsafeMutablePointer<UInt8>
    /// The error that kept `pinNext` from giving a block; nil at the end of the archive.
    private(set) var fault: (any Error)?

    init(_ path: String, _ budget: ArchiveBudget) throws(SystemError) {
        self.budget = budget
        // Headers, paddings and long names come on top of the files.
        left = budget.bytes + Int64(budget.entries) * 4_096
        unsafe pinned = .allocate(capacity: Self.blockBytes)
        file = try Descriptor.reading(path)
    }

    deinit {
        unsafe pinned.deallocate()
    }

    /// Puts the next block where libarchive reads it.
    ///
    /// - Returns: the size of the block in bytes, 0 at the end, -1 where `fault` holds the error.
    fileprivate func pinNext() -> Int {
        do {
            let count = try fill()
            try headers.take(buffer[place..<(place + count)])
            unsafe buffer.withUnsafeBufferPointer { source in
                guard let start = source.baseAddress else { return }
                unsafe pinned.update(from: start + place, count: count)
            }
            place += count
            return count
        } catch {
            fault = error
            return -1
        }
    }

    /// Reads and unpacks until a whole block is in `buffer`, or the stream has ended.
    ///
    /// - Returns: the bytes of the block; fewer than 512 at the end, and 0 where none is left.
    private func fill() throws -> Int {
        while buffer.count - place < Self.blockBytes {
            guard try !gunzip.isFinished || beginMember() else { return buffer.count - place }
            let bytes: [UInt8]
            do throws(GunzipStream.Fault) {
                bytes = try gunzip.read(Self.readBytes)
            } catch {
                throw ArchiveFault(error.description)
            }
            if bytes.isEmpty, !gunzip.isFinished {
                let more = try file.read(at: offset, count: Self.readBytes)
                guard !more.isEmpty else { throw ArchiveFault("the archive is cut off") }
                offset += Int64(more.count)
                gunzip.append(more)
            }
            left -= Int64(bytes.count)
            guard left >= 0 else { throw ArchiveFault.tooLarge(budget) }
            buffer = Array(buffer[place...]) + bytes
            place = 0
        }
        return Self.blockBytes
    }

    /// Goes on with the next gzip member (RFC 1952, 2.2); false where there is none.
    private func beginMember() throws -> Bool {
        if gunzip.unread == 0 {
            let more = try file.read(at: offset, count: Self.readBytes)
            guard !more.isEmpty else { return false }
            offset += Int64(more.count)
            gunzip.append(more)
        }
        members += 1
        guard members <= Self.maximumMembers else {
            throw ArchiveFault("the archive has more than \(Self.maximumMembers) gzip members")
        }
        guard gunzip.beginMember() else {
            throw ArchiveFault("something stands behind the end of the compressed archive")
        }
        return true
    }

    /// Throws unless only zeros follow in the tar archive, at most 1 MiB, and nothing follows the gzip members.
    func checkEnd() throws {
        var zeros = 0
        while true {
            let count = try fill()
            if count == 0 { break }
            zeros += count
            // Archives are padded to some 10 KiB. Much more is an attempt to keep this server busy.
            guard zeros <= 1 << 20, buffer[place..<place + count].allSatisfy({ $0 == 0 }) else {
                throw ArchiveFault("something stands behind the end of the archive")
            }
            place += count
        }
    }
}

/// libarchive's reader over a source of blocks.
@safe final class LibArchiveReader {
    enum Kind: String {
        case file
        case folder
        case link
        case symbolicLink = "symbolic link"
        case device
        case pipe = "named pipe"
        case other = "thing of another kind"
    }

    struct Header {
        let name: [UInt8]
        let kind: Kind
        let sizeBytes: Int64
        let isExecutable: Bool
    }

    private static let pieceBytes = 1 << 16
    private nonisolated(unsafe) static let locale = unsafe newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)

    private let archive: OpaquePointer
    private let source: TarSource

    init(_ source: TarSource) throws {
        self.source = source
        guard let archive = unsafe archive_read_new() else { preconditionFailure("libarchive gives no reader") }
        unsafe self.archive = unsafe archive
        unsafe archive_read_support_filter_none(archive)
        unsafe archive_read_support_format_tar(archive)
        let context = unsafe Unmanaged.passUnretained(source).toOpaque()
        let code = unsafe archive_read_open(
            archive, context, nil,
            { _, context, buffer in
                guard let context = unsafe context, let buffer = unsafe buffer else { return -1 }
                let source = unsafe Unmanaged<TarSource>.fromOpaque(context).takeUnretainedValue()
                unsafe buffer.pointee = unsafe UnsafeRawPointer(source.pinned)
                return source.pinNext()
            }, nil)
        guard code == ARCHIVE_OK else { throw source.fault ?? fault() }
    }

    deinit {
        unsafe archive_read_free(archive)
    }

    /// The next entry; nil at the end.
    func next() throws -> Header? {
        // libarchive converts the names of pax headers from UTF-8 to the thread's locale, which is ASCII in a Swift
        // program.
        let before = unsafe uselocale(Self.locale)
        defer { unsafe uselocale(before) }
        var entry: OpaquePointer?
        let code = unsafe archive_read_next_header(archive, &entry)
        if code == ARCHIVE_EOF {
            if let fault = source.fault { throw fault }
            return nil
        }
        guard code == ARCHIVE_OK, let entry = unsafe entry else { throw source.fault ?? fault() }
        let name =
            unsafe archive_entry_pathname(entry).map { text in
                unsafe UnsafeRawBufferPointer(start: text, count: strlen(text)).map { $0 }
            } ?? []
        let other = source.headers.entry
        guard Self.isSame(name, other.name), unsafe archive_entry_size(entry) == other.sizeBytes else {
            throw ArchiveFault("has a name or size that readers differ on", entry: ArchiveFault.shown(name))
        }
        return Header(
            name: name, kind: unsafe kind(entry), sizeBytes: unsafe archive_entry_size(entry),
            isExecutable: unsafe archive_entry_perm(entry) & 0o100 != 0)
    }

    /// True for one name; libarchive ends those of folders with a slash.
    private static func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        let slash = UInt8(ascii: "/")
        return one == other || (one.last == slash && one.dropLast().elementsEqual(other))
    }

    private func kind(_ entry: OpaquePointer) -> Kind {
        if unsafe archive_entry_hardlink(entry) != nil { return .link }
        // The bits of `st_mode` (sys/stat.h): Swift can't import libarchive's macros for them, since they contain
        // casts.
        switch unsafe archive_entry_filetype(entry) & 0o170000 {
        case 0o100000: return .file
        case 0o040000: return .folder
        case 0o120000: return .symbolicLink
        case 0o020000, 0o060000: return .device
        case 0o010000: return .pipe
        default: return .other
        }
    }

    /// The next piece of the entry's content, at most 64 KiB; nil at its end.
    func piece() throws -> [UInt8]? {
        var count = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, initialized in
            count = unsafe archive_read_data(archive, buffer.baseAddress, buffer.count)
            initialized = max(0, count)
        }
        guard count >= 0 else { throw source.fault ?? fault() }
        return bytes.isEmpty ? nil : bytes
    }

    private func fault() -> ArchiveFault {
        let words = unsafe archive_error_string(archive).map { unsafe String(cString: $0) } ?? ""
        return ArchiveFault("the archive is no tar archive, or damaged\(words.isEmpty ? "" : ": \(words)")")
    }
}
