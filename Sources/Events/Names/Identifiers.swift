import Crypto
import Text

/// An opaque id: 128 random bits as 32 lower-case hexadecimal digits.
///
/// It says nothing about whom it stands for, nor when that came to be.
public struct Identifier<Kind>: Sendable, Hashable, Comparable, CustomStringConvertible {
    // The 16 bytes, big-endian, so that an id costs no allocation.
    private let high: UInt64
    private let low: UInt64

    /// Wraps 16 random bytes.
    public init(random bytes: [UInt8]) {
        precondition(bytes.count == 16, "an id is 16 bytes")
        (high, low) = bigEndian(bytes)
    }

    /// Reads 32 lower-case digits; nil for anything else.
    public init?(_ hex: String) {
        self.init(utf8: hex.utf8Span.span)
    }

    init?(utf8 hex: Span<UInt8>) {
        guard hex.count == 32, let high = Hex.word(hex, at: 0), let low = Hex.word(hex, at: 16) else { return nil }
        (self.high, self.low) = (high, low)
    }

    /// Orders by the digits.
    public static func < (left: Identifier<Kind>, right: Identifier<Kind>) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// The 32 digits.
    public var hex: String { text(32, write) }
    public var description: String { hex }

    /// Stores the 32 digits from `index` on.
    func write(_ text: inout MutableSpan<UInt8>, at index: Int) {
        Hex.write(high, &text, at: index)
        Hex.write(low, &text, at: index + 16)
    }
}

/// What an id stands for.
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
    /// A key of day tokens.
    public enum ReaderDomain {}
    /// A matter that moderators look into.
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
/// The id that stands for a user name.
public typealias UsernameID = Identifier<IdentifierKind.Username>
/// The id that stands for a flag and hides its reporter.
public typealias FlagID = Identifier<IdentifierKind.Flag>
/// What stands for a reader of one agent within one day: the first half of an HMAC under that day's key.
public typealias DayToken = Identifier<IdentifierKind.Reader>
/// The id that stands for the key which a day's tokens were made under: tokens of two domains can't be compared.
public typealias ReaderDomain = Identifier<IdentifierKind.ReaderDomain>
/// The id that ties together what moderators did about one matter.
public typealias CaseID = Identifier<IdentifierKind.Case>
/// The id that an offer of a role is answered by; no entry names it.
public typealias InvitationID = Identifier<IdentifierKind.Invitation>

/// A UUID of version 7 (RFC 9562 5.7) in lower case: the id of an entry or of a request.
public struct UUIDv7: Sendable, Hashable, CustomStringConvertible {
    // The 16 bytes, big-endian.
    private let high: UInt64
    private let low: UInt64

    /// Puts one together from a time and ten random bytes.
    public init(milliseconds: Int64, random: [UInt8]) {
        precondition(random.count == 10, "a UUIDv7 takes ten random bytes")
        var bytes = (0..<6).reversed().map { UInt8(truncatingIfNeeded: milliseconds >> ($0 * 8)) } + random
        bytes[6] = 0x70 | bytes[6] & 0x0f
        bytes[8] = 0x80 | bytes[8] & 0x3f
        (high, low) = bigEndian(bytes)
    }

    /// Reads one; nil for any other form or version.
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

    /// Stores the 36 characters from `index` on.
    func write(_ text: inout MutableSpan<UInt8>, at index: Int) {
        // Four digits and what follows are stored at a time, and what was stored too much is written over.
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

/// Where an entry stands in the log, from 0, without gaps. Also the leaf index of transparency proofs.
public struct Position: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number.
    public let value: Int64

    /// Wraps a number, which is never negative.
    public init(_ value: Int64) {
        precondition(value >= 0, "a position is never negative")
        self.value = value
    }

    /// Orders as the log does.
    public static func < (left: Position, right: Position) -> Bool { left.value < right.value }
    /// The position after this one.
    public var next: Position { Position(value + 1) }
    public var description: String { String(value) }
}

/// The rank of an entry within its stream, from 1; 0 stands for a stream that does not exist.
public struct StreamVersion: Sendable, Hashable, Comparable {
    /// The number.
    public let value: Int64

    /// Wraps a number, which is never negative.
    public init(_ value: Int64) {
        precondition(value >= 0, "a stream version is never negative")
        self.value = value
    }

    /// A stream that has no entry.
    public static let none = StreamVersion(0)
    /// Orders as the stream does.
    public static func < (left: StreamVersion, right: StreamVersion) -> Bool { left.value < right.value }
}
