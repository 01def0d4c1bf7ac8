/// Why a statement did not do what was asked.
///
/// Carries SQLSTATE and the server's own words, never a parameter's value: details and contexts, which
/// quote values, are left out, and so is the message of a data error (class 22), which may.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure this is.
    public enum Kind: Sendable, Equatable {
        /// The server refused the statement; the connection is sound.
        case server
        /// The connection is lost. Whether a commit under way took effect is unknown.
        case connectionLost
        /// The server did not answer within the bound, and the connection is given up. Whether a commit under way took
        /// effect is unknown.
        case unanswered
        /// No connection could be made.
        case unreachable
        /// Every session is taken and the queue for them is full: push-back.
        case poolExhausted
        /// A result does not have the type that was asked for.
        case unexpectedResult
    }

    /// The kind.
    public let kind: Kind
    /// Five characters (PostgreSQL, appendix A); empty where the server said nothing.
    public let sqlState: String
    /// The constraint that was violated, where one was.
    public let constraint: String?
    /// For a person.
    public let message: String

    init(_ kind: Kind, sqlState: String = "", constraint: String? = nil, _ message: String) {
        self.kind = kind
        self.sqlState = sqlState
        self.constraint = constraint
        self.message = message
    }

    /// True where the same statement may succeed later without any change to it.
    public var isTransient: Bool {
        switch kind {
        case .connectionLost, .unanswered, .unreachable, .poolExhausted: true
        case .unexpectedResult: false
        case .server:
            // Resources, operator intervention, system errors, lost connections; deadlock, serialization.
            ["53", "57", "58", "08"].contains(String(sqlState.prefix(2)))
                || ["40001", "40P01", "55P03"].contains(sqlState)
        }
    }

    public var description: String {
        sqlState.isEmpty ? message : "\(message) (SQLSTATE \(sqlState))"
    }
}
