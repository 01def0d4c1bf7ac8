/// The body of an answer that is made while it is sent, such as events as they come; its length is not known in advance.
///
/// The next piece is asked for once the client has accepted the one before, so a client sets the pace and a single piece
/// waits in memory. A client has to accept each piece within `HTTPLimits/stallMilliseconds`. The connection closes after
/// the last piece, and at once where the client stops sending: it looks no different from one that has left. When the
/// server shuts down, the body ends after the current piece.
public struct HTTPStream: Sendable {
    let next: @Sendable () async -> [UInt8]?

    /// Creates a body.
    ///
    /// - Parameter next: returns the next piece, nil at the end. It is called on the reactor, by one task at a time, which is
    ///   cancelled where nothing more is wanted; then it has to return soon.
    public init(next: @escaping @Sendable () async -> [UInt8]?) {
        self.next = next
    }
}

/// How the body of an answer gets to its client, which decides how long that may take.
enum HTTPDelivery {
    /// From memory.
    case memory
    /// From a file, which takes no memory while it waits.
    case file
    /// Piece by piece, as an `HTTPStream` gives them.
    case stream
}
