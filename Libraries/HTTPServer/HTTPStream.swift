/// The body of an answer that the program makes while the server sends it, such as a stream of events.
///
/// The server asks for the next piece once the client has accepted the one before, so the client sets the pace and one
/// piece at a time waits in memory. A client has to accept each piece within `HTTPLimits/stallMilliseconds`. The
/// connection closes after the last piece, and at once where the client shuts down its sending side, since the server
/// can't tell such a client from one that has left. When the server shuts down, it cancels the task that calls `next`;
/// the body ends once `next` returns nil, and at the latest after `HTTPLimits/drainMilliseconds`.
public struct HTTPStream: Sendable {
    let next: @Sendable () async -> [UInt8]?

    /// Creates a body.
    ///
    /// - Parameter next: returns the next piece, nil at the end. One task calls it on the reactor, so it must not
    ///   block. The server cancels that task where it wants no more pieces; `next` then has to return nil soon.
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
