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
        case 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b...0x180f, 0x200b...0x200f, 0x2028, 0x2029,
            0x2060...0x2065, 0x206a...0x206f, 0x3164, 0xfe00...0xfe0f, 0xfeff, 0xffa0, 0xfff9...0xfffb,
            0xe0000...0xe0fff:
            .invisible
        default: nil
        }
    }

    /// The kind of the first dangerous character of a file's name; nil where there is none.
    ///
    /// Joiners pass where a script needs them (UAX #31, 2.3: after a virama, and between letters that join) and within an
    /// emoji; so do selectors of variants after what has variants. Spaces that look like another one count as invisible.
    public static func kind(inName name: String) -> Kind? {
        let scalars = Array(name.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            guard let kind = looksLikeSpace(scalar) ? .invisible : kind(of: scalar) else { continue }
            guard index > 0 else { return kind }
            let before = scalars[index - 1]
            let after = index + 1 < scalars.count ? scalars[index + 1] : nil
            let isNeeded =
                switch scalar.value {
                case 0x200c:
                    before.properties.canonicalCombiningClass == .virama
                        || (joins(before) && after.map(joins) == true)
                case 0x200d:
                    before.properties.canonicalCombiningClass == .virama
                        || (isPictured(before) && after.map(isPictured) == true)
                case 0xfe00...0xfe0f, 0xe0100...0xe01ef: isVariant(scalar, of: before, before: after)
                default: false
                }
            guard isNeeded else { return kind }
        }
        return nil
    }

    /// True for letters and marks of scripts whose letters join: Arabic, Syriac, N'Ko, Mandaic, Mongolian.
    private static func joins(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x600...0x7ff, 0x840...0x8ff, 0x1820...0x18aa, 0xfb50...0xfdff, 0xfe70...0xfefc: true
        default: false
        }
    }

    /// True for spaces but the usual one and the wide one of ideographs.
    private static func looksLikeSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .spaceSeparator && scalar != " " && scalar != "\u{3000}"
    }

    /// True for a selector of variants that stands behind what may have variants: an emoji, an ideograph, a sign, a letter of
    /// the few scripts that have some. Behind anything else nobody sees it.
    static func isVariant(
        _ selector: Unicode.Scalar, of base: Unicode.Scalar?, before next: Unicode.Scalar?
    ) -> Bool {
        guard let base else { return false }
        switch selector.value {
        case 0xfe0e, 0xfe0f: return base.properties.isEmoji && (!base.isASCII || next == "\u{20e3}")
        case 0xfe00...0xfe0d: return base.properties.isIdeographic || hasStandardVariants(base)
        default: return base.properties.isIdeographic
        }
    }

    /// True for what Unicode's list of standardized variants has some of: signs, a digit, punctuation of the East, and letters
    /// of a few scripts.
    private static func hasStandardVariants(_ base: Unicode.Scalar) -> Bool {
        switch base.value {
        case 0x30, 0x1000...0x109f, 0x2018...0x201d, 0x2100...0x214f, 0x3000...0x303f, 0xa840...0xa87f, 0xaa60...0xaa7f,
            0xff00...0xff1f, 0x10ac0...0x10aff, 0x13000...0x1345f, 0x1d400...0x1d7ff:
            true
        default: [.mathSymbol, .otherSymbol].contains(base.properties.generalCategory)
        }
    }

    /// True for what an emoji of several characters consists of, such as a flag, a selector of variants or a skin tone.
    static func isPictured(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0xfe0f || (scalar.properties.isEmoji && scalar.value > 0xff)
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
