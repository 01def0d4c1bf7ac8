/// Reads the headers of a tar archive beside libarchive, so that what readers differ on is refused.
///
/// POSIX pax, GNU and older archives are read (POSIX.1-2017, pax, "ustar Interchange Format"). Refused are names and sizes
/// that stand in a header for all entries or twice, names with a NUL, sizes that two headers of one entry give
/// differently, sparse files, and kinds of entries that some readers take for files and others pass over.
struct TarHeaders {
    /// The entry whose header came last.
    struct Entry: Equatable {
        var name: [UInt8] = []
        var sizeBytes: Int64 = 0
    }

    private enum State {
        case header
        /// Content that does not count here.
        case content(blocks: Int64)
        /// The content of a header that describes the next entry, or all.
        case described(Character, sizeBytes: Int, bytes: [UInt8])
        case ended
    }

    /// What a header of its own says of the next entry.
    private struct Extension {
        var path: [UInt8]?
        var size: Int64?
        var isPax = false
        var isLongName = false
    }

    private static let blockBytes = 512
    /// More than any header of a package needs, since names are bounded.
    private static let extensionBytes: Int64 = 1 << 18

    private(set) var entry = Entry()
    private var state = State.header
    private var next = Extension()

    /// Takes the next block of the archive, as libarchive gets it.
    mutating func take(_ block: ArraySlice<UInt8>) throws(ArchiveFault) {
        guard block.count == Self.blockBytes else { return }
        switch state {
        case .ended: return
        case .header: try readHeader(Array(block))
        case .content(let blocks): state = blocks > 1 ? .content(blocks: blocks - 1) : .header
        case .described(let kind, let size, var bytes):
            state = .header
            bytes += block.prefix(size - bytes.count)
            guard bytes.count == size else {
                state = .described(kind, sizeBytes: size, bytes: bytes)
                return
            }
            switch kind {
            case "x", "g": try readRecords(bytes, isGlobal: kind == "g")
            default: try readLongName(bytes, isLink: kind == "K")
            }
        }
    }

    private mutating func readHeader(_ block: [UInt8]) throws(ArchiveFault) {
        guard block.contains(where: { $0 != 0 }) else {
            state = .ended
            return
        }
        // libarchive says what is wrong with a block that is no header.
        entry = Entry()
        state = .ended
        guard let sum = Self.number(block[148..<156]), sum == Self.checksum(block) else { return }
        guard let size = Self.number(block[124..<136]) else {
            throw ArchiveFault("a size in the archive is written in a way that readers differ on")
        }
        let kind = Character(Unicode.Scalar(block[156]))
        switch kind {
        case "x", "g", "L", "K":
            guard size <= Self.extensionBytes else { throw ArchiveFault("a header in the archive is too long") }
            guard kind != "x" || !next.isPax, kind != "L" || !next.isLongName else { throw Self.twice() }
            if kind == "x" { next.isPax = true }
            if kind == "L" { next.isLongName = true }
            state = size == 0 ? .header : .described(kind, sizeBytes: Int(size), bytes: [])
        default: try readEntry(block, kind, size)
        }
    }

    private mutating func readEntry(_ block: [UInt8], _ kind: Character, _ size: Int64) throws(ArchiveFault) {
        let name = next.path ?? Self.name(block)
        guard Self.isPOSIX(block) || block[345..<500].allSatisfy({ $0 == 0 }) else {
            throw ArchiveFault("has a part of a name that not all readers read", entry: ArchiveFault.shown(name))
        }
        func fault(_ reason: String) -> ArchiveFault { ArchiveFault(reason, entry: ArchiveFault.shown(name)) }
        switch kind {
        // In old archives a slash at the end of the name makes an entry a folder. Where another header names the entry
        // as well, readers differ on which of the two names decides.
        case "0" where name.last == UInt8(ascii: "/") || Self.name(block).last == UInt8(ascii: "/"),
            "\0" where Self.name(block).last == UInt8(ascii: "/") && (next.path != nil || size > 0),
            "\0" where next.path?.last == UInt8(ascii: "/"):
            throw fault("is a file to some readers and a folder to others")
        case "0", "\0": break
        case "5": guard size == 0 else { throw fault("is a folder with content") }
        // Links, devices and pipes are refused by what reads the entries.
        case "1", "2", "3", "4", "6": break
        case "S": throw fault("is a sparse file")
        default: throw fault("is of a kind that not all readers know")
        }
        guard next.size == nil || next.size == size else {
            throw fault("has two sizes, of which readers take one or the other")
        }
        entry = Entry(name: name, sizeBytes: size)
        next = Extension()
        let blocks = (size + Int64(Self.blockBytes) - 1) / Int64(Self.blockBytes)
        state = blocks > 0 ? .content(blocks: blocks) : .header
    }

    /// True for a header of POSIX, in which a name may be in two parts.
    private static func isPOSIX(_ block: [UInt8]) -> Bool { block[257..<263].elementsEqual("ustar\0".utf8) }

    /// The name in a header itself.
    private static func name(_ block: [UInt8]) -> [UInt8] {
        let name = Array(block[0..<100].prefix { $0 != 0 })
        guard isPOSIX(block) else { return name }
        let prefix = block[345..<500].prefix { $0 != 0 }
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    /// The records of a pax header: `LENGTH KEY=VALUE`, each with a line end.
    private mutating func readRecords(_ bytes: [UInt8], isGlobal: Bool) throws(ArchiveFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")), space - rest.startIndex <= 7,
                let length = Self.decimal(rest[..<space]), length > space - rest.startIndex + 1, length <= rest.count
            else { throw Self.malformed() }
            let record = rest[(space + 1)..<(rest.startIndex + Int(length))]
            guard record.last == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
                throw Self.malformed()
            }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            guard record[..<equals].allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { throw Self.malformed() }
            try note(key, record[(equals + 1)...].dropLast(), isGlobal: isGlobal)
            rest = rest[(rest.startIndex + Int(length))...]
        }
    }

    private mutating func note(_ key: String, _ value: ArraySlice<UInt8>, isGlobal: Bool) throws(ArchiveFault) {
        switch key {
        case "path", "linkpath", "size":
            guard !isGlobal else { throw ArchiveFault("a header for all entries of the archive sets their \(key)") }
            guard !value.contains(0) else { throw ArchiveFault("a \(key) in the archive holds a NUL") }
            if key == "path" {
                guard next.path == nil else { throw Self.twice() }
                next.path = Array(value)
            } else if key == "size" {
                guard next.size == nil else { throw Self.twice() }
                guard let size = Self.decimal(value) else { throw Self.malformed() }
                next.size = size
            }
        case _ where key.hasPrefix("GNU.sparse.") || key == "SCHILY.realsize" || key == "SUN.holesdata":
            throw ArchiveFault("the archive holds a sparse file")
        default: break
        }
    }

    private mutating func readLongName(_ bytes: [UInt8], isLink: Bool) throws(ArchiveFault) {
        // One NUL ends it, and pads.
        let name = bytes.prefix { $0 != 0 }
        guard bytes[name.endIndex...].allSatisfy({ $0 == 0 }) else {
            throw ArchiveFault("a path in the archive holds a NUL")
        }
        guard !isLink else { return }
        guard next.path == nil else { throw Self.twice() }
        next.path = Array(name)
    }

    // MARK: Numbers

    /// A number in octal digits, as all readers take it; nil for another form.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        let digits = field.drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        guard field[digits.endIndex...].allSatisfy({ $0 == 0x20 || $0 == 0 }) else { return nil }
        return digits.reduce(0) { $0 << 3 | Int64($1 - 0x30) }
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard (1...18).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// The sum of all bytes, with spaces in the place of the sum itself.
    private static func checksum(_ block: [UInt8]) -> Int64 {
        block.enumerated().reduce(0) { $0 + Int64((148..<156).contains($1.offset) ? 0x20 : $1.element) }
    }

    private static func twice() -> ArchiveFault {
        ArchiveFault("an entry of the archive has two names or sizes, of which readers take one or the other")
    }

    private static func malformed() -> ArchiveFault { ArchiveFault("a header in the archive is malformed") }
}
