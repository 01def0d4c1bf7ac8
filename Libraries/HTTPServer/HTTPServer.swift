import CLinux
import Glibc
public import Reactor
import Synchronization
public import System

/// A strict HTTP/1.1 server on one reactor.
public final class HTTPServer: Sendable {
    /// Answers a request. Runs on the reactor; what computes for long leaves it. A handler's task is
    /// cancelled when its client resets the connection; one that only stops sending still gets its answer.
    public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    /// Gives the answer to a request without a body where it is at hand, with fields of this answer alone; nil leaves
    /// the request to the handler. Called on the reactor's thread, so it may not wait.
    public typealias QuickHandler = @Sendable (HTTPRequestHead) -> (HTTPCachedAnswer, HTTPFields)?

    private struct State {
        var connections: [ObjectIdentifier: HTTPConnection] = [:]
        var isAccepting = false
    }

    let limits: HTTPLimits
    let handler: Handler
    let quickHandler: QuickHandler
    let refusalResponse: @Sendable (HTTPRefusal) -> HTTPResponse
    private let reactor: Reactor
    private let listener: Descriptor
    private let state = Mutex(State())

    /// The port that is listened on.
    public let port: UInt16

    /// Binds to a port on an address; 0 takes any that is free.
    ///
    /// - Parameters:
    ///   - refusal: the answer to a request that is no HTTP, too large or too slow.
    ///   - quick: what is answered at once.
    ///   - handler: the answer to every other.
    public init(
        on reactor: Reactor, address: String = "127.0.0.1", port: UInt16, limits: HTTPLimits = HTTPLimits(),
        refusal: @escaping @Sendable (HTTPRefusal) -> HTTPResponse, quick: @escaping QuickHandler = { _ in nil },
        handler: @escaping Handler
    ) throws(SystemError) {
        quickHandler = quick
        self.reactor = reactor
        self.limits = limits
        self.handler = handler
        refusalResponse = refusal
        let listener = try Self.listen(address, port)
        self.port = try Self.boundPort(listener)
        self.listener = listener
    }

    private static func listen(_ address: String, _ port: UInt16) throws(SystemError) -> Descriptor {
        let place = "\(address):\(port)"
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError("socket", path: place) }
        let descriptor = Descriptor(owning: number)
        var one: Int32 = 1
        unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        guard unsafe inet_pton(AF_INET, address, &name.sin_addr) == 1 else {
            throw SystemError("listen", path: place, code: EINVAL)
        }
        let outcome = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe bind(number, raw, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else { throw SystemError("listen", path: place) }
        guard Glibc.listen(number, 4096) == 0 else { throw SystemError("listen", path: place) }
        return descriptor
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

    /// Starts to accept connections.
    public func start() async throws(SystemError) {
        state.withLock { $0.isAccepting = true }
        try await Acceptor(server: self, reactor: reactor).start()
    }

    /// Stops accepting, lets requests under way finish within the bound, then closes what is left.
    public func shutDown() async {
        let connections = state.withLock { state in
            state.isAccepting = false
            return Array(state.connections.values)
        }
        for connection in connections { await connection.drain() }
        let deadline = Host.steadyClockMilliseconds() + limits.drainMilliseconds
        while state.withLock({ !$0.connections.isEmpty }), Host.steadyClockMilliseconds() < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
        for connection in state.withLock({ Array($0.connections.values) }) { await connection.close() }
    }

    var isAccepting: Bool { state.withLock(\.isAccepting) }

    func closed(_ connection: HTTPConnection) {
        _ = state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    /// Takes new connections on the reactor and watches everybody's deadlines.
    private actor Acceptor: ReadinessHandler {
        nonisolated let reactor: Reactor
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.asUnownedSerialExecutor() }
        private let server: HTTPServer

        init(server: HTTPServer, reactor: Reactor) {
            self.server = server
            self.reactor = reactor
        }

        func start() throws(SystemError) {
            try reactor.watch(server.listener.number, for: .readable, self)
            reactor.repeatEvery(milliseconds: 250) { [self] in assumeIsolated { $0.tick() } }
        }

        nonisolated func ready(_ readiness: Readiness) {
            assumeIsolated { $0.accept() }
        }

        private func accept() {
            for _ in 0..<64 {
                let number = accept4(
                    server.listener.number, nil, nil, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
                // Out of descriptors: the client waits in the backlog until one is free.
                guard number >= 0 else {
                    // Level-triggered: without a pause the loop would spin until a descriptor is free.
                    if errno != EAGAIN && errno != EINTR && errno != ECONNABORTED { pause(true) }
                    return
                }
                var one: Int32 = 1
                unsafe setsockopt(
                    number, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
                let connection = HTTPConnection(Descriptor(owning: number), server: server, reactor: reactor)
                let isTaken = server.state.withLock { state in
                    guard state.isAccepting, state.connections.count < server.limits.connections else { return false }
                    state.connections[ObjectIdentifier(connection)] = connection
                    return true
                }
                if isTaken {
                    connection.assumeIsolated { $0.start() }
                } else {
                    // The connection owns the descriptor, so it has to outlive the words.
                    defer { withExtendedLifetime(connection) {} }
                    let busy = Array(
                        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                            .utf8)
                    _ = unsafe send(number, busy, busy.count, Int32(MSG_NOSIGNAL))
                }
            }
        }

        private var isPaused = false

        private func pause(_ shall: Bool) {
            guard shall != isPaused else { return }
            isPaused = shall
            try? reactor.change(server.listener.number, to: shall ? [] : .readable)
        }

        private func tick() {
            pause(false)
            let now = Host.steadyClockMilliseconds()
            for connection in server.state.withLock({ Array($0.connections.values) }) {
                connection.assumeIsolated { $0.tick(now) }
            }
        }
    }
}
