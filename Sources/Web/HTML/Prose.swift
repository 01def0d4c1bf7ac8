import Markdown
import Text

/// Writes a document that somebody wrote in Markdown, so that nothing in it can be more than text, links and pictures of its own.
///
/// HTML in it is not taken over: tags are left out, their text stays. Addresses of the web become links, others do not.
struct Prose {
    private let events: [MarkdownEvent]
    /// What the names of its headings begin with, so that none is a name of the page.
    private let prefix: String
    /// The address of a picture that a document names; nil for one that is not shown.
    private let picture: (String) -> Link?
    /// The link for an address that is not of the web, such as a file beside the document; nil to write it without a
    /// link.
    private let document: (String) -> Link?
    /// The level of the heading that the document stands below.
    private let base: Int
    private var place = 0
    /// The level of the last heading: the next one is at most one level deeper.
    private var level: Int
    /// The names that were given, and how many wanted each.
    private var names: [String: Int] = [:]
    /// How many bytes the page has where no more is written, and whether that happened.
    private var end = Int.max
    private var isCut = false
    private var isInLink = false
    /// True within a list whose items are lines.
    private var isTight = false

    /// - Parameters:
    ///   - prefix: what the names of headings begin with.
    ///   - level: the level of the heading that it stands below.
    ///   - picture: the address of a picture that it names; nil for one that is not shown.
    ///   - document: where an address leads that is no address of the web; nil where nowhere.
    init(
        _ events: [MarkdownEvent], prefix: String, below level: Int, picture: @escaping (String) -> Link?,
        document: @escaping (String) -> Link? = { _ in nil }
    ) {
        self.events = events
        self.prefix = prefix
        self.picture = picture
        self.document = document
        base = level
        self.level = level
    }

    /// Writes the document, as far as there is room for it.
    mutating func write(_ html: inout HTML) {
        end = html.byteCount + Self.maximumBytes
        while place < events.count { part(&html) }
        if isCut { html.element(.p, .class("quiet"), text: Self.more) }
    }

    private mutating func content(_ html: inout HTML) {
        while place < events.count {
            if events[place] == .close {
                place += 1
                return
            }
            part(&html)
        }
    }

    /// The most bytes of what is written, and of one block of code; the rest is left out.
    static let maximumBytes = 512 << 10
    private static let maximumCodeBytes = 64 << 10

    /// As much of a text as has room, in whole characters.
    static func cut(_ text: String, _ bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: bytes)
        // Bytes within a character begin with the bits 10.
        while text.utf8[end] & 0xc0 == 0x80 { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    /// What is said where a text was cut.
    static let more = "It goes on; the file has all of it."

    /// What is typed in a block of kind `console`: what stands behind `$`, and behind `>` where a command goes on.
    static func typed(in block: String) -> String {
        var (lines, goesOn): ([Substring], Bool) = ([], false)
        for line in block.split(separator: "\n", omittingEmptySubsequences: false) {
            goesOn = line.hasPrefix("$ ") || goesOn && line.hasPrefix("> ")
            if goesOn { lines.append(line.dropFirst(2)) }
        }
        return lines.joined(separator: "\n")
    }

    private static func language(_ name: String) -> HTML.Attribute? {
        let isName = (1...20).contains(name.utf8.count) && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x60 }
        return isName ? .class(MarkdownWriter.languageClass + name) : nil
    }

    private mutating func part(_ html: inout HTML) {
        guard html.byteCount < end else {
            isCut = true
            place = events.count
            return
        }
        let event = events[place]
        place += 1
        switch event {
        case .open(let element): write(element, &html)
        case .close: break
        case .text(let text): html.text(text)
        case .code(let text): html.element(.code, text: text)
        case .codeBlock(let text, let language):
            let shown = Self.cut(text, Self.maximumCodeBytes)
            if shown.utf8.count < text.utf8.count { isCut = true }
            html.element(.div, .class("copyable")) { html in
                html.element(.pre, .class("shell"), .named(.tabindex, "0")) { html in
                    html.element(.code, Self.language(language), text: shown)
                }
                if language == "console" { html.copy(Self.typed(in: shown)) }
            }
        case .softBreak: html.text("\n")
        case .lineBreak: html.void(.br)
        case .rule: html.void(.hr)
        case .image(let address, let words): image(address, words, &html)
        }
    }

    private mutating func write(_ element: MarkdownElement, _ html: inout HTML) {
        switch element {
        case .paragraph where isTight: content(&html)
        case .paragraph: html.element(.p) { content(&$0) }
        case .quotation:
            let outer = isTight
            isTight = false
            defer { isTight = outer }
            html.element(.blockquote) { content(&$0) }
        case .heading(let asked): heading(asked, &html)
        case .list(let start, let isTight):
            let outer = self.isTight
            self.isTight = isTight
            defer { self.isTight = outer }
            if let start {
                html.element(.ol, start == 1 ? nil : .named(.start, "\(start)")) { content(&$0) }
            } else {
                html.element(.ul) { content(&$0) }
            }
        case .item(let isChecked):
            html.element(.li) { html in
                if let isChecked { html.text(isChecked ? "☑ " : "☐ ") }
                content(&html)
            }
        case .table:
            html.element(
                .div, .class("wide"), .named(.tabindex, "0"), .named(.role, "group"), .named(.ariaLabel, "Table")
            ) {
                html in
                html.element(.table) { content(&$0) }
            }
        case .row(let isHead): row(isHead, &html)
        case .cell(let alignment): html.element(.td, Self.aligned(alignment)) { content(&$0) }
        case .emphasis: html.element(.em) { content(&$0) }
        case .strong: html.element(.strong) { content(&$0) }
        case .struck: html.element(.del) { content(&$0) }
        case .link(let address): link(address, &html)
        }
    }

    private mutating func row(_ isHead: Bool, _ html: inout HTML) {
        html.element(.tr) { html in
            while place < events.count, events[place] != .close {
                if case .open(.cell(let alignment)) = events[place], isHead,
                    words(from: place + 1).contains(where: { !$0.isWhitespace })
                {
                    place += 1
                    html.element(.th, .named(.scope, "col"), Self.aligned(alignment)) { content(&$0) }
                } else {
                    part(&html)
                }
            }
            place += 1
        }
    }

    private static func aligned(_ alignment: MarkdownAlignment?) -> HTML.Attribute? {
        alignment.map { .class("to-\($0.rawValue)") }
    }

    private static let headings: [HTML.Tag] = [.h1, .h2, .h3, .h4, .h5, .h6]

    private mutating func heading(_ asked: Int, _ html: inout HTML) {
        let words = words(from: place)
        guard words.contains(where: { !$0.isWhitespace }) else { return html.element(.p) { content(&$0) } }
        level = min(6, max(base + 1, min(asked + base, level + 1)))
        let name = uniqueName(of: words)
        html.element(Self.headings[level - 1], .named(.id, name)) { content(&$0) }
    }

    /// The words of an element, up to its end.
    private func words(from place: Int) -> String {
        var (text, depth, place) = ("", 1, place)
        while place < events.count, depth > 0 {
            switch events[place] {
            case .open: depth += 1
            case .close: depth -= 1
            case .text(let words), .code(let words), .image(_, let words): text += words
            default: break
            }
            place += 1
        }
        return text
    }

    /// The name of a heading, as other places of such documents make it: in lower case, with a dash for a space.
    private mutating func uniqueName(of words: String) -> String {
        let name = Self.name(of: words)
        guard names[name] != nil else {
            names[name] = 0
            return prefix + name
        }
        while true {
            names[name, default: 0] += 1
            let unique = "\(name)-\(names[name] ?? 0)"
            guard names[unique] != nil else {
                names[unique] = 0
                return prefix + unique
            }
        }
    }

    private static func name(of words: String) -> String {
        var name = ""
        for character in words.lowercased().prefix(200) {
            if character.isLetter || character.isNumber || character == "_" || character == "-" {
                name.append(character)
            } else if character == " " {
                name.append("-")
            }
        }
        return name
    }

    private mutating func link(_ address: String, _ html: inout HTML) {
        guard !isInLink else { return content(&html) }
        isInLink = true
        defer { isInLink = false }
        if let target = Link(outside: address) {
            let isBlank = !words(from: place).contains { !$0.isWhitespace }
            html.link(target) { html in
                if isBlank { html.text(target.text) }
                content(&html)
            }
        } else if address.hasPrefix("#") {
            let name = PercentEncoding.decoded(String(address.dropFirst())).lowercased()
            html.link(.anchor(prefix + PercentEncoding.encoded(name))) { content(&$0) }
        } else if let target = document(address) {
            html.link(target) { content(&$0) }
        } else {
            // It leads to a file that is not here.
            content(&html)
        }
    }

    private func image(_ address: String, _ words: String, _ html: inout HTML) {
        if let shown = picture(address) {
            html.picture(shown, words)
        } else if !isInLink, let elsewhere = Link(outside: address) {
            // The browser must not tell other sites who reads this page.
            html.link(elsewhere, text: words.isEmpty ? "a picture elsewhere" : "picture: \(words)")
        } else {
            html.text(words)
        }
    }
}
