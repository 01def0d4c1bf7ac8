extension String {
    /// The first line, of at most so many code points: a longer one is cut at a word and ends with an ellipsis.
    ///
    /// - Parameter maximum: at least 1.
    public func firstLine(upTo maximum: Int) -> String {
        let line = split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
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
}
