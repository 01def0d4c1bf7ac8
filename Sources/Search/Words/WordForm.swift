import Normalization
import Stemming

/// The forms in which words are compared.
enum WordForm {
    /// Letters that Unicode does not take apart, though people leave out what distinguishes them.
    private static let plain: [Unicode.Scalar: String] = [
        "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d",
    ]

    /// A word without differences of case and of compatibility; Latin and Greek letters also without accents. Signs that
    /// folding leaves are taken out.
    static func of(_ word: [Unicode.Scalar]) -> String {
        if word.allSatisfy(\.isASCII) {
            return String(
                decoding: word.map { (0x41...0x5a).contains($0.value) ? UInt8($0.value) + 0x20 : UInt8($0.value) },
                as: UTF8.self)
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: word)
        var folded = String.UnicodeScalarView()
        var isPlain = false
        for scalar in Normalization.decomposed(Normalization.folded(String(text))).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark where isPlain: break
            default:
                if scalar.properties.canonicalCombiningClass == .notReordered { isPlain = losesAccents(scalar) }
                if let letters = plain[scalar] {
                    folded.append(contentsOf: letters.unicodeScalars)
                } else {
                    folded.append(scalar)
                }
            }
        }
        // Some letters stand for several: ½ becomes three characters, and ﷺ eighteen.
        var form = String.UnicodeScalarView()
        for scalar in Normalization.composed(String(folded)).unicodeScalars {
            switch ScalarKind(scalar) {
            case .letter, .digit, .unspaced: form.append(scalar)
            case .mark: if !form.isEmpty { form.append(scalar) }
            case .separator, .apostrophe: if "+#".unicodeScalars.contains(scalar) { form.append(scalar) }
            }
        }
        return String(form)
    }

    /// The form of one word, which is no longer than the longest.
    static func cut(_ word: [Unicode.Scalar]) -> String {
        let form = of(word)
        guard form.unicodeScalars.count > Word.maximumLength else { return form }
        return String(String.UnicodeScalarView(form.unicodeScalars.prefix(Word.maximumLength)))
    }

    /// True for a letter of Latin or Greek.
    private static func losesAccents(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x61...0x7a, 0xdf...0x24f, 0x250...0x2af, 0x370...0x3ff, 0x1e00...0x1fff: true
        default: false
        }
    }

    private static let stemmers = Dictionary(
        uniqueKeysWithValues: Stemmer.Language.allCases.map { ($0, Stemmer($0)) })
    private static let shortestStemmed = 3

    /// The stem of a word by the rules of its script's commonest language; nil where it is the word itself, and for names with
    /// digits or signs.
    static func stem(_ form: String) -> String? {
        guard form.unicodeScalars.count >= shortestStemmed, let language = language(of: form) else { return nil }
        let stem = stemmers[language]?.stem(form)
        return stem == form || stem?.isEmpty == true ? nil : stem
    }

    private static func language(of form: String) -> Stemmer.Language? {
        var language: Stemmer.Language?
        for scalar in form.unicodeScalars {
            let one: Stemmer.Language? =
                switch scalar.value {
                case 0x61...0x7a: .english
                case 0x370...0x3ff: .greek
                case 0x400...0x4ff: .russian
                case 0x600...0x6ff: .arabic
                case 0x900...0x97f: .hindi
                default: nil
                }
            guard let one, language == nil || language == one else { return nil }
            language = one
        }
        return language
    }
}
