import Testing
import Text

@Suite struct DangerousCharactersTests {
    @Test(arguments: [
        ("\u{0}", DangerousCharacters.Kind.control), ("\u{1b}", .control), ("\u{7f}", .control), ("\u{9f}", .control),
        ("\n", .control), ("\u{202e}", .direction), ("\u{2066}", .direction), ("\u{200b}", .invisible),
        ("\u{2060}", .invisible), ("\u{fe0f}", .invisible), ("\u{feff}", .invisible), ("a", nil), ("é", nil),
        ("\u{a0}", nil), ("😀", nil),
    ])
    func charactersAreOfTheirKind(_ character: String, _ kind: DangerousCharacters.Kind?) {
        #expect(character.unicodeScalars.map(DangerousCharacters.kind(of:)) == [kind])
    }

    @Test(arguments: [
        "می\u{200c}خواهم.txt", "क्\u{200d}ष", "ශ්\u{200d}රී", "👩\u{200d}💻.md", "👩🏽\u{200d}🔬", "葛\u{e0100}城", "1️⃣.txt",
        "straße", "❤️.md", "全角\u{3000}空白.md", "≨\u{fe00}",
    ])
    func whatAScriptNeedsPassesInNames(_ name: String) {
        #expect(DangerousCharacters.kind(inName: name) == nil)
    }

    @Test(arguments: [
        "a\u{200d}b", "\u{200d}a", "a\u{200c}b", "👩\u{200d}", "a\u{200d}💻", "ی\u{200c}a", "a\u{e0100}", "🏴\u{e0067}",
        "a\u{ad}b",
        "README\u{fe0e}.md", "manifest\u{fe00}.yaml", "1\u{fe0f}.txt", "❤️\u{fe0f}", "a\u{a0}b", "a\u{2009}b",
        "\u{34f}", "\u{61c}", "\u{115f}", "\u{1160}", "\u{180e}", "\u{2028}", "\u{2029}", "\u{206a}", "\u{206f}",
        "\u{3164}",
        "\u{ffa0}", "\u{fff9}", "\u{fffb}", "\u{e0001}", "\u{e007f}", "\u{e0fff}",
    ])
    func whatNobodySeesIsRefusedInNames(_ name: String) {
        #expect(DangerousCharacters.kind(inName: name) == .invisible)
    }

    @Test func linesAndTabsStayInTexts() {
        let text = "a\tb\n\u{200d}\u{1b}\u{202e}\r"
        #expect(text.unicodeScalars.filter(DangerousCharacters.isRefused(inText:)) == ["\u{1b}", "\u{202e}", "\r"])
    }
}
