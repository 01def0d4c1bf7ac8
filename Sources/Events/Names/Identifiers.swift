import Crypto
import Text

/// An opaque id: 128 random bits as 32 lower-case hexadecimal digits.
///
/// It tells neither whom it stands for nor when it was made. `Kind` keeps ids of different things apart.
public struct Identifier<Kind>: Sendable, Hashable, Comparable, CustomStringConvertible {
    // The 16 bytes as big-endian words, so that an id needs no allocation.
    private let high: UInt64
    private let low: UInt64

    /// Creates an id from 16 random bytes; traps for another count.
    public init(random bytes: [UInt8]) {
        precondition(bytes.count == 16, "an id is 16 bytes")
        (high, low) = bigEndian(bytes)
    }

    /// Parses 32 lower-case hexadecimal digits; nil for anything else.
    public init?(_ hex: String) {
        self.init(utf8: hex.utf8Span.span)
    }

    /// Creates an id from its 16 bytes as two big-endian words.
    public init(words high: UInt64, _ low: UInt64) { (self.high, self.low) = (high, low) }

    init?(utf8 hex: Span<UInt8>) {
        guard hex.count == 32, let high = Hex.word(hex, at: 0), let low = Hex.word(hex, at: 16) else { return nil }
        (self.high, self.low) = (high, low)
    }

    /// Orders by the digits.
    public static func < (left: Identifier<Kind>, right: Identifier<Kind>) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// The 32 lower-case hexadecimal digits.
    public var hex: String { text(32, write) }
    public var description: String { hex }

    /// The 16 bytes as two big-endian words.
    public var words: (high: UInt64, low: UInt64) { (high, low) }

    /// Writes the 32 digits from `index` on.
    func write(_ text: inout MutableSpan<UInt8>, at index: Int) {
        Hex.write(high, &text, at: index)
        Hex.write(low, &text, at: index + 16)
    }
}

/// The kinds of ids.
public enum IdentifierKind {
    /// A log.
    public enum Log {}
    /// A person, an organisation or a service.
    public enum Person {}
    /// A credential.
    public enum Token {}
    /// A claim on a user name.
    public enum Username {}
    /// A flag.
    public enum Flag {}
    /// A reader of one agent within one day.
    public enum Reader {}
    /// A key under which day tokens are made.
    public enum ReaderDomain {}
    /// A case that moderators work on.
    public enum Case {}
    /// An offer of a role; no entry names it.
    public enum Invitation {}
}

/// The id of a log.
public typealias LogID = Identifier<IdentifierKind.Log>
/// The id of a person, an organisation or a service.
public typealias PersonID = Identifier<IdentifierKind.Person>
/// The id of a credential.
public typealias TokenID = Identifier<IdentifierKind.Token>
/// The random id of a user name.
public typealias UsernameID = Identifier<IdentifierKind.Username>
/// The random id of a flag, which hides its reporter.
public typealias FlagID = Identifier<IdentifierKind.Flag>
/// The token of a reader of one agent within one day: the first half of an HMAC under that day's key.
public typealias DayToken = Identifier<IdentifierKind.Reader>
/// The id of the key under which a day's tokens were made; tokens of two domains can't be compared.
public typealias ReaderDomain = Identifier<IdentifierKind.ReaderDomain>
/// The id of a case, which the actions of moderators about one matter share.
public typealias CaseID = Identifier<IdentifierKind.Case>
/// The id that an offer of a role is answered by; no entry names it.
public typealias InvitationID = Identifier<IdentifierKind.Invitation>

/// A UUID of version 7 (RFC 9562 5.7) in lower case: the id of an entry or of a request.
public struct UUIDv7: Sendable, Hashable, CustomStringConvertible {
    // The 16 bytes as big-endian words.
    private let high: UInt64
    private let low: UInt64

    /// Creates an id from a time and ten random bytes; traps for another count.
    public init(milliseconds: Int64, random: [UInt8]) {
        precondition(random.count == 10, "a UUIDv7 takes ten random bytes")
        var bytes = (0..<6).reversed().map { UInt8(truncatingIfNeeded: milliseconds >> ($0 * 8)) } + random
        bytes[6] = 0x70 | bytes[6] & 0x0f
        bytes[8] = 0x80 | bytes[8] & 0x3f
        (high, low) = bigEndian(bytes)
    }

    /// Parses a UUIDv7 in lower case; nil for any other form or version.
    public init?(_ text: String) {
        self.init(utf8: text.utf8Span.span)
    }

    init?(utf8 text: Span<UInt8>) {
        let dash = UInt8(ascii: "-")
        guard text.count == 36, text[8] == dash, text[13] == dash, text[18] == dash, text[23] == dash,
            let first = text.word(at: 0), let second = text.word(at: 9), let third = text.word(at: 14),
            let fourth = text.word(at: 19), let fifth = text.word(at: 24), let last = text.word(at: 28),
            let high = Hex.word(first, second & 0xffff_ffff | third << 32),
            let low = Hex.word(fourth & 0xffff_ffff | fifth << 32, last), high & 0xf000 == 0x7000, low >> 62 == 0b10
        else { return nil }
        (self.high, self.low) = (high, low)
    }

    /// The 36 characters.
    public var description: String { text(36, write) }

    /// Writes the 36 characters from `index` on.
    func write(_ text: inout MutableSpan<UInt8>, at index: Int) {
        // Each store writes eight bytes; the surplus ones are overwritten by the next store.
        let middle = Hex.digits(of: UInt32(truncatingIfNeeded: high))
        let fourth = Hex.digits(of: UInt32(truncatingIfNeeded: low >> 32))
        let dash = UInt64(UInt8(ascii: "-"))
        text.store(Hex.digits(of: UInt32(truncatingIfNeeded: high >> 32)), at: index)
        text.store(dash | middle << 8, at: index + 8)
        text.store(dash | (middle >> 32) << 8, at: index + 13)
        text.store(dash | fourth << 8, at: index + 18)
        text.store(dash | (fourth >> 32) << 8, at: index + 23)
        text.store(Hex.digits(of: UInt32(truncatingIfNeeded: low)), at: index + 28)
    }
}

private func bigEndian(_ bytes: [UInt8]) -> (high: UInt64, low: UInt64) {
    (bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, bytes[8...].reduce(0) { $0 << 8 | UInt64($1) })
}

/// The position of an entry in the log, from 0, without gaps; also its leaf index in transparency proofs.
public struct Position: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number.
    public let value: Int64

    /// Creates a position; traps for a negative number.
    public init(_ value: Int64) {
        precondition(value >= 0, "a position is never negative")
        self.value = value
    }

    /// Orders by place in the log.
    public static func < (left: Position, right: Position) -> Bool { left.value < right.value }
    /// The position after this one.
    public var next: Position { Position(value + 1) }
    public var description: String { String(value) }
}

/// The rank of an entry within its stream, from 1; 0 stands for a stream that does not exist.
public struct StreamVersion: Sendable, Hashable, Comparable {
    /// The number.
    public let value: Int64

    /// Creates a version; traps for a negative number.
    public init(_ value: Int64) {
        precondition(value >= 0, "a stream version is never negative")
        self.value = value
    }

    /// The version of a stream without entries.
    public static let none = StreamVersion(0)
    /// Orders by place in the stream.
    public static func < (left: StreamVersion, right: StreamVersion) -> Bool { left.value < right.value }
}
