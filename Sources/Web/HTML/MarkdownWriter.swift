/// Writes elements of HTML as Markdown: blocks on lines of their own, tables with bars, what one clicks on left out.
///
/// Texts are escaped as far as they would otherwise be read as anything else than text (CommonMark 2.4).
struct MarkdownWriter {
    /// The bytes that were written.
    private(set) var bytes: [UInt8] = []

    /// Newlines that stand before whatever is written next.
    private var breaks = 0
    /// What each line begins with, for each list and quotation around it.
    private var indents: [String] = []
    /// How many elements, one in the other, are left out.
    private var skipped = 0
    /// True where the next text begins a line.
    private var beginsLine = true
    /// True where all of the line so far is digits, behind which a dot would begin a list.
    private var isNumber = true
    /// True where an element within a line just ended, so that another one beside it needs a space.
    private var endsElement = false
    /// True within a heading, which a number sign could end.
    private var isHeading = false
    private var lists: [List] = []
    /// The list that ended last: another one right behind it would be a part of it.
    private var ended: (place: Int, isOther: Bool)?
    /// What is written as a whole when it ends.
    private var held: (tag: String, text: String, language: String)?
    /// Where links lead to; nil for one that is written as its words.
    private var links: [String?] = []
    /// The cells of the row that is written, and whether a row was written before.
    private var table: (cells: Int, hasHead: Bool)?
    /// The marks below the cells of the first row of a table: `---`, or with colons where the column is set to a side.
    private var marks: [String] = []

    private struct List {
        /// The number of the next item; nil for a list without numbers.
        var number: Int?
        /// True for one whose marks differ from those of the list right before it.
        let isOther: Bool
    }

    private static let leftOut: Set = ["button", "form", "head", "script"]
    private static let blocks: Set = [
        "article", "aside", "details", "div", "fieldset", "figure", "footer", "header", "legend", "main", "nav",
        "section", "summary",
    ]
    /// The name of a class that tells the language of code (CommonMark 4.5).
    static let languageClass = "language-"

    mutating func open(_ name: String, _ attributes: [HTML.Attribute]) {
        func value(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
        if skipped > 0 || Self.leftOut.contains(name) {
            if !Self.isVoid(name) { skipped += 1 }
            return
        }
        if held != nil {
            // What is in code is text alone.
            if name == "code", let language = value("class"), language.hasPrefix(Self.languageClass) {
                held?.language = String(language.dropFirst(Self.languageClass.count))
            }
            return
        }
        switch name {
        case "svg":
            skipped = 1
            if let label = value("aria-label") {
                separate()
                plain(label)
            }
        case "h1", "h2", "h3", "h4", "h5", "h6":
            block(2)
            isHeading = lists.isEmpty
            raw(lists.isEmpty ? String(repeating: "#", count: Int(name.dropFirst()) ?? 1) + " " : "**")
        case "ul", "ol":
            block(lists.isEmpty ? 2 : 1)
            let isOther = ended.map { $0.place == bytes.count && !$0.isOther } ?? false
            lists.append(List(number: name == "ol" ? value("start").flatMap { Int($0) } ?? 1 : nil, isOther: isOther))
        case "li": item()
        case "table":
            block(2)
            table = (0, false)
            marks = []
        case "tr":
            table?.cells = 0
            block(1)
        case "td", "th":
            raw(table?.cells == 0 ? "| " : " ")
            table?.cells += 1
            if table?.hasHead == false { marks.append(Self.mark(value("class"))) }
            endsElement = false
        case "pre":
            block(2)
            held = (name, "", "")
        case "code":
            separate()
            held = (name, "", "")
        case "a":
            separate()
            // A place on the page has no name here.
            let target = value("href").flatMap { $0.hasPrefix("#") ? nil : $0 }
            links.append(target)
            if target != nil { raw("[") }
        case "img":
            separate()
            raw("![")
            plain(value("alt") ?? "")
            end("](\(Self.address(value("src") ?? "")))")
        case "b", "strong": mark("**")
        case "em": mark("*")
        case "del": mark("~~")
        case "br":
            raw("\\")
            block(1)
        case "hr":
            block(2)
            // Dashes within an item would be a rule in the place of the list.
            raw("***")
            block(2)
        case "blockquote":
            block(2)
            breakLine()
            indents.append("> ")
            bytes += "> ".utf8
            beginLine()
        case "p": block(2)
        case "dt":
            block(1)
            raw("- ")
            beginLine()
        case "dl": block(2)
        case "dd", "mark", "tbody", "thead": break
        case _ where Self.blocks.contains(name): block(lists.isEmpty ? 2 : 1)
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
            isHeading = false
            if !lists.isEmpty { raw("**") }
            block(lists.isEmpty ? 2 : 1)
        case "ul", "ol":
            let list = lists.popLast()
            block(lists.isEmpty ? 2 : 1)
            ended = (bytes.count, list?.isOther ?? false)
        case "li":
            indents.removeLast()
            leave(1)
        case "table":
            table = nil
            block(2)
        case "tr": row()
        case "td", "th": raw(" |")
        case "pre": fence()
        case "code": code()
        case "a":
            if let target = links.removeLast() { end("](\(Self.address(target)))") } else { endsElement = true }
        case "b", "strong": end("**")
        case "em": end("*")
        case "del": end("~~")
        case "dt": raw(": ")
        case "dd": block(1)
        case "dl", "p": block(2)
        case "mark", "tbody", "thead": break
        case "blockquote":
            indents.removeLast()
            leave(2)
        case _ where Self.blocks.contains(name): block(lists.isEmpty ? 2 : 1)
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

    private mutating func beginLine() { (beginsLine, isNumber, endsElement) = (true, true, false) }

    /// Asks for at least so many newlines before what is written next. Within a cell there are none.
    private mutating func block(_ count: Int) {
        guard table?.cells ?? 0 == 0 else {
            endsElement = true
            return
        }
        guard !bytes.isEmpty, !(beginsLine && breaks == 0) else { return }
        breaks = max(breaks, count)
        beginLine()
    }

    /// Ends what has a mark of its own: what comes next is behind it, also where nothing is in it.
    private mutating func leave(_ count: Int) {
        breaks = max(breaks, count)
        beginLine()
    }

    private mutating func breakLine() {
        guard breaks > 0 else { return }
        // An empty line has the marks of quotations, and no spaces at its end.
        let mark = indents.joined()
        for count in 1...breaks {
            bytes.append(UInt8(ascii: "\n"))
            bytes += count < breaks ? Self.trimmed(mark) : Array(mark.utf8)
        }
        breaks = 0
    }

    private static func trimmed(_ mark: String) -> [UInt8] {
        var mark = Array(mark.utf8)
        while mark.last == UInt8(ascii: " ") { mark.removeLast() }
        return mark
    }

    private mutating func raw(_ text: String) {
        breakLine()
        bytes += text.utf8
        (beginsLine, isNumber, endsElement) = (false, false, false)
    }

    /// Writes a space where an element within the line has just ended.
    private mutating func separate() {
        if endsElement, breaks == 0 { raw(" ") }
    }

    private mutating func mark(_ text: String) {
        separate()
        raw(text)
    }

    private mutating func end(_ text: String) {
        raw(text)
        endsElement = true
    }

    private mutating func item() {
        block(1)
        breakLine()
        var mark = lists.last?.isOther == true ? "* " : "- "
        if let number = lists.last?.number {
            mark = "\(number)\(lists.last?.isOther == true ? ")" : ".") "
            lists[lists.count - 1].number = number + 1
        }
        bytes += mark.utf8
        indents.append(String(repeating: " ", count: mark.utf8.count))
        beginLine()
    }

    private mutating func row() {
        guard table?.hasHead == false, !marks.isEmpty else { return }
        table = (0, true)
        block(1)
        raw("|" + marks.map { " \($0) |" }.joined())
    }

    private static func mark(_ classes: String?) -> String {
        switch classes {
        case "to-left": ":---"
        case "to-center": ":---:"
        case "to-right": "---:"
        default: "---"
        }
    }

    // MARK: Words

    private mutating func plain(_ text: String) {
        breakLine()
        let text = Array(text.utf8)
        if endsElement, let first = text.first, first < 0x80, Self.isWord(first) { bytes.append(UInt8(ascii: " ")) }
        for (index, byte) in text.enumerated() {
            var byte = byte
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") { byte = UInt8(ascii: " ") }
            let previous = beginsLine ? UInt8(ascii: " ") : bytes.last ?? UInt8(ascii: " ")
            if byte == UInt8(ascii: " "), previous == byte { continue }
            let next = index + 1 < text.count ? text[index + 1] : nil
            if isMark(byte, after: previous, before: next) { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
            isNumber = isNumber && Self.isDigit(byte)
            beginsLine = false
        }
        endsElement = false
    }

    /// True for a byte that would be read as a mark where it stands. What comes behind the end of a text is not known.
    private func isMark(_ byte: UInt8, after previous: UInt8, before next: UInt8?) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "~"), UInt8(ascii: "&"):
            true
        // Within a word it is none.
        case UInt8(ascii: "_"): !Self.isWord(previous) || !(next.map(Self.isWord) ?? false)
        case UInt8(ascii: "#"): beginsLine || isHeading
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: ":"): beginsLine
        case UInt8(ascii: "."), UInt8(ascii: ")"):
            isNumber && !beginsLine && (next.map { [0x09, 0x0a, 0x20].contains($0) } ?? true)
        case UInt8(ascii: "!"): next == UInt8(ascii: "[") || next == nil
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
        guard let (_, text, language) = held else { return }
        held = nil
        let fence = String(repeating: "`", count: max(3, Self.longestRun(in: text) + 1))
        raw(fence + language)
        let mark = indents.joined()
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for line in lines {
            bytes.append(UInt8(ascii: "\n"))
            bytes += line.isEmpty ? Self.trimmed(mark) : Array(mark.utf8)
            bytes += line
        }
        breaks = 1
        raw(fence)
        block(2)
    }

    private mutating func code() {
        guard let text = held?.text else { return }
        held = nil
        guard text.contains(where: { $0 != " " && !$0.isNewline }) else { return plain(text) }
        let run = String(repeating: "`", count: Self.longestRun(in: text) + 1)
        let needsSpace = text.hasPrefix("`") || text.hasSuffix("`")
        var line = String(decoding: text.utf8.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
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
