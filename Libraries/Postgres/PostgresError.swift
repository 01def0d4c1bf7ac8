/// The reason why a statement failed.
///
/// It carries the SQLSTATE and the server's message, but no parameter's value: details and contexts, which quote
/// values, are left out, and so is the message of a data error (class 22), which may quote one.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failures.
    public enum Kind: Sendable, Equatable {
        /// The server refused the statement; the connection is usable.
        case server
        /// The connection is lost. A commit that was sent may or may not have taken effect.
        case connectionLost
        /// The server did not answer in time, and the connection is closed. A commit that was sent may or may not have
        /// taken effect.
        case unanswered
        /// No connection could be made; the statement was not sent.
        case unreachable
        /// All sessions are busy and the queue is full; the statement was not sent. Callers answer with 503 or retry
        /// later.
        case poolExhausted
        /// A result does not have the column, type or value that the caller asked for.
        case unexpectedResult
    }

    /// The kind.
    public let kind: Kind
    /// The SQLSTATE of five characters (PostgreSQL, appendix A); empty where the server sent none.
    public let sqlState: String
    /// The name of the violated constraint; nil where there is none.
    public let constraint: String?
    /// A message for a person.
    public let message: String

    init(_ kind: Kind, sqlState: String = "", constraint: String? = nil, _ message: String) {
        self.kind = kind
        self.sqlState = sqlState
        self.constraint = constraint
        self.message = message
    }

    /// True where the same statement may succeed later without a change.
    public var isTransient: Bool {
        // Classes: resources, system errors. Code: the statement was cancelled, mostly for the time that it took.
        isInterruption || kind == .server && (["53", "58"].contains(sqlState.prefix(2)) || sqlState == "57014")
    }

    /// True where others ended the statement, and not what it takes of time or space: it may succeed at once.
    public var isInterruption: Bool {
        switch kind {
        case .connectionLost, .unanswered, .unreachable, .poolExhausted: true
        case .unexpectedResult: false
        case .server:
            // Classes: operator intervention, connections. Codes: serialization, deadlock, lock not available.
            ["57", "08"].contains(sqlState.prefix(2)) && sqlState != "57014"
                || ["40001", "40P01", "55P03"].contains(sqlState)
        }
    }

    public var description: String {
        sqlState.isEmpty ? message : "\(message) (SQLSTATE \(sqlState))"
    }
}
