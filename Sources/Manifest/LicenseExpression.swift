import Text

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

    /// The identifier that a text was perhaps meant to be: one that people call so, or the nearest of the list.
    static func nearest(to text: String) -> String? {
        guard text.utf8.count <= 128 else { return nil }
        let words = text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "." || $0 == "+" }
        if let called = names[words] { return called }
        // People write a slash or a small word between two.
        let parts = text.replacing("/", with: " OR ").split(whereSeparator: \.isWhitespace).map(String.init)
        let joined = parts.map { ["or", "and", "with"].contains($0.lowercased()) ? $0.uppercased() : $0 }.joined(
            separator: " ")
        if parts.count > 1, let expression = LicenseExpression(joined) { return expression.description }
        let spelled = text.split(whereSeparator: \.isWhitespace).joined(separator: "-")
        if let exact = licenses[spelled.lowercased()] { return exact }
        return Spelling.nearest(to: spelled, among: licenses.values.sorted())
    }

    /// What people call licences, in small letters and digits.
    private static let names = [
        "apache": "Apache-2.0", "apache2": "Apache-2.0", "apache2.0": "Apache-2.0", "apachelicense": "Apache-2.0",
        "apachelicense2.0": "Apache-2.0", "apachelicenseversion2.0": "Apache-2.0", "apache2.0license": "Apache-2.0",
        "apache2license": "Apache-2.0", "asl2.0": "Apache-2.0",
        "bsd": "BSD-3-Clause", "bsd2": "BSD-2-Clause", "bsd3": "BSD-3-Clause", "bsdlicense": "BSD-3-Clause",
        "newbsd": "BSD-3-Clause", "simplifiedbsd": "BSD-2-Clause", "gpl": "GPL-3.0-or-later", "gpl2": "GPL-2.0-only",
        "gpl2.0": "GPL-2.0-only", "gplv2": "GPL-2.0-only", "gplv2+": "GPL-2.0-or-later", "gpl2+": "GPL-2.0-or-later",
        "gplv3+": "GPL-3.0-or-later", "gpl3+": "GPL-3.0-or-later", "gpl3": "GPL-3.0-only",
        "gpl3.0": "GPL-3.0-only", "gplv3": "GPL-3.0-only", "gnugplv3": "GPL-3.0-only", "lgpl": "LGPL-3.0-or-later",
        "lgplv2.1": "LGPL-2.1-only", "lgpl3": "LGPL-3.0-only", "lgplv3": "LGPL-3.0-only", "agpl": "AGPL-3.0-or-later",
        "agpl3": "AGPL-3.0-only", "agplv3": "AGPL-3.0-only", "mitlicense": "MIT", "themitlicense": "MIT",
        "expat": "MIT",
        "mpl": "MPL-2.0", "mpl2": "MPL-2.0", "mozilla": "MPL-2.0", "isclicense": "ISC", "publicdomain": "CC0-1.0",
        "cc0": "CC0-1.0", "ccby": "CC-BY-4.0", "ccby4": "CC-BY-4.0", "boost": "BSL-1.0", "eclipse": "EPL-2.0",
        "epl": "EPL-2.0", "zliblicense": "Zlib", "wtf": "WTFPL", "proprietary": "LicenseRef-Proprietary",
        "commercial": "LicenseRef-Commercial", "seelicense": "LicenseRef-Custom",
        "unlicensed": "LicenseRef-Proprietary",
    ]

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
