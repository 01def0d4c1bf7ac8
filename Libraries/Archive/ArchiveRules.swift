import Text

/// How much an archive may unpack to.
public struct ArchiveBudget: Sendable {
    /// Files and folders.
    public var entries = 10_000
    /// All files together.
    public var bytes: Int64 = 512 << 20
    /// Folders within each other.
    public var depth = 32
    /// A name with its folders.
    public var nameBytes = 1_024

    /// The defaults.
    public init() {}
}

/// Why an archive is not taken.
public struct ArchiveFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The entry concerned, escaped; empty where it is none.
    public let entry: String
    /// What is wrong.
    public let reason: String

    init(_ reason: String, entry: String = "") {
        self.reason = reason
        self.entry = entry
    }

    public var description: String { entry.isEmpty ? reason : "'\(entry)' \(reason)" }

    static func tooLarge(_ budget: ArchiveBudget) -> ArchiveFault {
        ArchiveFault("the archive holds more than \(budget.bytes) bytes")
    }

    /// A name as it can be shown: control characters, quotes and what is no ASCII as escapes, cut where it is long.
    static func shown(_ name: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: name.prefix(128), as: UTF8.self).unicodeScalars {
            text += scalar.escaped(asASCII: true)
        }
        return name.count > 128 ? text + "…" : text
    }
}

/// What names an archive may hold, whatever the file system under it would make of them.
struct ArchiveNames {
    private let budget: ArchiveBudget
    /// Folded names of files and folders, with the spelling that came first.
    private var seen: [String: (spelling: String, isFile: Bool)] = [:]
    private var entries = 0
    /// What `seen` holds.
    private var namesBytes = 0
    private static let maximumNamesBytes = 8 << 20

    init(_ budget: ArchiveBudget) {
        self.budget = budget
    }

    /// Takes a name in; returns it without a leading `./` and trailing slashes, empty for the root itself.
    mutating func take(_ raw: [UInt8], isFile: Bool) throws(ArchiveFault) -> String {
        entries += 1
        func fault(_ reason: String) -> ArchiveFault { ArchiveFault(reason, entry: ArchiveFault.shown(raw)) }
        guard entries <= budget.entries else {
            throw ArchiveFault("the archive has more than \(budget.entries) entries")
        }
        guard raw.count <= budget.nameBytes else { throw fault("has a name of more than \(budget.nameBytes) bytes") }
        guard let text = String(validating: raw, as: UTF8.self) else { throw fault("has a name that is no UTF-8") }
        guard !raw.starts(with: [0x2f]) else { throw fault("has an absolute name") }
        for scalar in text.unicodeScalars {
            guard scalar != "\\" else { throw fault("has a backslash in its name") }
            switch DangerousCharacters.kind(of: scalar) {
            case .control: throw fault("has a control character in its name")
            case .direction, .invisible: throw fault("has an invisible character in its name")
            case nil: break
            }
        }
        // By bytes, as the kernel does: for Swift a slash with an accent on it is another character.
        var parts = text.utf8.split(separator: 0x2f, omittingEmptySubsequences: false).map { Array($0) }
        if parts.first == [0x2e] { parts.removeFirst() }
        while !isFile, parts.last == [] { parts.removeLast() }
        guard !parts.isEmpty else {
            guard !isFile else { throw fault("is a file without a name") }
            return ""
        }
        for part in parts {
            guard part != [0x2e, 0x2e], part != [0x2e] else { throw fault("leads out of its folder or names it twice") }
            guard !part.isEmpty else { throw fault("has an empty part in its name") }
            guard part.count <= 255 else { throw fault("has a part of more than 255 bytes in its name") }
        }
        guard parts.count <= budget.depth else { throw fault("lies deeper than \(budget.depth) folders") }
        try note(parts, isFile: isFile, fault)
        return String(decoding: Array(parts.joined(separator: [0x2f])), as: UTF8.self)
    }

    /// Each folder on the way is a folder, and no two names differ in case alone.
    private mutating func note(
        _ parts: [[UInt8]], isFile: Bool, _ fault: (String) -> ArchiveFault
    ) throws(ArchiveFault) {
        for count in 1...parts.count {
            let spelling = String(decoding: Array(parts[..<count].joined(separator: [0x2f])), as: UTF8.self)
            let isLast = count == parts.count
            let folded = spelling.lowercased()
            guard let known = seen[folded] else {
                namesBytes += spelling.utf8.count
                guard namesBytes <= Self.maximumNamesBytes else { throw ArchiveFault("the names take too much room") }
                seen[folded] = (spelling, isLast && isFile)
                continue
            }
            guard known.spelling.utf8.elementsEqual(spelling.utf8) else {
                throw fault("differs from '\(ArchiveFault.shown(Array(known.spelling.utf8)))' in case alone")
            }
            if isLast && isFile { throw fault("stands twice, or is a file and a folder") }
            if known.isFile { throw fault("is a file and a folder") }
        }
    }
}
