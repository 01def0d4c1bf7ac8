/// The bytes of a checked string between its quotes, escapes not decoded.
@usableFromInline struct RawString: Sendable {
    @usableFromInline let range: Range<Int>
    @usableFromInline let hasEscapes: Bool

    init(range: Range<Int>, hasEscapes: Bool) {
        self.range = range
        self.hasEscapes = hasEscapes
    }
}

extension JSONReader {
    /// Skips a string whose opening quote is at the position, and checks all of it.
    mutating func scanRaw() throws(JSONError) -> RawString {
        let start = position + 1
        let run = plainRun(bytes.span, from: start)
        if run.isASCII, run.end < bytes.count, bytes[run.end] == UInt8(ascii: "\"") {
            position = run.end + 1
            return RawString(range: start..<run.end, hasEscapes: false)
        }
        return try scanPiecewise(from: start)
    }

    /// Skips a string that is not only plain ASCII up to its closing quote.
    private mutating func scanPiecewise(from start: Int) throws(JSONError) -> RawString {
        var isASCII = true
        var hasEscapes = false
        position = start
        while true {
            let run = plainRun(bytes.span, from: position)
            position = run.end
            isASCII = isASCII && run.isASCII
            switch byte {
            case UInt8(ascii: "\""):
                guard isASCII || String(validating: bytes[start..<position], as: UTF8.self) != nil else {
                    throw fault("the text is not UTF-8")
                }
                position += 1
                return RawString(range: start..<(position - 1), hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += 1
                _ = try scanEscape()
            case nil: throw fault("the document ends within a string")
            default: throw fault("a control character stands in a string")
            }
        }
    }

    func text(of raw: RawString) -> String {
        raw.hasEscapes
            ? String(decoding: decoded(raw), as: UTF8.self) : String(decoding: bytes[raw.range], as: UTF8.self)
    }

    /// The UTF-8 of the string with its escapes decoded.
    @usableFromInline func decoded(_ raw: RawString) -> [UInt8] {
        guard raw.hasEscapes else { return Array(bytes[raw.range]) }
        var copy = self
        var text: [UInt8] = []
        text.reserveCapacity(raw.range.count)
        copy.position = raw.range.lowerBound
        while copy.position < raw.range.upperBound {
            let byte = bytes[copy.position]
            copy.position += 1
            if byte != UInt8(ascii: "\\") {
                text.append(byte)
            } else if let scalar = try? copy.scanEscape() {
                text += UTF8.encode(scalar) ?? UTF8.EncodedScalar()
            }
        }
        return text
    }

    private mutating func scanEscape() throws(JSONError) -> Unicode.Scalar {
        guard position < bytes.count else { throw fault("the document ends within a string") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0c}"
        case UInt8(ascii: "n"): return "\u{0a}"
        case UInt8(ascii: "r"): return "\u{0d}"
        case UInt8(ascii: "t"): return "\u{09}"
        case UInt8(ascii: "u"):
            var code = UInt32(try scanHex())
            if (0xd800...0xdbff).contains(code) {
                guard bytes.count - position >= 6, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw fault("half of a surrogate pair") }
                position += 2
                let low = UInt32(try scanHex())
                guard (0xdc00...0xdfff).contains(low) else { throw fault("half of a surrogate pair") }
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair") }
            return scalar
        default:
            throw fault("JSON knows no such escape")
        }
    }

    private mutating func scanHex() throws(JSONError) -> UInt16 {
        guard bytes.count - position >= 4 else { throw fault("four hexadecimal digits are expected") }
        var code: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch bytes[position] {
            case 0x30...0x39: digit = bytes[position] - 0x30
            case 0x41...0x46: digit = bytes[position] - 0x41 + 10
            case 0x61...0x66: digit = bytes[position] - 0x61 + 10
            default: throw fault("four hexadecimal digits are expected")
            }
            code = code << 4 | UInt16(digit)
            position += 1
        }
        return code
    }
}
