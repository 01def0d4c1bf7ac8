import Glibc
import Reactor
import System
import Testing

@testable import HTTPServer

/// Who gets a port.
@Suite struct HTTPListenerTests {
    @Test func ofTwoThatBeginAtOnceOneGetsThePort() throws {
        let first = try HTTPListener(port: 0)
        // The first one does not listen yet.
        let fault = #expect(throws: SystemError.self) { try HTTPListener(port: first.port) }
        #expect(fault?.isAddressInUse == true)
        withExtendedLifetime(first) {}
    }

    @Test func aPortIsFreeForTheNextProgramWhileConnectionsAreForgotten() throws {
        var listener: HTTPListener? = try HTTPListener(port: 0)
        let port = try #require(listener?.port)
        try listener?.listen()
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe connect(client, raw, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        // The side that closes first remembers the connection for a minute.
        let accepted = accept(try #require(listener).socket.number, nil, nil)
        try #require(accepted >= 0)
        close(accepted)
        listener = nil
        let next = try HTTPListener(port: port)
        try next.listen()
        #expect(next.port == port)
    }
}
