/// Parts of XML documents (XML 1.0).
enum XML {
    /// A text as content or as an attribute's value. Characters that XML can't hold become U+FFFD (XML 1.0, 2.2).
    static func escaped(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": scalars += "&amp;".unicodeScalars
            case "<": scalars += "&lt;".unicodeScalars
            case ">": scalars += "&gt;".unicodeScalars
            case "\"": scalars += "&quot;".unicodeScalars
            case "\t", "\n": scalars.append(scalar)
            case "\0"..<" ", "\u{7f}"..<"\u{a0}", "\u{fffe}", "\u{ffff}": scalars.append("\u{fffd}")
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// An element that holds a text.
    static func text(_ name: String, _ text: String) -> String {
        "<\(name)>\(escaped(text))</\(name)>"
    }

    /// An element that holds other ones, as they are written.
    static func element(_ name: String, _ attributes: [(String, String)] = [], of content: [String]) -> String {
        "<\(name)\(written(attributes))>\n\(content.joined(separator: "\n"))\n</\(name)>"
    }

    /// An element that holds nothing.
    static func empty(_ name: String, _ attributes: [(String, String)]) -> String { "<\(name)\(written(attributes))/>" }

    /// A document of one element.
    static func document(_ root: String) -> String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(root)\n" }

    private static func written(_ attributes: [(String, String)]) -> String {
        attributes.map { " \($0.0)=\"\(escaped($0.1))\"" }.joined()
    }
}
