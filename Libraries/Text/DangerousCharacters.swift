/// Characters that change how the text around them is shown, or that a reader does not see.
public enum DangerousCharacters {
    /// How a character is dangerous.
    public enum Kind: Sendable {
        /// C0 and C1 controls and DEL (Unicode, Cc); a terminal interprets some of them.
        case control
        /// A directional embedding, override or isolate (UAX #9); it reorders the text around it.
        case direction
        /// A character without width or a directional mark; two different names can look alike with it.
        case invisible
    }

    /// The kind of a character; nil for a harmless one. Tabs and line ends count as controls.
    public static func kind(of scalar: Unicode.Scalar) -> Kind? {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0: .control
        case 0x202a...0x202e, 0x2066...0x2069: .direction
        case 0x200b...0x200f, 0x2060...0x2065, 0xfeff: .invisible
        default: nil
        }
    }

    /// True for characters that a text of several lines may not hold: directional characters, and controls other than
    /// tabs and line ends.
    public static func isRefused(inText scalar: Unicode.Scalar) -> Bool {
        switch kind(of: scalar) {
        case .control: scalar != "\t" && scalar != "\n"
        case .direction: true
        case .invisible, nil: false
        }
    }
}
