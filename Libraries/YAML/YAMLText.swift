/// The text of a document, with a place in it.
struct YAMLText {
    private let bytes: [UInt8]
    /// True where the last line has nothing but blanks and no line end, which readers count or do not count as a line.
    let endsInBlanks: Bool
    /// The index of the next byte.
    var index = 0

    /// Takes a text in UTF-8; line ends become LF (YAML 1.2.2, 5.4), the last line gets one, and a mark at the start is
    /// skipped.
    ///
    /// - Throws: `YAMLError` at the first character that is not printable (5.1).
    init(_ raw: [UInt8]) throws(YAMLError) {
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        let hasMark = raw.starts(with: [0xef, 0xbb, 0xbf])
        var last: UInt8 = 0
        for byte in raw[(hasMark ? 3 : 0)...] {
            if byte == 0x0d || byte != 0x0a || last != 0x0d { text.append(byte == 0x0d ? 0x0a : byte) }
            last = byte
        }
        endsInBlanks = Self.isBlank(last) && (text.last { !Self.isBlank($0) } ?? 0x0a) == 0x0a
        // The end of the text ends its last line.
        if last != 0x0a && last != 0x0d && !text.isEmpty { text.append(0x0a) }
        bytes = text
        var place = 0
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            guard Self.isPrintable(scalar) else {
                throw fault("U+\(String(scalar.value, radix: 16, uppercase: true)) can't stand in YAML", at: place)
            }
            place += UTF8.width(scalar)
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a, 0x20...0x7e, 0x85, 0xa0...0xd7ff, 0xe000...0xfefe, 0xff00...0xfffd, 0x10000...0x10ffff: true
        default: false
        }
    }

    /// The byte at a distance from the place; nil behind the end.
    func peek(_ distance: Int = 0) -> UInt8? {
        let place = index + distance
        return place >= 0 && place < bytes.count ? bytes[place] : nil
    }

    subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    /// True where the text goes on with an ASCII word.
    func goes(on word: StaticString) -> Bool {
        word.withUTF8Buffer { unsafe bytes[index...].starts(with: $0) }
    }

    var isAtEnd: Bool { index >= bytes.count }
    /// True at the end of a line or of the text.
    var isAtLineEnd: Bool { Self.isLineEnd(peek()) }
    var isAtLineStart: Bool { index == 0 || bytes[index - 1] == 0x0a }

    static func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 }
    static func isLineEnd(_ byte: UInt8?) -> Bool { byte == nil || byte == 0x0a }
    /// True for what ends a word.
    static func isSpace(_ byte: UInt8?) -> Bool { isBlank(byte) || isLineEnd(byte) }

    mutating func skipBlanks() { while Self.isBlank(peek()) { index += 1 } }

    /// The number of spaces from the place on.
    var spaces: Int {
        var count = 0
        while peek(count) == 0x20 { count += 1 }
        return count
    }

    /// Skips a comment; false where there is none. It begins at the start of a line or behind a blank.
    mutating func skipComment() -> Bool {
        guard peek() == UInt8(ascii: "#"), isAtLineStart || Self.isBlank(peek(-1)) else { return false }
        while !isAtLineEnd { index += 1 }
        return true
    }

    /// True at a mark between documents, which stands at the start of a line.
    var isAtMarker: Bool {
        isAtLineStart && (goes(on: "---") || goes(on: "...")) && Self.isSpace(peek(3))
    }

    /// An error at the place, or at another one.
    func fault(_ reason: String, at place: Int? = nil) -> YAMLError {
        let before = bytes.prefix(place ?? index)
        let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        return YAMLError(
            reason, line: before.count { $0 == 0x0a } + 1,
            column: String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1)
    }
}
