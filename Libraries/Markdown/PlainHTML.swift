/// HTML that stands in a document, as text. Takes time in proportion to its length.
enum PlainHTML {
    private static let unread = ["script", "style"]

    /// The name of a tag alone whose content is no text; nil for any other HTML.
    static func unread(_ source: String) -> String? {
        let bytes = Array(source.utf8)
        return bytes.dropFirst().contains(UInt8(ascii: "<")) ? nil : unreadName(bytes, at: 0)
    }

    /// True for the tag that ends an element.
    static func isEnd(_ source: String, of name: String) -> Bool {
        begins(Array(source.utf8), at: 0, with: "</\(name)")
    }

    /// The text that is not within tags, comments, scripts or styles.
    static func text(of source: String) -> String {
        let bytes = Array(source.utf8)
        var text: [UInt8] = []
        var place = 0
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "<") else {
                text.append(bytes[place])
                place += 1
                continue
            }
            let end: Int?
            if begins(bytes, at: place, with: "<!--") {
                end = find("-->", in: bytes, from: place + 4)
            } else if let name = unreadName(bytes, at: place) {
                end = find("</\(name)", in: bytes, from: place).flatMap { find(">", in: bytes, from: $0) }
            } else {
                end = find(">", in: bytes, from: place)
            }
            guard let end else { break }
            place = end
        }
        var words = String(decoding: text, as: UTF8.self)
        for (entity, character) in [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        where words.utf8.contains(UInt8(ascii: "&")) {
            words = words.replacing(entity, with: character)
        }
        return words
    }

    private static func unreadName(_ bytes: [UInt8], at place: Int) -> String? {
        unread.first { name in
            // The name ends there, so that another one that begins so is another one.
            let end = place + 1 + name.utf8.count
            return begins(bytes, at: place, with: "<\(name)")
                && (end == bytes.count || [0x09, 0x0a, 0x20, 0x2f, 0x3e].contains(bytes[end]))
        }
    }

    /// True where a text stands at a place, in any case of its letters.
    private static func begins(_ bytes: [UInt8], at place: Int, with text: String) -> Bool {
        let text = text.utf8
        guard place + text.count <= bytes.count else { return false }
        return zip(bytes[place...], text).allSatisfy { byte, wanted in
            byte == wanted || (0x41...0x5a).contains(byte) && byte | 0x20 == wanted
        }
    }

    /// The place behind a text.
    private static func find(_ text: String, in bytes: [UInt8], from place: Int) -> Int? {
        var place = place
        while place + text.utf8.count <= bytes.count {
            if begins(bytes, at: place, with: text) { return place + text.utf8.count }
            place += 1
        }
        return nil
    }
}
