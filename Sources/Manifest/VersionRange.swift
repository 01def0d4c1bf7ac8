/// A range of versions in the syntax of Node.js: `^1.2`, `~1.2.3`, `1.x`, `>=1.0.0 <2`, `1.2 - 1.4`, `1 || 2`, `*`.
///
/// A pre-release is in a range only if the range names a pre-release with the same three numbers, so that clients do
/// not get one by accident.
public struct VersionRange: Sendable, Hashable, CustomStringConvertible {
    private enum Comparison: Hashable {
        case less
        case atMost
        case greater
        case atLeast
        case equal
    }

    private struct Bound: Hashable {
        let comparison: Comparison
        let version: SemVer
        let key: [UInt8]

        init(comparison: Comparison, version: SemVer) {
            self.comparison = comparison
            self.version = version
            key = version.precedenceKey
        }

        /// True where some version from one key to another can be admitted.
        func mayAdmit(_ lowest: [UInt8], _ highest: [UInt8]) -> Bool {
            switch comparison {
            case .less: lowest.lexicographicallyPrecedes(key)
            case .atMost: !key.lexicographicallyPrecedes(lowest)
            case .greater: key.lexicographicallyPrecedes(highest)
            case .atLeast: !highest.lexicographicallyPrecedes(key)
            case .equal: !key.lexicographicallyPrecedes(lowest) && !highest.lexicographicallyPrecedes(key)
            }
        }
    }

    /// A version whose last numbers may be missing.
    private struct Partial {
        /// The numbers that are there, at most three.
        let numbers: [String]
        /// The version, if all three numbers are there.
        let version: SemVer?

        /// The lowest version that it covers.
        var lowest: SemVer? { version ?? SemVer((numbers + ["0", "0", "0"]).prefix(3).joined(separator: ".")) }

        /// The exclusive upper bound of all versions that share the numbers up to `index`.
        func above(_ index: Int) -> SemVer? {
            let raised = numbers[..<index] + [VersionRange.successor(of: numbers[index])]
            return SemVer((raised + ["0", "0"]).prefix(3).joined(separator: ".") + "-0")
        }
    }

    /// The alternatives; a version is in the range where all bounds of one of them admit it.
    private let alternatives: [[Bound]]
    /// The range as written.
    public let description: String

    /// Parses a range of at most 128 bytes; nil where it does not fit the grammar.
    public init?(_ text: String) {
        guard text.utf8.count <= 128 else { return nil }
        var alternatives: [[Bound]] = []
        for part in Self.split(text, at: "||") {
            guard let bounds = Self.bounds(of: part) else { return nil }
            alternatives.append(bounds)
        }
        self.alternatives = alternatives
        description = text
    }

    /// True for a version in the range.
    public func contains(_ version: SemVer) -> Bool {
        let key = version.precedenceKey
        return alternatives.contains { bounds in
            guard bounds.allSatisfy({ $0.mayAdmit(key, key) }) else { return false }
            return !version.isPrerelease
                || bounds.contains { $0.version.isPrerelease && $0.version.core == version.core }
        }
    }

    /// False where no version from `lowest` to `highest`, both by their `precedenceKey`, is in the range.
    public func mayContain(from lowest: [UInt8], to highest: [UInt8]) -> Bool {
        alternatives.contains { bounds in bounds.allSatisfy { $0.mayAdmit(lowest, highest) } }
    }

    private static func split(_ text: String, at separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = text[...]
        while let found = rest.firstRange(of: separator) {
            parts.append(rest[..<found.lowerBound])
            rest = rest[found.upperBound...]
        }
        return parts + [rest]
    }

    private static func bounds(of text: Substring) -> [Bound]? {
        let words = text.split(whereSeparator: \.isWhitespace)
        if let dash = words.firstIndex(of: "-") {
            guard dash == 1, words.count == 3, let from = partial(words[0]), let to = partial(words[2]) else {
                return nil
            }
            return bounds(.atLeast, from).flatMap { lower in bounds(.atMost, to).map { lower + $0 } }
        }
        var all: [Bound] = []
        var index = 0
        while index < words.count {
            var word = words[index]
            index += 1
            let sign = word.prefix { "<>=~^".contains($0) }
            word = word.dropFirst(sign.count)
            // Space may separate an operator from its version.
            if word.isEmpty {
                guard index < words.count else { return nil }
                word = words[index]
                index += 1
            }
            guard let partial = partial(word), let more = Self.bounds(sign, partial) else { return nil }
            all += more
        }
        return all
    }

    private static func bounds(_ sign: Substring, _ partial: Partial) -> [Bound]? {
        switch sign {
        case "": bounds(.equal, partial)
        case "=": bounds(.equal, partial)
        case "<": bounds(.less, partial)
        case "<=": bounds(.atMost, partial)
        case ">": bounds(.greater, partial)
        case ">=": bounds(.atLeast, partial)
        case "~", "~>": from(partial, raising: min(1, partial.numbers.count - 1))
        // The first number other than zero stays fixed, or the last one given.
        case "^":
            from(partial, raising: partial.numbers.firstIndex { $0 != "0" } ?? partial.numbers.count - 1)
        default: nil
        }
    }

    /// The bounds from the lowest version of a partial one up to the version with the number at `index` raised.
    private static func from(_ partial: Partial, raising index: Int) -> [Bound]? {
        guard !partial.numbers.isEmpty else { return [] }
        guard let lowest = partial.lowest, let above = partial.above(index) else { return nil }
        return [Bound(comparison: .atLeast, version: lowest), Bound(comparison: .less, version: above)]
    }

    private static func bounds(_ comparison: Comparison, _ partial: Partial) -> [Bound]? {
        if let version = partial.version { return [Bound(comparison: comparison, version: version)] }
        guard !partial.numbers.isEmpty else {
            // `>=*` and `<=*` admit everything; `>*` and `<*` admit nothing.
            guard comparison == .less || comparison == .greater else { return [] }
            return SemVer("0.0.0-0").map { [Bound(comparison: .less, version: $0)] }
        }
        let last = partial.numbers.count - 1
        guard let lowest = partial.lowest, let below = SemVer("\(lowest)-0"), let above = partial.above(last) else {
            return nil
        }
        switch comparison {
        case .equal: return from(partial, raising: last)
        case .less: return [Bound(comparison: .less, version: below)]
        case .atMost: return [Bound(comparison: .less, version: above)]
        case .atLeast: return [Bound(comparison: .atLeast, version: lowest)]
        case .greater:
            return SemVer(above.core.joined(separator: ".")).map { [Bound(comparison: .atLeast, version: $0)] }
        }
    }

    private static func partial(_ text: Substring) -> Partial? {
        // People write a `v` before the numbers, as in tags.
        let text = text.hasPrefix("v") ? text.dropFirst() : text
        if let version = SemVer(String(text)) { return Partial(numbers: version.core, version: version) }
        let core = text.prefix { $0 != "-" && $0 != "+" }
        let parts = core.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        // Behind three numbers of which some are open, a pre-release or a build means nothing.
        let qualifier = text[core.endIndex...]
        guard qualifier.isEmpty || (parts.count == 3 && SemVer("0.0.0\(qualifier)") != nil) else { return nil }
        var numbers: [String] = []
        var isOpen = false
        for part in parts {
            if ["x", "X", "*"].contains(part) {
                isOpen = true
                continue
            }
            // `1.x.5` would be read as `1.x`, which is not what its writer meant.
            guard !isOpen, SemVer("\(part).0.0") != nil, part.utf8.allSatisfy(isDigit) else { return nil }
            numbers.append(String(part))
        }
        guard numbers.count < 3 else { return nil }
        return Partial(numbers: numbers, version: nil)
    }

    /// Adds one to a decimal number of any length.
    private static func successor(of digits: String) -> String {
        var bytes = Array(digits.utf8)
        for index in bytes.indices.reversed() {
            if bytes[index] != UInt8(ascii: "9") {
                bytes[index] += 1
                return String(decoding: bytes, as: UTF8.self)
            }
            bytes[index] = UInt8(ascii: "0")
        }
        return "1" + String(decoding: bytes, as: UTF8.self)
    }
}
