import JSON
import System
import Text

/// What a command came to: one value, from which all three forms are made.
struct Report: Sendable {
    /// What `--json` prints.
    let value: JSONValue
    /// What people read, without the last line break.
    let text: @Sendable (JSONValue, Style) -> String
    /// What `--quiet` prints, a line each.
    let lines: @Sendable (JSONValue) -> [String]
    /// How the program ends, where it can be printed: some commands do a part of what they were asked to.
    var exit = ExitCode.ok

    init(
        _ value: JSONValue, lines: @escaping @Sendable (JSONValue) -> [String] = { _ in [] },
        text: @escaping @Sendable (JSONValue, Style) -> String
    ) {
        self.value = value
        self.lines = lines
        self.text = text
    }

    /// Prints it; what can't be printed, such as on a full disk, is a failure.
    func print(_ console: Console) -> ExitCode {
        console.clearProgress()
        let text =
            switch console.form {
            case .json: "\(String(decoding: value.canonicalBytes, as: UTF8.self))\n"
            case .quiet: lines(value).map { "\($0)\n" }.joined()
            case .human:
                text(value, Style(isColoured: console.isColoured)).split(
                    separator: "\n", omittingEmptySubsequences: false
                )
                .map { "\($0)\n" }.joined()
            }
        if text == "\n" || Host.write(text, to: 1) { return exit }
        Host.write("mentatctl: stdout can't be written\n", to: 2)
        return .failure
    }
}

/// How words for people look.
struct Style: Sendable {
    let isColoured: Bool

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func yellow(_ text: String) -> String { wrap(text, "33") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }

    /// Columns side by side, the first row as a heading; the last column is as wide as it is.
    func table(_ heading: [String], _ rows: [[String]]) -> String {
        let all = [heading] + rows
        let widths = heading.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.enumerated().map { index, row in
            let line = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: "  ")
            return index == 0 ? bold(line) : line
        }.joined(separator: "\n")
    }
}

extension JSONValue {
    /// An object, in the canonical order of its members; what is nil is left out.
    static func members(_ members: [String: JSONValue?]) -> JSONValue {
        .object(
            members.compactMap { name, value in value.map { Member(name, $0) } }
                .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    }

    /// A text, where there is one.
    static func text(_ text: String?) -> JSONValue? { text.map { .string($0) } }

    /// A whole number.
    static func integer(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }

    /// A member's text for people, without what would steer a terminal; empty where there is none.
    func shown(_ name: String) -> String { Self.printable(self[name]?.string ?? "") }

    /// A member's number for people.
    func count(_ name: String) -> String { "\(self[name]?.integer ?? 0)" }

    /// What other people wrote, without control characters and what turns the direction of text: a summary must not
    /// write over the line above it.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    if scalar == "\n" || scalar == "\t" { return " " }
                    return DangerousCharacters.isRefused(inText: scalar) ? "\u{fffd}" : scalar
                }))
    }
}
