extension JSONReader {
    /// Reads a string whose opening quote is at the position.
    mutating func scanString() throws(JSONError) -> String {
        position += 1
        let start = position
        var isASCII = true
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = bytes[start..<position]
                guard isASCII || isValidUTF8(text) else { throw fault("the text is not UTF-8") }
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                return try scanEscapedString(from: start)
            case 0..<0x20:
                throw fault("a control character stands in a string")
            case 0x80...:
                isASCII = false
                position += 1
            default:
                position += 1
            }
        }
        throw fault("the document ends within a string")
    }

    /// The slow path: the text from `start` to the position has no escape, the byte there opens one.
    private mutating func scanEscapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard isValidUTF8(text[...]) else { throw fault("the text is not UTF-8") }
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try scanEscape(into: &text)
            case 0..<0x20:
                throw fault("a control character stands in a string")
            default:
                text.append(byte)
            }
        }
        throw fault("the document ends within a string")
    }

    private mutating func scanEscape(into text: inout [UInt8]) throws(JSONError) {
        guard position < bytes.count else { throw fault("the document ends within a string") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
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
            text += Array(String(Character(scalar)).utf8)
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

    private func isValidUTF8(_ text: ArraySlice<UInt8>) -> Bool {
        String(validating: text, as: UTF8.self) != nil
    }
}
