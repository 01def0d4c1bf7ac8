import Crypto

/// An opaque id: 128 random bits as 32 lower-case hexadecimal digits.
///
/// It says nothing about whom it stands for, nor when that came to be.
public struct Identifier<Kind>: Sendable, Hashable, CustomStringConvertible {
    /// The 32 digits.
    public let hex: String

    /// Wraps 16 random bytes.
    public init(random bytes: [UInt8]) {
        precondition(bytes.count == 16, "an id is 16 bytes")
        hex = Hex.encode(bytes)
    }

    /// Reads 32 lower-case digits; nil for anything else.
    public init?(_ hex: String) {
        guard hex.utf8.count == 32, Hex.isHex(hex) else { return nil }
        self.hex = hex
    }

    public var description: String { hex }
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
}

/// The id of a log.
public typealias LogID = Identifier<IdentifierKind.Log>
/// The id of a person, an organisation or a service.
public typealias PersonID = Identifier<IdentifierKind.Person>
/// The id of a credential.
public typealias TokenID = Identifier<IdentifierKind.Token>
/// The id that stands for a user name.
public typealias UsernameID = Identifier<IdentifierKind.Username>

/// A UUID of version 7 (RFC 9562 5.7) in lower case: the id of an entry or of a request.
public struct UUIDv7: Sendable, Hashable, CustomStringConvertible {
    /// The 36 characters.
    public let description: String

    /// Puts one together from a time and ten random bytes.
    public init(milliseconds: Int64, random: [UInt8]) {
        precondition(random.count == 10, "a UUIDv7 takes ten random bytes")
        var bytes = (0..<6).reversed().map { UInt8(truncatingIfNeeded: milliseconds >> ($0 * 8)) } + random
        bytes[6] = 0x70 | bytes[6] & 0x0f
        bytes[8] = 0x80 | bytes[8] & 0x3f
        let digits = Array(Hex.encode(bytes))
        description = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    /// Reads one; nil for any other form or version.
    public init?(_ text: String) {
        guard text.utf8.count == 36 else { return nil }
        var index = 0
        for byte in text.utf8 {
            let isSound =
                switch index {
                case 8, 13, 18, 23: byte == UInt8(ascii: "-")
                case 14: byte == UInt8(ascii: "7")
                case 19: byte == 0x38 || byte == 0x39 || byte == 0x61 || byte == 0x62
                default: Hex.value(byte) != nil
                }
            guard isSound else { return nil }
            index += 1
        }
        description = text
    }
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
