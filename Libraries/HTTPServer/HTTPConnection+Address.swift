import Glibc
import System

extension HTTPConnection {
    /// The network of the client: an IPv4 address, or the /64 of an IPv6 address; empty where the client has left.
    ///
    /// A household or a site usually gets a whole /64, so rate limits count all its addresses as one.
    func remoteNetwork() -> String {
        var name = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = descriptor.number
        let outcome = unsafe withUnsafeMutablePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe getpeername(number, raw, &length)
            }
        }
        guard outcome == 0 else { return "" }
        let bytes = unsafe withUnsafeBytes(of: &name) { unsafe Array($0) }
        // The address family and the port take two bytes each; in IPv6 four bytes of flow information follow.
        switch Int32(name.ss_family) {
        case AF_INET: return Self.network(of: Array(bytes[4..<8]))
        case AF_INET6: return Self.network(of: Array(bytes[8..<24]))
        default: return ""
        }
    }

    /// The network of an address of 4 or 16 bytes.
    ///
    /// An IPv4 address that is mapped into IPv6 (RFC 4291 2.5.5.2) counts as IPv4.
    static func network(of address: [UInt8]) -> String {
        let isMapped = address.count == 16 && address[..<10].allSatisfy { $0 == 0 } && address[10..<12] == [0xff, 0xff]
        let plain = isMapped ? Array(address[12...]) : address
        guard plain.count == 16 else { return plain.map { "\($0)" }.joined(separator: ".") }
        let groups = (0..<4).map { String(UInt16(plain[2 * $0]) << 8 | UInt16(plain[2 * $0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }
}
