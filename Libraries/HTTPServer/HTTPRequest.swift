/// A request as a handler gets it: the head at hand, the body to be pulled.
public struct HTTPRequest: Sendable {
    /// The head.
    public let head: HTTPRequestHead
    /// The body.
    public let body: HTTPBody

    /// The network that the connection comes from: an IPv4 address or an IPv6 /64; empty where the client has left.
    public func remoteNetwork() async -> String { await body.connection.remoteNetwork() }
}

/// The body of a request, pulled piece by piece by one reader.
///
/// What the handler does not pull stays in the socket and holds the client back.
public struct HTTPBody: Sendable {
    let connection: HTTPConnection

    /// The next piece, never empty; nil at the end.
    ///
    /// - Throws: `HTTPRefusal` where the body is malformed, too large (413) or too slow (408), and where
    ///   the client has left (400).
    public func next() async throws(HTTPRefusal) -> [UInt8]? {
        try await connection.nextBodyPiece()
    }

    /// Allows a body of up to `bytes` in place of the server's general bound. Call it before the first
    /// piece is pulled; a body whose stated length is larger is refused at once with 413.
    public func limit(to bytes: Int) async throws(HTTPRefusal) {
        try await connection.limitBody(to: bytes)
    }
}
