/// Writes JSON into one growing buffer, canonical (RFC 8785) unless the caller says otherwise.
///
/// The caller adds members in canonical order, by the UTF-16 code units of their names. The writer does not sort: it
/// traps on a name out of order or used twice, so every test that runs an encoder checks its order. A writer that is
/// not canonical accepts any order.
///
///     var writer = JSONWriter()
///     writer.object { object in
///         object.member("id", "a1")
///         object.member("size", 3)
///     }
public struct JSONWriter: Sendable {
    /// The document, then unused room: storing words into room is faster than appending bytes.
    private var buffer: [UInt8]
    private var count = 0
    private var mustSeparate = false
    private let isCanonical: Bool

    /// Creates an empty writer.
    ///
    /// - Parameters:
    ///   - capacity: the bytes to reserve.
    ///   - isCanonical: false for documents whose members may have any order.
    public init(reservingBytes capacity: Int = 512, isCanonical: Bool = true) {
        buffer = [UInt8](repeating: 0, count: capacity)
        self.isCanonical = isCanonical
    }

    /// Creates a placeholder for a writer that was moved elsewhere; it allocates nothing.
    fileprivate init(placeholder: Void) {
        buffer = []
        isCanonical = true
    }

    /// A copy of the document so far.
    public var bytes: [UInt8] { Array(buffer[..<count]) }

    /// Writes an object whose members `body` adds in canonical order.
    public mutating func object(_ body: (inout Members) -> Void) {
        open(UInt8(ascii: "{"))
        // The writer moves into the scope and back, so that the buffer has one owner and is not copied.
        var members = Members()
        swap(&self, &members.writer)
        body(&members)
        swap(&self, &members.writer)
        close(UInt8(ascii: "}"))
    }

    /// Writes an array; `body` writes each element.
    @inlinable public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ body: (Element, inout JSONWriter) -> Void
    ) {
        open(UInt8(ascii: "["))
        for element in elements { body(element, &self) }
        close(UInt8(ascii: "]"))
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        open(text.utf8Span.span)
        closeText()
    }

    /// Writes one string that consists of two or three parts.
    public mutating func string(_ first: String, _ second: String, _ third: String = "") {
        open(first.utf8Span.span)
        append(second.utf8Span.span)
        if !third.isEmpty { append(third.utf8Span.span) }
        closeText()
    }

    /// Writes a string of `length` bytes of printable ASCII without quotes and backslashes.
    ///
    /// - Parameter fill: stores the bytes into `buffer` from `start` on; a debug build traps where one needs an escape.
    public mutating func ascii(_ length: Int, _ fill: (_ buffer: inout MutableSpan<UInt8>, _ start: Int) -> Void) {
        separate(beforeBytes: length + 2)
        let start = count + 1
        count = start + length + 1
        var target = buffer.mutableSpan
        target[start - 1] = UInt8(ascii: "\"")
        fill(&target, start)
        target[start + length] = UInt8(ascii: "\"")
        assert(plainRun(buffer.span, from: start).end == start + length, "the text needs an escape")
    }

    /// Writes a whole number; traps from 2^53 on, where a JSON number is not exact (RFC 8785).
    public mutating func integer(_ value: Int64) {
        precondition(value.magnitude < 1 << 53, "an integer of 2^53 or more is not exact in JSON")
        literal(String(value))
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    /// Writes `null`.
    public mutating func null() { literal("null") }

    /// Writes bytes that are already one JSON value, unchecked.
    public mutating func raw(_ value: [UInt8]) {
        separate(beforeBytes: value.count)
        buffer.replaceSubrange(count..<(count + value.count), with: value)
        count += value.count
    }

    /// Writes a tree: numbers as the nearest double, members sorted where the writer is canonical.
    ///
    /// A number too large for a double becomes `null`. `JSONReader` accepts such numbers, so check `JSONNumber/double`
    /// before.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let truth): bool(truth)
        case .number(let number):
            if let double = number.double {
                literal(canonicalNumber(double))
            } else {
                null()
            }
        case .string(let text): string(text)
        case .array(let elements): array(elements) { element, writer in writer.value(element) }
        case .object(let members):
            let sorted =
                isCanonical ? members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) } : members
            object { scope in
                for member in sorted { scope.member(member.name) { $0.value(member.value) } }
            }
        }
    }

    // MARK: The buffer

    @usableFromInline mutating func open(_ bracket: UInt8) {
        separate(beforeBytes: 1)
        append(bracket)
        mustSeparate = false
    }

    @usableFromInline mutating func close(_ bracket: UInt8) {
        append(bracket)
        mustSeparate = true
    }

    /// Makes room for a value and writes the comma before it.
    @inline(__always) private mutating func separate(beforeBytes length: Int) {
        reserve(length + 1)
        if mustSeparate {
            buffer[count] = UInt8(ascii: ",")
            count += 1
        }
        mustSeparate = true
    }

    @inline(__always) private mutating func reserve(_ length: Int) {
        if buffer.count - count < length {
            buffer.append(contentsOf: repeatElement(0, count: max(length, buffer.count)))
        }
    }

    private mutating func append(_ byte: UInt8) {
        reserve(1)
        buffer[count] = byte
        count += 1
    }

    /// Writes a value that is not a string.
    private mutating func literal(_ value: String) {
        separate(beforeBytes: value.utf8.count)
        append(value.utf8Span.span)
    }

    /// Writes the opening quote and the text. Where nothing is escaped, the closing quote has room, too.
    @inline(__always) private mutating func open(_ source: Span<UInt8>) {
        separate(beforeBytes: source.count + 2)
        let start = count + 1
        var target = buffer.mutableSpan
        target[start - 1] = UInt8(ascii: "\"")
        let length = copyPlain(source, into: &target, at: start)
        count = start + length
        if length < source.count { escape(source, from: length) }
    }

    @inline(__always) private mutating func closeText() { append(UInt8(ascii: "\"")) }

    private mutating func append(_ source: Span<UInt8>) {
        reserve(source.count)
        let start = count
        var target = buffer.mutableSpan
        let length = copyPlain(source, into: &target, at: start)
        count = start + length
        if length < source.count { escape(source, from: length) }
    }

    /// Writes the rest of a text from its first byte that needs an escape.
    private mutating func escape(_ source: Span<UInt8>, from start: Int) {
        for index in start..<source.count {
            let byte = source[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(escaped: byte)
            case 0x08: append(escaped: UInt8(ascii: "b"))
            case 0x09: append(escaped: UInt8(ascii: "t"))
            case 0x0a: append(escaped: UInt8(ascii: "n"))
            case 0x0c: append(escaped: UInt8(ascii: "f"))
            case 0x0d: append(escaped: UInt8(ascii: "r"))
            case 0..<0x20:
                append(escaped: UInt8(ascii: "u"))
                for digit in [0, 0, byte >> 4, byte & 15] { append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
            default: append(byte)
            }
        }
    }

    private mutating func append(escaped byte: UInt8) {
        append(UInt8(ascii: "\\"))
        append(byte)
    }

    /// The scope in which the members of an object are written.
    public struct Members {
        fileprivate var writer = JSONWriter(placeholder: ())
        /// The place of the last name in the buffer.
        private var last: Range<Int>?
        /// The last name, if it was escaped: then the bytes in the buffer do not give its order.
        private var lastEscaped: String?

        fileprivate init() {}

        /// The size of the whole document so far, in bytes.
        public var bytesWritten: Int { writer.count }

        private mutating func begin(_ name: String) {
            let source = name.utf8Span.span
            precondition(!writer.isCanonical || follows(source), "member \(name) out of canonical order")
            writer.separate(beforeBytes: source.count + 3)
            let start = writer.count + 1
            var target = writer.buffer.mutableSpan
            target[start - 1] = UInt8(ascii: "\"")
            let end = start + copyPlain(source, into: &target, at: start)
            let isPlain = end == start + source.count
            if isPlain {
                target[end] = UInt8(ascii: "\"")
                target[end + 1] = UInt8(ascii: ":")
            }
            last = start..<end
            writer.count = isPlain ? end + 2 : end
            if lastEscaped != nil { lastEscaped = nil }
            if !isPlain {
                writer.escape(source, from: end - start)
                writer.append(UInt8(ascii: "\""))
                writer.append(UInt8(ascii: ":"))
                lastEscaped = name
            }
            writer.mustSeparate = false
        }

        @inline(__always) private func follows(_ name: Span<UInt8>) -> Bool {
            if let lastEscaped { return precedesInUTF16(lastEscaped.utf8Span.span, name) }
            guard let last else { return true }
            return precedesInUTF16(writer.buffer.span.extracting(last), name)
        }

        /// Writes a member whose value `body` writes.
        public mutating func member(_ name: String, _ body: (inout JSONWriter) -> Void) {
            begin(name)
            body(&writer)
        }

        /// Writes a member with a string; nothing for nil.
        public mutating func member(_ name: String, _ value: String?) {
            guard let value else { return }
            begin(name)
            writer.string(value)
        }

        /// Writes a member with a whole number below 2^53; nothing for nil.
        public mutating func member(_ name: String, _ value: Int64?) {
            guard let value else { return }
            begin(name)
            writer.integer(value)
        }

        /// Writes a member with a truth value; nothing for nil.
        public mutating func member(_ name: String, _ value: Bool?) {
            guard let value else { return }
            begin(name)
            writer.bool(value)
        }

        /// Writes a member with an array of strings; nothing for nil.
        public mutating func member(_ name: String, _ values: [String]?) {
            guard let values else { return }
            member(name) { writer in writer.array(values) { $1.string($0) } }
        }
    }
}

extension JSONValue {
    /// The canonical bytes (RFC 8785).
    public var canonicalBytes: [UInt8] {
        bytes(isCanonical: true)
    }

    /// The JSON with the members of each object in their current order.
    public var orderedBytes: [UInt8] { bytes(isCanonical: false) }

    private func bytes(isCanonical: Bool) -> [UInt8] {
        var writer = JSONWriter(isCanonical: isCanonical)
        writer.value(self)
        return writer.bytes
    }
}

/// Compares UTF-8 texts in the order of their UTF-16 code units.
///
/// It differs from the order of bytes in one case: U+10000 and above (F0…) come before U+E000…U+FFFF (EE, EF).
func precedesInUTF16(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    var index = 0
    while index < left.count {
        guard index < right.count else { return false }
        let byte = left[index]
        let against = right[index]
        index += 1
        if byte == against { continue }
        if byte >= 0xf0 && against >= 0xee && against < 0xf0 { return true }
        if against >= 0xf0 && byte >= 0xee && byte < 0xf0 { return false }
        return byte < against
    }
    return index < right.count
}
