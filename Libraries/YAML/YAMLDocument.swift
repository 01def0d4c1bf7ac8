import CYAML
public import JSON

/// The reason why a text is not YAML, or uses YAML that this reader refuses.
public struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public let reason: String
    /// The line, from 1.
    public let line: Int
    /// The column in characters, from 1.
    public let column: Int

    init(_ reason: String, line: Int, column: Int) {
        self.reason = reason
        self.line = line
        self.column = column
    }

    public var description: String { "line \(line), column \(column): \(reason)" }
}

/// Limits of a document.
public struct YAMLLimits: Sendable {
    /// The size of the text in bytes.
    public var bytes = 262_144
    /// The number of nested collections; small, since libyaml's time grows with its square.
    public var depth = 32
    /// The number of values and names at all levels together.
    public var nodes = 16_384

    /// The default limits, which suit a manifest.
    public init() {}
}

/// Reads one YAML document as the values that JSON has.
///
/// libyaml parses the text; this reader interprets plain scalars by the core schema of YAML 1.2.2 (10.3): `no` is a
/// string and `012` is twelve. It refuses, with line and column: anchors, aliases, tags, a second document, a name that
/// occurs twice or is a collection, infinities and NaN, and octal or hexadecimal numbers beyond 64 bits. Names keep
/// their spelling: `1: a` has the name `1`.
public enum YAMLDocument {
    /// Reads the only document of a text in UTF-8.
    ///
    /// - Throws: `YAMLError` at the first fault; a text without a document is one.
    public static func read(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> JSONValue {
        guard bytes.count <= limits.bytes else {
            throw YAMLError("the text is larger than \(limits.bytes) bytes", line: 1, column: 1)
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw YAMLError("the text is not UTF-8", line: 1, column: 1)
        }
        var composer = Composer(limits: limits)
        let events = try YAMLEvents.scan(bytes, limits: limits)
        return try composer.compose(events)
    }
}

/// One event of libyaml, copied.
struct YAMLEvent {
    enum Kind {
        case scalar(String, isPlain: Bool)
        case sequenceStart
        case mappingStart
        case end
    }
    let kind: Kind
    let line: Int
    let column: Int
}

/// Reads all events of a text with libyaml.
enum YAMLEvents {
    static func scan(_ bytes: [UInt8], limits: YAMLLimits) throws(YAMLError) -> [YAMLEvent] {
        var parser = unsafe yaml_parser_t()
        guard unsafe yaml_parser_initialize(&parser) == 1 else {
            throw YAMLError("out of memory", line: 1, column: 1)
        }
        defer { unsafe yaml_parser_delete(&parser) }
        // The parser keeps the address, so the bytes must not move until the last event is read.
        let outcome: Result<[YAMLEvent], YAMLError> = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
            unsafe yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
            do throws(YAMLError) {
                return .success(try unsafe events(&parser, limits, bytes))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    /// The error that stopped the parser.
    ///
    /// libyaml finds an invalid character before it counts lines, so its line and column are counted here.
    private static func problem(_ parser: yaml_parser_t, _ bytes: [UInt8]) -> YAMLError {
        let reason = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "the text is no YAML"
        guard unsafe parser.error == YAML_READER_ERROR else {
            return unsafe YAMLError(
                reason, line: Int(parser.problem_mark.line) + 1, column: Int(parser.problem_mark.column) + 1)
        }
        let before = unsafe bytes.prefix(parser.problem_offset)
        let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        return YAMLError(
            reason, line: before.count { $0 == 0x0a } + 1,
            column: String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1)
    }

    private static func events(
        _ parser: inout yaml_parser_t, _ limits: YAMLLimits, _ bytes: [UInt8]
    ) throws(YAMLError) -> [YAMLEvent] {
        var events: [YAMLEvent] = []
        var depth = 0
        var documents = 0
        var nodes = 0
        while true {
            var raw = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(&parser, &raw) == 1 else {
                throw unsafe problem(parser, bytes)
            }
            defer { unsafe yaml_event_delete(&raw) }
            let line = unsafe Int(raw.start_mark.line) + 1
            let column = unsafe Int(raw.start_mark.column) + 1
            func fault(_ reason: String) -> YAMLError { YAMLError(reason, line: line, column: column) }

            let kind: YAMLEvent.Kind
            switch unsafe raw.type {
            case YAML_STREAM_END_EVENT: return events
            case YAML_DOCUMENT_START_EVENT:
                documents += 1
                guard documents == 1 else { throw fault("only one document is taken") }
                continue
            case YAML_ALIAS_EVENT: throw fault("aliases are not taken")
            case YAML_SCALAR_EVENT:
                let scalar = unsafe raw.data.scalar
                guard unsafe scalar.anchor == nil else { throw fault("anchors are not taken") }
                guard unsafe scalar.tag == nil else { throw fault("tags are not taken") }
                let text = unsafe String(
                    decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
                kind = unsafe .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
            case YAML_SEQUENCE_START_EVENT:
                guard unsafe raw.data.sequence_start.anchor == nil else { throw fault("anchors are not taken") }
                guard unsafe raw.data.sequence_start.tag == nil else { throw fault("tags are not taken") }
                depth += 1
                kind = .sequenceStart
            case YAML_MAPPING_START_EVENT:
                guard unsafe raw.data.mapping_start.anchor == nil else { throw fault("anchors are not taken") }
                guard unsafe raw.data.mapping_start.tag == nil else { throw fault("tags are not taken") }
                depth += 1
                kind = .mappingStart
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
                depth -= 1
                kind = .end
            default: continue
            }
            guard depth <= limits.depth else { throw fault("more than \(limits.depth) levels") }
            if case .end = kind {} else { nodes += 1 }
            guard nodes <= limits.nodes else { throw fault("more than \(limits.nodes) values") }
            events.append(YAMLEvent(kind: kind, line: line, column: column))
        }
    }
}

/// Builds the tree from the events.
private struct Composer {
    let limits: YAMLLimits
    private var index = 0

    init(limits: YAMLLimits) {
        self.limits = limits
    }

    mutating func compose(_ events: [YAMLEvent]) throws(YAMLError) -> JSONValue {
        guard !events.isEmpty else { throw YAMLError("the text holds no document", line: 1, column: 1) }
        return try node(events)
    }

    private mutating func node(_ events: [YAMLEvent]) throws(YAMLError) -> JSONValue {
        let event = events[index]
        index += 1
        switch event.kind {
        case .scalar(let text, let isPlain):
            return isPlain ? try CoreSchema.resolve(text, event) : .string(text)
        case .sequenceStart:
            var elements: [JSONValue] = []
            while case let next = events[index], !next.isEnd { elements.append(try node(events)) }
            index += 1
            return .array(elements)
        case .mappingStart:
            return try mapping(events)
        case .end:
            throw YAMLError("the text is no YAML", line: event.line, column: event.column)
        }
    }

    private mutating func mapping(_ events: [YAMLEvent]) throws(YAMLError) -> JSONValue {
        var members: [JSONValue.Member] = []
        var names: Set<[UInt8]> = []
        while case let next = events[index], !next.isEnd {
            guard case .scalar(let name, _) = next.kind else {
                throw YAMLError("a name has to be a text", line: next.line, column: next.column)
            }
            guard names.insert(Array(name.utf8)).inserted else {
                throw YAMLError("the name stands twice", line: next.line, column: next.column)
            }
            index += 1
            members.append(JSONValue.Member(name, try node(events)))
        }
        index += 1
        return .object(members)
    }
}

extension YAMLEvent {
    fileprivate var isEnd: Bool {
        if case .end = kind { return true }
        return false
    }
}

/// The meaning of plain scalars (YAML 1.2.2, 10.3.2).
private enum CoreSchema {
    static func resolve(_ text: String, _ event: YAMLEvent) throws(YAMLError) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let isInfinite = [".inf", ".Inf", ".INF"].contains(unsigned)
        if isInfinite || [".nan", ".NaN", ".NAN"].contains(text) {
            throw YAMLError("infinities and NaN are not taken", line: event.line, column: event.column)
        }
        return try number(text, event).map(JSONValue.number) ?? .string(text)
    }

    private static func number(_ text: String, _ event: YAMLEvent) throws(YAMLError) -> JSONNumber? {
        for (prefix, radix) in [("0o", 8), ("0x", 16)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(2)
            guard digits.first != "-", digits.first != "+" else { return nil }
            guard !digits.isEmpty, digits.allSatisfy({ $0.isHexDigit && ($0.hexDigitValue ?? radix) < radix }) else {
                return nil
            }
            guard let value = Int64(digits, radix: radix) else {
                throw YAMLError("the number does not fit 64 bits", line: event.line, column: event.column)
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
