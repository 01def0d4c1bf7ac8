/// Characters that do something to what stands beside them, or that a reader does not see.
public enum DangerousCharacters {
    /// A kind of such characters.
    public enum Kind: Sendable {
        /// C0 and C1 controls and DEL (Unicode, Cc): a terminal obeys some of them.
        case control
        /// An embedding, override or isolate of direction (UAX #9): it turns the text around it.
        case direction
        /// No width, or a mark of direction: two names that look alike differ in it.
        case invisible
    }

    /// The kind of a character; nil for one that is harmless. A line's end and a tab are controls.
    public static func kind(of scalar: Unicode.Scalar) -> Kind? {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0: .control
        case 0x202a...0x202e, 0x2066...0x2069: .direction
        case 0x200b...0x200f, 0x2060...0x2065, 0xfeff: .invisible
        default: nil
        }
    }

    /// True for what has no place in a text of several lines: controls but tabs and line ends, and what turns the text
    /// around it.
    public static func isRefused(inText scalar: Unicode.Scalar) -> Bool {
        switch kind(of: scalar) {
        case .control: scalar != "\t" && scalar != "\n"
        case .direction: true
        case .invisible, nil: false
        }
    }
}
