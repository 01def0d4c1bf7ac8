import JSON

extension YAMLReader {
    /// Reads a collection in brackets or braces (7.4).
    mutating func flowCollection(minimumIndent: Int) throws(YAMLError) -> JSONValue {
        let isMapping = text.peek() == UInt8(ascii: "{")
        return try nested { reader throws(YAMLError) in
            reader.text.index += 1
            return isMapping
                ? try reader.flowMapping(minimumIndent) : try reader.flowSequence(minimumIndent)
        }
    }

    private mutating func flowSequence(_ minimumIndent: Int) throws(YAMLError) -> JSONValue {
        var elements: [JSONValue] = []
        while true {
            try skipFlowSpace(minimumIndent)
            if take("]") { return .array(elements) }
            elements.append(try flowNode(minimumIndent).value)
            try skipFlowSpace(minimumIndent)
            if text.peek() == UInt8(ascii: ":") { throw text.fault("a pair in a list needs braces around it") }
            if take("]") { return .array(elements) }
            guard take(",") else { throw text.fault("',' or ']' is expected here") }
        }
    }

    private mutating func flowMapping(_ minimumIndent: Int) throws(YAMLError) -> JSONValue {
        var members: [JSONValue.Member] = []
        var names: Set<[UInt8]> = []
        while true {
            try skipFlowSpace(minimumIndent)
            if take("}") { return .object(members) }
            let place = text.index
            if "[{".utf8.contains(text.peek() ?? 0) { throw text.fault("a name can't be a collection") }
            let (_, name, isQuoted) = try flowNode(minimumIndent)
            guard let name else { throw text.fault("a name can't be a collection", at: place) }
            guard names.insert(Array(name.utf8)).inserted else {
                throw text.fault("the name stands twice", at: place)
            }
            try skipFlowSpace(minimumIndent)
            var value = JSONValue.null
            if text.peek() == UInt8(ascii: ":"), isQuoted || !Self.isSafe(text.peek(1), inFlow: true) {
                text.index += 1
                let after = text.peek()
                guard
                    isQuoted && after != 0x09 || after == 0x20 || after == 0x0a || after == UInt8(ascii: ",")
                        || after == UInt8(ascii: "}")
                else { throw text.fault("a space has to stand behind this ':'") }
                try skipFlowSpace(minimumIndent)
                if let next = text.peek(), next == UInt8(ascii: ",") || next == UInt8(ascii: "}") {
                    try count(at: text.index)
                } else {
                    value = try flowNode(minimumIndent).value
                    try skipFlowSpace(minimumIndent)
                }
            }
            members.append(JSONValue.Member(name, value))
            if take("}") { return .object(members) }
            guard take(",") else { throw text.fault("',' or '}' is expected here") }
        }
    }

    private mutating func take(_ character: Character) -> Bool {
        guard text.peek() == character.asciiValue else { return false }
        text.index += 1
        return true
    }

    /// Reads a node within a flow collection; `name` is its text where it is a scalar.
    private mutating func flowNode(
        _ minimumIndent: Int
    ) throws(YAMLError) -> (value: JSONValue, name: String?, isQuoted: Bool) {
        let place = text.index
        switch text.peek() {
        case UInt8(ascii: "["), UInt8(ascii: "{"): return (try flowCollection(minimumIndent: minimumIndent), nil, true)
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            try count(at: place)
            guard let string = try quoted(minimumIndent: minimumIndent) else {
                throw text.fault("the text does not end")
            }
            return (.string(string), string, true)
        case UInt8(ascii: "?") where YAMLText.isSpace(text.peek(1)):
            throw text.fault("names that are marked with '?' are not taken")
        case UInt8(ascii: ","): throw text.fault("a value is missing before ','")
        case UInt8(ascii: ":"):
            if !Self.isSafe(text.peek(1), inFlow: true) { throw text.fault("a name is missing before ':'") }
        default: break
        }
        try count(at: place)
        try checkPlainStart(inFlow: true)
        let (string, _) = try plain(minimumIndent: minimumIndent, inFlow: true)
        return (try resolved(string, at: place), string, false)
    }

    /// Goes past blanks, comments and line ends; a line with content has to be indented more than the collection's parent.
    private mutating func skipFlowSpace(_ minimumIndent: Int) throws(YAMLError) {
        while true {
            text.skipBlanks()
            guard text.skipComment() || text.isAtLineEnd else { return }
            guard !text.isAtEnd else { throw text.fault("a list or mapping does not end") }
            text.index += 1
            if text.isAtMarker { throw text.fault("a list or mapping does not end before this mark") }
            let (start, spaces) = (text.index, text.spaces)
            text.skipBlanks()
            guard !text.isAtLineEnd, text.peek() != UInt8(ascii: "#") else { continue }
            guard spaces >= minimumIndent else {
                throw text.fault(
                    text.index > start + spaces
                        ? "a tab can't indent; use spaces"
                        : "this line has to be indented by \(minimumIndent) spaces or more")
            }
        }
    }
}
