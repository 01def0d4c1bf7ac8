import Contract

/// A document of elements of HTML, as it is written: as HTML, or as Markdown from the same elements.
///
/// Elements close where they were opened, names of elements and attributes are the program's, and texts are escaped: words of
/// others can end no element and begin none. Their characters that HTML does not allow become U+FFFD.
struct HTML {
    private var written: [UInt8] = []
    /// What writes Markdown; nil where HTML is written.
    private var markdown: MarkdownWriter?

    /// How it is written.
    let setting: PageSetting

    /// Begins an empty document.
    init(in setting: PageSetting = PageSetting(form: .html, origin: "")) {
        self.setting = setting
        markdown = setting.form == .markdown ? MarkdownWriter() : nil
    }

    /// The bytes that were written.
    var bytes: [UInt8] { markdown?.bytes ?? written }

    /// How many they are.
    var byteCount: Int { markdown?.bytes.count ?? written.count }

    /// True where it becomes Markdown, which needs nothing to click on.
    var isMarkdown: Bool { markdown != nil }

    /// An attribute of an element.
    struct Attribute {
        let name: String
        /// Nil for one that only is there.
        let value: String?

        /// An attribute with a text.
        static func named(_ name: Name, _ value: String) -> Attribute {
            Attribute(name: name.rawValue, value: value)
        }

        /// An attribute that is there or not, such as `hidden`.
        static func flag(_ name: Name, _ isThere: Bool = true) -> Attribute? {
            isThere ? Attribute(name: name.rawValue, value: nil) : nil
        }

        /// Where a link leads to.
        static func href(_ link: Link) -> Attribute { Attribute(name: "href", value: link.text) }

        /// The address of a page or file, for those who read it elsewhere.
        static func content(_ link: Link, at origin: String) -> Attribute {
            Attribute(name: "content", value: origin + link.text)
        }

        /// The one address of a page that has several.
        static func href(_ link: Link, at origin: String) -> Attribute {
            Attribute(name: "href", value: origin + link.text)
        }

        /// Where a form is sent to.
        static func action(_ link: Link) -> Attribute { Attribute(name: "action", value: link.text) }

        /// Where a script is.
        static func src(_ asset: Asset) -> Attribute { Attribute(name: "src", value: Link(asset).text) }

        /// The classes of an element.
        static func `class`(_ names: String) -> Attribute { Attribute(name: "class", value: names) }
    }

    /// Writes an element with what is in it.
    mutating func element(
        _ tag: Tag, _ attributes: Attribute?..., content: (inout HTML) -> Void
    ) {
        open(tag.rawValue, attributes)
        content(&self)
        close(tag)
    }

    /// Writes an element that holds a text.
    mutating func element(_ tag: Tag, _ attributes: Attribute?..., text: String) {
        open(tag.rawValue, attributes)
        self.text(text)
        close(tag)
    }

    /// Writes an element that can hold nothing, such as `input`.
    mutating func void(_ tag: VoidTag, _ attributes: Attribute?...) { open(tag.rawValue, attributes) }

    /// Writes a picture, which is got when it comes into sight.
    mutating func picture(_ source: Link, _ words: String) {
        void(
            .img, Attribute(name: "src", value: source.text), .named(.alt, words), .named(.loading, "lazy"))
    }

    /// Writes words of the program.
    mutating func text(_ text: String) {
        let text = Self.allowed(text)
        if markdown != nil { markdown?.text(text) } else { escape(text, isAttribute: false) }
    }

    /// Writes words of people: their direction does not reach beyond them.
    mutating func words(_ text: String) { element(.bdi, text: text) }

    /// Writes words of people that may have several paragraphs.
    mutating func paragraphs(_ text: String) {
        element(.div, .class("prose")) { html in
            for paragraph in text.split(separator: "\n\n") {
                let words = paragraph.drop { $0 == "\n" }
                if !words.isEmpty { html.element(.p) { $0.words(String(words)) } }
            }
        }
    }

    /// The beginning of a document.
    mutating func doctype() { if markdown == nil { written += "<!doctype html>".utf8 } }

    private mutating func open(_ name: String, _ attributes: [Attribute?]) {
        if markdown != nil {
            markdown?.open(name, attributes.compactMap(\.self))
            return
        }
        written.append(UInt8(ascii: "<"))
        written += name.utf8
        for case let attribute? in attributes {
            written.append(UInt8(ascii: " "))
            written += attribute.name.utf8
            guard let value = attribute.value else { continue }
            written += "=\"".utf8
            escape(Self.allowed(value), isAttribute: true)
            written.append(UInt8(ascii: "\""))
        }
        written.append(UInt8(ascii: ">"))
    }

    private mutating func close(_ tag: Tag) {
        if markdown != nil {
            markdown?.close(tag.rawValue)
            return
        }
        written += "</".utf8
        written += tag.rawValue.utf8
        written.append(UInt8(ascii: ">"))
    }

    private mutating func escape(_ text: String, isAttribute: Bool) {
        guard Self.hasMark(text) else {
            written += text.utf8
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): written += "&amp;".utf8
            case UInt8(ascii: "<"): written += "&lt;".utf8
            case UInt8(ascii: ">"): written += "&gt;".utf8
            case UInt8(ascii: "\"") where isAttribute: written += "&quot;".utf8
            default: written.append(byte)
            }
        }
    }

    /// True where a text has a byte that has to be escaped somewhere; most have none.
    private static func hasMark(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""): return true
            default: continue
            }
        }
        return false
    }

    private static func allowed(_ text: String) -> String {
        guard mayHaveForbidden(text), text.unicodeScalars.contains(where: isForbidden) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isForbidden($0) ? "\u{fffd}" : $0 }))
    }

    /// False where no byte of a text can be of a forbidden character, as in almost every one.
    private static func mayHaveForbidden(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        for index in bytes.indices {
            switch bytes[index] {
            case 0x09, 0x0a: continue
            // U+0080 to U+009F begin with C2, U+FDD0 to U+FDEF and U+FFFE with EF, those of other planes with F0 and above.
            case 0..<0x20, 0x7f, 0xc2, 0xef...: return true
            default: continue
            }
        }
        return false
    }

    /// True for a control or a noncharacter, which may not stand in a document (WHATWG HTML, 13.2.3.5).
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a: false
        case 0..<0x20, 0x7f..<0xa0, 0xfdd0...0xfdef: true
        default: scalar.value & 0xfffe == 0xfffe
        }
    }
}
