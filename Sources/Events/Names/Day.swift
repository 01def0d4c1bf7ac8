/// A day in UTC, counted from 1970-01-01 and written as `2026-01-31`.
public struct Day: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01; never negative.
    public let number: Int64

    /// Creates the day of a number; a negative one becomes 0.
    public init(number: Int64) { self.number = max(0, number) }

    /// Parses a day such as `2026-01-31`; nil for anything else, and for days before 1970.
    public init?(_ text: String) {
        self.init(utf8: text.utf8Span.span)
    }

    init?(utf8 text: Span<UInt8>) {
        guard text.count == 10 else { return nil }
        var moment: [UInt8] = []
        for index in text.indices { moment.append(text[index]) }
        moment += Array("T00:00:00.000Z".utf8)
        guard let time = Timestamp(utf8: moment.span), time.milliseconds >= 0 else { return nil }
        self.init(number: time.day.number)
    }

    /// The first moment of the day.
    public var start: Timestamp { Timestamp(milliseconds: number * Timestamp.dayMilliseconds) }

    public var description: String { String(start.description.prefix(10)) }

    /// The day that is `days` days later.
    public func adding(days: Int64) -> Day { Day(number: number + days) }

    /// Orders by time.
    public static func < (left: Day, right: Day) -> Bool { left.number < right.number }
}
