import Glibc
import System

extension HTTPConnection {
    /// The network of the other end: an IPv4 address, or the first 64 bits of an IPv6 address, since one household has
    /// all that stands behind them; empty where the client has left.
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
        // After two bytes of the family both kinds have two of the port; an IPv6 address comes after four more.
        switch Int32(name.ss_family) {
        case AF_INET: return Self.network(of: Array(bytes[4..<8]))
        case AF_INET6: return Self.network(of: Array(bytes[8..<24]))
        default: return ""
        }
    }

    /// The network of an address of 4 or 16 bytes. An IPv4 address that is mapped into IPv6 (RFC 4291 2.5.5.2) is itself.
    static func network(of address: [UInt8]) -> String {
        let isMapped = address.count == 16 && address[..<10].allSatisfy { $0 == 0 } && address[10..<12] == [0xff, 0xff]
        let plain = isMapped ? Array(address[12...]) : address
        guard plain.count == 16 else { return plain.map { "\($0)" }.joined(separator: ".") }
        let groups = (0..<4).map { String(UInt16(plain[2 * $0]) << 8 | UInt16(plain[2 * $0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }
}
