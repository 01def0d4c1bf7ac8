/// Which files a package leaves out: patterns as `.gitignore` has them, from `.mentatignore`, or from `.gitignore` where
/// there is no such file.
struct IgnoreRules {
    /// What no package holds, whatever the files say.
    private static let always = [
        ".git/", ".hg/", ".svn/", ".mentatlab/", ".DS_Store", "__pycache__/", "*.pyc", "node_modules/", ".venv/",
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
    init(_ text: String) {
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
    func ignores(_ path: String, isFolder: Bool) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        var isIgnored = false
        for rule in rules where isFolder || !rule.isFolder {
            if Self.fits(rule.pattern[...], Array(rule.isAnchored ? path : name)[...]) { isIgnored = !rule.isNegated }
        }
        return isIgnored
    }

    /// `*` and `?` stand for anything but a slash, `**` for anything, `[…]` for one of some characters.
    private static func fits(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        switch first {
        case "*":
            if rest.first == "*" {
                let behind = rest.dropFirst()
                // `**/` stands for any folders, also none.
                if behind.first == "/", fits(behind.dropFirst(), text) { return true }
                return text.isEmpty ? fits(behind, text) : fits(behind, text) || fits(pattern, text.dropFirst())
            }
            if fits(rest, text) { return true }
            guard let next = text.first, next != "/" else { return false }
            return fits(pattern, text.dropFirst())
        case "?":
            guard let next = text.first, next != "/" else { return false }
            return fits(rest, text.dropFirst())
        case "[":
            guard let next = text.first, next != "/", let end = rest.dropFirst().firstIndex(of: "]") else {
                return false
            }
            var set = rest[..<end]
            let isNegated = set.first == "!" || set.first == "^"
            if isNegated { set.removeFirst() }
            return holds(set, next) != isNegated && fits(pattern[(end + 1)...], text.dropFirst())
        case "\\":
            guard let escaped = rest.first, escaped == text.first else { return false }
            return fits(rest.dropFirst(), text.dropFirst())
        default:
            return first == text.first && fits(rest, text.dropFirst())
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
