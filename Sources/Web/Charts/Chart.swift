import Contract
import Crypto

/// What is drawn of counts, and the same in words and as a table.
protocol Drawing: Sendable {
    /// What it shows, for who can't see it.
    var label: String { get }
    /// How high it is; all are `Chart.width` wide.
    var height: Int64 { get }
    /// The heads of the columns of the table.
    var columns: [String] { get }
    /// The rows of the table.
    var rows: [[Cell]] { get }
    /// Draws it from 0, 0 on.
    func draw(_ html: inout HTML)
}

/// A cell of a table.
enum Cell: Sendable {
    case text(String)
    /// Words of people.
    case words(String)
    case count(Int64)
}

/// Counts as a picture, with what they mean, where they can be read, and the same as a table.
package struct Chart: Sendable {
    /// Where a chart is by itself, and what it is drawn from.
    struct Addresses: Sendable {
        let picture: Link
        let json: Link
        let csv: Link
        /// The picture over other times, where the page has no choice of its own.
        var ranges: [(days: ChartDays, picture: Link)] = []
    }

    let title: String
    /// What a picture by itself adds to the title: the agent, and the moment of the past; empty where there is nothing.
    var subject = ""
    /// What is counted, and how.
    let rule: String
    let drawing: any Drawing
    let addresses: Addresses

    /// The width of every drawing.
    static let width: Int64 = 640

    /// Writes it as a part of a page.
    func write(_ html: inout HTML) {
        html.element(.figure, .class("chart")) { html in
            html.element(.header) { html in
                html.element(.h2, text: title)
                html.element(.span, .class("row small")) { html in
                    html.link(addresses.picture, text: "SVG")
                    for (days, picture) in addresses.ranges {
                        html.link(picture, .named(.ariaLabel, "\(title): \(days.words)"), text: days.words)
                    }
                    html.link(addresses.csv, text: "CSV")
                    html.link(addresses.json, text: "JSON")
                }
            }
            html.element(
                .div, .class("wide"), .named(.tabindex, "0"), .named(.role, "group"), .named(.ariaLabel, title)
            ) { html in
                html.element(
                    .svg, .class("drawing"), .named(.viewBox, "0 0 \(Self.width) \(drawing.height)"),
                    .named(.role, "img"), .named(.ariaLabel, "\(title): \(drawing.label)")
                ) { drawing.draw(&$0) }
            }
            html.element(.p, .class("small quiet"), text: rule)
            table(&html)
        }
    }

    private func table(_ html: inout HTML) {
        let rows = drawing.rows
        guard !rows.isEmpty else { return }
        html.element(.details) { html in
            html.element(.summary, text: "The same as a table")
            html.table(drawing.columns) { html in
                for row in rows {
                    html.element(.tr) { html in
                        for (number, cell) in row.enumerated() {
                            html.element(number == 0 ? .th : .td, number == 0 ? .named(.scope, "row") : nil) { html in
                                switch cell {
                                case .text(let text): html.text(text)
                                case .words(let words): html.words(words)
                                case .count(let count): html.text(count.grouped)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static let headHeight: Int64 = 34
    private static let lineHeight: Int64 = 16
    /// As much of the rule as a line has room for, in the fonts that are likely.
    private static let lineCharacters = 92

    /// The rule in lines.
    private var ruleLines: [String] {
        rule.split(separator: " ").reduce(into: []) { lines, word in
            if let last = lines.last, last.count + word.count < Self.lineCharacters {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
    }

    private static let style = String(decoding: PackageResources.colors_css + PackageResources.chart_css, as: UTF8.self)

    /// What the picture may do where somebody opens it by itself: nothing but look as it does (CSP 3).
    package static let policy =
        "default-src 'none'; style-src 'sha256-\(SHA256Digest(of: Array(style.utf8)).base64)'; sandbox"

    /// The chart as a picture of its own (SVG 1.1), in light or dark as the viewer prefers.
    package var picture: [UInt8] {
        var html = HTML()
        let title = title + subject
        let lines = ruleLines
        let drawn = Self.headHeight + drawing.height
        let height = drawn + Int64(lines.count) * Self.lineHeight + 8
        html.element(
            .svg, .named(.xmlns, "http://www.w3.org/2000/svg"), .class("drawing"),
            .named(.width, "\(Self.width)"), .named(.height, "\(height)"),
            .named(.viewBox, "0 0 \(Self.width) \(height)"), .named(.role, "img"),
            .named(.ariaLabel, "\(title): \(drawing.label)")
        ) { html in
            html.element(.title, text: title)
            html.element(.desc, text: rule)
            html.element(.style, text: Self.style)
            html.element(.path, .class("sheet"), .named(.d, "M0 0h\(Self.width)v\(height)h-\(Self.width)z")) { _ in }
            html.element(.text, .class("name"), .named(.x, "10"), .named(.y, "20"), text: title)
            html.element(
                .svg, .named(.y, "\(Self.headHeight)"), .named(.width, "\(Self.width)"),
                .named(.height, "\(drawing.height)")
            ) { drawing.draw(&$0) }
            for (number, line) in lines.enumerated() {
                html.label(line, 10, drawn + Int64(number + 1) * Self.lineHeight)
            }
        }
        return html.bytes
    }
}

extension HTML {
    /// Writes a text of a drawing.
    ///
    /// - Parameter anchor: which point of it is at `x`: `start`, `middle` or `end`.
    mutating func label(_ text: String, _ x: Int64, _ y: Int64, _ anchor: String = "start") {
        element(.text, .named(.x, "\(x)"), .named(.y, "\(y)"), .named(.textAnchor, anchor), text: text)
    }
}
