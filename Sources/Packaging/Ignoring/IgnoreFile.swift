/// The rules of one ignore file, as `.gitignore` has them.
struct IgnoreFile {
    /// A line that is a rule.
    struct Rule {
        let line: Int
        /// The line as it stands there, without what means nothing.
        let text: String
        let isNegated: Bool
        private let isFolder: Bool
        /// True where the pattern is held to the path below the folder of the file, else to the last name.
        let isPath: Bool
        private let pattern: IgnorePattern

        /// Reads a line; nil for one that is no rule.
        init?(_ raw: ArraySlice<UInt8>, line: Int) {
            let bytes = Self.withoutSpaces(raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw)
            guard let first = bytes.first, first != UInt8(ascii: "#") else { return nil }
            self.line = line
            text = String(decoding: bytes, as: UTF8.self)
            isNegated = first == UInt8(ascii: "!")
            var pattern = isNegated ? bytes.dropFirst() : bytes
            isFolder = pattern.last == UInt8(ascii: "/")
            if isFolder { pattern = pattern.dropLast() }
            isPath = pattern.contains(UInt8(ascii: "/"))
            if pattern.first == UInt8(ascii: "/") { pattern = pattern.dropFirst() }
            guard !pattern.isEmpty else { return nil }
            self.pattern = IgnorePattern(pattern, isPath: isPath)
        }

        /// Spaces at the end mean nothing unless a backslash stands before them.
        private static func withoutSpaces(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            var end = line.startIndex
            var index = line.startIndex
            while index < line.endIndex {
                if line[index] == UInt8(ascii: "\\") {
                    guard index + 1 < line.endIndex else { return line }
                    index += 1
                    end = index + 1
                } else if line[index] != UInt8(ascii: " ") {
                    end = index + 1
                }
                index += 1
            }
            return line[..<end]
        }

        /// False for a pattern such as `*` or `.*`, whose last part has no letter or digit of a name.
        var namesSomething: Bool {
            var isInSet = false
            for character in text.split(separator: "/").last ?? "" {
                if character == "[" { isInSet = true }
                if character == "]" { isInSet = false }
                if !isInSet, character.isLetter || character.isNumber { return true }
            }
            return false
        }

        func fits(_ path: ArraySlice<UInt8>, isFolder: Bool) -> Bool {
            guard isFolder || !self.isFolder else { return false }
            guard !isPath, let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return pattern.fits(path) }
            return pattern.fits(path[(slash + 1)...])
        }
    }

    /// Its name in messages.
    let source: String
    /// The folder that it counts for, with a slash behind it; empty for the root.
    private let base: [UInt8]
    /// True where no file holds it.
    let isBuiltIn: Bool
    private let rules: [Rule]

    /// Reads the lines of a file.
    init(_ bytes: [UInt8], source: String, base: String, isBuiltIn: Bool = false) {
        self.source = source
        self.isBuiltIn = isBuiltIn
        self.base = Array(base.utf8)
        // Some editors begin a file with an invisible mark.
        let lines = bytes.dropFirst(bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0)
        rules = lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().compactMap {
            Rule($1, line: $0 + 1)
        }
    }

    /// True where a rule takes something back.
    var takesBack: Bool { rules.contains(where: \.isNegated) }

    /// The last rule that stands for a path; nil where none does.
    func last(_ path: [UInt8], isFolder: Bool) -> Rule? {
        guard path.starts(with: base) else { return nil }
        let inside = path[base.count...]
        return rules.last { $0.fits(inside, isFolder: isFolder) }
    }
}
