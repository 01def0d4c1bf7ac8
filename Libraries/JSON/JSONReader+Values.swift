extension JSONReader {
    /// Reads a string and decodes its escapes.
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

    /// Reads a number and keeps its spelling.
    public mutating func number() throws(JSONError) -> JSONNumber {
        guard try peek() == .number else { throw fault("a number is expected") }
        try count()
        return JSONNumber(unchecked: String(decoding: bytes[try scanNumber()], as: UTF8.self))
    }

    /// Reads a whole number from -2^63 to 2^63 - 1; one with a fraction or an exponent is refused.
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
        // Collected as a negative number, since the negative range is larger by one.
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

    /// Skips any value and checks it as strictly as if it were read.
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
    /// Unwraps the value of a required member.
    ///
    /// - Throws: `JSONError` that names the missing member.
    @inlinable public func require<Value>(_ value: Value?, _ name: String) throws(JSONError) -> Value {
        guard let value else { throw fault("the member '\(name)' is missing") }
        return value
    }

    /// The error for a member that the reader's caller does not know; throw it from `object`.
    public func unknownMember() -> JSONError { fault("no such member is known") }

    /// Reads a string of a grammar from its UTF-8 without creating a `String`.
    ///
    /// - Parameters:
    ///   - what: the name of what is expected, for the error: "an id".
    ///   - parse: returns nil for a string that does not fit.
    @inlinable public mutating func text<Value>(
        _ what: String, _ parse: (Span<UInt8>) -> Value?
    ) throws(JSONError) -> Value {
        let raw = try rawString()
        let value = raw.hasEscapes ? parse(decoded(raw).span) : parse(bytes.span.extracting(raw.range))
        guard let value else { throw fault("\(what) is expected") }
        return value
    }

    /// Reads a string of a grammar.
    ///
    /// - Parameters:
    ///   - what: the name of what is expected, for the error: "an id".
    ///   - parse: returns nil for a string that does not fit.
    @inlinable public mutating func string<Value>(
        _ what: String, _ parse: (String) -> Value?
    ) throws(JSONError) -> Value {
        guard let value = parse(try string()) else { throw fault("\(what) is expected") }
        return value
    }
}

/// Compares UTF-8 with a text byte by byte, so that a `switch` over a member's name can list its cases as texts.
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
