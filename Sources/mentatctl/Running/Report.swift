import Contract
import JSON
import System
import Text

/// What a command came to: one value, from which all three forms are made.
struct Report: Sendable {
    /// What `--json` prints: one JSON document.
    let document: [UInt8]
    /// What people read, without the last line break.
    let text: @Sendable (Style) -> String
    /// What `--quiet` prints, a line each.
    let lines: [String]
    /// How the program ends, where it can be printed: some commands do a part of what they were asked to.
    var exit = ExitCode.ok

    /// What came of a value.
    init<Value: Body>(
        _ value: Value, lines: (Value) -> [String] = { _ in [] },
        text: @escaping @Sendable (Value, Style) -> String
    ) {
        document = Value.form.bytes(value)
        self.lines = lines(value)
        self.text = { text(value, $0) }
    }

    /// Prints it; what can't be printed, such as on a full disk, is a failure.
    func print(_ console: Console) -> ExitCode {
        console.clearProgress()
        let text =
            switch console.form {
            case .json: "\(String(decoding: document, as: UTF8.self))\n"
            case .quiet: lines.map { "\($0)\n" }.joined()
            case .human:
                self.text(Style(isColoured: console.isColoured)).split(
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

extension String {
    /// What other people wrote, for a terminal: on one line, without control characters and what turns the direction
    /// of text, since a summary must not write over the line above it.
    var shown: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    if scalar == "\n" || scalar == "\t" { return " " }
                    return DangerousCharacters.isRefused(inText: scalar) ? "\u{fffd}" : scalar
                }))
    }
}

extension String? {
    /// The same; empty where there is none.
    var shown: String { self?.shown ?? "" }
}
