/// The id of an agent in its registered spelling.
///
/// It has 1 to 128 characters of `[A-Za-z0-9_.-]` and begins and ends with a letter or digit. Beside a dot there is
/// always a letter or digit.
public struct AgentID: Sendable, Hashable, CustomStringConvertible {
    /// The spelling.
    public let description: String

    /// Parses an id; nil where it does not fit the grammar.
    public init?(_ text: String) {
        guard Self.isSound(text.utf8Span.span) else { return nil }
        description = text
    }

    init?(utf8 text: Span<UInt8>) {
        guard Self.isSound(text) else { return nil }
        description = String(ascii: text)
    }

    fileprivate static func isSound(_ text: Span<UInt8>) -> Bool {
        guard (1...128).contains(text.count) else { return false }
        // The byte before tells what may follow; a `.` stands for the beginning, since the same bytes may follow both.
        var previous = UInt8(ascii: ".")
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "."): guard isLetterOrDigit(previous) else { return false }
            case UInt8(ascii: "-"), UInt8(ascii: "_"): guard previous != UInt8(ascii: ".") else { return false }
            default: guard isLetterOrDigit(byte) else { return false }
            }
            previous = byte
        }
        return isLetterOrDigit(previous)
    }

    /// The key of the agent, which all spellings of its id share.
    public var key: AgentKey { AgentKey(of: self) }
}

/// The identity of an agent: its id in lower case, each run of `-` and `_` as one `-`.
///
/// `My_Tool` and `my--tool` have the key `my-tool`, so they name the same agent.
public struct AgentKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The spelling of the key.
    public let description: String

    fileprivate init(of id: AgentID) {
        var key: [UInt8] = []
        for byte in id.description.utf8 {
            switch byte {
            case UInt8(ascii: "-"), UInt8(ascii: "_"):
                if key.last != UInt8(ascii: "-") { key.append(UInt8(ascii: "-")) }
            case 0x41...0x5a: key.append(byte + 0x20)
            default: key.append(byte)
            }
        }
        description = String(decoding: key, as: UTF8.self)
    }

    /// Parses a key; nil where it is not the key of an id.
    public init?(_ text: String) {
        guard Self.isSound(text.utf8Span.span) else { return nil }
        description = text
    }

    init?(utf8 text: Span<UInt8>) {
        guard Self.isSound(text) else { return nil }
        description = String(ascii: text)
    }

    /// The grammar of ids without capitals and `_`, and without `--`.
    fileprivate static func isSound(_ text: Span<UInt8>) -> Bool {
        guard AgentID.isSound(text) else { return false }
        var previous = UInt8(ascii: ".")
        for index in text.indices {
            let byte = text[index]
            if (0x41...0x5a).contains(byte) || byte == UInt8(ascii: "_") { return false }
            if byte == UInt8(ascii: "-"), previous == byte { return false }
            previous = byte
        }
        return true
    }

    /// Orders by spelling.
    public static func < (left: AgentKey, right: AgentKey) -> Bool { left.description < right.description }

    /// The part before the first dot; nil where there is no dot.
    public var namespace: Namespace? {
        guard let dot = description.firstIndex(of: ".") else { return nil }
        return Namespace(String(description[..<dot]))
    }
}

/// The part of an agent's key before the first dot.
public struct Namespace: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Orders by spelling.
    public static func < (left: Namespace, right: Namespace) -> Bool { left.description < right.description }

    /// Parses a namespace; nil where the text can't be the part of a key before a dot.
    public init?(_ text: String) {
        self.init(utf8: text.utf8Span.span)
    }

    init?(utf8 text: Span<UInt8>) {
        for index in text.indices where text[index] == UInt8(ascii: ".") { return nil }
        guard AgentKey.isSound(text) else { return nil }
        description = String(ascii: text)
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: false
    }
}
