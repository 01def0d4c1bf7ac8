/// A user name: 2 to 39 of `[A-Za-z0-9_-]`, the first and the last a letter or digit.
public struct Username: Sendable, Hashable, CustomStringConvertible {
    /// As its owner spells it.
    public let description: String

    /// Reads a name; nil where it breaks the grammar.
    public init?(_ text: String) {
        // An agent's id without a dot has the same grammar, so that names and ids fold alike.
        guard (2...39).contains(text.utf8.count), !text.utf8.contains(UInt8(ascii: ".")), AgentID(text) != nil else {
            return nil
        }
        description = text
    }

    /// What makes two spellings one name: lower case, each run of `-` and `_` as one `-`.
    public var folded: String { AgentID(description)?.key.description ?? description }
}
