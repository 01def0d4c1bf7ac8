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
        /// In no value of the object or array.
        case between
    }

    /// The names of an object that is being read.
    private struct Names {
        /// Where the object's first name is looked for.
        let start: Int
        var last: RawString?
        /// Kept from the first name on that is not greater than the one before: while names ascend, none stands twice.
        var all: Set<[UInt8]> = []
    }

    @usableFromInline let bytes: [UInt8]
    var position = 0
    private let limits: JSONLimits
    /// The place within the innermost object or array, and within those around it.
    private var step = Step.between
    private var outer: [Step] = []
    private var values = 0

    /// Takes a document; refuses one beyond the limit of bytes.
    public init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        self.bytes = bytes
        self.limits = limits
        guard bytes.count <= limits.bytes else {
            throw JSONError("the document is larger than \(limits.bytes) bytes", offset: 0, path: "")
        }
        outer.reserveCapacity(8)
    }

    /// An error at the present place.
    public func fault(_ reason: String) -> JSONError {
        JSONError(reason, offset: position, path: pointer)
    }

    /// The present place as a JSON Pointer.
    public var pointer: String {
        var text = ""
        for step in outer + [step] {
            switch step {
            case .between: break
            case .element(let index): text += "/\(index)"
            case .name(let range):
                let name = String(decoding: bytes[range], as: UTF8.self)
                text += "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
            }
        }
        return text
    }

    /// Says that the member of this name is being read.
    mutating func enter(_ name: Range<Int>) { step = .name(name) }

    /// Says that no member or element is being read.
    mutating func leave() { step = .between }

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

    /// Reads an object: `member` is called once for each name, in UTF-8, and has to consume the value.
    public mutating func object(
        _ member: (_ name: Span<UInt8>, _ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        let document = bytes
        try members { raw, reader throws(JSONError) in
            if raw.hasEscapes {
                try member(reader.decoded(raw).span, &reader)
            } else {
                try member(document.span.extracting(raw.range), &reader)
            }
        }
    }

    @inline(__always) mutating func members(
        _ member: (_ name: RawString, _ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(UInt8(ascii: "{"), "an object")
        if try close(UInt8(ascii: "}"), first: true) { return }
        var known = Names(start: position)
        repeat {
            try member(try memberName(&known), &self)
            step = .between
        } while try !close(UInt8(ascii: "}"), first: false)
    }

    private mutating func memberName(_ known: inout Names) throws(JSONError) -> RawString {
        skipSpace()
        guard byte == UInt8(ascii: "\"") else { throw fault("a member's name is expected") }
        let raw = try scanRaw()
        // The raw spelling names the path; escapes in it are shown as they stand.
        step = .name(raw.range)
        guard isNew(raw, &known) else { throw fault("the name stands twice") }
        skipSpace()
        guard byte == UInt8(ascii: ":") else { throw fault("a colon is expected after the name") }
        position += 1
        return raw
    }

    /// Names that ascend, as canonical ones do, are each compared with the one before, others with all.
    private func isNew(_ raw: RawString, _ known: inout Names) -> Bool {
        if known.all.isEmpty {
            guard let last = known.last, !isAscending(last, raw) else {
                known.last = raw
                return true
            }
            known.all = names(from: known.start, to: raw.range.lowerBound - 1)
        }
        return known.all.insert(decoded(raw)).inserted
    }

    /// The names of an object of which a part was read already; what lies deeper is passed over.
    private func names(from start: Int, to end: Int) -> Set<[UInt8]> {
        var names: Set<[UInt8]> = []
        var reader = self
        reader.position = start
        var level = 0
        var isBeforeName = true
        while reader.position < end {
            switch bytes[reader.position] {
            case UInt8(ascii: "\""):
                guard let raw = try? reader.scanRaw() else { return names }
                if level == 0 && isBeforeName { names.insert(decoded(raw)) }
                isBeforeName = false
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): level += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): level -= 1
            case UInt8(ascii: ","): isBeforeName = true
            default: break
            }
            reader.position += 1
        }
        return names
    }

    /// Whether the second of two names without escapes is the greater one.
    @inline(__always) private func isAscending(_ left: RawString, _ right: RawString) -> Bool {
        if left.hasEscapes || right.hasEscapes { return false }
        let span = bytes.span
        var index = left.range.lowerBound
        var other = right.range.lowerBound
        while index < left.range.upperBound && other < right.range.upperBound {
            if span[index] != span[other] { return span[index] < span[other] }
            index += 1
            other += 1
        }
        return left.range.count < right.range.count
    }

    /// Reads an array: `element` is called once for each element and has to consume it.
    public mutating func array(
        _ element: (_ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try elements(element)
    }

    @inline(__always) mutating func elements(
        _ element: (_ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(UInt8(ascii: "["), "an array")
        if try close(UInt8(ascii: "]"), first: true) { return }
        var index = 0
        repeat {
            step = .element(index)
            try element(&self)
            step = .between
            index += 1
        } while try !close(UInt8(ascii: "]"), first: false)
    }

    /// Makes sure that nothing but white space follows.
    public mutating func end() throws(JSONError) {
        skipSpace()
        guard position == bytes.count else { throw fault("something follows the document") }
    }

    mutating func open(_ bracket: UInt8, _ what: String) throws(JSONError) {
        try count()
        skipSpace()
        guard position < bytes.count, bytes[position] == bracket else { throw fault("\(what) is expected") }
        guard outer.count < limits.depth else { throw fault("more than \(limits.depth) levels") }
        outer.append(step)
        step = .between
        position += 1
    }

    @inline(__always) mutating func close(_ bracket: UInt8, first: Bool) throws(JSONError) -> Bool {
        skipSpace()
        guard position < bytes.count else { throw fault("the document ends within a value") }
        if bytes[position] == bracket {
            position += 1
            step = outer.removeLast()
            return true
        }
        if first { return false }
        guard bytes[position] == UInt8(ascii: ",") else { throw fault("a comma or a closing bracket is expected") }
        position += 1
        return false
    }

    @inline(__always) mutating func count() throws(JSONError) {
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

    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }
}
