import Lookalikes
import Text

/// The limits of an archive that is read, unpacked or packed.
///
/// An archive beyond one of them is refused with `ArchiveFault` as soon as the reader notices; it is not read to its
/// end.
public struct ArchiveBudget: Sendable {
    /// The number of entries, files and folders together.
    public var entries = 10_000
    /// The unpacked size of all files together, in bytes.
    public var bytes: Int64 = 512 << 20
    /// The number of parts in a name, the file's own included.
    public var depth = 32
    /// The length of a name with its folders, in bytes.
    public var nameBytes = 1_024

    /// The bytes of all names together, where the name of a folder counts once.
    public var newNameBytes = 1 << 20

    /// 10,000 entries, 512 MiB, 32 parts and 1,024 bytes for a name, and 1 MiB for all names.
    public init() {}
}

/// The reason why an archive is refused.
public struct ArchiveFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the entry concerned, with escapes for unsafe characters; empty where the fault concerns the whole
    /// archive.
    public let entry: String
    /// What is wrong, in words that follow the entry's name: "has a backslash in its name".
    public let reason: String

    init(_ reason: String, entry: String = "") {
        self.reason = reason
        self.entry = entry
    }

    public var description: String { entry.isEmpty ? reason : "'\(entry)' \(reason)" }

    static func tooLarge(_ budget: ArchiveBudget) -> ArchiveFault {
        ArchiveFault("the archive holds more than \(budget.bytes) bytes")
    }

    /// A name that is safe to print.
    ///
    /// Control characters, quotes and everything outside ASCII are escaped; a name of more than 128 bytes is cut.
    static func shown(_ name: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: name.prefix(128), as: UTF8.self).unicodeScalars {
            text += scalar.escaped(asASCII: true)
        }
        return name.count > 128 ? text + "…" : text
    }
}

/// The rules for names in an archive, the same on every file system.
///
/// A name is valid UTF-8 and relative. It holds no backslash, no control or invisible character, and no empty, `.` or
/// `..` part but one leading `./`. It holds nothing that Windows can't hold: `< > : " | ? *`, a dot or space at the end
/// of a part, and the names of its devices. A part has at most 255 bytes. Two names that differ only in case or in
/// Unicode composition are refused, since some file systems can't hold both. So are words that mix letters of Latin with
/// others that look like them, and two names of a folder that look alike, unless all their letters are ASCII.
///
/// The names form a tree of folders. A part of a name is checked and folded once, where it is new in its folder; all
/// else is looked up by its bytes. So the work depends on the bytes of new parts, which `ArchiveBudget/newNameBytes`
/// bounds, and not on how often a deep folder is named.
struct ArchiveNames {
    /// A part of a name in its folder.
    private struct Place: Hashable {
        let folder: Int
        let part: [UInt8]
    }

    /// A part of a name as file systems that fold case and composition see it.
    private struct FoldedPlace: Hashable {
        let folder: Int
        let part: String
    }

    private static let root = 0

    private let budget: ArchiveBudget
    /// The number of each file or folder.
    private var places: [Place: Int] = [:]
    /// The spelling that came first for each folded part.
    private var spellings: [FoldedPlace: [UInt8]] = [:]
    /// The spelling that came first for what parts look like, in the place's `part`.
    private var looks: [FoldedPlace: [UInt8]] = [:]
    private var files: Set<Int> = []
    private var entries = 0
    /// The bytes of the parts that were checked and folded.
    private(set) var newBytes = 0

    init(_ budget: ArchiveBudget) {
        self.budget = budget
    }

    /// Checks the next name and notes it.
    ///
    /// - Returns: the name without a leading `./` and, for a folder, without trailing slashes; empty for the archive's
    ///   root.
    /// - Throws: the first rule that the name breaks, or the limit that it exceeds.
    mutating func take(_ raw: [UInt8], isFile: Bool) throws(ArchiveFault) -> String {
        entries += 1
        func fault(_ reason: String) -> ArchiveFault { ArchiveFault(reason, entry: ArchiveFault.shown(raw)) }
        guard entries <= budget.entries else {
            throw ArchiveFault("the archive has more than \(budget.entries) entries")
        }
        guard raw.count <= budget.nameBytes else { throw fault("has a name of more than \(budget.nameBytes) bytes") }
        guard !raw.starts(with: [0x2f]) else { throw fault("has an absolute name") }
        // Split bytes, as the kernel does: a Swift `Character` joins a slash with a combining accent after it.
        var parts = raw.split(separator: 0x2f, omittingEmptySubsequences: false).map { Array($0) }
        if parts.first == [0x2e] { parts.removeFirst() }
        while !isFile, parts.last == [] { parts.removeLast() }
        guard !parts.isEmpty else {
            guard !isFile else { throw fault("is a file without a name") }
            return ""
        }
        guard parts.count <= budget.depth else { throw fault("lies deeper than \(budget.depth) folders") }
        var folder = Self.root
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            if let known = places[Place(folder: folder, part: part)] {
                if isLast && isFile { throw fault("stands twice, or is a file and a folder") }
                if files.contains(known) { throw fault("is a file and a folder") }
                folder = known
            } else {
                try add(part, in: folder, isFile: isLast && isFile, fault)
                folder = places.count
            }
        }
        return String(decoding: Array(parts.joined(separator: [0x2f])), as: UTF8.self)
    }

    /// Checks a part that is new in its folder, and adds it under the next number.
    private mutating func add(
        _ part: [UInt8], in folder: Int, isFile: Bool, _ fault: (String) -> ArchiveFault
    ) throws(ArchiveFault) {
        newBytes += part.count
        guard newBytes <= budget.newNameBytes else {
            throw ArchiveFault("the names of the archive have more than \(budget.newNameBytes) bytes")
        }
        guard let text = String(validating: part, as: UTF8.self) else { throw fault("has a name that is no UTF-8") }
        guard !part.contains(UInt8(ascii: "\\")) else { throw fault("has a backslash in its name") }
        switch DangerousCharacters.kind(inName: text) {
        case .control: throw fault("has a control character in its name")
        case .direction, .invisible: throw fault("has an invisible character in its name")
        case nil: break
        }
        if let word = Lookalikes.mixedWord(in: text) {
            let shown = ArchiveFault.shown(Array(word.utf8))
            throw fault(
                "has the word '\(shown)' in its name, with letters of another script that look like Latin ones; write it in one script"
            )
        }
        guard part != [0x2e, 0x2e], part != [0x2e] else { throw fault("leads out of its folder or names it twice") }
        guard !part.isEmpty else { throw fault("has an empty part in its name") }
        if let reason = Self.reasonAgainst(part) { throw fault(reason) }
        guard part.count <= 255 else { throw fault("has a part of more than 255 bytes in its name") }
        // In capitals first, since some letters have two there: `ß`.
        let folded = FoldedPlace(folder: folder, part: text.uppercased().lowercased())
        if let first = spellings.updateValue(part, forKey: folded) {
            throw fault("differs from '\(ArchiveFault.shown(first))' in case alone")
        }
        let look = FoldedPlace(folder: folder, part: Lookalikes.skeleton(text))
        if let first = looks.updateValue(part, forKey: look), !(first + part).allSatisfy({ $0 < 0x80 }) {
            throw fault("looks like '\(ArchiveFault.shown(first))' beside it; give it another name")
        }
        let number = places.count + 1
        places[Place(folder: folder, part: part)] = number
        if isFile { files.insert(number) }
    }

    /// Why Windows can't hold a part of a name; nil where it can.
    private static func reasonAgainst(_ part: [UInt8]) -> String? {
        if let byte = part.first(where: { "<>:\"|?*".utf8.contains($0) }) {
            return "has '\(Character(Unicode.Scalar(byte)))' in its name, which Windows can't hold"
        }
        if part.last == UInt8(ascii: ".") || part.last == UInt8(ascii: " ") {
            return "has a dot or space at the end of a name, which Windows drops"
        }
        var stem = String(decoding: part.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self).uppercased()
        while stem.last == " " { stem.removeLast() }
        return devices.contains(stem) ? "has the name of a device of Windows" : nil
    }

    private static let devices = Set(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
            + ["COM", "LPT"].flatMap { port in "0123456789\u{b9}\u{b2}\u{b3}".map { "\(port)\($0)" } })
}
