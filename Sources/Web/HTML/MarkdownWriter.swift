/// Writes elements of HTML as Markdown: blocks on lines of their own, tables with bars, what one clicks on left out.
///
/// Texts are escaped as far as they would otherwise be read as anything else than text (CommonMark 2.4).
struct MarkdownWriter {
    /// The bytes that were written.
    private(set) var bytes: [UInt8] = []

    /// Newlines that stand before whatever is written next.
    private var breaks = 0
    /// What each line begins with, for each list around it.
    private var indents: [String] = []
    /// How many elements, one in the other, are left out.
    private var skipped = 0
    /// True where the next text begins a line.
    private var beginsLine = true
    /// True where an element within a line just ended, so that another one beside it needs a space.
    private var endsElement = false
    /// The numbers of the lists around; nil for one without numbers.
    private var numbers: [Int?] = []
    /// The text of an element that is written when it ends.
    private var held: (tag: String, text: String)?
    /// Where links lead to.
    private var links: [String] = []
    /// The cells of the row that is written, and whether a row was written before.
    private var table: (cells: Int, hasHead: Bool)?

    private static let leftOut: Set = ["button", "form", "head", "script"]
    private static let blocks: Set = [
        "article", "aside", "details", "div", "fieldset", "figure", "footer", "header", "legend", "main", "nav", "p",
        "section", "summary",
    ]

    mutating func open(_ name: String, _ attributes: [HTML.Attribute]) {
        func value(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
        if skipped > 0 || Self.leftOut.contains(name) {
            if !Self.isVoid(name) { skipped += 1 }
            return
        }
        // What is in code is text alone.
        guard held == nil else { return }
        switch name {
        case "svg":
            skipped = 1
            if let label = value("aria-label") { element { $0.plain(label) } }
        case "h1", "h2", "h3", "h4", "h5", "h6":
            block(2)
            raw(indents.isEmpty ? String(repeating: "#", count: Int(name.dropFirst()) ?? 1) + " " : "**")
        case "ul", "ol":
            block(indents.isEmpty ? 2 : 1)
            numbers.append(name == "ol" ? 1 : nil)
        case "li": item()
        case "table":
            block(2)
            table = (0, false)
        case "tr":
            table?.cells = 0
            block(1)
        case "td", "th":
            raw(table?.cells == 0 ? "| " : " ")
            table?.cells += 1
            (beginsLine, endsElement) = (false, false)
        case "pre":
            block(2)
            held = (name, "")
        case "code":
            separate()
            held = (name, "")
        case "a":
            separate()
            links.append(value("href") ?? "")
            raw("[")
        case "img":
            separate()
            raw("![")
            plain(value("alt") ?? "")
            end("](\(Self.address(value("src") ?? "")))")
        case "b", "strong": element { $0.raw("**") }
        case "em": element { $0.raw("*") }
        case "del": element { $0.raw("~~") }
        case "br":
            raw("\\")
            block(1)
        case "hr":
            block(2)
            raw("---")
            block(2)
        case "blockquote":
            block(2)
            breakLine()
            indents.append("> ")
            bytes += "> ".utf8
            beginsLine = true
        case "dt":
            block(1)
            raw("- ")
        case "dl": block(2)
        case "dd", "mark", "tbody", "thead": break
        case _ where Self.blocks.contains(name): block(2)
        case _ where Self.isVoid(name): break
        default: separate()
        }
    }

    mutating func close(_ name: String) {
        if skipped > 0 {
            skipped -= 1
            return
        }
        guard held == nil || held?.tag == name else { return }
        switch name {
        case "h1", "h2", "h3", "h4", "h5", "h6":
            if !indents.isEmpty { raw("**") }
            block(2)
        case "ul", "ol":
            numbers.removeLast()
            block(indents.isEmpty ? 2 : 1)
        case "li":
            indents.removeLast()
            block(1)
        case "table":
            table = nil
            block(2)
        case "tr": row()
        case "td", "th": raw(" |")
        case "pre": fence()
        case "code": code()
        case "a": end("](\(Self.address(links.removeLast())))")
        case "b", "strong": end("**")
        case "em": end("*")
        case "del": end("~~")
        case "dt": raw(": ")
        case "blockquote":
            indents.removeLast()
            block(2)
        case "dd": block(1)
        case "dl": block(2)
        case "mark", "tbody", "thead": break
        case _ where Self.blocks.contains(name): block(2)
        default: endsElement = true
        }
    }

    /// Writes words.
    mutating func text(_ text: String) {
        guard skipped == 0, !text.isEmpty else { return }
        if held != nil {
            held?.text += text
        } else {
            plain(text)
        }
    }

    // MARK: Lines

    /// Asks for at least so many newlines before what is written next. Within a cell there are none.
    private mutating func block(_ count: Int) {
        guard table?.cells ?? 0 == 0 else {
            endsElement = true
            return
        }
        guard !bytes.isEmpty, !(beginsLine && breaks == 0) else { return }
        breaks = max(breaks, indents.isEmpty ? count : min(count, 1))
        (beginsLine, endsElement) = (true, false)
    }

    private mutating func breakLine() {
        guard breaks > 0 else { return }
        for _ in 0..<breaks {
            bytes.append(UInt8(ascii: "\n"))
            // Lines of a quotation have its mark also where they are empty.
            for indent in indents { bytes += indent.utf8 }
        }
        breaks = 0
    }

    private mutating func raw(_ text: String) {
        breakLine()
        bytes += text.utf8
        (beginsLine, endsElement) = (false, false)
    }

    /// Writes a space where an element within the line has just ended.
    private mutating func separate() {
        if endsElement, breaks == 0 { raw(" ") }
    }

    private mutating func element(_ write: (inout Self) -> Void) {
        separate()
        write(&self)
    }

    private mutating func end(_ text: String) {
        raw(text)
        endsElement = true
    }

    private mutating func item() {
        block(1)
        breakLine()
        var marker = "- "
        if let number = numbers.last ?? nil {
            marker = "\(number). "
            numbers[numbers.count - 1] = number + 1
        }
        bytes += marker.utf8
        indents.append(String(repeating: " ", count: marker.utf8.count))
        (beginsLine, endsElement) = (true, false)
    }

    private mutating func row() {
        guard let cells = table?.cells, table?.hasHead == false, cells > 0 else { return }
        table = (0, true)
        block(1)
        raw("|" + String(repeating: " --- |", count: cells))
    }

    // MARK: Words

    private mutating func plain(_ text: String) {
        breakLine()
        if endsElement, let first = text.utf8.first, Self.isWord(first) { bytes.append(UInt8(ascii: " ")) }
        var previous: UInt8 = beginsLine ? UInt8(ascii: "\n") : bytes.last ?? UInt8(ascii: "\n")
        let text = Array(text.utf8)
        var isNumber = beginsLine
        for (index, byte) in text.enumerated() {
            var byte = byte
            if byte == UInt8(ascii: "\n") { byte = UInt8(ascii: " ") }
            if byte == UInt8(ascii: " "), previous == UInt8(ascii: " ") || beginsLine { continue }
            if isMark(byte, after: previous, before: index + 1 < text.count ? text[index + 1] : 0, isNumber: isNumber) {
                bytes.append(UInt8(ascii: "\\"))
            }
            bytes.append(byte)
            isNumber = isNumber && Self.isDigit(byte)
            beginsLine = false
            previous = byte
        }
        endsElement = false
    }

    /// True for a byte that would be read as a mark where it stands.
    private func isMark(_ byte: UInt8, after previous: UInt8, before next: UInt8, isNumber: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "~"), UInt8(ascii: "&"):
            true
        // Within a word it is none.
        case UInt8(ascii: "_"): !Self.isWord(previous) || !Self.isWord(next)
        case UInt8(ascii: "#"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "="): beginsLine
        case UInt8(ascii: "."), UInt8(ascii: ")"):
            isNumber && Self.isDigit(previous) && (next == 0 || next == UInt8(ascii: " "))
        case UInt8(ascii: "!"): next == UInt8(ascii: "[")
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x7a).contains(byte | 0x20) || byte >= 0x80
    }

    /// The longest run of backticks in a text.
    private static func longestRun(in text: String) -> Int {
        var (longest, run) = (0, 0)
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    private mutating func fence() {
        guard let text = held?.text else { return }
        held = nil
        let fence = String(repeating: "`", count: max(3, Self.longestRun(in: text) + 1))
        raw(fence)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        for line in lines {
            breaks = 1
            raw(String(line))
        }
        breaks = 1
        raw(fence)
        block(2)
    }

    private mutating func code() {
        guard let text = held?.text else { return }
        held = nil
        guard text.contains(where: { $0 != " " && $0 != "\n" }) else { return plain(text) }
        let run = String(repeating: "`", count: Self.longestRun(in: text) + 1)
        let needsSpace = text.hasPrefix("`") || text.hasSuffix("`")
        var line = text.replacing("\n", with: " ")
        // A bar ends a cell also within code (GFM 4.10).
        if table != nil { line = line.replacing("|", with: "\\|") }
        end(needsSpace ? "\(run) \(line) \(run)" : "\(run)\(line)\(run)")
    }

    /// The destination of a link, in which brackets would end it.
    private static func address(_ text: String) -> String {
        text.replacing("(", with: "%28").replacing(")", with: "%29").replacing("<", with: "%3C")
            .replacing(">", with: "%3E").replacing(" ", with: "%20").replacing("\\", with: "%5C")
    }

    private static func isVoid(_ name: String) -> Bool { HTML.VoidTag(rawValue: name) != nil }
}
