/// A web address to which a page may link: `http` or `https`, a host name or an IPv4 address, and optionally a port,
/// path, query and fragment (RFC 3986); no user, no password and no IPv6 address.
public struct WebAddress: Sendable, Equatable {
    /// The address as it was given.
    public let text: String
    /// The host in lower case, without its port.
    public let host: String
    /// The segments of the path, without empty ones, as they stand there.
    public let path: [String]

    /// Reads an address; nil where it is none.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let scheme = Self.schemes.first(where: { bytes.starts(with: $0) }), Self.isSpelled(bytes) else {
            return nil
        }
        let authority = bytes[scheme.count...].prefix { !Self.endsAuthority($0) }
        let host = authority.prefix { $0 != UInt8(ascii: ":") }
        guard Self.isHost(host), host.count == authority.count || Self.isPort(authority[host.endIndex...].dropFirst())
        else { return nil }
        self.text = text
        self.host = String(decoding: host.map(Self.lowercased), as: UTF8.self)
        path = bytes[authority.endIndex...].prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            .split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    }

    private static let schemes = ["https://", "http://"].map { Array($0.utf8) }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte + 0x20 : byte }

    /// True where all characters may stand in an address, and two hexadecimal digits follow each percent sign.
    private static func isSpelled(_ bytes: [UInt8]) -> Bool {
        for (index, byte) in bytes.enumerated() where !isLetterOrDigit(byte) {
            switch byte {
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.count, isHexadecimal(bytes[index + 1]), isHexadecimal(bytes[index + 2]) else {
                    return false
                }
            // - . _ ~ : / ? # @ ! $ & ' ( ) * + , ; =
            case 0x2d, 0x2e, 0x5f, 0x7e, 0x3a, 0x2f, 0x3f, 0x23, 0x40, 0x21, 0x24, 0x26...0x2c, 0x3b, 0x3d: continue
            default: return false
            }
        }
        return true
    }

    private static func isHost(_ host: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return host.count <= 253
            && host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                    && label.allSatisfy { isLetterOrDigit($0) || $0 == hyphen || $0 == UInt8(ascii: "_") }
            }
    }

    private static func isPort(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.allSatisfy(isDigit) && UInt16(String(decoding: digits, as: UTF8.self)).map { $0 > 0 } == true
    }
}
