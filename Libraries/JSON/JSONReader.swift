/// A strict pull reader over the bytes of one JSON document (RFC 8259, UTF-8).
///
/// The caller asks for what it expects and gets it, or an error with byte offset and path. The reader builds nothing
/// that the caller does not ask for. It refuses more than the grammar does: a byte order mark, duplicate names in an
/// object, lone surrogates, invalid UTF-8, and everything beyond `JSONLimits`.
///
///     var reader = try JSONReader(bytes)
///     try reader.object { name, reader in
///         switch name {
///         case "title": title = try reader.string()
///         default: throw reader.unknownMember()
///         }
///     }
///     try reader.end()
public struct JSONReader: Sendable {
    /// The kind of the next value.
    public enum Kind: Sendable {
        /// `{`
        case object
        /// `[`
        case array
        /// A string.
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
        /// Between the values of the object or array.
        case between
    }

    /// The names of an object that is being read.
    private struct Names {
        /// The position from which the object's names can be read again.
        let start: Int
        var last: RawString?
        /// All names, collected once a name is not greater than the one before; while names ascend, no name can occur
        /// twice.
        var all: Set<[UInt8]> = []
    }

    @usableFromInline let bytes: [UInt8]
    var position = 0
    private let limits: JSONLimits
    /// The step within the innermost object or array, and the steps within the ones around it.
    private var step = Step.between
    private var outer: [Step] = []
    private var values = 0

    /// Starts at the beginning of a document.
    ///
    /// - Throws: `JSONError` where the document has more bytes than the limit.
    public init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        self.bytes = bytes
        self.limits = limits
        guard bytes.count <= limits.bytes else {
            throw JSONError("the document is larger than \(limits.bytes) bytes", offset: 0, path: "")
        }
        outer.reserveCapacity(8)
    }

    /// Creates an error at the current position; nothing is thrown.
    public func fault(_ reason: String) -> JSONError {
        JSONError(reason, offset: position, path: pointer)
    }

    /// The current position as a JSON Pointer (RFC 6901); empty for the whole document.
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

    /// Notes that the reader is within the member of this name.
    mutating func enter(_ name: Range<Int>) { step = .name(name) }

    /// Notes that the reader is between members or elements.
    mutating func leave() { step = .between }

    // MARK: Structure

    /// The kind of the next value; consumes nothing but white space.
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

    /// Reads an object and calls `member` once for each name, in the order of the document.
    ///
    /// - Parameter member: gets the name in UTF-8, escapes decoded, and has to read or skip the value.
    /// - Throws: `JSONError` for the first fault, a name that occurs twice included, or what `member` throws.
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
        // The path shows the name as it is spelled, escapes included.
        step = .name(raw.range)
        guard isNew(raw, &known) else { throw fault("the name stands twice") }
        skipSpace()
        guard byte == UInt8(ascii: ":") else { throw fault("a colon is expected after the name") }
        position += 1
        return raw
    }

    /// True for a name that has not occurred in this object.
    ///
    /// While names ascend, as canonical ones do, each is compared with the one before; after that, with all.
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

    /// Collects the names of the current object up to `end`, which were read before; deeper objects are skipped.
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

    /// True where the second name has greater bytes than the first; false where one of them has escapes.
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

    /// Reads an array; `element` is called once for each element and has to read or skip it.
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

    /// Checks that only white space follows.
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

    @inline(__always) mutating func skipSpace() { position = afterSpace(from: position) }

    /// The first position from a given one on at which no white space stands.
    @inline(__always) func afterSpace(from start: Int) -> Int {
        let span = bytes.span
        var position = start
        while position < span.count {
            let byte = span[position]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { break }
            position += 1
        }
        return position
    }

    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }
}
