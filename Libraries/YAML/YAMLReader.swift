import JSON

/// Reads the subset of YAML that `YAMLDocument` takes: the blocks.
///
/// Between lines `indent` is the indentation of the next line with content, and the place is at its start.
struct YAMLReader {
    var text: YAMLText
    let limits: YAMLLimits
    /// The spaces before the next content; nil at the end of the document.
    private var indent: Int? = 0
    private var depth = 0
    private var nodes = 0

    private static let maximumNameBytes = 1_024

    init(_ text: YAMLText, limits: YAMLLimits) {
        self.text = text
        self.limits = limits
    }

    /// Reads the whole text.
    mutating func document() throws(YAMLError) -> JSONValue {
        try skipToContent()
        if text.peek() == UInt8(ascii: "%"), text.isAtLineStart { throw text.fault("directives are not taken") }
        if text.isAtMarker, text.goes(on: "---") {
            text.index += 3
            text.skipBlanks()
            guard text.skipComment() || text.isAtLineEnd else {
                throw text.fault("the document has to begin on the line after '---'")
            }
            try skipToContent()
        }
        guard indent != nil else { throw text.fault("the text holds no document") }
        let value = try block(parent: -1)
        if text.isAtMarker, text.goes(on: "...") {
            text.index += 3
            try endLine()
        }
        guard text.isAtEnd else {
            throw text.fault(
                text.isAtMarker
                    ? "only one document is taken" : "this line belongs to nothing above it; check its indentation"
            )
        }
        return value
    }

    // MARK: Lines

    /// Ends a line on which a value has ended.
    mutating func endLine() throws(YAMLError) {
        text.skipBlanks()
        guard text.skipComment() || text.isAtLineEnd else {
            throw text.fault(
                text.peek() == UInt8(ascii: "#")
                    ? "a comment needs a space before it" : "something stands behind the end of the value")
        }
        try skipToContent()
    }

    /// Goes to the start of the next line with content, past empty lines and comments.
    mutating func skipToContent() throws(YAMLError) {
        indent = nil
        if !text.isAtLineStart, !text.isAtEnd { text.index += 1 }
        while !text.isAtEnd {
            let start = text.index
            text.skipBlanks()
            if text.skipComment() || text.isAtLineEnd {
                text.index += text.isAtEnd ? 0 : 1
                continue
            }
            let hasTab = text[start..<text.index].contains(0x09)
            let width = text.index - start
            text.index = start
            guard !text.isAtMarker else { return }
            guard !hasTab else { throw text.fault("a tab can't indent; use spaces") }
            indent = width
            return
        }
    }

    // MARK: Nodes

    /// Counts a value and throws where there are too many.
    mutating func count(at place: Int) throws(YAMLError) {
        nodes += 1
        guard nodes <= limits.nodes else { throw text.fault("more than \(limits.nodes) values", at: place) }
    }

    /// Reads a collection one level deeper.
    mutating func nested(
        _ body: (inout YAMLReader) throws(YAMLError) -> JSONValue
    ) throws(YAMLError) -> JSONValue {
        try count(at: text.index)
        depth += 1
        guard depth <= limits.depth else { throw text.fault("more than \(limits.depth) levels") }
        let value = try body(&self)
        depth -= 1
        return value
    }

    /// Reads the node that begins on the next line, which is indented more than its parent.
    private mutating func block(parent: Int) throws(YAMLError) -> JSONValue {
        let column = indent ?? 0
        text.index += column
        return try content(column: column, parent: parent)
    }

    /// Reads a node at the place; a block collection in it has its entries at `column`.
    private mutating func content(column: Int, parent: Int) throws(YAMLError) -> JSONValue {
        if isAtDash { return try nested { reader throws(YAMLError) in try reader.sequence(column) } }
        if text.peek() == UInt8(ascii: "?"), YAMLText.isSpace(text.peek(1)) {
            throw text.fault("names that are marked with '?' are not taken")
        }
        if let name = try implicitName() {
            return try nested { reader throws(YAMLError) in try reader.mapping(column, first: name) }
        }
        return try flowInBlock(parent: parent)
    }

    private var isAtDash: Bool { text.peek() == UInt8(ascii: "-") && YAMLText.isSpace(text.peek(1)) }

    /// Reads the value that may begin on this line or on a later one; a list may stand at the column of its name.
    private mutating func value(column: Int, ofName: Bool) throws(YAMLError) -> JSONValue? {
        text.skipBlanks()
        guard text.skipComment() || text.isAtLineEnd else { return nil }
        try skipToContent()
        if let indent {
            if indent > column { return try block(parent: column) }
            if ofName, indent == column {
                text.index += indent
                if isAtDash { return try nested { reader throws(YAMLError) in try reader.sequence(column) } }
                text.index -= indent
            }
        }
        try count(at: text.index)
        return .null
    }

    private mutating func sequence(_ column: Int) throws(YAMLError) -> JSONValue {
        var elements: [JSONValue] = []
        while true {
            let dash = text.index
            text.index += 1
            if let value = try value(column: column, ofName: false) {
                elements.append(value)
            } else if isAtBlockScalar {
                elements.append(try blockScalar(parent: column))
            } else {
                let gap = text[(dash + 1)..<text.index]
                let inner = column + 1 + gap.count
                if gap.contains(0x09) {
                    // A tab separates; what would be indented by it is refused.
                    let place = text.index
                    guard !isAtDash, try implicitName() == nil else {
                        throw text.fault("a tab can't indent; use spaces", at: dash + 1)
                    }
                    text.index = place
                }
                elements.append(try content(column: inner, parent: column))
            }
            guard try isNext(at: column) else { return .array(elements) }
            text.index += column
            guard isAtDash else {
                text.index -= column
                return .array(elements)
            }
        }
    }

    /// True where the next line has the indentation of a collection's entries.
    private func isNext(at column: Int) throws(YAMLError) -> Bool {
        guard let indent, indent >= column else { return false }
        guard indent == column else {
            throw text.fault("this line is indented more than what it belongs to", at: text.index + indent)
        }
        return true
    }

    private mutating func mapping(_ column: Int, first: (name: String, place: Int)) throws(YAMLError) -> JSONValue {
        var members: [JSONValue.Member] = []
        var names: Set<[UInt8]> = []
        var (name, place) = first
        while true {
            guard names.insert(Array(name.utf8)).inserted else {
                throw text.fault("the name stands twice", at: place)
            }
            text.index += 1
            let colon = text.index
            if let value = try value(column: column, ofName: true) {
                members.append(JSONValue.Member(name, value))
            } else if text[colon..<text.index].contains(0x09) {
                throw text.fault("a tab stands behind the ':'; use a space", at: colon)
            } else if isAtBlockScalar {
                members.append(JSONValue.Member(name, try blockScalar(parent: column)))
            } else {
                guard !isAtDash else { throw text.fault("a list has to begin on a line of its own") }
                members.append(JSONValue.Member(name, try flowInBlock(parent: column)))
            }
            guard try isNext(at: column) else { return .object(members) }
            text.index += column
            guard !isAtDash, let next = try implicitName() else {
                throw text.fault("a name with ':' behind it is expected here")
            }
            (name, place) = next
        }
    }

    /// Reads a name up to its colon; nil, with the place unchanged, where none stands here.
    private mutating func implicitName() throws(YAMLError) -> (name: String, place: Int)? {
        let place = text.index
        let name: String?
        switch text.peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): name = try quoted(minimumIndent: nil)
        case UInt8(ascii: ":") where YAMLText.isSpace(text.peek(1)): throw text.fault("a name is missing before ':'")
        default: name = canBeginPlain(inFlow: false) ? plainLine(inFlow: false) : nil
        }
        if let name {
            let end = text.index
            text.skipBlanks()
            if text.peek() == UInt8(ascii: ":"), YAMLText.isSpace(text.peek(1)) {
                guard end - place <= Self.maximumNameBytes else {
                    throw text.fault("a name has at most \(Self.maximumNameBytes) bytes", at: place)
                }
                return (name, place)
            }
        }
        text.index = place
        return nil
    }

    private var isAtBlockScalar: Bool { text.peek() == UInt8(ascii: "|") || text.peek() == UInt8(ascii: ">") }

    /// Reads a scalar or a flow collection that a block holds, and the end of its line.
    private mutating func flowInBlock(parent: Int) throws(YAMLError) -> JSONValue {
        if isAtBlockScalar { return try blockScalar(parent: parent) }
        let place = text.index
        switch text.peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            try count(at: place)
            guard let string = try quoted(minimumIndent: parent + 1) else { throw text.fault("the text does not end") }
            try endLine()
            return .string(string)
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            let value = try flowCollection(minimumIndent: parent + 1)
            text.skipBlanks()
            if text.peek() == UInt8(ascii: ":") { throw text.fault("a name can't be a collection", at: place) }
            try endLine()
            return value
        default:
            try count(at: place)
            try checkPlainStart(inFlow: false)
            let (string, isEnded) = try plain(minimumIndent: parent + 1, inFlow: false)
            let value = try resolved(string, at: place)
            if isEnded { try skipToContent() } else { try endLine() }
            return value
        }
    }

    /// What a plain scalar stands for.
    func resolved(_ string: String, at place: Int) throws(YAMLError) -> JSONValue {
        try CoreSchema.resolve(string) { text.fault($0, at: place) }
    }
}
