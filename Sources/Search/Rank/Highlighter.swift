/// Finds where the terms of a query stand in a text that is shown.
public struct Highlighter: Sendable {
    private let forms: Set<String>
    private let stems: Set<String>
    /// The first bytes of stems: a word of English begins as its stem does, and to find a stem takes long.
    private let beginnings: Set<UInt8>

    /// Creates a highlighter for some terms.
    public init(_ terms: [SearchQuery.Term]) {
        let words = terms.flatMap(\.words)
        forms = Set(words.map(\.form) + words.flatMap { CommonWords.synonyms[$0.form] ?? [] })
        stems = Set(words.map { WordForm.stem($0.form) ?? $0.form })
        beginnings = Set(stems.compactMap(\.utf8.first))
    }

    /// The places of the words, in Unicode scalars, in their order; those that touch are one.
    public func ranges(in text: String) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for word in Word.all(in: text) where isMeant(word) {
            if let last = ranges.last, word.range.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, word.range.upperBound)
            } else {
                ranges.append(word.range)
            }
        }
        return ranges
    }

    private func isMeant(_ word: Word) -> Bool {
        guard word.kind != .tail else { return false }
        if forms.contains(word.form) { return true }
        guard word.kind == .spelled else { return word.parts.contains(where: forms.contains) }
        return hasStem(word.form) || word.parts.contains(where: forms.contains)
    }

    private func hasStem(_ form: String) -> Bool {
        if let first = form.utf8.first, first < 0x80, !beginnings.contains(first) { return false }
        return stems.contains(WordForm.stem(form) ?? form)
    }
}
