extension JSONReader {
    /// Reads a text.
    public mutating func string() throws(JSONError) -> String {
        text(of: try rawString())
    }

    @usableFromInline mutating func rawString() throws(JSONError) -> RawString {
        skipSpace()
        guard byte == UInt8(ascii: "\"") else { throw fault("a string is expected") }
        try count()
        return try scanRaw()
    }

    /// Reads `true` or `false`.
    public mutating func bool() throws(JSONError) -> Bool {
        guard try peek() == .bool else { throw fault("true or false is expected") }
        try count()
        if word("true") { return true }
        if word("false") { return false }
        throw fault("true or false is expected")
    }

    /// Reads `null`.
    public mutating func null() throws(JSONError) {
        guard try peek() == .null else { throw fault("null is expected") }
        try count()
        guard word("null") else { throw fault("null is expected") }
    }

    /// Reads a number as it is spelt.
    public mutating func number() throws(JSONError) -> JSONNumber {
        guard try peek() == .number else { throw fault("a number is expected") }
        try count()
        return JSONNumber(unchecked: String(decoding: bytes[try scanNumber()], as: UTF8.self))
    }

    /// Reads a whole number without fraction and exponent.
    public mutating func integer() throws(JSONError) -> Int64 {
        guard try peek() == .number else { throw fault("a whole number is expected") }
        try count()
        let start = position
        let range = try scanNumber()
        var value: Int64 = 0
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        for byte in bytes[(range.lowerBound + (isNegative ? 1 : 0))..<range.upperBound] {
            let digit = Int64(byte) - 0x30
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = scaled.subtractingReportingOverflow(digit)
            guard (0...9).contains(digit), !overflow, !carried else {
                position = start
                throw fault("a whole number is expected")
            }
            value = sum
        }
        // Gathered as a negative number, since that range is the wider one.
        if isNegative { return value }
        guard value != .min else {
            position = start
            throw fault("a whole number is expected")
        }
        return -value
    }

    /// Reads any value as a tree.
    public mutating func value() throws(JSONError) -> JSONValue {
        switch try peek() {
        case .null:
            try null()
            return .null
        case .bool: return .bool(try bool())
        case .number: return .number(try number())
        case .string: return .string(try string())
        case .array:
            var elements: [JSONValue] = []
            try array { reader throws(JSONError) in elements.append(try reader.value()) }
            return .array(elements)
        case .object:
            var members: [JSONValue.Member] = []
            try self.members { name, reader throws(JSONError) in
                members.append(JSONValue.Member(reader.text(of: name), try reader.value()))
            }
            return .object(members)
        }
    }

    /// Passes over any value, checking it as strictly as if it were read.
    public mutating func skip() throws(JSONError) {
        switch try peek() {
        case .string:
            try count()
            _ = try scanRaw()
        case .null: try null()
        case .bool: _ = try bool()
        case .number:
            try count()
            _ = try scanNumber()
        case .array: try elements { reader throws(JSONError) in try reader.skip() }
        case .object: try members { _, reader throws(JSONError) in try reader.skip() }
        }
    }

    private mutating func word(_ word: String) -> Bool {
        let length = word.utf8.count
        guard bytes.count - position >= length, word ~= bytes.span.extracting(position..<(position + length)) else {
            return false
        }
        position += length
        return true
    }

    private mutating func scanNumber() throws(JSONError) -> Range<Int> {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if byte == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return start..<position
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let digit = byte, (0x30...0x39).contains(digit) { position += 1 }
        guard position > start else { throw fault("a digit is expected") }
    }
}

extension JSONReader {
    /// The value of a member that has to be there.
    @inlinable public func require<Value>(_ value: Value?, _ name: String) throws(JSONError) -> Value {
        guard let value else { throw fault("the member '\(name)' is missing") }
        return value
    }

    /// The error for a member that nobody knows.
    public func unknownMember() -> JSONError { fault("no such member is known") }

    /// Reads a text of a grammar from its UTF-8: `parse` gives nil for what does not fit.
    @inlinable public mutating func text<Value>(
        _ what: String, _ parse: (Span<UInt8>) -> Value?
    ) throws(JSONError) -> Value {
        let raw = try rawString()
        let value = raw.hasEscapes ? parse(decoded(raw).span) : parse(bytes.span.extracting(raw.range))
        guard let value else { throw fault("\(what) is expected") }
        return value
    }

    /// Reads a text of a grammar: `parse` gives nil for what does not fit.
    @inlinable public mutating func string<Value>(
        _ what: String, _ parse: (String) -> Value?
    ) throws(JSONError) -> Value {
        guard let value = parse(try string()) else { throw fault("\(what) is expected") }
        return value
    }
}

/// Lets a `switch` over UTF-8, such as a member's name, state its cases as texts.
@inlinable @inline(__always) public func ~= (text: String, bytes: Span<UInt8>) -> Bool {
    let utf8 = text.utf8
    guard utf8.count == bytes.count else { return false }
    var index = 0
    for byte in utf8 {
        if byte != bytes[index] { return false }
        index += 1
    }
    return true
}
