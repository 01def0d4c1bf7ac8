import JSON
import Text

/// The texts of a manifest, before its members are read.
extension AgentManifest {
    /// Members whose texts people write and read, wherever they stand. All others are for programs.
    private static let prose: Set = ["author", "description", "title"]
    /// Those that people read at one place alone: a pin has a name as well, and an input may be called tags.
    private static let proseAt: Set = ["/name", "/ui/catalog/category", "/ui/catalog/tags"]

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
                let path = "\(path)/\(pointerToken(member.name))"
                let isProse = Self.prose.contains(member.name) || Self.proseAt.contains(path)
                let value = cleaned(member.value, at: path, isProse: isProse)
                all.append(JSONValue.Member(member.name, value))
            }
            return .object(all)
        default: return value
        }
    }

    /// Refuses a text that stands for itself, such as a name, where it holds what nobody sees or what reorders the text around it.
    mutating func refuseHidden(_ text: String?, at path: String) {
        switch text.flatMap({ DangerousCharacters.kind(inName: $0) }) {
        case .direction: refuse(path, "a mark of direction stands in the text; leave it out")
        case .invisible: refuse(path, "an invisible character or an unusual space stands in the text; leave it out")
        // All texts are looked through for these.
        case .control, nil: break
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
