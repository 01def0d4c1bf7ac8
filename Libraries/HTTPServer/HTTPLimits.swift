public import System

/// All limits of an `HTTPServer`: sizes in bytes, times in milliseconds.
public struct HTTPLimits: Sendable {
    /// Open connections. A further one takes the place of the one that is idle for longest; where none is idle, it is
    /// answered with 503 and closed.
    public var connections = 10_000
    /// Open connections of one address once half of `connections` are taken; a further one replaces an idle one of the
    /// same address, or is answered with 503.
    public var connectionsOfAddress = 256
    /// Addresses that stand for many clients, such as those of proxies; the limits of an address do not apply to them.
    public var sharedAddresses: [IPNetwork] = []
    /// Bytes of answers that wait in memory for the clients of one address. Beyond it the slowest of them is closed.
    public var waitingBytesOfAddress = 4 << 20
    /// Bytes of answers that wait in memory for all clients. Beyond it the slowest client is closed.
    public var waitingBytes = 64 << 20
    /// An answer with fewer waiting bytes counts towards neither `waitingBytesOfAddress` nor `waitingBytes`.
    public var smallAnswerBytes = 65_536
    /// Bytes a second that a client has to accept of an answer in memory, over each `stallMilliseconds`; a slower one is
    /// closed.
    public var answerBytesPerSecond = 4_096
    /// Bytes of a request's head; a larger one is refused with 431.
    public var headBytes = 32_768
    /// Bytes of a request's body; a larger one is refused with 413. A handler may set another limit with
    /// `HTTPBody/limit(to:)`.
    public var bodyBytes = 1 << 20
    /// Body bytes that wait for the handler; beyond that the server stops reading the socket.
    public var bufferedBodyBytes = 262_144
    /// Time for a head from its first byte; a slower one is refused with 408. A new connection that sends nothing
    /// closes after the same time.
    public var headMilliseconds: Int64 = 10_000
    /// Time in which a client sends nothing of a body (then 408), or accepts too little of an answer in memory (then the
    /// connection closes).
    public var stallMilliseconds: Int64 = 30_000
    /// Time in which a client accepts nothing of a file; then the connection closes.
    public var fileStallMilliseconds: Int64 = 60_000
    /// Time for a whole body; a slower one is refused with 408.
    public var bodyMilliseconds: Int64 = 600_000
    /// Time that a new connection has for the first byte of a request before it counts as idle: one that has just been
    /// accepted does not have to give way to the next.
    public var arrivalMilliseconds: Int64 = 250
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
