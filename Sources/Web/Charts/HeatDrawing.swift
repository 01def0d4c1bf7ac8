/// Counts by hour and day of the week as a field of squares: the darker (in dark: the lighter), the more.
struct HeatDrawing: Drawing {
    /// Counts by weekday, from 1 for Monday, and hour, from 0.
    let counts: [Hour: Int64]

    /// An hour of the week.
    struct Hour: Hashable, Sendable {
        let weekday: Int64
        let hour: Int64
    }

    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let (left, side, distance): (Int64, Int64, Int64) = (44, 22, 24)
    private static let levels: Int64 = 5

    let height: Int64 = 234

    private func count(_ weekday: Int64, _ hour: Int64) -> Int64 { counts[Hour(weekday: weekday, hour: hour)] ?? 0 }

    var label: String {
        guard let most = counts.max(by: { ($0.value, $1.key.order) < ($1.value, $0.key.order) }), most.value > 0 else {
            return "none"
        }
        let day = Self.days[Int(most.key.weekday - 1)]
        return "most on \(day) at \(Self.name(most.key.hour)), \(most.value.grouped)"
    }

    var columns: [String] { ["Hour"] + Self.days }

    var rows: [[Cell]] {
        guard counts.values.contains(where: { $0 > 0 }) else { return [] }
        return (0..<24).map { hour in
            [.text(Self.name(hour))] + (1...7).map { .count(count($0, hour)) }
        }
    }

    private static func name(_ hour: Int64) -> String { "\(hour < 10 ? "0" : "")\(hour):00" }

    /// From 0, for none, to `levels`, for the most.
    static func level(_ count: Int64, of most: Int64) -> Int64 {
        count <= 0 ? 0 : max(1, (count * levels + most - 1) / most)
    }

    func draw(_ html: inout HTML) {
        let most = max(1, counts.values.max() ?? 1)
        var squares = [String](repeating: "", count: Int(Self.levels) + 1)
        for weekday in Int64(1)...7 {
            for hour in Int64(0)..<24 {
                let level = Self.level(count(weekday, hour), of: most)
                squares[Int(level)] += Self.square(
                    Self.left + hour * Self.distance, 6 + (weekday - 1) * Self.distance)
            }
            html.label(Self.days[Int(weekday - 1)], Self.left - 8, 21 + (weekday - 1) * Self.distance, "end")
        }
        for hour in [Int64(0), 6, 12, 18] {
            html.label(Self.name(hour), Self.left + hour * Self.distance, 190)
        }
        // What the shades mean.
        html.label("none", Self.left, 222)
        for level in 0...Self.levels {
            squares[Int(level)] += Self.square(Self.left + 40 + level * Self.distance, 206)
        }
        html.label("up to \(most.grouped) an hour", Self.left + 52 + (Self.levels + 1) * Self.distance, 222)
        for (level, path) in squares.enumerated() where !path.isEmpty {
            html.element(.path, .class("h\(level)"), .named(.d, path)) { _ in }
        }
    }

    private static func square(_ x: Int64, _ y: Int64) -> String { "M\(x) \(y)h\(side)v\(side)h-\(side)z" }
}

extension HeatDrawing.Hour {
    /// Where it stands in a week.
    fileprivate var order: Int64 { weekday * 24 + hour }
}
