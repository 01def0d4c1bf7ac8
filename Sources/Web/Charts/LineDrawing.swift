import Events

/// Counts by day as lines over round steps; one alone has its area filled.
struct LineDrawing: Drawing {
    /// A line.
    struct Line: Sendable {
        /// What it counts.
        let name: String
        /// Days without any are left out.
        let values: [Day: Int64]
    }

    let lines: [Line]
    let first: Day
    let last: Day
    /// True where the last day is not over yet.
    let goesOn: Bool

    private static let (left, top, bottom): (Int64, Int64, Int64) = (66, 14, 176)
    /// Where the lines end: behind them stands what each comes to.
    private var right: Int64 { lines.count == 1 ? 560 : 490 }

    let height: Int64 = 200

    private var days: Int { Int(last.number - first.number) + 1 }

    private func counts(_ line: Line) -> [Int64] {
        (0..<days).map { line.values[first.adding(days: Int64($0))] ?? 0 }
    }

    var label: String {
        let sums = lines.map { line in
            let counts = counts(line)
            let name = lines.count == 1 ? "" : "\(line.name) "
            return "\(name)\(counts.reduce(0, +).grouped) in all, \((counts.last ?? 0).grouped) on the last"
        }
        let span = Int64(days).counted("day", "days")
        return lines.isEmpty ? "none in \(span)" : "\(span), \(sums.joined(separator: "; "))"
    }

    var columns: [String] { ["Day"] + lines.map(\.name) }

    /// The days on which there was something, the last one first.
    var rows: [[Cell]] {
        let days = Set(lines.flatMap { $0.values.filter { $0.value > 0 }.keys }).filter { $0 >= first && $0 <= last }
        return days.sorted(by: >).map { day in
            [.text(day.start.dayInWords)] + lines.map { .count($0.values[day] ?? 0) }
        }
    }

    func draw(_ html: inout HTML) {
        let all = lines.map(counts)
        let highest = all.joined().max() ?? 0
        let step = Self.step(for: highest)
        let steps = max(1, (highest + step - 1) / step)
        func x(_ index: Int) -> Int64 {
            Self.left + (days < 2 ? 0 : (right - Self.left) * Int64(index) / Int64(days - 1))
        }
        func y(_ count: Int64) -> Int64 { Self.bottom - (Self.bottom - Self.top) * count / (step * steps) }
        for number in 0...steps {
            let line = y(number * step)
            html.element(
                .line, .class("axis"), .named(.x1, "\(Self.left)"), .named(.x2, "\(right)"),
                .named(.y1, "\(line)"), .named(.y2, "\(line)")
            ) { _ in }
            html.label((number * step).grouped, Self.left - 6, line + 4, "end")
        }
        for (number, counts) in all.enumerated() {
            let edge = counts.enumerated().map { "\(x($0.offset)),\(y($0.element))" }.joined(separator: " ")
            if all.count == 1 {
                html.element(
                    .polygon, .class("area"),
                    .named(.points, "\(Self.left),\(Self.bottom) \(edge) \(right),\(Self.bottom)")
                ) { _ in }
            }
            html.element(.polyline, .class("line s\(number + 1)"), .named(.points, edge)) { _ in }
        }
        ends(all.map { ($0.last ?? 0, y($0.last ?? 0)) }, &html)
        let shown = last.start.dayInWords
        for (index, anchor, text) in [
            (0, "start", first.start.dayInWords),
            ((days - 1) / 2, "middle", first.adding(days: Int64((days - 1) / 2)).start.dayInWords),
            (days - 1, "end", goesOn ? "\(shown), so far" : shown),
        ] {
            html.label(text, x(index), Self.bottom + 18, anchor)
        }
    }

    /// What each line comes to on the last day, beside its end; several with a sample of the line, as far apart as words need.
    private func ends(_ ends: [(count: Int64, y: Int64)], _ html: inout HTML) {
        guard ends.count > 1 else {
            for end in ends { html.label(end.count.grouped, right + 6, end.y + 4) }
            return
        }
        let distance: Int64 = 17
        var next = Self.top
        for number in ends.indices.sorted(by: { (ends[$0].y, $0) < (ends[$1].y, $1) }) {
            // The lowest of them still has its place.
            let below = Int64(ends.count) * distance
            let y = max(next, min(ends[number].y, Self.bottom - below))
            next = y + distance
            html.element(
                .line, .class("line s\(number + 1)"), .named(.x1, "\(right + 6)"), .named(.x2, "\(right + 26)"),
                .named(.y1, "\(y)"), .named(.y2, "\(y)")
            ) { _ in }
            html.label("\(lines[number].name.shortened(to: 14)) \(ends[number].count.grouped)", right + 30, y + 4)
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

extension String {
    /// The text, or its beginning with an ellipsis where it has more characters.
    func shortened(to maximum: Int) -> String { count > maximum ? "\(prefix(maximum - 1))…" : self }
}
