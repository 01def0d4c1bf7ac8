import Text

/// Finds words that differ by one typing error: a letter too many or too few, another one, or two that changed places.
public enum Misspelling {
    /// What a word and all that is one error away have in common: the word, and the word without each of its letters.
    public static func variants(of word: String) -> [String] {
        let letters = Array(word.unicodeScalars)
        var variants = [word]
        for index in letters.indices where index == 0 || letters[index] != letters[index - 1] {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: letters[..<index])
            view.append(contentsOf: letters[(index + 1)...])
            variants.append(String(view))
        }
        return variants
    }

    /// True where one error or none lies between two words.
    public static func isNear(_ word: String, _ other: String) -> Bool { Spelling.distance(word, other) <= 1 }
}
