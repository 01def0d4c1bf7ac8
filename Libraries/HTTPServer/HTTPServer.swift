import CLinux
import Glibc
public import Reactor
import Synchronization
public import System

/// A strict HTTP/1.1 server on one reactor (RFC 9110, RFC 9112).
///
/// All connections run on the reactor's thread. `HTTPLimits` bounds every request, and each connection has deadlines,
/// so that a slow client can't hold resources for long. It listens on IPv4 and speaks no TLS.
///
///     let server = try HTTPServer(on: reactor, port: 8080, refusal: answerToRefusal) { request in
///         HTTPResponse(status: 200, body: .bytes(Array("hello\n".utf8)))
///     }
///     try await server.start()
public final class HTTPServer: Sendable {
    /// Answers a request.
    ///
    /// It runs on the reactor, so long computations and blocking calls have to move to a `Worker`. Its task is
    /// cancelled when the client resets the connection; a client that only stops sending still gets its answer.
    public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    /// Returns the cached answer to a request without a body, and the fields of this one answer; nil leaves the request
    /// to the handler.
    ///
    /// The server calls it on the reactor's thread, so it must not block.
    public typealias QuickHandler = @Sendable (HTTPRequestHead) -> (HTTPCachedAnswer, HTTPFields)?

    private struct State {
        var connections: [ObjectIdentifier: HTTPConnection] = [:]
        var ofAddress: [IPNetwork: Int] = [:]
        var waiting = HTTPWaiting<ObjectIdentifier>()
        /// Connections that were idle at the last look-up, the longest idle first; ids, since a reference would keep a
        /// closed connection alive.
        var idle: ArraySlice<ObjectIdentifier> = []
        /// Addresses without a connection in `idle`; they are not searched again before the next look-up.
        var withoutIdle: Set<IPNetwork> = []
        var idleLookedUp: Int64 = .min
        var takenSinceLookUp = 0
        var isAccepting = false
    }

    let limits: HTTPLimits
    let handler: Handler
    let quickHandler: QuickHandler
    let refusalResponse: @Sendable (HTTPRefusal) -> HTTPResponse
    private let reactor: Reactor
    private let listener: HTTPListener
    private let state = Mutex(State())

    /// The port that the server listens on.
    public var port: UInt16 { listener.port }

    /// Creates a server on a port of 127.0.0.1; the system refuses connections until `start`.
    ///
    /// - Throws: `SystemError` where the port is in use or this process may not bind it.
    public convenience init(
        on reactor: Reactor, port: UInt16, limits: HTTPLimits = HTTPLimits(),
        refusal: @escaping @Sendable (HTTPRefusal) -> HTTPResponse, quick: @escaping QuickHandler = { _ in nil },
        handler: @escaping Handler
    ) throws(SystemError) {
        let listener = try HTTPListener(port: port)
        self.init(on: reactor, listener, limits: limits, refusal: refusal, quick: quick, handler: handler)
    }

    /// Creates a server; connections are refused until `start`.
    ///
    /// - Parameters:
    ///   - reactor: the event loop that all connections run on.
    ///   - listener: where it listens.
    ///   - limits: the bounds of requests and connections.
    ///   - refusal: the answer to a request whose head is malformed, too large or too slow. A fault in a body does not
    ///     come here: the handler gets it from `HTTPBody/next()`.
    ///   - quick: looks for a cached answer before the handler is called.
    ///   - handler: answers all other requests.
    public init(
        on reactor: Reactor, _ listener: HTTPListener, limits: HTTPLimits = HTTPLimits(),
        refusal: @escaping @Sendable (HTTPRefusal) -> HTTPResponse, quick: @escaping QuickHandler = { _ in nil },
        handler: @escaping Handler
    ) {
        quickHandler = quick
        self.reactor = reactor
        self.limits = limits
        self.handler = handler
        refusalResponse = refusal
        self.listener = listener
    }

    /// Starts to accept connections.
    public func start() async throws(SystemError) {
        try listener.listen()
        state.withLock { $0.isAccepting = true }
        try await Acceptor(server: self, reactor: reactor).start()
    }

    /// Stops the server: answers new connections with 503, lets current requests finish, then closes all connections.
    ///
    /// It returns after at most about `HTTPLimits/drainMilliseconds`. Handlers of connections that it closes are
    /// cancelled.
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

    /// The connections that are open.
    public var openConnections: Int { state.withLock(\.connections.count) }

    var isAccepting: Bool { state.withLock(\.isAccepting) }

    func closed(_ connection: HTTPConnection) {
        state.withLock { state in
            state.waiting.remove(ObjectIdentifier(connection))
            guard state.connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
            guard let address = connection.address?.network, let count = state.ofAddress[address] else { return }
            state.ofAddress[address] = count > 1 ? count - 1 : nil
        }
    }

    /// True for an address that stands for one client.
    private func isOneClient(_ address: IPAddress) -> Bool {
        !limits.sharedAddresses.contains { $0.contains(address) }
    }

    // MARK: Waiting answers

    /// Notes how much of an answer waits in memory for a client, and closes the slowest clients where that is too much.
    func waits(_ connection: HTTPConnection, bytes: Int, written: Int, now: Int64) {
        let address = connection.address.flatMap { isOneClient($0) ? $0.network : nil }
        let slow = state.withLock { state in
            let isSmall = bytes < limits.smallAnswerBytes
            state.waiting.note(
                ObjectIdentifier(connection), of: address, bytes: isSmall ? 0 : bytes, written: written, now: now)
            return state.waiting.slowest(limits, of: address, now: now).compactMap { state.connections[$0] }
        }
        for connection in slow { connection.assumeIsolated { $0.close() } }
    }

    /// Notes that the answer to a client has been written.
    func waitsNoMore(_ connection: HTTPConnection) {
        state.withLock { $0.waiting.remove(ObjectIdentifier(connection)) }
    }

    // MARK: Room for connections

    /// The connection that is idle for longest, of one address or of all.
    ///
    /// It comes from a list. The server makes the list anew once it is older than 1 ms for each 100 connections, at
    /// most 100 ms, or once an eighth of `HTTPLimits/connections` has come since, so that a flood of connections stays
    /// cheap.
    private func longestIdle(of address: IPNetwork?) -> HTTPConnection? {
        let now = Host.steadyClockMilliseconds()
        let known = state.withLock { state -> [HTTPConnection]? in
            // About a hundred connections for each millisecond. What was idle a moment ago may be busy by now.
            let pause = min(Self.idleMilliseconds, Int64(state.connections.count / 100))
            let isDue = state.idleLookedUp == .min || now - state.idleLookedUp >= pause
            guard isDue || state.takenSinceLookUp >= max(1, limits.connections / 8) else { return nil }
            state.idleLookedUp = now
            state.takenSinceLookUp = 0
            return Array(state.connections.values)
        }
        if let known {
            let idle = known.compactMap { other in
                other.assumeIsolated { $0.idleSince }.map { (since: $0, connection: other) }
            }
            let sorted = idle.filter { $0.since <= now }.sorted { $0.since < $1.since }.map {
                ObjectIdentifier($0.connection)
            }
            state.withLock { state in
                state.idle = sorted[...]
                state.withoutIdle = []
            }
        }
        while true {
            let next = state.withLock { state -> HTTPConnection? in
                if let address, state.withoutIdle.contains(address) { return nil }
                while let index = state.idle.firstIndex(where: { id in
                    address == nil || state.connections[id]?.address?.network == address
                }) {
                    if let connection = state.connections[state.idle.remove(at: index)] { return connection }
                }
                if let address { state.withoutIdle.insert(address) }
                return nil
            }
            guard let next else { return nil }
            // It may be busy by now, or another one that came in its place.
            if let since = next.assumeIsolated({ $0.idleSince }), since <= now { return next }
        }
    }

    private static let idleMilliseconds: Int64 = 100

    /// Takes a new connection, where need be in the place of an idle one; false where there is no room.
    private func take(_ connection: HTTPConnection) -> Bool {
        let (isFull, isCrowded) = state.withLock { state in
            let isFull = state.connections.count >= limits.connections
            let isHalf = state.connections.count >= limits.connections / 2
            let address = connection.address.flatMap { isOneClient($0) ? $0.network : nil }
            let isCrowded =
                isHalf && (address.flatMap { state.ofAddress[$0] } ?? 0) >= limits.connectionsOfAddress
            return (isFull, isCrowded)
        }
        if isFull || isCrowded {
            guard let idle = longestIdle(of: isCrowded ? connection.address?.network : nil) else { return false }
            idle.assumeIsolated { $0.close() }
        }
        return state.withLock { state in
            guard state.isAccepting else { return false }
            state.connections[ObjectIdentifier(connection)] = connection
            state.takenSinceLookUp += 1
            if let address = connection.address?.network { state.ofAddress[address, default: 0] += 1 }
            return true
        }
    }

    /// Accepts connections on the reactor and checks all deadlines.
    private actor Acceptor: ReadinessHandler {
        nonisolated let reactor: Reactor
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.asUnownedSerialExecutor() }
        private let server: HTTPServer

        init(server: HTTPServer, reactor: Reactor) {
            self.server = server
            self.reactor = reactor
        }

        func start() throws(SystemError) {
            try reactor.watch(server.listener.socket.number, for: .readable, self)
            reactor.repeatEvery(milliseconds: 250) { [self] in assumeIsolated { $0.tick() } }
        }

        nonisolated func ready(_ readiness: Readiness) {
            assumeIsolated { $0.accept() }
        }

        private func accept() {
            for _ in 0..<64 {
                let number = accept4(
                    server.listener.socket.number, nil, nil, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
                // Without a free descriptor the client waits in the backlog.
                guard number >= 0 else {
                    // The event is level-triggered: without a pause the loop would spin until a descriptor is free.
                    if errno != EAGAIN && errno != EINTR && errno != ECONNABORTED { pause(true) }
                    return
                }
                var one: Int32 = 1
                unsafe setsockopt(
                    number, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
                let connection = HTTPConnection(Descriptor(owning: number), server: server, reactor: reactor)
                if server.take(connection) {
                    connection.assumeIsolated { $0.start() }
                } else {
                    // The connection owns the descriptor, so it has to live until the answer is sent.
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
            try? reactor.change(server.listener.socket.number, to: shall ? [] : .readable)
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
