import JSON
import Manifest

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

    init(line: [UInt8]) throws {
        let document: JSONValue
        do {
            document = try JSONValue(line)
        } catch {
            throw Fault(description: "this is no JSON: \(error)")
        }
        guard case .object = document else { throw Fault(description: "this is no JSON object") }
        func text(_ field: String) throws -> String? {
            switch document[field] {
            case nil, .null?: return nil
            case .string(let text)?: return text
            case let other?: throw Fault(description: "'\(field)' has to be a string, not \(other.kind)")
            }
        }
        guard let package = try text("package"), !package.isEmpty else {
            throw Fault(description: "'package' is missing")
        }
        self.package = package
        name = try text("name")
        description = try text("description")
        category = try text("category")
        runtime = try text("runtime")
        license = try text("license")
        url = try text("url")
    }

    /// The id it is published under: `<registry>.<name>`, the name in lower case without `@`, a slash as a
    /// dot, every other run outside `[a-z0-9.]` as one dash that a dot beside it absorbs, ends trimmed.
    var agentID: String {
        let registry =
            switch runtime {
            case "node": "npm"
            case "python": "pypi"
            case "go": "go"
            case "java": "maven"
            default: "other"
            }
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
            object.member("image", "imported/\(id):0.0.0")
            object.member("inputs") { $0.array([String]()) { $1.string($0) } }
            object.member("license", license.flatMap(LicenseExpression.init)?.description)
            object.member("outputs") { $0.array([String]()) { $1.string($0) } }
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
            object.member("version", "0.0.0")
        }
        return writer.bytes
    }
}
