/// Why a client could not do what it was asked to: what a marketplace answered, or what went wrong on the way.
package struct Failure: Error, Sendable, CustomStringConvertible {
    /// What kind it is, by which a program chooses how it ends.
    package enum Kind: Sendable {
        /// Trying the same again will not help.
        case permanent
        /// Trying again may help.
        case retryable
        /// There is no token, or it does not permit this.
        case authentication
        /// What was asked for can't be understood.
        case usage
        /// The user said no.
        case cancelled
    }

    package var kind: Kind
    /// A code that never changes its meaning: a problem's, or one of the client.
    package var code: String
    /// What is wrong, with field and value.
    package var message: String
    /// What to do about it; the next command, where there is one.
    package var fix: String?
    /// All that was found wrong, each with its path.
    package var findings: [Problem.Finding]

    package init(
        _ kind: Kind = .permanent, _ code: String, _ message: String, fix: String? = nil,
        findings: [Problem.Finding] = []
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.fix = fix
        self.findings = findings
    }

    package var description: String { message }
}
