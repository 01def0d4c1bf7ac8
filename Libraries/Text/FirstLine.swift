extension StringProtocol {
    /// The first line that is not empty, of at most `maximum` code points.
    ///
    /// A longer line is cut, at a space where there is one, and ends with an ellipsis. The time does not depend on how
    /// much text follows.
    ///
    /// - Parameter maximum: at least 1.
    public func firstLine(upTo maximum: Int) -> String {
        if let line = asciiLine(upTo: maximum) { return line }
        let scalars = unicodeScalars.drop(while: Self.isNewline)
        let line = String(String.UnicodeScalarView(scalars.prefix(maximum + 1).prefix { !Self.isNewline($0) }))
        guard line.unicodeScalars.count > maximum else { return line }
        // Whole characters, as many as fit with the ellipsis.
        var cut = ""
        var length = 0
        for character in line {
            length += character.unicodeScalars.count
            guard length < maximum else { break }
            cut.append(character)
        }
        let words = cut.lastIndex(of: " ").map { cut[..<$0] } ?? cut[...]
        return "\(words)…"
    }

    /// The same where all that counts is ASCII, in which each byte is a character; nil elsewhere.
    private func asciiLine(upTo maximum: Int) -> String? {
        var line: [UInt8] = []
        for byte in utf8 {
            guard byte < 0x80 else { return nil }
            if (0x0a...0x0d).contains(byte) {
                if line.isEmpty { continue }
                return String(decoding: line, as: UTF8.self)
            }
            line.append(byte)
            guard line.count > maximum else { continue }
            // What comes next could belong to the last character.
            line.removeLast(2)
            return String(decoding: line[..<(line.lastIndex(of: UInt8(ascii: " ")) ?? line.endIndex)], as: UTF8.self)
                + "…"
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// True for what ends a line (Unicode Standard, 5.8).
    private static func isNewline(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0a...0x0d, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
