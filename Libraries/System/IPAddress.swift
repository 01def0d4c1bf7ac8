import Glibc

/// An IPv4 or IPv6 address. An IPv4 address that is mapped into IPv6 (RFC 4291 2.5.5.2) counts as IPv4.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The 4 or 16 bytes in network order.
    public let bytes: [UInt8]

    /// Takes the bytes of an address; nil where they are not 4 or 16.
    public init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self.bytes = bytes
        case 16:
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10..<12] == [0xff, 0xff]
            self.bytes = isMapped ? Array(bytes[12...]) : bytes
        default: return nil
        }
    }

    /// Parses four decimal numbers (`192.0.2.1`) or an IPv6 address without a zone (RFC 4291 2.2).
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        let isVersion6 = text.contains(":")
        var bytes = [UInt8](repeating: 0, count: isVersion6 ? 16 : 4)
        guard unsafe inet_pton(isVersion6 ? AF_INET6 : AF_INET, String(text), &bytes) == 1 else { return nil }
        self.init(bytes: bytes)
    }

    /// True for 127.0.0.0/8 and ::1.
    public var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// The network by which clients are told apart: an IPv4 address itself, and the /64 of an IPv6 address, since a
    /// household or a site usually gets a whole /64.
    public var network: IPNetwork { IPNetwork(self, prefix: bytes.count == 4 ? 32 : 64) }

    /// The usual spelling; of IPv6 the one of RFC 5952.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard unsafe inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// A network of addresses (CIDR, RFC 4632).
public struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    /// The first address of the network.
    public let first: IPAddress
    /// The number of leading bits that all its addresses share.
    public let prefix: Int

    /// The network of an address; `prefix` is at most the number of the address's bits.
    init(_ address: IPAddress, prefix: Int) {
        let bytes = address.bytes.enumerated().map { index, byte in
            byte & UInt8(truncatingIfNeeded: 0xff00 >> max(0, min(8, prefix - 8 * index)))
        }
        // The mask keeps the number of bytes. It can't make a mapped address: that needs a prefix of 96 bits or more,
        // and then the address itself would be mapped, which `IPAddress` stores as IPv4.
        first = IPAddress(bytes: bytes) ?? address
        self.prefix = prefix
    }

    /// Parses an address with the length of a prefix, such as `10.0.0.0/8`, or an address alone. Nil also where bits
    /// behind the prefix are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let bits = 8 * address.bytes.count
        var prefix = bits
        if parts.count == 2 {
            guard let number = Int(parts[1]), (0...bits).contains(number), "\(number)" == parts[1] else { return nil }
            prefix = number
        }
        self.init(address, prefix: prefix)
        guard first == address else { return nil }
    }

    /// True where the address lies in the network.
    public func contains(_ address: IPAddress) -> Bool {
        address.bytes.count == first.bytes.count && IPNetwork(address, prefix: prefix).first == first
    }

    /// The address alone where the network has one address, else with the length of the prefix.
    public var description: String {
        prefix == 8 * first.bytes.count ? first.description : "\(first)/\(prefix)"
    }
}
