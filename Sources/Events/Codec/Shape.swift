/// The shape of a document as data; JSON Schemas and random documents for tests are derived from it.
public indirect enum Shape: Sendable, Equatable {
    /// A string that fits a grammar.
    case text(TextGrammar)
    /// One of these strings.
    case choice([String])
    /// `true` or `false`.
    case bool
    /// A whole number within bounds.
    case integer(ClosedRange<Int64>)
    /// A number of elements of one shape; with `isUnique` no two are equal.
    case list(Shape, ClosedRange<Int>, isUnique: Bool)
    /// An object with these members and no others.
    case object([FieldShape])
}

/// A member of an object.
public struct FieldShape: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The shape of the value.
    public let shape: Shape
    /// False for an optional member.
    public let isRequired: Bool
    /// The content that the member commits to; nil for a public fact.
    public let content: ContentKind?

    init(name: String, shape: Shape, isRequired: Bool, content: ContentKind?) {
        self.name = name
        self.shape = shape
        self.isRequired = isRequired
        self.content = content
    }

    init(committingTo content: ContentKind, isRequired: Bool) {
        self.init(
            name: content.field, shape: .text(.digest), isRequired: isRequired, content: content)
    }
}

/// The grammar of a string, for programs and for schemas.
public struct TextGrammar: Sendable, Equatable {
    /// The name of what is expected, for errors: "an agent id".
    public let name: String
    /// A regular expression (ECMA-262) that the whole string matches; nil where only the length is bounded.
    public let pattern: String?
    /// The smallest and the largest number of characters, where the pattern does not state it.
    public let length: ClosedRange<Int>?
    /// Checks the UTF-8 of a string.
    let accepts: @Sendable (Span<UInt8>) -> Bool

    init(
        _ name: String, pattern: String? = nil, length: ClosedRange<Int>? = nil,
        accepts: @escaping @Sendable (Span<UInt8>) -> Bool
    ) {
        self.name = name
        self.pattern = pattern
        self.length = length
        self.accepts = accepts
    }

    /// Two grammars are equal where a schema describes both the same way.
    public static func == (left: TextGrammar, right: TextGrammar) -> Bool {
        left.pattern == right.pattern && left.length == right.length
    }
}
