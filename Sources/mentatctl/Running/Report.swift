import Contract
import JSON
import System
import Text

/// The result of a command: one value, from which all three forms of output are made.
struct Report: Sendable {
    /// The JSON document that `--json` prints.
    let document: [UInt8]
    /// Makes the text for people, without the last line break.
    let text: @Sendable (Style) -> String
    /// The lines that `--quiet` prints.
    let lines: [String]
    /// The exit code where the report can be printed: some commands do only a part of their task.
    var exit = ExitCode.ok

    /// Creates a report from a value.
    init<Value: Body>(
        _ value: Value, lines: (Value) -> [String] = { _ in [] },
        text: @escaping @Sendable (Value, Style) -> String
    ) {
        document = Value.form.bytes(value)
        self.lines = lines(value)
        self.text = { text(value, $0) }
    }

    /// Prints the report and returns the exit code: `failure` where stdout can't be written, such as on a full disk.
    func print(_ console: Console) -> ExitCode {
        console.clearProgress()
        let text =
            switch console.form {
            case .json: "\(String(decoding: document, as: UTF8.self).escapedForTerminals)\n"
            case .quiet: lines.map { "\($0)\n" }.joined()
            case .human:
                self.text(Style(isColoured: console.isColoured, columns: Terminal.columns)).split(
                    separator: "\n", omittingEmptySubsequences: false
                )
                .map { "\($0)\n" }.joined()
            }
        if text == "\n" || Host.write(text, to: 1) { return exit }
        Host.write("mentatctl: stdout can't be written\n", to: 2)
        return .failure
    }
}

/// The style of text for people.
struct Style: Sendable {
    let isColoured: Bool
    /// The columns of the terminal; nil where there is none, and nothing is cut.
    var columns: Int?

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func yellow(_ text: String) -> String { wrap(text, "33") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }

    /// A table with a heading; all columns except the last one are padded. On a terminal the widest columns are cut so that
    /// a row fits a line.
    func table(_ heading: [String], _ rows: [[String]]) -> String {
        let all = [heading] + rows
        let widths = fitted(heading.indices.map { column in all.map { Terminal.width(of: $0[column]) }.max() ?? 0 })
        return all.enumerated().map { index, row in
            let line = row.enumerated().map { column, cell in
                let cut = Self.cut(cell, to: widths[column])
                let padding = column == row.count - 1 ? 0 : widths[column] - Terminal.width(of: cut)
                return cut + String(repeating: " ", count: max(0, padding))
            }.joined(separator: "  ")
            return index == 0 ? bold(line) : line
        }.joined(separator: "\n")
    }

    private static let leastColumn = 8

    private func fitted(_ widths: [Int]) -> [Int] {
        guard let columns else { return widths }
        var fitted = widths
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - columns
        while excess > 0, let widest = fitted.indices.max(by: { fitted[$0] <= fitted[$1] }),
            fitted[widest] > Self.leastColumn
        {
            fitted[widest] -= 1
            excess -= 1
        }
        return fitted
    }

    private static func cut(_ text: String, to width: Int) -> String {
        guard Terminal.width(of: text) > width else { return text }
        var cut = ""
        var used = 1
        for character in text {
            used += Terminal.width(of: String(character))
            guard used <= width else { break }
            cut.append(character)
        }
        return cut + "…"
    }
}

extension String {
    /// A text of other people, made safe for a terminal: on one line, without control characters and characters that
    /// change the direction of text. Otherwise a summary could overwrite the line above it.
    var shown: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    if scalar == "\n" || scalar == "\t" { return " " }
                    return DangerousCharacters.isRefused(inText: scalar) ? "\u{fffd}" : scalar
                }))
    }
}

extension String {
    /// A JSON document in which everything that a terminal would obey, or that would reorder what is shown, is escaped.
    /// JSON has such characters inside of strings alone.
    var escapedForTerminals: String {
        var text = ""
        for scalar in unicodeScalars {
            switch DangerousCharacters.kind(of: scalar) {
            case .control?, .direction?:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            case .invisible?, nil: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension String? {
    /// The text, made safe for a terminal; empty where it is nil.
    var shown: String { self?.shown ?? "" }
}
