/// Counts as bars, one below the other, each with its name and number.
struct BarDrawing: Drawing {
    /// The head of the first column of the table.
    let what: String
    /// The head of the second one.
    let counted: String
    /// From the longest on.
    let bars: [(name: String, count: Int64)]

    private static let (left, right, distance): (Int64, Int64, Int64) = (196, 570, 22)

    var height: Int64 { max(1, Int64(bars.count)) * Self.distance + 8 }

    var label: String {
        bars.isEmpty ? "none" : bars.map { "\($0.name) \($0.count.grouped)" }.joined(separator: ", ")
    }

    var columns: [String] { [what, counted] }
    var rows: [[Cell]] { bars.map { [.words($0.name), .count($0.count)] } }

    func draw(_ html: inout HTML) {
        let longest = max(1, bars.map(\.count).max() ?? 1)
        for (number, bar) in bars.enumerated() {
            let y = Int64(number) * Self.distance + 6
            let length = max(1, (Self.right - Self.left) * bar.count / longest)
            html.label(bar.name.shortened(to: 28), Self.left - 8, y + 11, "end")
            html.element(.path, .class("bar"), .named(.d, "M\(Self.left) \(y)h\(length)v14h-\(length)z")) { _ in }
            html.label(bar.count.grouped, Self.left + length + 6, y + 11)
        }
        if bars.isEmpty { html.label("none yet", 10, 18) }
    }
}
