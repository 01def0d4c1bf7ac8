/// A user name: 2 to 39 characters of `[A-Za-z0-9_-]`, the first and the last one a letter or digit. It is not of the form
/// of an id: 32 hexadecimal digits.
public struct Username: Sendable, Hashable, CustomStringConvertible {
    /// The name in its owner's spelling.
    public let description: String

    /// Parses a name; nil where it does not fit the grammar.
    public init?(_ text: String) {
        // The same grammar as an agent's id without a dot, so that names and ids fold alike.
        guard (2...39).contains(text.utf8.count), !text.utf8.contains(UInt8(ascii: ".")), AgentID(text) != nil,
            PersonID(text.lowercased()) == nil
        else {
            return nil
        }
        description = text
    }

    /// The folded name, which two spellings of one name share: lower case, each run of `-` and `_` as one `-`.
    public var folded: String { AgentID(description)?.key.description ?? description }
}
