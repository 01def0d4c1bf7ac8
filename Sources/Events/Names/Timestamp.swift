/// A moment in UTC, in milliseconds since 1970.
///
/// It is written in one form of RFC 3339, with three decimals and `Z`: `2026-11-24T07:19:43.000Z`.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number of characters of the written form.
    static let length = 24

    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// Creates a moment; one outside the years 1 to 9999 becomes the nearest one inside.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
    }

    /// The length of a day in UTC.
    public static let dayMilliseconds: Int64 = 86_400_000

    /// The length of a minute.
    public static let minuteMilliseconds: Int64 = 60_000
    /// The length of an hour.
    public static let hourMilliseconds: Int64 = 3_600_000

    /// The day in UTC; 1970-01-01 for earlier moments.
    public var day: Day { Day(number: milliseconds / Self.dayMilliseconds) }

    /// The moment rounded down to a multiple of a unit since 1970.
    public func floored(toMilliseconds unit: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds - ((milliseconds % unit) + unit) % unit)
    }

    /// The moment that is `more` milliseconds later.
    public func adding(milliseconds more: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds + more) }

    /// Parses the written form; nil for any other, such as another offset or a leap second.
    public init?(_ text: String) {
        self.init(utf8: text.utf8Span.span)
    }

    init?(utf8 text: Span<UInt8>) {
        guard text.count == 24, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            text[19] == UInt8(ascii: "."), text[23] == UInt8(ascii: "Z"),
            let century = Self.number(text, 0), let yearOfCentury = Self.number(text, 2),
            let month = Self.number(text, 5), let day = Self.number(text, 8), let hour = Self.number(text, 11),
            let minute = Self.number(text, 14), let second = Self.number(text, 17),
            let hundredths = Self.number(text, 20), (0x30...0x39).contains(text[22])
        else { return nil }
        let year = century * 100 + yearOfCentury
        guard year >= 1, (1...12).contains(month), day >= 1, day <= Self.lastDay(year: year, month: month), hour < 24,
            minute < 60, second < 60
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        let thousandths = hundredths * 10 + Int64(text[22] - 0x30)
        milliseconds = ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + thousandths
    }

    /// The value of two digits; nil for other characters.
    private static func number(_ text: Span<UInt8>, _ index: Int) -> Int64? {
        let tens = text[index] &- 0x30
        let ones = text[index + 1] &- 0x30
        return tens < 10 && ones < 10 ? Int64(tens * 10 + ones) : nil
    }

    private static func lastDay(year: Int64, month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    public var description: String { text(Self.length, write) }

    /// Writes the 24 characters from `index` on.
    func write(_ text: inout MutableSpan<UInt8>, at index: Int) {
        // Counted from year 1, so that nothing is negative.
        let elapsed = UInt64(milliseconds + 62_135_596_800_000)
        let rest = Int64(elapsed % 86_400_000)
        let (year, month, day) = Self.date(Int64(elapsed / 86_400_000) - 719_162)
        // Writes two digits and a mark; where another digit follows, it replaces the mark.
        func store(_ offset: Int, _ value: Int64, then mark: Unicode.Scalar) {
            text[index + offset] = UInt8(truncatingIfNeeded: 0x30 + value / 10)
            text[index + offset + 1] = UInt8(truncatingIfNeeded: 0x30 + value % 10)
            text[index + offset + 2] = UInt8(ascii: mark)
        }
        store(0, year / 100, then: "0")
        store(2, year % 100, then: "-")
        store(5, month, then: "-")
        store(8, day, then: "T")
        store(11, rest / 3_600_000, then: ":")
        store(14, rest / 60_000 % 60, then: ":")
        store(17, rest / 1000 % 60, then: ".")
        store(20, rest % 1000 / 10, then: "0")
        text[index + 22] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
        text[index + 23] = UInt8(ascii: "Z")
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
        let rest = ((value % divisor) + divisor) % divisor
        return ((value - rest) / divisor, rest)
    }

    /// The days since 1970 of a date in the proleptic Gregorian calendar.
    ///
    /// Years begin in March here, so that the leap day is the last day of a year.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = floorDivide(shifted, 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years before 1 are never written, so this is not negative.
        let elapsed = UInt64(days + 719_468)
        let (era, dayOfEra) = (Int64(elapsed / 146_097), Int64(elapsed % 146_097))
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
