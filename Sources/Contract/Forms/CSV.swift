import JSON

/// A body with a list that is also a table.
package protocol TableBody: Body {
    associatedtype Row: Body

    /// The rows: objects of texts, numbers and truth values.
    var rows: [Row] { get }
}

/// Comma-separated values (RFC 4180), with a first line of names.
enum CSV {
    /// Writes rows with the members of their form as columns. What a row does not have is empty.
    static func bytes<Row>(_ form: Form<Row>, _ rows: [Row]) -> [UInt8] {
        let names = form.members?.schemas.map(\.name) ?? []
        var text = line(names)
        for row in rows {
            let value = (try? JSONValue(form.bytes(row))) ?? .null
            text += line(names.map { cell(value[$0]) })
        }
        return Array(text.utf8)
    }

    private static func line(_ cells: [String]) -> String {
        cells.map(quoted).joined(separator: ",") + "\r\n"
    }

    private static func cell(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text): inert(text)
        case .number(let number): number.literal
        case .bool(let bool): bool ? "true" : "false"
        default: ""
        }
    }

    /// A text that a spreadsheet takes for no formula: people write some of these texts.
    private static func inert(_ text: String) -> String {
        guard let first = text.unicodeScalars.first,
            "=+-@\t\r\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".unicodeScalars.contains(first)
        else { return text }
        return "'" + text
    }

    private static let quote = UInt8(ascii: "\"")

    /// By bytes: a quotation mark with a combining one behind it is a single character.
    private static func quoted(_ cell: String) -> String {
        guard cell.utf8.contains(where: { [quote, 0x2c, 0x0a, 0x0d].contains($0) }) else { return cell }
        let doubled = cell.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
        return String(decoding: [quote] + doubled + [quote], as: UTF8.self)
    }
}

/// The form of an answer that is a table.
package enum TableFormat: String, Sendable, CaseIterable {
    case json
    case csv
}

extension Parameter {
    /// The parameter `format`, which all endpoints with a table have.
    static func format(_ get: @escaping @Sendable (Object) -> TableFormat?) -> Parameter
    where Value == TableFormat? {
        .query("format", get, .choice(), "json, which is usual, or csv for a spreadsheet: the rows alone.")
    }
}
