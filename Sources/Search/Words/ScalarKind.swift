/// What a character is for the splitting of texts.
enum ScalarKind {
    case letter
    case digit
    /// A mark on the letter before, or a character without width.
    case mark
    /// A letter, digit or mark of a script that writes without spaces.
    case unspaced
    /// An apostrophe, which belongs to a word where letters are on both sides.
    case apostrophe
    case separator

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x61...0x7a, 0x41...0x5a: self = .letter
        case 0x30...0x39: self = .digit
        case 0x27, 0x2019: self = .apostrophe
        case 0..<0x80: self = .separator
        default:
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
                self = Self.isUnspaced(scalar) ? .unspaced : .letter
            case .decimalNumber, .letterNumber, .otherNumber: self = Self.isUnspaced(scalar) ? .unspaced : .digit
            case .nonspacingMark, .spacingMark, .enclosingMark: self = Self.isUnspaced(scalar) ? .unspaced : .mark
            case .format: self = .mark
            default: self = .separator
            }
        }
    }

    /// True for what goes on a run of a script without spaces.
    var continuesUnspaced: Bool { self == .unspaced || self == .mark }

    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xe01...0xeff,  // Thai, Lao
            0x1000...0x109f, 0xa9e0...0xa9ff, 0xaa60...0xaa7f,  // Myanmar
            0x1100...0x11ff, 0x3131...0x318e, 0xa960...0xa97c, 0xac00...0xd7fb, 0xffa0...0xffdc,  // Hangul
            0x1780...0x17ff,  // Khmer
            0x2e80...0x2fdf, 0x3005...0x3007, 0x3021...0x3029, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff,
            0x20000...0x3ffff,  // Han
            0x3041...0x30ff, 0x31f0...0x31ff, 0xff66...0xff9f, 0x1aff0...0x1b16f:  // kana
            true
        default: false
        }
    }
}
