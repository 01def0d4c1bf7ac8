import Events

/// A count by day: a line over round steps, and the same as a table.
struct DayChart {
    let title: String
    let first: Day
    let last: Day
    let values: [Day: Int64]

    private static let (left, right, top, bottom): (Int64, Int64, Int64, Int64) = (44, 630, 16, 156)

    func write(_ html: inout HTML) {
        let days = Int(last.number - first.number) + 1
        let counts = (0..<days).map { values[first.adding(days: Int64($0))] ?? 0 }
        let step = Self.step(for: counts.max() ?? 0)
        let steps = max(1, ((counts.max() ?? 0) + step - 1) / step)
        func x(_ index: Int) -> Int64 {
            Self.left + (days < 2 ? 0 : (Self.right - Self.left) * Int64(index) / Int64(days - 1))
        }
        func y(_ count: Int64) -> Int64 { Self.bottom - (Self.bottom - Self.top) * count / (step * steps) }
        html.element(.figure, .class("chart")) { html in
            html.element(.header) { html in
                html.element(.h2, text: title)
                html.element(.span, .class("small quiet"), text: "each reader once a day")
            }
            let total = counts.reduce(0, +)
            html.element(
                .svg, .named(.viewBox, "0 0 640 180"), .named(.role, "img"),
                .named(
                    .ariaLabel,
                    "\(title), \(days) days: \(total.grouped) in all, \((counts.last ?? 0).grouped) on the last")
            ) { html in
                for number in 0...steps {
                    let line = y(number * step)
                    html.element(
                        .line, .class("axis"), .named(.x1, "\(Self.left)"), .named(.x2, "\(Self.right)"),
                        .named(.y1, "\(line)"), .named(.y2, "\(line)")
                    ) { _ in }
                    html.element(
                        .text, .named(.x, "\(Self.left - 6)"), .named(.y, "\(line + 4)"), .named(.textAnchor, "end"),
                        text: (number * step).grouped)
                }
                let edge = counts.enumerated().map { "\(x($0.offset)),\(y($0.element))" }.joined(separator: " ")
                html.element(
                    .polygon, .class("area"),
                    .named(.points, "\(Self.left),\(Self.bottom) \(edge) \(Self.right),\(Self.bottom)")
                ) { _ in }
                html.element(.polyline, .class("edge"), .named(.points, edge)) { _ in }
                for (index, anchor) in [(0, "start"), ((days - 1) / 2, "middle"), (days - 1, "end")] {
                    html.element(
                        .text, .named(.x, "\(x(index))"), .named(.y, "174"), .named(.textAnchor, anchor),
                        text: first.adding(days: Int64(index)).start.dayInWords)
                }
            }
            if total > 0 { table(&html) }
        }
    }

    /// The days on which there was something.
    private func table(_ html: inout HTML) {
        html.element(.details) { html in
            html.element(.summary, text: "The same as a table")
            html.table(["Day", title]) { html in
                for day in values.keys.sorted().reversed() where (values[day] ?? 0) > 0 {
                    html.element(.tr) { html in
                        html.element(.td) { $0.day(day.start) }
                        html.element(.td, text: (values[day] ?? 0).grouped)
                    }
                }
            }
        }
    }

    /// The distance of lines for counts up to a highest: 1, 2 or 5 times a power of ten, so that there are at most five.
    static func step(for highest: Int64) -> Int64 {
        var power: Int64 = 1
        while true {
            for factor in [1, 2, 5] where power * Int64(factor) * 5 >= highest { return power * Int64(factor) }
            power *= 10
        }
    }
}

extension HTML {
    /// Writes a table with a head.
    mutating func table(_ columns: [String], rows: (inout HTML) -> Void) {
        // Wider than a phone, it moves in its own box.
        element(.div, .class("wide"), .named(.tabindex, "0"), .named(.role, "group"), .named(.ariaLabel, "Table")) {
            html in
            html.element(.table) { html in
                html.element(.thead) { html in
                    html.element(.tr) { html in
                        for column in columns {
                            if column.isEmpty {
                                html.element(.td) { _ in }
                            } else {
                                html.element(.th, .named(.scope, "col"), text: column)
                            }
                        }
                    }
                }
                html.element(.tbody, content: rows)
            }
        }
    }
}
