/// Which files a package leaves out: patterns as `.gitignore` has them, from `.mentatignore`, or from `.gitignore` where
/// there is no such file.
package struct IgnoreRules {
    /// What no package holds, whatever the files say.
    private static let always = [
        ".git", ".hg/", ".svn/", ".mentatlab/", ".DS_Store", "__pycache__/", "*.pyc", "node_modules/", ".venv/",
        "/package.tar.gz", ".env",
    ]

    private struct Rule {
        let pattern: [Character]
        let isNegated: Bool
        let isFolder: Bool
        /// True where the pattern is held to the whole path below the folder of the file, else to the last name.
        let isAnchored: Bool
    }

    private let rules: [Rule]

    /// Reads the lines of an ignore file.
    package init(_ text: String) {
        // Some editors begin a file with an invisible mark.
        let text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
        rules = (text.split(whereSeparator: \.isNewline).map(String.init) + Self.always).compactMap(Self.rule)
    }

    private static func rule(_ line: String) -> Rule? {
        var pattern = line
        while pattern.hasSuffix(" ") && !pattern.hasSuffix("\\ ") { pattern.removeLast() }
        guard !pattern.isEmpty, !pattern.hasPrefix("#") else { return nil }
        let isNegated = pattern.hasPrefix("!")
        if isNegated || pattern.hasPrefix("\\!") || pattern.hasPrefix("\\#") { pattern.removeFirst() }
        let isFolder = pattern.hasSuffix("/")
        if isFolder { pattern.removeLast() }
        let isAnchored = pattern.contains("/")
        if pattern.hasPrefix("/") { pattern.removeFirst() }
        guard !pattern.isEmpty else { return nil }
        return Rule(pattern: Array(pattern), isNegated: isNegated, isFolder: isFolder, isAnchored: isAnchored)
    }

    /// True for what is left out; the last rule that fits decides.
    package func ignores(_ path: String, isFolder: Bool) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        var isIgnored = false
        for rule in rules where isFolder || !rule.isFolder {
            var fit = PatternFit(pattern: rule.pattern, text: Array(rule.isAnchored ? path : name))
            if fit.holds() { isIgnored = !rule.isNegated }
        }
        return isIgnored
    }
}

/// Whether a pattern stands for a text. `*` and `?` stand for anything but a slash, `**` for anything, `[…]` for one of
/// some characters. Each pair of places is looked at once, so no pattern takes longer than its length times the text's.
private struct PatternFit {
    let pattern: [Character]
    let text: [Character]
    private var failed: Set<Int> = []

    init(pattern: [Character], text: [Character]) {
        self.pattern = pattern
        self.text = text
    }

    mutating func holds() -> Bool { fits(0, 0) }

    private mutating func fits(_ p: Int, _ t: Int) -> Bool {
        let place = p * (text.count + 1) + t
        guard !failed.contains(place) else { return false }
        let isFit = looksFit(p, t)
        if !isFit { failed.insert(place) }
        return isFit
    }

    private mutating func looksFit(_ p: Int, _ t: Int) -> Bool {
        guard p < pattern.count else { return t == text.count }
        let next = t < text.count ? text[t] : nil
        switch pattern[p] {
        case "*":
            guard p + 1 < pattern.count, pattern[p + 1] == "*" else {
                return fits(p + 1, t) || (next != nil && next != "/" && fits(p, t + 1))
            }
            // `**/` stands for any folders, also none.
            if p + 2 < pattern.count, pattern[p + 2] == "/", fits(p + 3, t) { return true }
            return fits(p + 2, t) || (next != nil && fits(p, t + 1))
        case "?": return next != nil && next != "/" && fits(p + 1, t + 1)
        case "[":
            guard let next, next != "/", let end = pattern[(p + 1)...].dropFirst().firstIndex(of: "]") else {
                return false
            }
            var set = pattern[(p + 1)..<end]
            let isNegated = set.first == "!" || set.first == "^"
            if isNegated { set.removeFirst() }
            return Self.holds(set, next) != isNegated && fits(end + 1, t + 1)
        case "\\":
            guard p + 1 < pattern.count, pattern[p + 1] == next else { return false }
            return fits(p + 2, t + 1)
        default: return pattern[p] == next && fits(p + 1, t + 1)
        }
    }

    private static func holds(_ set: ArraySlice<Character>, _ character: Character) -> Bool {
        var index = set.startIndex
        while index < set.endIndex {
            if index + 2 < set.endIndex, set[index + 1] == "-" {
                if set[index] <= character, character <= set[index + 2] { return true }
                index += 3
            } else {
                if set[index] == character { return true }
                index += 1
            }
        }
        return false
    }
}
