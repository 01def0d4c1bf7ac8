/// Finds the word that a mistyped one was meant to be.
public enum Spelling {
    /// The nearest known word by edit distance, without case; nil where none is near, or `typed` has more than 256
    /// bytes.
    ///
    /// Near is a distance of at most a third of the shorter word's length, or 1. A known word that differs from `typed`
    /// at most in case is not returned.
    public static func nearest(to typed: String, among known: some Sequence<String>) -> String? {
        // A word of many marks takes long to count, and nobody has mistyped it.
        guard typed.utf8.count <= maximumBytes else { return nil }
        let word = Array(typed.lowercased())
        let near = known.map { ($0, distance(word, Array($0.lowercased()))) }
            .filter { $0.1 > 0 && $0.1 <= max(1, min($0.0.count, word.count) / 3) }
            .min { $0.1 < $1.1 }
        return near?.0
    }

    private static let maximumBytes = 256

    /// The edit distance of two words: how many letters to insert, delete, replace or swap with their neighbor. Beyond 64
    /// letters it is not counted and greater than any.
    public static func distance(_ word: String, _ other: String) -> Int { distance(Array(word), Array(other)) }

    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        guard left.count <= 64, right.count <= 64 else { return .max }
        var rows = [Array(0...right.count)]
        for (i, a) in left.enumerated() {
            var row = [i + 1]
            for (j, b) in right.enumerated() {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a == b ? 0 : 1))
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
