import Testing
import Text

@Suite struct FirstLineTests {
    /// What it means, character by character.
    private static func meant(_ text: String, _ maximum: Int) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard line.unicodeScalars.count > maximum else { return line }
        var cut = ""
        for character in line {
            guard (cut + String(character)).unicodeScalars.count < maximum else { break }
            cut.append(character)
        }
        return "\(cut.lastIndex(of: " ").map { cut[..<$0] } ?? cut[...])…"
    }

    @Test func aLineIsCutAtAWord() {
        #expect("one two three".firstLine(upTo: 9) == "one two…")
        #expect("\r\n\none\ntwo".firstLine(upTo: 9) == "one")
        #expect("".firstLine(upTo: 1) == "" && "ab".firstLine(upTo: 1) == "…")
        #expect("e\u{301}e\u{301}e\u{301}".firstLine(upTo: 4) == "e\u{301}…")
    }

    @Test func itIsWhatItMeans() {
        let pieces = [
            "a", "word ", " ", "\n", "\r\n", "\r", "\u{b}", "\u{85}", "\u{2028}", "é", "e\u{301}", "👩‍👩‍👧", "🇩🇪", "日本", "\t",
            "\u{200d}", "\u{1f3fd}",
        ]
        var state = UInt64.random(in: .min ... .max)
        let seed = state
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<3_000 {
            // Half of them are ASCII alone.
            let known = next(2) == 0 ? 7 : pieces.count
            let text = (0..<next(14)).map { _ in pieces[next(known)] }.joined()
            let maximum = 1 + next(12)
            #expect(
                text.firstLine(upTo: maximum) == Self.meant(text, maximum),
                "\(text.debugDescription) \(maximum) \(seed)")
        }
    }
}
