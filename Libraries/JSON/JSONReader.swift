/// A strict pull reader over the bytes of one JSON document (RFC 8259, UTF-8).
///
/// The caller asks for what it expects and gets it or an error with byte offset and path; nothing is
/// built that nobody asked for. Refused beyond the grammar: a byte order mark, duplicate names in an
/// object, lone surrogates, invalid UTF-8, and whatever exceeds the limits.
public struct JSONReader: Sendable {
    /// The kind of the value that comes next.
    public enum Kind: Sendable {
        /// `{`
        case object
        /// `[`
        case array
        /// A text.
        case string
        /// A number.
        case number
        /// `true` or `false`.
        case bool
        /// `null`
        case null
    }

    private enum Step {
        case name(Range<Int>)
        case element(Int)
    }

    let bytes: [UInt8]
    var position = 0
    private let limits: JSONLimits
    private var path: [Step] = []
    private var depth = 0
    private var values = 0
    private var names: [RawString] = []

    /// Takes a document; refuses one beyond the limit of bytes.
    public init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        self.bytes = bytes
        self.limits = limits
        guard bytes.count <= limits.bytes else {
            throw JSONError("the document is larger than \(limits.bytes) bytes", offset: 0, path: "")
        }
        path.reserveCapacity(8)
        names.reserveCapacity(24)
    }

    /// An error at the present place.
    public func fault(_ reason: String) -> JSONError {
        JSONError(reason, offset: position, path: pointer)
    }

    /// The present place as a JSON Pointer.
    public var pointer: String {
        var text = ""
        for step in path {
            switch step {
            case .element(let index): text += "/\(index)"
            case .name(let range):
                let name = String(decoding: bytes[range], as: UTF8.self)
                text += "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
            }
        }
        return text
    }

    // MARK: Structure

    /// What comes next; nothing is consumed but white space.
    public mutating func peek() throws(JSONError) -> Kind {
        skipSpace()
        guard position < bytes.count else { throw fault("the document ends where a value is expected") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw fault("no JSON value starts like this")
        }
    }

    /// Reads an object: `member` is called once for each name and has to consume the value.
    public mutating func object(
        _ member: (_ name: String, _ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(UInt8(ascii: "{"), "an object")
        if try close(UInt8(ascii: "}"), first: true) { return }
        let base = names.count
        var many: Set<[UInt8]> = []
        repeat {
            let raw = try memberName(base, &many)
            try member(text(of: raw), &self)
            path.removeLast()
        } while try !close(UInt8(ascii: "}"), first: false)
        names.removeSubrange(base...)
    }

    private mutating func skipObject() throws(JSONError) {
        try open(UInt8(ascii: "{"), "an object")
        if try close(UInt8(ascii: "}"), first: true) { return }
        let base = names.count
        var many: Set<[UInt8]> = []
        repeat {
            _ = try memberName(base, &many)
            try skip()
            path.removeLast()
        } while try !close(UInt8(ascii: "}"), first: false)
        names.removeSubrange(base...)
    }

    private mutating func skipArray() throws(JSONError) {
        try open(UInt8(ascii: "["), "an array")
        if try close(UInt8(ascii: "]"), first: true) { return }
        var index = 0
        repeat {
            path.append(.element(index))
            try skip()
            path.removeLast()
            index += 1
        } while try !close(UInt8(ascii: "]"), first: false)
    }

    private mutating func memberName(_ base: Int, _ many: inout Set<[UInt8]>) throws(JSONError) -> RawString {
        skipSpace()
        guard byte == UInt8(ascii: "\"") else { throw fault("a member's name is expected") }
        let raw = try scanRaw()
        // The raw spelling names the path; escapes in it are shown as they stand.
        path.append(.name(raw.range))
        guard isNew(raw, base, &many) else { throw fault("the name stands twice") }
        skipSpace()
        guard byte == UInt8(ascii: ":") else { throw fault("a colon is expected after the name") }
        position += 1
        return raw
    }

    /// Names are compared as they stand while no escape is in them: a list while they are few, a set from then on.
    private mutating func isNew(_ raw: RawString, _ base: Int, _ many: inout Set<[UInt8]>) -> Bool {
        if names.count - base >= 16 {
            if many.isEmpty { for name in names[base...] { many.insert(decoded(name)) } }
            return many.insert(decoded(raw)).inserted
        }
        var index = base
        while index < names.count {
            if isSame(names[index], raw) { return false }
            index += 1
        }
        names.append(raw)
        return true
    }

    private func isSame(_ left: RawString, _ right: RawString) -> Bool {
        if left.hasEscapes || right.hasEscapes { return decoded(left) == decoded(right) }
        guard left.range.count == right.range.count else { return false }
        var index = left.range.lowerBound
        var other = right.range.lowerBound
        while index < left.range.upperBound {
            guard bytes[index] == bytes[other] else { return false }
            index += 1
            other += 1
        }
        return true
    }

    /// Reads an array: `element` is called once for each element and has to consume it.
    public mutating func array(
        _ element: (_ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(UInt8(ascii: "["), "an array")
        if try close(UInt8(ascii: "]"), first: true) { return }
        var index = 0
        repeat {
            path.append(.element(index))
            try element(&self)
            path.removeLast()
            index += 1
        } while try !close(UInt8(ascii: "]"), first: false)
    }

    /// Makes sure that nothing but white space follows.
    public mutating func end() throws(JSONError) {
        skipSpace()
        guard position == bytes.count else { throw fault("something follows the document") }
    }

    private mutating func open(_ bracket: UInt8, _ what: String) throws(JSONError) {
        try count()
        skipSpace()
        guard position < bytes.count, bytes[position] == bracket else { throw fault("\(what) is expected") }
        guard depth < limits.depth else { throw fault("more than \(limits.depth) levels") }
        depth += 1
        position += 1
    }

    private mutating func close(_ bracket: UInt8, first: Bool) throws(JSONError) -> Bool {
        skipSpace()
        guard position < bytes.count else { throw fault("the document ends within a value") }
        if bytes[position] == bracket {
            position += 1
            depth -= 1
            return true
        }
        if first { return false }
        guard bytes[position] == UInt8(ascii: ",") else { throw fault("a comma or a closing bracket is expected") }
        position += 1
        return false
    }

    mutating func count() throws(JSONError) {
        values += 1
        guard values <= limits.values else { throw fault("more than \(limits.values) values") }
    }

    @inline(__always) mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
            position += 1
        }
    }

    // MARK: Scalars

    /// Reads a text.
    public mutating func string() throws(JSONError) -> String {
        skipSpace()
        guard byte == UInt8(ascii: "\"") else { throw fault("a string is expected") }
        try count()
        return text(of: try scanRaw())
    }

    /// Reads `true` or `false`.
    public mutating func bool() throws(JSONError) -> Bool {
        guard try peek() == .bool else { throw fault("true or false is expected") }
        try count()
        if try word("true") { return true }
        if try word("false") { return false }
        throw fault("true or false is expected")
    }

    /// Reads `null`.
    public mutating func null() throws(JSONError) {
        guard try peek() == .null else { throw fault("null is expected") }
        try count()
        guard try word("null") else { throw fault("null is expected") }
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
            try object { name, reader throws(JSONError) in
                members.append(JSONValue.Member(name, try reader.value()))
            }
            return .object(members)
        }
    }

    /// Passes over any value, checking it as strictly as if it were read.
    public mutating func skip() throws(JSONError) {
        switch try peek() {
        case .null: try null()
        case .bool: _ = try bool()
        case .number:
            try count()
            _ = try scanNumber()
        case .string:
            try count()
            _ = try scanRaw()
        case .array: try skipArray()
        case .object: try skipObject()
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONError) -> Bool {
        let length = word.utf8CodeUnitCount
        guard bytes.count - position >= length else { return false }
        let matches = String(decoding: bytes[position..<(position + length)], as: UTF8.self) == "\(word)"
        if matches { position += length }
        return matches
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

    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }
}

extension JSONReader {
    /// The value of a member that has to be there.
    @inlinable public func require<Value>(_ value: Value?, _ name: String) throws(JSONError) -> Value {
        guard let value else { throw fault("the member '\(name)' is missing") }
        return value
    }

    /// The error for a member that nobody knows.
    public func unknownMember() -> JSONError { fault("no such member is known") }

    /// Reads a text of an ASCII grammar from its bytes, without a String.
    public mutating func ascii() throws(JSONError) -> ArraySlice<UInt8> {
        skipSpace()
        guard byte == UInt8(ascii: "\"") else { throw fault("a string is expected") }
        try count()
        let raw = try scanRaw()
        return raw.hasEscapes ? decoded(raw)[...] : bytes[raw.range]
    }

    /// Reads a text of a grammar: `parse` gives nil for what does not fit.
    @inlinable public mutating func string<Value>(
        _ what: String, _ parse: (String) -> Value?
    ) throws(JSONError) -> Value {
        guard let value = parse(try string()) else { throw fault("\(what) is expected") }
        return value
    }
}
