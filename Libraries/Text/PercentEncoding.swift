/// Percent-encoding of URLs (RFC 3986 2.1).
public enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Encodes everything but unreserved characters (RFC 3986 2.3).
    ///
    /// The result fits one segment of a path, or one name or value of a query: `a/b` becomes `a%2Fb`.
    public static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: encoded.append(byte)
            default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Decodes what is encoded; a percent sign that begins no byte stays, and bytes that are no UTF-8 become U+FFFD.
    public static func decoded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        func digit(_ place: Int) -> UInt8? {
            guard place < bytes.count else { return nil }
            switch bytes[place] {
            case 0x30...0x39: return bytes[place] - 0x30
            case 0x41...0x46, 0x61...0x66: return (bytes[place] | 0x20) - 0x61 + 10
            default: return nil
            }
        }
        var decoded: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "%"), let high = digit(place + 1), let low = digit(place + 2) {
                decoded.append(high << 4 | low)
                place += 3
            } else {
                decoded.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
