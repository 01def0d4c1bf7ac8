/// A web address to which a page may link: `http` or `https`, a host name or an IPv4 address, and optionally a port,
/// path, query and fragment (RFC 3986); no user, no password and no IPv6 address.
public struct WebAddress: Sendable, Equatable {
    private static let others = Set("-._~:/?#@!$&'()*+,;=%".utf8)

    /// The address as it was given.
    public let text: String
    /// The host in lower case, without its port.
    public let host: String
    /// The segments of the path, without empty ones, as they stand there.
    public let path: [String]

    /// Reads an address; nil where it is none.
    public init?(_ text: String) {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix),
            text.utf8.allSatisfy({ Self.isLetterOrDigit($0) || Self.others.contains($0) }), Self.isEncoded(text)
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, Self.isHost(host), parts.count <= 2,
            parts.count == 1 || parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }) && (UInt16(parts[1]) ?? 0) > 0
        else { return nil }
        self.text = text
        self.host = host.lowercased()
        path = rest.dropFirst(authority.count).prefix { !"?#".contains($0) }.split(separator: "/").map(String.init)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }

    private static func isHost(_ host: Substring) -> Bool {
        host.utf8.count <= 253
            && host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy {
                        isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }

    /// True where two hexadecimal digits follow each percent sign.
    private static func isEncoded(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).dropFirst().allSatisfy { part in
            part.prefix(2).count == 2
                && part.prefix(2).allSatisfy { UInt8(String(UnicodeScalar($0)), radix: 16) != nil }
        }
    }
}
