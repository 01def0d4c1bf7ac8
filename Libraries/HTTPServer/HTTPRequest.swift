public import System

/// A request as a handler gets it: the parsed head, and a body to read piece by piece.
public struct HTTPRequest: Sendable {
    /// The head.
    public let head: HTTPRequestHead
    /// The body.
    public let body: HTTPBody

    /// The address at the other end of the connection; nil where that end had disconnected before the server read it.
    public var remoteAddress: IPAddress? { body.connection.address }
}

/// The body of a request, read piece by piece by one reader.
///
/// The reader sets the pace: before the first `next()`, and beyond `HTTPLimits/bufferedBodyBytes`, the server leaves the rest
/// in the socket, and the client has to wait. Where the client expects `100 Continue`, the server sends it at the first `next()`.
///
///     while let piece = try await request.body.next() { hasher.update(piece) }
public struct HTTPBody: Sendable {
    let connection: HTTPConnection

    /// Waits for the next piece.
    ///
    /// - Returns: at least one byte; nil at the end of the body.
    /// - Throws: `HTTPRefusal` where the body is malformed (400), too large (413) or too slow (408), and where the
    ///   client has left (400).
    public func next() async throws(HTTPRefusal) -> [UInt8]? {
        try await connection.nextBodyPiece()
    }

    /// Sets the limit of this body in place of `HTTPLimits/bodyBytes`; call it before the first `next()`.
    ///
    /// - Throws: `HTTPRefusal` with 413 where the stated length or the bytes received so far exceed the limit, or with
    ///   the status of an earlier refusal.
    public func limit(to bytes: Int) async throws(HTTPRefusal) {
        try await connection.limitBody(to: bytes)
    }
}
