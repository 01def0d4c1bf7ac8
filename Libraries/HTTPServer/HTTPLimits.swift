/// All limits of an `HTTPServer`: sizes in bytes, times in milliseconds.
public struct HTTPLimits: Sendable {
    /// Open connections; a further one is answered with 503 and closed.
    public var connections = 10_000
    /// Bytes of a request's head; a larger one is refused with 431.
    public var headBytes = 32_768
    /// Bytes of a request's body; a larger one is refused with 413. A handler may set another limit with
    /// `HTTPBody/limit(to:)`.
    public var bodyBytes = 1 << 20
    /// Body bytes that wait for the handler; beyond that the server stops reading the socket.
    public var bufferedBodyBytes = 262_144
    /// Time for a head from its first byte; a slower one is refused with 408.
    public var headMilliseconds: Int64 = 10_000
    /// Time in which a client sends nothing of a body (then 408) or accepts nothing of an answer (then the connection
    /// closes).
    public var stallMilliseconds: Int64 = 30_000
    /// Time for a whole body; a slower one is refused with 408.
    public var bodyMilliseconds: Int64 = 600_000
    /// Time that a connection may stay idle between requests.
    public var idleMilliseconds: Int64 = 60_000
    /// Time for current requests to finish once the server shuts down.
    public var drainMilliseconds: Int64 = 10_000
    /// Bytes that the server reads and drops after its last answer, so that the client can read that answer.
    public var lingerBytes = 1 << 20
    /// Time for reading and dropping after the last answer.
    public var lingerMilliseconds: Int64 = 2_000

    /// The default limits.
    public init() {}
}
