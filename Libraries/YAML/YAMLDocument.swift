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
    /// The number of nested collections.
    public var depth = 32
    /// The number of values and names at all levels together.
    public var nodes = 16_384

    /// The default limits, which suit a manifest.
    public init() {}
}

/// Reads one YAML document as the values that JSON has.
///
/// It reads a subset of YAML 1.2.2, and what it reads has the value that YAML 1.2.2 says: block and flow collections,
/// plain, quoted and block scalars, comments. Plain scalars are interpreted by the core schema (10.3): `no` is a string and
/// `012` is twelve. Refused are, with line and column: anchors, aliases, tags, directives, a second document, names that
/// are missing, that occur twice or that are collections, pairs in flow sequences, tabs that indent, characters that are
/// not printable, infinities and NaN, and octal or hexadecimal numbers beyond 64 bits. Names keep their spelling: `1: a`
/// has the name `1`.
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
        var reader = YAMLReader(try YAMLText(bytes), limits: limits)
        return try reader.document()
    }
}
