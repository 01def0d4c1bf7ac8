/// What a document holds, as data: what a JSON Schema says of it follows, and so do random documents for tests.
public indirect enum Shape: Sendable, Equatable {
    /// A text of a grammar.
    case text(TextGrammar)
    /// One of these texts.
    case choice([String])
    /// `true` or `false`.
    case bool
    /// A whole number within bounds.
    case integer(ClosedRange<Int64>)
    /// So many elements of one shape; `isUnique` where none stands twice.
    case list(Shape, ClosedRange<Int>, isUnique: Bool)
    /// An object with these members and no others.
    case object([FieldShape])
}

/// A member of an object.
public struct FieldShape: Sendable, Equatable {
    /// The name.
    public let name: String
    /// What stands there.
    public let shape: Shape
    /// False where it may be absent.
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

/// A text that can be told right or wrong by itself, for programs and for schemas.
public struct TextGrammar: Sendable, Equatable {
    /// What it is, for errors.
    public let name: String
    /// A regular expression (ECMA-262) that the whole text matches; nil where its length is all that is said.
    public let pattern: String?
    /// The fewest and the most characters, where the pattern does not say it.
    public let length: ClosedRange<Int>?
    /// Decides over the UTF-8 of a text.
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

    /// Equal where a schema says the same of both.
    public static func == (left: TextGrammar, right: TextGrammar) -> Bool {
        left.pattern == right.pattern && left.length == right.length
    }
}
