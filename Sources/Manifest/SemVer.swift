/// A version by Semantic Versioning 2.0.0; its numbers may have any length.
///
/// `==` compares the spelling. To compare precedence, which ignores the build, use `<` or `precedenceKey`.
public struct SemVer: Sendable, Hashable, CustomStringConvertible {
    /// A part of a pre-release.
    public enum Identifier: Sendable, Hashable {
        /// Digits without a leading zero, compared as a number.
        case number(String)
        /// Any other identifier, compared by ASCII.
        case word(String)
    }

    /// The three numbers as digits without leading zeros.
    public let core: [String]
    /// The identifiers of the pre-release; empty for a release.
    public let prerelease: [Identifier]
    /// The build after `+`, which precedence ignores; nil where there is none.
    public let build: String?
    /// The version as written.
    public let description: String

    /// Parses a version; nil where it does not fit the grammar.
    public init?(_ text: String) {
        var rest = text[...]
        var build: String?
        if let plus = rest.firstIndex(of: "+") {
            let tail = rest[rest.index(after: plus)...]
            guard Self.parts(tail) != nil else { return nil }
            build = String(tail)
            rest = rest[..<plus]
        }
        var prerelease: [Identifier] = []
        if let dash = rest.firstIndex(of: "-") {
            guard let parts = Self.parts(rest[rest.index(after: dash)...]) else { return nil }
            for part in parts {
                if part.utf8.allSatisfy(isDigit) {
                    guard Self.isNumber(part) else { return nil }
                    prerelease.append(.number(String(part)))
                } else {
                    prerelease.append(.word(String(part)))
                }
            }
            rest = rest[..<dash]
        }
        let core = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard core.count == 3, core.allSatisfy(Self.isNumber) else { return nil }
        self.core = core.map(String.init)
        self.prerelease = prerelease
        self.build = build
        description = text
    }

    /// True for a version with a pre-release.
    public var isPrerelease: Bool { !prerelease.isEmpty }

    /// Bytes that sort in the order of precedence (SemVer 11).
    ///
    /// They are equal for versions that differ only in the build. A number is its count of digits and then the digits,
    /// so that longer numbers sort later.
    public var precedenceKey: [UInt8] {
        var key: [UInt8] = []
        for number in core { Self.append(number, to: &key) }
        guard isPrerelease else { return key + [2] }
        key.append(1)
        for identifier in prerelease {
            switch identifier {
            case .number(let digits):
                key.append(1)
                Self.append(digits, to: &key)
            case .word(let word):
                key.append(2)
                key += Array(word.utf8)
                key.append(0)
            }
        }
        return key + [0]
    }

    /// True where this, as somebody names it, means a published version: one of the same precedence and, where a build is
    /// named, of that build.
    public func names(_ published: SemVer) -> Bool {
        precedenceKey == published.precedenceKey && (build == nil || build == published.build)
    }

    /// Appends a number; four bytes are enough for any count of digits that fits in memory.
    private static func append(_ digits: String, to key: inout [UInt8]) {
        let count = UInt32(digits.utf8.count)
        key += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        key += Array(digits.utf8)
    }

    private static func parts(_ text: Substring) -> [Substring]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let areSound = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
        }
        return areSound ? parts : nil
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isDigit) && (text.utf8.count == 1 || text.utf8.first != 0x30)
    }
}

extension SemVer: Comparable {
    /// Compares by precedence (SemVer 11), without the build.
    public static func < (left: SemVer, right: SemVer) -> Bool {
        left.precedenceKey.lexicographicallyPrecedes(right.precedenceKey)
    }
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) }
