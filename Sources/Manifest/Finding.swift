/// Something that is wrong with a manifest.
public struct Finding: Sendable, Hashable {
    /// What it means for publishing.
    public enum Severity: String, Sendable {
        /// It can't be published like this.
        case error
        /// It is published all the same.
        case warning
    }
    /// What it means for publishing.
    public let severity: Severity
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole.
    public let path: String
    /// What is wrong and what would be right.
    public let message: String

    /// States a finding.
    public init(_ severity: Severity, _ path: String, _ message: String) {
        self.severity = severity
        self.path = path
        self.message = message
    }
}

/// A member's name as a token of a JSON Pointer (RFC 6901 3).
func pointerToken(_ name: String) -> String {
    name.replacing("~", with: "~0").replacing("/", with: "~1")
}
