/// Every bound of the server, named.
public struct HTTPLimits: Sendable {
    /// Connections at once; one more is answered with 503 and closed.
    public var connections = 10_000
    /// Bytes of a request's head; beyond: 431.
    public var headBytes = 32_768
    /// Bytes of a request's body; beyond: 413. A route may state its own.
    public var bodyBytes = 1 << 20
    /// Body bytes that wait for the handler before the socket is left unread.
    public var bufferedBodyBytes = 262_144
    /// How long a head may take from its first byte; beyond: 408.
    public var headMilliseconds: Int64 = 10_000
    /// How long a client may send nothing of a body, or take nothing of an answer.
    public var stallMilliseconds: Int64 = 30_000
    /// How long a body may take in all; beyond: 408.
    public var bodyMilliseconds: Int64 = 600_000
    /// How long a connection may rest between requests.
    public var idleMilliseconds: Int64 = 60_000
    /// How long requests under way may take once the server shuts down.
    public var drainMilliseconds: Int64 = 10_000
    /// Body bytes read and dropped after an early answer, so that the client gets to read it.
    public var lingerBytes = 1 << 20
    /// How long those may take.
    public var lingerMilliseconds: Int64 = 2_000

    /// The defaults.
    public init() {}
}
