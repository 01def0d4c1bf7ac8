/// A word of a text, as documents and queries alike are split.
///
/// Words are runs of letters, digits and their marks; everything else separates them. In scripts that write without spaces
/// (Han, kana, Hangul, Thai, Lao, Khmer, Myanmar) a word is a pair of characters that stand side by side, so that any part of a
/// text is found.
public struct Word: Sendable, Equatable {
    /// What a word is.
    public enum Kind: Sendable {
        /// A run between separators.
        case spelled
        /// Two characters of a script without spaces.
        case pair
        /// The last character of a run in such a script, which its last pair holds already.
        case tail
        /// The only character of such a run.
        case single
    }

    /// What it is.
    public let kind: Kind
    /// The word as it is compared: without differences of case, of compatibility, and of accents in Latin and Greek.
    public let form: String
    /// The parts of a word such as `camelCase` or `gpt4o`; the first character of a pair. Empty where there are none.
    public let parts: [String]
    /// Where it stands in the text, in Unicode scalars.
    public let range: Range<Int>
}

extension Word {
    /// The longest word in Unicode scalars; what is beyond does not count.
    static let maximumLength = 64
    /// A word of more parts is no name but a number in disguise.
    private static let maximumParts = 8

    /// The words of a text in its order, at most so many.
    public static func all(in text: String, atMost count: Int = .max) -> [Word] {
        var words: [Word] = []
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count, words.count < count {
            switch ScalarKind(scalars[index]) {
            case .separator, .apostrophe, .mark: index += 1
            case .unspaced:
                let start = index
                while index < scalars.count, ScalarKind(scalars[index]).continuesUnspaced { index += 1 }
                addPairs(scalars, start..<index, to: &words)
            case .letter, .digit:
                let start = index
                index = end(ofWordAt: start, in: scalars)
                let word = spelled(scalars, start..<index)
                if !word.form.isEmpty { words.append(word) }
            }
        }
        return words.count > count ? Array(words[..<count]) : words
    }

    /// The whole text as one word without separators: `@Acme/MCP-server` becomes `acmemcpserver`.
    public static func collapsed(_ text: String) -> String {
        all(in: text).map { $0.kind == .pair ? $0.parts.joined() : $0.form }.joined()
    }

    /// The end of a word that begins at an index: signs that belong to names of languages, as in `c++`, are part of it.
    private static func end(ofWordAt start: Int, in scalars: [Unicode.Scalar]) -> Int {
        var index = start
        while index < scalars.count {
            switch ScalarKind(scalars[index]) {
            case .letter, .digit, .mark: index += 1
            case .apostrophe where index + 1 < scalars.count && ScalarKind(scalars[index + 1]) == .letter: index += 1
            default:
                guard index - start == 1, ScalarKind(scalars[start]) == .letter else { return index }
                if scalars[index] == "#" { return index + 1 }
                let isDoubled = index + 1 < scalars.count && scalars[index] == "+" && scalars[index + 1] == "+"
                return isDoubled ? index + 2 : index
            }
        }
        return index
    }

    private static func spelled(_ scalars: [Unicode.Scalar], _ range: Range<Int>) -> Word {
        var letters = scalars[range].filter { ScalarKind($0) != .apostrophe }
        // The genitive of a name is the name.
        let hasGenitive =
            range.count > 2 && ScalarKind(scalars[range.upperBound - 2]) == .apostrophe
            && ["s", "S"].contains(scalars[range.upperBound - 1])
        if hasGenitive { letters.removeLast() }
        letters = Array(letters.prefix(maximumLength))
        return Word(kind: .spelled, form: WordForm.cut(letters), parts: parts(of: letters), range: range)
    }

    /// The parts of a word at its capitals, and where letters and digits meet.
    private static func parts(of letters: [Unicode.Scalar]) -> [String] {
        var starts = [0]
        for index in letters.indices.dropFirst() {
            let (before, here) = (letters[index - 1], letters[index])
            let after = index + 1 < letters.count ? letters[index + 1] : nil
            let isBoundary =
                if (ScalarKind(before) == .digit) != (ScalarKind(here) == .digit) {
                    ScalarKind(here) != .mark
                } else if here.isUppercase {
                    // `MCPServer` is two words, and `MCPs` one.
                    before.isLowercase
                        || (before.isUppercase && after?.isLowercase == true
                            && !(after == "s" && index + 2 == letters.count))
                } else {
                    false
                }
            if isBoundary { starts.append(index) }
        }
        guard (2...maximumParts).contains(starts.count) else { return [] }
        let parts = zip(starts, starts.dropFirst() + [letters.count]).map { WordForm.cut(Array(letters[$0..<$1])) }
        return parts.contains("") ? [] : parts
    }

    private static func addPairs(_ scalars: [Unicode.Scalar], _ range: Range<Int>, to words: inout [Word]) {
        let folded = Array(WordForm.of(Array(scalars[range])).unicodeScalars)
        // Where folding joins or splits characters, a pair can't be placed and stands for the whole run.
        func place(_ index: Int, _ count: Int) -> Range<Int> {
            guard folded.count == range.count else { return range }
            return range.lowerBound + index..<range.lowerBound + index + count
        }
        for index in folded.indices {
            let character = String(folded[index])
            if index + 1 < folded.count {
                words.append(
                    Word(
                        kind: .pair, form: character + String(folded[index + 1]), parts: [character],
                        range: place(index, 2)))
            } else {
                words.append(
                    Word(kind: index == 0 ? .single : .tail, form: character, parts: [], range: place(index, 1)))
            }
        }
    }
}

extension Unicode.Scalar {
    // Looking the properties of a character up takes longer than all else that splitting a text does.

    fileprivate var isUppercase: Bool { isASCII ? ("A"..."Z").contains(self) : properties.isUppercase }

    fileprivate var isLowercase: Bool { isASCII ? ("a"..."z").contains(self) : properties.isLowercase }
}
