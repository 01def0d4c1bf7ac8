/// A problem of a manifest.
public struct Finding: Sendable, Hashable {
    /// The effect on publishing.
    public enum Severity: String, Sendable {
        /// The manifest can't be published.
        case error
        /// The manifest can be published.
        case warning
    }
    /// The effect on publishing.
    public let severity: Severity
    /// The place as a JSON Pointer (RFC 6901); empty for the whole manifest.
    public let path: String
    /// What is wrong and what would be right.
    public let message: String

    /// Creates a finding.
    public init(_ severity: Severity, _ path: String, _ message: String) {
        self.severity = severity
        self.path = path
        self.message = message
    }
}

/// A member's name, escaped for a JSON Pointer (RFC 6901 3).
func pointerToken(_ name: String) -> String {
    name.replacing("~", with: "~0").replacing("/", with: "~1")
}
