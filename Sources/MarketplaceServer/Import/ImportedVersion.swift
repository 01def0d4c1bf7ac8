import JSON
import Manifest
import Text

/// One version that an import publishes, wherever it was read.
struct ImportedVersion: Sendable {
    /// What the source says of it.
    enum Status: Sendable {
        case active
        case deprecated
        case deleted
    }

    /// Why an entry of a file can't be imported.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Where it stands in the file, for messages: `line 7`.
    let place: String
    /// Its name in the source.
    let name: String
    /// Entries with the same identity are duplicates; one of them is published.
    let identity: String
    let agentID: String
    let version: SemVer
    /// The version as the source has it, which may be no SemVer.
    let ownVersion: String?
    /// Canonical, so that a second import finds nothing new.
    let manifest: [UInt8]
    var status = Status.active
    /// True where the source says that this is the version of the agent that counts.
    var isLatest = false
    /// What was cut or replaced, in words.
    let warnings: [String]

    /// The id of a name in a registry: `<registry>.<name>`, the name in lower case without `@`, a slash as a dot, every
    /// other run outside `[a-z0-9.]` as one dash that a dot beside it absorbs, ends trimmed.
    static func id(_ registry: String, _ text: String) -> String {
        var name: [UInt8] = []
        for byte in text.lowercased().utf8 where byte != UInt8(ascii: "@") {
            switch byte {
            case 0x30...0x39, 0x61...0x7a: name.append(byte)
            case UInt8(ascii: "/"), UInt8(ascii: "."):
                while name.last == UInt8(ascii: "-") { name.removeLast() }
                if let last = name.last, last != UInt8(ascii: ".") { name.append(UInt8(ascii: ".")) }
            default:
                if let last = name.last, last != UInt8(ascii: "-"), last != UInt8(ascii: ".") {
                    name.append(UInt8(ascii: "-"))
                }
            }
        }
        while let last = name.last, last == UInt8(ascii: "-") || last == UInt8(ascii: ".") { name.removeLast() }
        return "\(registry).\(String(decoding: name, as: UTF8.self))"
    }

    /// The version to publish under: the source's own where that is SemVer, else 0.0.0.
    static func version(_ own: String?) -> SemVer {
        guard let version = own.flatMap({ SemVer($0) }) ?? SemVer("0.0.0") else { preconditionFailure("0.0.0 is none") }
        return version
    }

    /// The image of something that has none.
    static func image(_ id: String, _ version: SemVer) -> String {
        "imported/\(id):\(version.description.replacing("+", with: "_"))"
    }
}

/// Takes texts from an object, and cuts or cleans what can't be kept as it is.
struct ImportedTexts {
    private let document: JSONValue
    private(set) var warnings: [String] = []

    init(_ document: JSONValue) {
        self.document = document
    }

    /// A text of at most so many bytes; nil where it is missing or null.
    mutating func take(_ field: String, _ limit: Int) throws -> String? {
        switch document[field] {
        case nil, .null?: return nil
        case .string(let raw)?:
            let plain = PlainText(raw)
            if let words = plain.words { warnings.append("\(field): \(words)") }
            guard plain.text.utf8.count > limit else { return plain.text }
            warnings.append("\(field): only the first \(limit) of \(plain.text.utf8.count) bytes are kept")
            return Self.cut(plain.text, to: limit)
        case let other?:
            throw ImportedVersion.Fault(description: "'\(field)' has to be a string, not \(other.kind)")
        }
    }

    mutating func warn(_ warning: String) { warnings.append(warning) }

    /// As many whole characters as fit some bytes.
    private static func cut(_ text: String, to limit: Int) -> String {
        var cut = ""
        var bytes = 0
        for character in text {
            bytes += character.utf8.count
            guard bytes <= limit else { break }
            cut.append(character)
        }
        return cut
    }
}
