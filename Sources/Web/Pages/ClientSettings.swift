import Contract
import JSON

/// How a client of the Model Context Protocol is told to run a server: the member `mcpServers` that most of them read.
struct ClientSettings {
    private let entry: [(name: String, value: JSONValue)]

    /// Takes the first package or address that a client can do something with; nil where there is none.
    init?(_ server: ServerBody) {
        let found = (server.packages ?? []).lazy.compactMap(Self.program).first
        if let program = found {
            entry = [("command", .string(program.command)), ("args", .array(program.arguments.map(JSONValue.string)))]
        } else if let remote = server.remotes?.first {
            entry = [
                ("type", .string(remote.type == "streamable-http" ? "http" : remote.type)),
                ("url", .string(remote.url)),
            ]
        } else {
            return nil
        }
        name = server.name.split(separator: "/").last.map(String.init) ?? server.name
    }

    private let name: String

    /// The program that gets and runs a package; nil where that is none of those that clients use, and for a name that the
    /// program would take for something else.
    private static func program(_ package: ServerBody.Package) -> (command: String, arguments: [String])? {
        guard isName(package.identifier), package.version.map(isName) ?? true else { return nil }
        let (name, version) = (package.identifier, package.version)
        switch package.registryType {
        case "npm": return ("npx", ["-y", name + (version.map { "@\($0)" } ?? "")])
        case "pypi": return ("uvx", [name + (version.map { "@\($0)" } ?? "")])
        case "oci":
            // A colon before the last slash is that of a port.
            let isWhole = name.split(separator: "/").last?.contains { ":@".contains($0) } ?? false
            return ("docker", ["run", "-i", "--rm", isWhole ? name : name + (version.map { ":\($0)" } ?? "")])
        default: return nil
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 256 else { return false }
        func isWord(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) && byte < 0x80
        }
        return (isWord(first) || first == UInt8(ascii: "@"))
            && text.utf8.allSatisfy { isWord($0) || "@._/:+-".utf8.contains($0) }
    }

    /// The document, a member a line.
    var text: String {
        func quoted(_ value: JSONValue) -> String { String(decoding: value.canonicalBytes, as: UTF8.self) }
        let members = entry.map { "      \(quoted(.string($0.name))): \(quoted($0.value))" }.joined(separator: ",\n")
        return "{\n  \"mcpServers\": {\n    \(quoted(.string(name))): {\n\(members)\n    }\n  }\n}"
    }
}
