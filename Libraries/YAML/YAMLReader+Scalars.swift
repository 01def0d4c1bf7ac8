import JSON

extension YAMLReader {
    // MARK: Plain

    private static let indicators = Set("-?:,[]{}#&*!|>'\"%@`".utf8)
    static let flowIndicators = Set(",[]{}".utf8)

    /// True for a byte that may follow `:`, `?` or `-` within a plain scalar (ns-plain-safe, 7.3.3).
    static func isSafe(_ byte: UInt8?, inFlow: Bool) -> Bool {
        guard let byte, !YAMLText.isSpace(byte) else { return false }
        return !inFlow || !flowIndicators.contains(byte)
    }

    func canBeginPlain(inFlow: Bool) -> Bool {
        guard let first = text.peek(), !YAMLText.isSpace(first) else { return false }
        guard Self.indicators.contains(first) else { return true }
        return "-?:".utf8.contains(first) && Self.isSafe(text.peek(1), inFlow: inFlow)
    }

    /// Throws where nothing plain can begin, and says what stands there.
    func checkPlainStart(inFlow: Bool) throws(YAMLError) {
        guard !canBeginPlain(inFlow: inFlow) else { return }
        switch text.peek() {
        case UInt8(ascii: "&"): throw text.fault("anchors are not taken")
        case UInt8(ascii: "*"): throw text.fault("aliases are not taken")
        case UInt8(ascii: "!"): throw text.fault("tags are not taken")
        case nil: throw text.fault("the text ends where a value is expected")
        default: throw text.fault("a value can't begin with this character; put it in quotes")
        }
    }

    /// Reads what of a plain scalar stands on this line, without blanks at its end; the place is behind it.
    mutating func plainLine(inFlow: Bool) -> String {
        let start = text.index
        var end = start
        while let byte = text.peek(), byte != 0x0a {
            if byte == UInt8(ascii: ":"), !Self.isSafe(text.peek(1), inFlow: inFlow) { break }
            if byte == UInt8(ascii: "#"), text.index > start, YAMLText.isBlank(text.peek(-1)) { break }
            if inFlow, Self.flowIndicators.contains(byte) { break }
            text.index += 1
            if !YAMLText.isBlank(byte) { end = text.index }
        }
        text.index = end
        return String(decoding: text[start..<end], as: UTF8.self)
    }

    /// Reads a plain scalar over all its lines (7.3.3).
    ///
    /// - Returns: the text, and whether a comment ended it, after which the line is over.
    mutating func plain(minimumIndent: Int, inFlow: Bool) throws(YAMLError) -> (String, isEnded: Bool) {
        var string = plainLine(inFlow: inFlow)
        while true {
            let end = text.index
            if inFlow, string.hasSuffix("-"), let next = text.peek(), Self.flowIndicators.contains(next),
                YAMLText.isBlank(text.peek(-2))
            {
                throw text.fault("a '-' alone can't end a text here; put the text in quotes")
            }
            text.skipBlanks()
            if text.skipComment() {
                if inFlow { text.index = end }
                return (string, !inFlow)
            }
            guard text.isAtLineEnd, !text.isAtEnd, let breaks = try nextLine(minimumIndent, endsBelow: true),
                let next = text.peek(), next != UInt8(ascii: "#"), !inFlow || !Self.flowIndicators.contains(next)
            else {
                text.index = end
                return (string, false)
            }
            if next == UInt8(ascii: ":"), !Self.isSafe(text.peek(1), inFlow: inFlow) {
                guard inFlow else { throw text.fault("a name is missing before ':'") }
                text.index = end
                return (string, false)
            }
            if inFlow, "-?".utf8.contains(next), !Self.isSafe(text.peek(1), inFlow: true) {
                throw text.fault("a line within a text can't begin with this character here; put the text in quotes")
            }
            string += breaks == 0 ? " " : String(repeating: "\n", count: breaks)
            string += plainLine(inFlow: inFlow)
            guard inFlow || text.peek() != UInt8(ascii: ":") else {
                throw text.fault("a name with a value can't stand within a text; check the indentation of this line")
            }
            var rest = text
            rest.skipBlanks()
            guard inFlow || rest.peek() != UInt8(ascii: ":") || Self.isSafe(rest.peek(1), inFlow: false) else {
                throw text.fault("a name with a value can't stand within a text; check the indentation of this line")
            }
        }
    }

    /// Goes from the end of a line within a scalar to the content of the next line that has some.
    ///
    /// - Parameter endsBelow: true where a line that is indented less ends the scalar; else it is a fault.
    /// - Returns: the number of empty lines between; nil where the scalar has ended.
    mutating func nextLine(_ minimumIndent: Int, endsBelow: Bool) throws(YAMLError) -> Int? {
        var breaks = 0
        while true {
            guard !text.isAtEnd else { return nil }
            text.index += 1
            if text.isAtMarker {
                guard endsBelow else { throw text.fault("the text does not end before this mark") }
                return nil
            }
            let start = text.index
            let spaces = text.spaces
            text.skipBlanks()
            if text.isAtEnd { return nil }
            if text.isAtLineEnd {
                guard text.index - start == spaces || spaces >= minimumIndent else {
                    throw text.fault("a tab can't indent; use spaces", at: start + spaces)
                }
                breaks += 1
                continue
            }
            guard spaces >= minimumIndent else {
                if text.index - start > spaces {
                    throw text.fault("a tab can't indent; use spaces", at: start + spaces)
                }
                guard endsBelow else {
                    throw text.fault("this line has to be indented by \(minimumIndent) spaces or more")
                }
                return nil
            }
            return breaks
        }
    }

    // MARK: Quoted

    /// Reads a text in single or double quotes (7.3.1, 7.3.2).
    ///
    /// - Parameter minimumIndent: of further lines; nil where there may be none.
    /// - Returns: nil where it does not end on its line although it has to.
    mutating func quoted(minimumIndent: Int?) throws(YAMLError) -> String? {
        let (start, quote) = (text.index, text.peek())
        text.index += 1
        var bytes: [UInt8] = []
        /// What is before it is no blank that folding takes away.
        var fixed = 0
        while let byte = text.peek() {
            switch byte {
            case quote:
                if quote == UInt8(ascii: "'"), text.peek(1) == quote {
                    bytes.append(byte)
                    text.index += 2
                    fixed = bytes.count
                    continue
                }
                text.index += 1
                return String(decoding: bytes, as: UTF8.self)
            case 0x0a:
                guard let minimumIndent else { return nil }
                while bytes.count > fixed, YAMLText.isBlank(bytes.last) { bytes.removeLast() }
                guard let breaks = try nextLine(minimumIndent, endsBelow: false) else {
                    throw text.fault("the text does not end", at: start)
                }
                bytes += breaks == 0 ? [0x20] : [UInt8](repeating: 0x0a, count: breaks)
                fixed = bytes.count
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
                if text.peek(1) == 0x0a {
                    guard let minimumIndent else { return nil }
                    text.index += 1
                    guard let breaks = try nextLine(minimumIndent, endsBelow: false) else {
                        throw text.fault("the text does not end", at: start)
                    }
                    bytes += [UInt8](repeating: 0x0a, count: breaks)
                } else {
                    bytes += try escape()
                }
                fixed = bytes.count
            default:
                bytes.append(byte)
                text.index += 1
                if !YAMLText.isBlank(byte) { fixed = bytes.count }
            }
        }
        guard minimumIndent != nil else { return nil }
        throw text.fault("the text does not end", at: start)
    }

    private static let escapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{7}", UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "t"): "\t",
        0x09: "\t", UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{b}", UInt8(ascii: "f"): "\u{c}",
        UInt8(ascii: "r"): "\r", UInt8(ascii: "e"): "\u{1b}", 0x20: " ", UInt8(ascii: "\""): "\"",
        UInt8(ascii: "/"): "/",
        UInt8(ascii: "\\"): "\\", UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{a0}",
        UInt8(ascii: "L"): "\u{2028}",
        UInt8(ascii: "P"): "\u{2029}",
    ]

    /// Reads an escape (5.7).
    private mutating func escape() throws(YAMLError) -> [UInt8] {
        let start = text.index
        guard let kind = text.peek(1) else { throw text.fault("the text does not end") }
        if let scalar = Self.escapes[kind] {
            text.index += 2
            return Array(String(scalar).utf8)
        }
        let digits = kind == UInt8(ascii: "x") ? 2 : kind == UInt8(ascii: "u") ? 4 : kind == UInt8(ascii: "U") ? 8 : 0
        var value: UInt32 = 0
        for distance in 2..<(2 + digits) {
            guard let byte = text.peek(distance), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80
            else { throw text.fault("this escape needs \(digits) hexadecimal digits") }
            value = value << 4 | UInt32(digit)
        }
        guard digits > 0, let scalar = Unicode.Scalar(value) else {
            throw text.fault(digits > 0 ? "this escape stands for no character" : "there is no such escape", at: start)
        }
        text.index += 2 + digits
        return Array(String(scalar).utf8)
    }

    // MARK: Block scalars

    /// Reads a block scalar with its header (8.1), and goes to the next content.
    mutating func blockScalar(parent: Int) throws(YAMLError) -> JSONValue {
        let start = text.index
        try count(at: start)
        let isFolded = text.peek() == UInt8(ascii: ">")
        text.index += 1
        var chomping: UInt8?
        var explicit: Int?
        while let byte = text.peek() {
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"), chomping == nil {
                chomping = byte
            } else if (0x31...0x39).contains(byte), explicit == nil {
                explicit = Int(byte - 0x30)
            } else {
                break
            }
            text.index += 1
        }
        text.skipBlanks()
        guard text.skipComment() || text.isAtLineEnd else {
            throw text.fault("only digits, '+', '-' and a comment may follow '|' and '>'")
        }
        if explicit != nil, parent < 0 { throw text.fault("a width can't be given here", at: start) }
        if !text.isAtEnd { text.index += 1 }
        let lines = try blockLines(minimumIndent: parent + 1, explicit: explicit.map { max(parent, 0) + $0 })
        // What is kept of empty lines alone is read in two ways.
        guard lines.contains(where: { !$0.isEmpty }) else {
            throw text.fault("a text is missing below this; write \"\" for an empty one", at: start)
        }
        guard !text.isAtEnd || !text.endsInBlanks else { throw text.fault("the last line has blanks and no line end") }
        // The content that ended it begins at the start of a line, where the line before is left.
        text.index -= 1
        try skipToContent()
        return .string(Self.joined(lines, isFolded: isFolded, chomping: chomping))
    }

    /// The lines of a block scalar without their indentation; empty ones are empty.
    private mutating func blockLines(
        minimumIndent: Int, explicit: Int?
    ) throws(YAMLError) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var indent = explicit
        var widestEmpty = 0
        while !text.isAtEnd, !text.isAtMarker {
            let (start, spaces) = (text.index, text.spaces)
            let first = text.peek(spaces)
            if YAMLText.isLineEnd(first) {
                if let indent, spaces > indent {
                    lines.append(text[(start + indent)..<(start + spaces)])
                } else {
                    widestEmpty = max(widestEmpty, spaces)
                    lines.append([])
                }
                text.index += spaces
            } else {
                if indent == nil {
                    guard spaces >= minimumIndent else {
                        if first == 0x09 { throw text.fault("a tab can't indent; use spaces", at: start + spaces) }
                        break
                    }
                    guard widestEmpty <= spaces else {
                        throw text.fault("an empty line above has more spaces than the first line of the text")
                    }
                    if first == 0x09, spaces == 0 { throw text.fault("a tab can't indent; use spaces", at: start) }
                    indent = spaces
                }
                guard let width = indent, spaces >= width else {
                    if first == 0x09 { throw text.fault("a tab can't indent; use spaces", at: start + spaces) }
                    guard spaces < minimumIndent else {
                        throw text.fault("this line is indented less than the text above it, and more than its name")
                    }
                    break
                }
                while !text.isAtLineEnd { text.index += 1 }
                lines.append(text[(start + width)..<text.index])
            }
            if !text.isAtEnd { text.index += 1 }
        }
        return lines
    }

    private static func joined(_ lines: [ArraySlice<UInt8>], isFolded: Bool, chomping: UInt8?) -> String {
        let content = lines.prefix((lines.lastIndex { !$0.isEmpty } ?? -1) + 1)
        let trailing = lines.count - content.count
        var bytes: [UInt8] = []
        var last: ArraySlice<UInt8>?
        var empties = 0
        for line in content {
            guard !line.isEmpty else {
                empties += 1
                continue
            }
            if let last {
                // Lines that begin with a blank keep the breaks around them.
                let isJoined = isFolded && !YAMLText.isBlank(last.first) && !YAMLText.isBlank(line.first)
                if isJoined, empties == 0 {
                    bytes.append(0x20)
                } else {
                    bytes += [UInt8](repeating: 0x0a, count: isJoined ? empties : empties + 1)
                }
            } else {
                bytes += [UInt8](repeating: 0x0a, count: empties)
            }
            bytes += line
            (last, empties) = (line, 0)
        }
        let end = last == nil ? 0 : 1
        switch chomping {
        case UInt8(ascii: "-"): break
        case UInt8(ascii: "+"): bytes += [UInt8](repeating: 0x0a, count: end + trailing)
        default: bytes += [UInt8](repeating: 0x0a, count: end)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
