/// Writes canonical JSON (RFC 8785) into one growing buffer.
///
/// Members come in canonical order, by the UTF-16 code units of their names; the writer does not sort,
/// it traps on disorder, so that an encoder's order is checked by every test that runs it. A writer that is not
/// canonical takes members in any order.
public struct JSONWriter: Sendable {
    /// What has been written, then room; words are stored into room faster than bytes are appended.
    private var buffer: [UInt8]
    private var count = 0
    private var mustSeparate = false
    private let isCanonical: Bool

    /// An empty writer.
    ///
    /// - Parameter isCanonical: false for documents whose members may stand in any order.
    public init(reservingBytes capacity: Int = 512, isCanonical: Bool = true) {
        buffer = [UInt8](repeating: 0, count: capacity)
        self.isCanonical = isCanonical
    }

    /// A writer that only stands in for one whose buffer is elsewhere; it costs no allocation.
    fileprivate init(placeholder: Void) {
        buffer = []
        isCanonical = true
    }

    /// What has been written.
    public var bytes: [UInt8] { Array(buffer[..<count]) }

    /// Writes an object whose members `body` adds in canonical order.
    public mutating func object(_ body: (inout Members) -> Void) {
        open(UInt8(ascii: "{"))
        // The writer moves into the scope and back; both never hold its buffer at once.
        var members = Members()
        swap(&self, &members.writer)
        body(&members)
        swap(&self, &members.writer)
        close(UInt8(ascii: "}"))
    }

    /// Writes an array of `elements`, each by `body`.
    @inlinable public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ body: (Element, inout JSONWriter) -> Void
    ) {
        open(UInt8(ascii: "["))
        for element in elements { body(element, &self) }
        close(UInt8(ascii: "]"))
    }

    /// Writes a text.
    public mutating func string(_ text: String) {
        open(text.utf8Span.span)
        closeText()
    }

    /// Writes one text that is put together from parts.
    public mutating func string(_ first: String, _ second: String, _ third: String = "") {
        open(first.utf8Span.span)
        append(second.utf8Span.span)
        if !third.isEmpty { append(third.utf8Span.span) }
        closeText()
    }

    /// Writes a text of `length` bytes, printable ASCII without quotes and backslashes; `fill` stores them into
    /// `buffer` from `start` on.
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

    /// Writes a whole number below 2^53, beyond which RFC 8785 is not exact.
    public mutating func integer(_ value: Int64) {
        precondition(value.magnitude < 1 << 53, "an integer of 2^53 or more is not exact in JSON")
        literal(String(value))
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    /// Writes `null`.
    public mutating func null() { literal("null") }

    /// Writes bytes that are one JSON value already.
    public mutating func raw(_ value: [UInt8]) {
        separate(beforeBytes: value.count)
        buffer.replaceSubrange(count..<(count + value.count), with: value)
        count += value.count
    }

    /// Writes a tree: numbers as the nearest double, members sorted where the writer is canonical.
    ///
    /// A number that no finite double stands for is written as `null`; readers refuse none, so check before.
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

    /// Makes room for a value, and parts it from the one before.
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

    /// Writes a value that is no text.
    private mutating func literal(_ value: String) {
        separate(beforeBytes: value.utf8.count)
        append(value.utf8Span.span)
    }

    /// Begins a text, whose closing quote has room then if nothing has to be escaped.
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

    /// Writes a text from the first byte on that has to be escaped.
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

    /// The members of an object that is being written.
    public struct Members {
        fileprivate var writer = JSONWriter(placeholder: ())
        /// Where the last name stands in the buffer.
        private var last: Range<Int>?
        /// The last name where it had to be escaped, so that the buffer does not show its order.
        private var lastEscaped: String?

        fileprivate init() {}

        /// How many bytes the document has so far.
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

        /// Writes a member with a text, unless it is absent.
        public mutating func member(_ name: String, _ value: String?) {
            guard let value else { return }
            begin(name)
            writer.string(value)
        }

        /// Writes a member with a whole number, unless it is absent.
        public mutating func member(_ name: String, _ value: Int64?) {
            guard let value else { return }
            begin(name)
            writer.integer(value)
        }

        /// Writes a member with a truth value, unless it is absent.
        public mutating func member(_ name: String, _ value: Bool?) {
            guard let value else { return }
            begin(name)
            writer.bool(value)
        }

        /// Writes a member with a list of texts, unless it is absent.
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

    /// The bytes with the members of each object in the order that they have here.
    public var orderedBytes: [UInt8] { bytes(isCanonical: false) }

    private func bytes(isCanonical: Bool) -> [UInt8] {
        var writer = JSONWriter(isCanonical: isCanonical)
        writer.value(self)
        return writer.bytes
    }
}

/// Order by UTF-16 code units, told from UTF-8: U+10000 and above (F0…) stand before U+E000…U+FFFF (EE, EF).
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
