import CLinux
import Glibc
public import System

/// A bound TCP socket for an `HTTPServer`.
///
/// A program can open it before it creates the server, for example before it gives up root rights. The system refuses
/// connections until the server starts.
public final class HTTPListener: Sendable {
    let socket: Descriptor

    /// The port.
    public let port: UInt16

    /// Binds to a port.
    ///
    /// - Parameters:
    ///   - address: an IPv4 address.
    ///   - port: 0 lets the system choose a free port.
    /// - Throws: `SystemError` where the address is invalid or in use.
    public init(address: String = "127.0.0.1", port: UInt16) throws(SystemError) {
        let socket = try Self.bound(address, port)
        self.port = try Self.boundPort(socket)
        self.socket = socket
    }

    private static func bound(_ address: String, _ port: UInt16) throws(SystemError) -> Descriptor {
        let place = "\(address):\(port)"
        let number = Glibc.socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError("socket", path: place) }
        let descriptor = Descriptor(owning: number)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        guard unsafe inet_pton(AF_INET, address, &name.sin_addr) == 1 else {
            throw SystemError("listen", path: place, code: EINVAL)
        }
        func bound() -> Bool {
            unsafe withUnsafePointer(to: &name) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    unsafe bind(number, raw, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
        // With SO_REUSEADDR, two sockets can be bound to one port as long as neither listens (socket(7)), so two
        // programs that start at once would both get it. The first attempt goes without it; the second is for a port
        // that only connections of an ended program still hold.
        if bound() { return descriptor }
        guard errno == EADDRINUSE else { throw SystemError("listen", path: place) }
        share(number, true)
        guard bound() else { throw SystemError("listen", path: place) }
        share(number, false)
        return descriptor
    }

    private static func share(_ socket: Int32, _ isShared: Bool) {
        var value: Int32 = isShared ? 1 : 0
        unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    func listen() throws(SystemError) {
        // Connections inherit it, so that the next program can have the port while they are forgotten.
        Self.share(socket.number, true)
        guard Glibc.listen(socket.number, 4096) == 0 else { throw SystemError("listen", path: "port \(port)") }
    }

    private static func boundPort(_ listener: borrowing Descriptor) throws(SystemError) -> UInt16 {
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = listener.number
        let outcome = unsafe withUnsafeMutablePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe getsockname(number, raw, &length)
            }
        }
        guard outcome == 0 else { throw SystemError("getsockname") }
        return UInt16(bigEndian: name.sin_port)
    }
}
