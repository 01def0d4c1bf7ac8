import JSON

/// The meaning of plain scalars (YAML 1.2.2, 10.3.2).
enum CoreSchema {
    static func resolve(_ text: String, _ fault: (String) -> YAMLError) throws(YAMLError) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let isInfinite = [".inf", ".Inf", ".INF"].contains(unsigned)
        if isInfinite || [".nan", ".NaN", ".NAN"].contains(text) {
            throw fault("infinities and NaN are not taken")
        }
        return try number(text, fault).map(JSONValue.number) ?? .string(text)
    }

    private static func number(_ text: String, _ fault: (String) -> YAMLError) throws(YAMLError) -> JSONNumber? {
        for (prefix, radix) in [("0o", 8), ("0x", 16)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(2)
            guard digits.first != "-", digits.first != "+" else { return nil }
            guard !digits.isEmpty, digits.allSatisfy({ $0.isHexDigit && ($0.hexDigitValue ?? radix) < radix }) else {
                return nil
            }
            guard let value = Int64(digits, radix: radix) else {
                throw fault("the number does not fit 64 bits")
            }
            return JSONNumber(value)
        }
        var rest = Array(text.utf8)[...]
        var literal = ""
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            if sign == UInt8(ascii: "-") { literal = "-" }
            rest = rest.dropFirst()
        }
        func takeDigits() -> String {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(digits.count)
            return String(decoding: digits, as: UTF8.self)
        }
        let whole = takeDigits()
        var fraction = ""
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = takeDigits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let significant = whole.drop { $0 == "0" }
        literal += significant.isEmpty ? "0" : String(significant)
        if !fraction.isEmpty { literal += ".\(fraction)" }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            var exponent = "e"
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                exponent += sign == UInt8(ascii: "-") ? "-" : ""
                rest = rest.dropFirst()
            }
            let digits = takeDigits()
            guard !digits.isEmpty else { return nil }
            literal += exponent + digits
        }
        guard rest.isEmpty else { return nil }
        return JSONNumber(literal: literal)
    }
}
