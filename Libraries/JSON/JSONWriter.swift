/// Writes canonical JSON (RFC 8785) into one growing buffer.
///
/// Members come in canonical order, by the UTF-16 code units of their names; the writer does not sort,
/// it traps on disorder, so that an encoder's order is checked by every test that runs it.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    private var mustSeparate = false

    /// An empty writer.
    public init(reservingBytes capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Writes an object whose members `body` adds in canonical order.
    public mutating func object(_ body: (inout Members) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        var members = Members(writer: self, last: nil)
        // The buffer moves into the scope and back; both never hold it at once.
        bytes = []
        members.writer.mustSeparate = false
        body(&members)
        self = members.writer
        bytes.append(UInt8(ascii: "}"))
        mustSeparate = true
    }

    /// Writes an array of `elements`, each by `body`.
    public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ body: (Element, inout JSONWriter) -> Void
    ) {
        separate()
        bytes.append(UInt8(ascii: "["))
        mustSeparate = false
        for element in elements { body(element, &self) }
        bytes.append(UInt8(ascii: "]"))
        mustSeparate = true
    }

    /// Writes a text.
    public mutating func string(_ text: String) {
        separate()
        appendString(text)
        mustSeparate = true
    }

    /// Writes a whole number below 2^53, beyond which RFC 8785 is not exact.
    public mutating func integer(_ value: Int64) {
        precondition(value.magnitude < 1 << 53, "an integer of 2^53 or more is not exact in JSON")
        separate()
        bytes += Array(String(value).utf8)
        mustSeparate = true
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        raw(Array((value ? "true" : "false").utf8))
    }

    /// Writes `null`.
    public mutating func null() {
        raw(Array("null".utf8))
    }

    /// Writes bytes that are one JSON value already.
    public mutating func raw(_ value: [UInt8]) {
        separate()
        bytes += value
        mustSeparate = true
    }

    /// Writes a tree canonically: members sorted, numbers as the nearest double.
    ///
    /// A number that no finite double stands for is written as `null`; readers refuse none, so check before.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let truth): bool(truth)
        case .number(let number):
            if let double = number.double {
                raw(Array(canonicalNumber(double).utf8))
            } else {
                null()
            }
        case .string(let text): string(text)
        case .array(let elements): array(elements) { element, writer in writer.value(element) }
        case .object(let members):
            let sorted = members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
            object { scope in
                for member in sorted { scope.member(member.name) { $0.value(member.value) } }
            }
        }
    }

    private mutating func separate() {
        if mustSeparate { bytes.append(UInt8(ascii: ",")) }
    }

    fileprivate mutating func appendString(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // All at once, unless one of the bytes has to be escaped; most texts have none.
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        if let index = firstToEscape(from: start) { escape(from: index) }
        bytes.append(UInt8(ascii: "\""))
    }

    private func firstToEscape(from start: Int) -> Int? {
        let span = bytes.span
        var index = start
        while index < span.count {
            let byte = span[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5c { return index }
            index += 1
        }
        return nil
    }

    /// Writes what stands from `start` on anew, with escapes.
    private mutating func escape(from start: Int) {
        let rest = Array(bytes[start...])
        bytes.removeSubrange(start...)
        for byte in rest {
            switch byte {
            case UInt8(ascii: "\""): bytes += [0x5c, 0x22]
            case UInt8(ascii: "\\"): bytes += [0x5c, 0x5c]
            case 0x08: bytes += [0x5c, 0x62]
            case 0x09: bytes += [0x5c, 0x74]
            case 0x0a: bytes += [0x5c, 0x6e]
            case 0x0c: bytes += [0x5c, 0x66]
            case 0x0d: bytes += [0x5c, 0x72]
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += [0x5c, 0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
    }

    /// The members of an object that is being written.
    public struct Members {
        fileprivate var writer: JSONWriter
        private var last: String?

        fileprivate init(writer: JSONWriter, last: String?) {
            self.writer = writer
            self.last = last
        }

        private mutating func begin(_ name: String) {
            if let last { precondition(precedesInUTF16(last, name), "member \(name) out of canonical order") }
            last = name
            writer.separate()
            writer.appendString(name)
            writer.bytes.append(UInt8(ascii: ":"))
            writer.mustSeparate = false
        }

        /// Writes a member whose value `body` writes.
        public mutating func member(_ name: String, _ body: (inout JSONWriter) -> Void) {
            begin(name)
            body(&writer)
            writer.mustSeparate = true
        }

        /// Writes a member with a text, unless it is absent.
        public mutating func member(_ name: String, _ value: String?) {
            guard let value else { return }
            begin(name)
            writer.appendString(value)
            writer.mustSeparate = true
        }

        /// Writes a member with a whole number, unless it is absent.
        public mutating func member(_ name: String, _ value: Int64?) {
            guard let value else { return }
            member(name) { $0.integer(value) }
        }

        /// Writes a member with a truth value, unless it is absent.
        public mutating func member(_ name: String, _ value: Bool?) {
            guard let value else { return }
            member(name) { $0.bool(value) }
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
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }
}

/// Order by UTF-16 code units, told from UTF-8: U+10000 and above (F0…) stand before U+E000…U+FFFF (EE, EF).
func precedesInUTF16(_ left: String, _ right: String) -> Bool {
    var other = right.utf8.makeIterator()
    for byte in left.utf8 {
        guard let against = other.next() else { return false }
        if byte == against { continue }
        if byte >= 0xf0 && against >= 0xee && against < 0xf0 { return true }
        if against >= 0xf0 && byte >= 0xee && byte < 0xf0 { return false }
        return byte < against
    }
    return other.next() != nil
}
