import Glibc
import System

extension HTTPConnection {
    /// The address of the other end; empty where there is none any more.
    func remoteAddress() -> String {
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = descriptor.number
        let outcome = unsafe withUnsafeMutablePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe getpeername(number, raw, &length)
            }
        }
        guard outcome == 0, name.sin_family == sa_family_t(AF_INET) else { return "" }
        let address = UInt32(bigEndian: name.sin_addr.s_addr)
        return [24, 16, 8, 0].map { "\(address >> UInt32($0) & 0xff)" }.joined(separator: ".")
    }
}
