public import Text

/// Bytes as lower-case hexadecimal digits.
public enum Hex {
    /// Two lower-case digits for each byte of a sequence.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String { encode(Array(bytes)) }

    /// Two lower-case digits for each byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: bytes.count * 2)
        var index = 0
        for byte in bytes {
            text[index] = digit(byte >> 4)
            text[index + 1] = digit(byte & 15)
            index += 2
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    /// The value of a lower-case digit; nil for any other byte.
    @inlinable public static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }

    /// The bytes of lower-case digits; nil where the count is odd or another character occurs.
    public static func decode(_ text: Substring) -> [UInt8]? { decode(String(text)) }

    /// The bytes of lower-case digits; nil where the count is odd or another character occurs.
    public static func decode(_ text: String) -> [UInt8]? {
        let count = text.utf8.count
        guard count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count / 2)
        var high: UInt8?
        for digit in text.utf8 {
            guard let value = value(digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    /// The value of the 16 lower-case digits from `index` on; nil where another byte occurs or fewer are left.
    @inlinable @inline(__always) public static func word(_ text: Span<UInt8>, at index: Int) -> UInt64? {
        guard let high = text.word(at: index), let low = text.word(at: index &+ 8) else { return nil }
        return word(high, low)
    }

    /// The value of 16 lower-case digits; nil where another byte occurs.
    ///
    /// Each word holds eight digits, the first digit in the lowest byte.
    @inlinable @inline(__always) public static func word(_ high: UInt64, _ low: UInt64) -> UInt64? {
        guard let high = value(of: high), let low = value(of: low) else { return nil }
        return UInt64(high) << 32 | UInt64(low)
    }

    /// Writes a value as 16 lower-case digits from `index` on; traps where there is no room for them.
    @inlinable public static func write(_ value: UInt64, _ text: inout MutableSpan<UInt8>, at index: Int) {
        text.store(digits(of: UInt32(truncatingIfNeeded: value >> 32)), at: index)
        text.store(digits(of: UInt32(truncatingIfNeeded: value)), at: index + 8)
    }

    /// A value as eight lower-case digits, the first digit in the lowest byte.
    @inlinable @inline(__always) public static func digits(of value: UInt32) -> UInt64 {
        var nibbles = UInt64(value)
        nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff
        nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff
        nibbles = (nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f
        return letters(nibbles.byteSwapped)
    }

    /// Turns eight values below 16 into digits at once.
    ///
    /// Adding 6 carries into the next four bits for values of 10 and above, which need 0x27 more to become a letter.
    @inlinable @inline(__always) static func letters(_ nibbles: UInt64) -> UInt64 {
        let carries = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return nibbles &+ 0x3030_3030_3030_3030 &+ carries &* 0x27
    }

    /// The value of eight lower-case digits; nil unless encoding it again gives the same digits.
    @inlinable @inline(__always) static func value(of digits: UInt64) -> UInt32? {
        // Only letters have bit 6 set.
        let carries = digits >> 6 & 0x0101_0101_0101_0101
        var nibbles = digits & 0x0f0f_0f0f_0f0f_0f0f &+ carries &* 9
        guard nibbles & 0xf0f0_f0f0_f0f0_f0f0 == 0, letters(nibbles) == digits else { return nil }
        nibbles = nibbles.byteSwapped
        nibbles = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff
        nibbles = (nibbles | nibbles >> 8) & 0x0000_ffff_0000_ffff
        return UInt32(truncatingIfNeeded: nibbles | nibbles >> 16)
    }
}

extension UInt64 {
    /// Reads eight bytes, the highest first.
    init(bigEndian bytes: ArraySlice<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Eight bytes, the highest first.
    var bigEndianBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - $0 * 8)) } }
}
