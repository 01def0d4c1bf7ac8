/// A document of HTML, as it is written.
///
/// Elements close where they were opened, names of elements and attributes are the program's, and texts are escaped: words of
/// others can end no element and begin none. Their characters that HTML does not allow become U+FFFD.
struct HTML {
    /// The bytes that were written.
    private(set) var bytes: [UInt8] = []

    /// An attribute of an element.
    struct Attribute {
        fileprivate let name: String
        /// Nil for one that only is there.
        fileprivate let value: String?

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

    /// Writes words of the program.
    mutating func text(_ text: String) { escape(text, isAttribute: false) }

    /// Writes words of people: their direction does not reach beyond them.
    mutating func words(_ text: String) { element(.bdi, text: text) }

    /// The beginning of a document.
    mutating func doctype() { bytes += "<!doctype html>".utf8 }

    private mutating func open(_ name: String, _ attributes: [Attribute?]) {
        bytes.append(UInt8(ascii: "<"))
        bytes += name.utf8
        for case let attribute? in attributes {
            bytes.append(UInt8(ascii: " "))
            bytes += attribute.name.utf8
            guard let value = attribute.value else { continue }
            bytes += "=\"".utf8
            escape(value, isAttribute: true)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: ">"))
    }

    private mutating func close(_ tag: Tag) {
        bytes += "</".utf8
        bytes += tag.rawValue.utf8
        bytes.append(UInt8(ascii: ">"))
    }

    private mutating func escape(_ text: String, isAttribute: Bool) {
        var text = text
        if text.unicodeScalars.contains(where: Self.isForbidden) {
            let allowed = text.unicodeScalars.map { Self.isForbidden($0) ? "\u{fffd}" : $0 }
            text = String(String.UnicodeScalarView(allowed))
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\"") where isAttribute: bytes += "&quot;".utf8
            default: bytes.append(byte)
            }
        }
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
