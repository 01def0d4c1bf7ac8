import JSON
import Manifest
import Text

/// One line of a catalogue: a package of npm, PyPI or the like that is an agent in all but manifest.
///
/// Only `package` is certain; what is null or missing is left out.
struct CatalogPackage: Sendable, Equatable {
    /// Why a line is none.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    let package: String
    let name: String?
    let description: String?
    let category: String?
    let runtime: String?
    let license: String?
    let url: String?
    /// The version in its registry, unchanged.
    let version: String?
    /// What was cut or replaced, in words.
    let warnings: [String]

    init(line: [UInt8]) throws {
        var warnings: [String] = []
        let document = try Self.document(line, &warnings)
        guard case .object = document else { throw Fault(description: "this is no JSON object") }
        func text(_ field: String, _ limit: Int) throws -> String? {
            switch document[field] {
            case nil, .null?: return nil
            case .string(let raw)?:
                let plain = PlainText(raw)
                if let words = plain.words { warnings.append("\(field): \(words)") }
                guard plain.text.utf8.count > limit else { return plain.text }
                warnings.append("\(field): only the first \(limit) of \(plain.text.utf8.count) bytes are kept")
                return Self.cut(plain.text, to: limit)
            case let other?: throw Fault(description: "'\(field)' has to be a string, not \(other.kind)")
            }
        }
        guard let package = try text("package", 512), !package.isEmpty else {
            throw Fault(description: "'package' is missing")
        }
        self.package = package
        name = try text("name", 256)
        description = try text("description", 8_192)
        category = try text("category", 128)
        runtime = try text("runtime", 32)
        license = try text("license", 512)
        url = try text("url", 2_048)
        version = try text("version", 128)
        self.warnings = warnings
    }

    /// Parses a line. One that holds characters which JSON or UTF-8 do not allow is parsed without them.
    private static func document(_ line: [UInt8], _ warnings: inout [String]) throws -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(line)
        } catch {
            guard let document = try? JSONValue(repaired(line)) else {
                throw Fault(description: "this is no JSON: \(error)")
            }
            warnings.append("characters that can't stand in JSON were replaced")
            return document
        }
    }

    /// A line in which bytes that are no UTF-8 and halves of surrogate pairs are U+FFFD, and control characters spaces.
    private static func repaired(_ line: [UInt8]) -> [UInt8] {
        var bytes = Array(String(decoding: line, as: UTF8.self).utf8).map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }
        var index = 0
        func unit(at place: Int) -> UInt32? {
            guard place + 6 <= bytes.count, bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u")
            else {
                return nil
            }
            return UInt32(String(decoding: bytes[(place + 2)..<(place + 6)], as: UTF8.self), radix: 16)
        }
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            guard let first = unit(at: index), (0xd800...0xdfff).contains(first) else {
                index += 2
                continue
            }
            if first < 0xdc00, let second = unit(at: index + 6), (0xdc00...0xdfff).contains(second) {
                index += 12
            } else {
                bytes.replaceSubrange(index..<(index + 6), with: Array("\\ufffd".utf8))
                index += 6
            }
        }
        return bytes
    }

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

    /// The registry that it comes from.
    var registry: String {
        switch runtime {
        case "node": "npm"
        case "python": "pypi"
        case "go": "go"
        case "java": "maven"
        default: "other"
        }
    }

    /// The version it is published as: its own where that is SemVer.
    var publishedVersion: SemVer {
        guard let own = version.flatMap({ SemVer($0) }) ?? SemVer("0.0.0") else { preconditionFailure("0.0.0 is none") }
        return own
    }

    /// The id it is published under: `<registry>.<name>`, the name in lower case without `@`, a slash as a
    /// dot, every other run outside `[a-z0-9.]` as one dash that a dot beside it absorbs, ends trimmed.
    var agentID: String {
        var name: [UInt8] = []
        for byte in package.lowercased().utf8 where byte != UInt8(ascii: "@") {
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

    /// The manifest it is published with: canonical, so that a second import finds nothing new.
    var manifest: [UInt8] {
        let id = agentID
        func given(_ text: String?) -> String? {
            text.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        }
        var writer = JSONWriter()
        writer.object { object in
            object.member("description", given(description) ?? given(name) ?? package)
            object.member("id", id)
            object.member("image", "imported/\(id):\(publishedVersion.description.replacing("+", with: "_"))")
            object.member("inputs") { $0.array([String]()) { $1.string($0) } }
            object.member("license", license.flatMap(LicenseExpression.init)?.description)
            object.member("outputs") { $0.array([String]()) { $1.string($0) } }
            object.member("packages") { writer in
                writer.array([package]) { identifier, writer in
                    writer.object { object in
                        object.member("identifier", identifier)
                        object.member("registry", registry)
                        object.member("version", version)
                    }
                }
            }
            object.member("runtime", given(runtime))
            object.member("source_url", given(url))
            object.member("ui") { writer in
                writer.object { object in
                    if let category = given(category) {
                        object.member("catalog") { writer in
                            writer.object { $0.member("category", category) }
                        }
                    }
                    object.member("title", given(name) ?? package)
                }
            }
            object.member("version", publishedVersion.description)
        }
        return writer.bytes
    }
}
