import JSON
import Text

/// The texts of a manifest, before its members are read.
extension AgentManifest {
    /// Members whose texts people write and read, wherever they stand. All others are for programs.
    private static let prose: Set = ["author", "description", "title"]

    /// The document with what people read as `PlainText`; each change is a warning. The uploaded bytes stay as they are.
    mutating func cleaned(_ value: JSONValue, at path: String, isProse: Bool) -> JSONValue {
        switch value {
        case .string(let raw) where isProse:
            let plain = PlainText(raw)
            if let words = plain.words { warn(path, words) }
            return .string(plain.text)
        case .array(let elements):
            var all: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                all.append(cleaned(element, at: "\(path)/\(index)", isProse: isProse))
            }
            return .array(all)
        case .object(let members):
            var all: [JSONValue.Member] = []
            for member in members {
                // The name of an agent is for people, the names of its pins are for programs.
                let isProse = Self.prose.contains(member.name) || path.isEmpty && member.name == "name"
                let path = "\(path)/\(pointerToken(member.name))"
                let value = cleaned(member.value, at: path, isProse: isProse)
                all.append(JSONValue.Member(member.name, value))
            }
            return .object(all)
        default: return value
        }
    }

    /// Refuses control characters, except tabs and line ends, in all strings and names.
    mutating func refuseControlCharacters(_ value: JSONValue, at path: String) {
        func holdsControl(_ text: String) -> Bool {
            text.unicodeScalars.contains { scalar in
                DangerousCharacters.kind(of: scalar) == .control && !["\t", "\n", "\r"].contains(scalar)
            }
        }
        switch value {
        case .string(let text) where holdsControl(text):
            findings.append(Finding(.error, path, "a control character stands in the text"))
        case .array(let elements):
            for (index, element) in elements.enumerated() { refuseControlCharacters(element, at: "\(path)/\(index)") }
        case .object(let members):
            for member in members {
                if holdsControl(member.name) {
                    findings.append(Finding(.error, path, "a control character stands in the name of a member"))
                } else {
                    refuseControlCharacters(member.value, at: "\(path)/\(pointerToken(member.name))")
                }
            }
        default: break
        }
    }
}
