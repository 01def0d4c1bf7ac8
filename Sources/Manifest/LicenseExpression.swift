/// An SPDX license expression (SPDX 2.3, annex D), with identifiers in the spelling of the SPDX list.
///
/// `mit OR apache-2.0` becomes `MIT OR Apache-2.0`.
public struct LicenseExpression: Sendable, Hashable, CustomStringConvertible {
    /// The expression with normalized identifiers.
    public let description: String

    /// Parses an expression of at most 512 bytes; identifiers are compared without case.
    ///
    /// It gives nil where the text does not fit the grammar, names a license or exception that the list does not have,
    /// or nests deeper than 16 levels.
    public init?(_ text: String) {
        guard text.utf8.count <= 512, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let spaced = text.replacing("(", with: " ( ").replacing(")", with: " ) ")
        var parser = Parser(words: spaced.split(separator: " ").map(String.init))
        guard let expression = parser.alternatives(depth: 0), parser.isAtEnd else { return nil }
        description = expression
    }

    private static let licenses = table(PackageResources.spdx_licenses_txt)
    private static let exceptions = table(PackageResources.spdx_exceptions_txt)

    private static func table(_ bytes: [UInt8]) -> [String: String] {
        var table: [String: String] = [:]
        for line in bytes.split(separator: 0x0a) {
            let name = String(decoding: line, as: UTF8.self)
            table[name.lowercased()] = name
        }
        return table
    }

    private struct Parser {
        let words: [String]
        var index = 0

        var isAtEnd: Bool { index == words.count }

        private mutating func take(_ word: String) -> Bool {
            // Operators are upper case; only later versions of the specification ask for lower case as well.
            guard index < words.count, words[index] == word else { return false }
            index += 1
            return true
        }

        mutating func alternatives(depth: Int) -> String? {
            guard var expression = conjunction(depth: depth) else { return nil }
            while take("OR") {
                guard let next = conjunction(depth: depth) else { return nil }
                expression += " OR \(next)"
            }
            return expression
        }

        private mutating func conjunction(depth: Int) -> String? {
            guard var expression = term(depth: depth) else { return nil }
            while take("AND") {
                guard let next = term(depth: depth) else { return nil }
                expression += " AND \(next)"
            }
            return expression
        }

        private mutating func term(depth: Int) -> String? {
            if take("(") {
                guard depth < 16, let inner = alternatives(depth: depth + 1), take(")") else { return nil }
                return "(\(inner))"
            }
            guard index < words.count, let license = license(words[index]) else { return nil }
            index += 1
            guard take("WITH") else { return license }
            guard index < words.count, let exception = LicenseExpression.exceptions[words[index].lowercased()] else {
                return nil
            }
            index += 1
            return "\(license) WITH \(exception)"
        }

        private func license(_ word: String) -> String? {
            if word.hasPrefix("LicenseRef-") {
                let name = word.dropFirst(11)
                let isSound =
                    !name.isEmpty && name.utf8.allSatisfy { isDigit($0) || isLetter($0) || ".-".utf8.contains($0) }
                return isSound ? word : nil
            }
            if let name = LicenseExpression.licenses[word.lowercased()] { return name }
            guard word.hasSuffix("+"), !word.hasSuffix("++") else { return nil }
            return LicenseExpression.licenses[word.dropLast().lowercased()].map { "\($0)+" }
        }
    }
}
