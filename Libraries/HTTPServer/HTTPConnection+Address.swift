import Glibc
import System

extension HTTPConnection {
    static func peer(of descriptor: borrowing Descriptor) -> IPAddress? {
        var name = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = descriptor.number
        let outcome = unsafe withUnsafeMutablePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe getpeername(number, raw, &length)
            }
        }
        guard outcome == 0 else { return nil }
        let bytes = unsafe withUnsafeBytes(of: &name) { unsafe Array($0) }
        // The address family and the port take two bytes each; in IPv6 four bytes of flow information follow.
        return switch Int32(name.ss_family) {
        case AF_INET: IPAddress(bytes: Array(bytes[4..<8]))
        case AF_INET6: IPAddress(bytes: Array(bytes[8..<24]))
        default: nil
        }
    }
}
