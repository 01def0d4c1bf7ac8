/// A number with the document's spelling; nothing is rounded until the caller asks for `int64` or `double`.
///
/// Two numbers are equal only if they are spelled alike: `1` and `1.0` differ.
public struct JSONNumber: Sendable, Hashable {
    /// The spelling, in the grammar of RFC 8259.
    public let literal: String

    init(unchecked literal: String) {
        self.literal = literal
    }

    /// Parses a number; nil where the text does not fit the grammar of RFC 8259.
    public init?(literal: String) {
        guard var reader = try? JSONReader(Array(literal.utf8)), let number = try? reader.number(),
            number.literal.utf8.count == literal.utf8.count
        else { return nil }
        self = number
    }

    /// Creates a whole number.
    public init(_ value: Int64) {
        literal = String(value)
    }

    /// Creates a number in the shortest spelling; nil for infinities and NaN.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        literal = canonicalNumber(value)
    }

    /// The value; nil for a number with a fraction, with an exponent or beyond 64 bits.
    public var int64: Int64? { Int64(literal) }

    /// The nearest double; nil where the number is too large for one.
    public var double: Double? {
        guard let value = Double(literal), value.isFinite else { return nil }
        return value
    }
}

/// The shortest spelling that reads back as `value`, in ECMAScript's form (RFC 8785 3.2.2.3).
func canonicalNumber(_ value: Double) -> String {
    precondition(value.isFinite, "JSON has no infinities")
    if value == 0 { return "0" }
    var digits: [UInt8] = []
    var exponent = 0
    var pointAt: Int?
    // Swift prints the shortest digits that round-trip; only the layout differs from ECMAScript's.
    let text = Array(value.magnitude.description.utf8)
    var index = 0
    while index < text.count {
        switch text[index] {
        case UInt8(ascii: "."): pointAt = digits.count
        case UInt8(ascii: "e"):
            exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
            index = text.count
        default: digits.append(text[index])
        }
        index += 1
    }
    // The value is 0.digits × 10^point.
    var point = (pointAt ?? digits.count) + exponent
    while let first = digits.first, first == UInt8(ascii: "0") {
        digits.removeFirst()
        point -= 1
    }
    while let last = digits.last, last == UInt8(ascii: "0") { digits.removeLast() }

    let sign = value < 0 ? "-" : ""
    let all = String(decoding: digits, as: UTF8.self)
    if digits.count <= point && point <= 21 {
        return sign + all + String(repeating: "0", count: point - digits.count)
    }
    if 0 < point && point <= 21 {
        return sign + String(decoding: digits[..<point], as: UTF8.self) + "."
            + String(decoding: digits[point...], as: UTF8.self)
    }
    if -6 < point && point <= 0 {
        return sign + "0." + String(repeating: "0", count: -point) + all
    }
    let power = point - 1
    let mantissa =
        digits.count == 1 ? all : "\(all.prefix(1)).\(all.dropFirst())"
    return "\(sign)\(mantissa)e\(power < 0 ? "-" : "+")\(power.magnitude)"
}
