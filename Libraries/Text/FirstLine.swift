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
        utf8.withContiguousStorageIfAvailable { bytes in
            func isNewline(_ byte: UInt8) -> Bool { (0x0a...0x0d).contains(byte) }
            guard let start = unsafe bytes.firstIndex(where: { !isNewline($0) }) else { return "" }
            let end = Swift.min(bytes.count, start + maximum + 1)
            var index = start
            while index < end, unsafe !isNewline(bytes[index]) {
                guard unsafe bytes[index] < 0x80 else { return nil }
                index += 1
            }
            guard index - start > maximum else { return unsafe String(decoding: bytes[start..<index], as: UTF8.self) }
            // With the ellipsis it has as many; what comes next could belong to the last character.
            let cut = start + maximum - 1
            let space = unsafe bytes[start..<cut].lastIndex(of: UInt8(ascii: " ")) ?? cut
            return unsafe String(decoding: bytes[start..<space], as: UTF8.self) + "…"
        } ?? nil
    }

    /// True for what ends a line (Unicode Standard, 5.8).
    private static func isNewline(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0a...0x0d, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
