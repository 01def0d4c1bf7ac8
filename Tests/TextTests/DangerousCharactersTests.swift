import Testing
import Text

@Suite struct DangerousCharactersTests {
    @Test(arguments: [
        ("\u{0}", DangerousCharacters.Kind.control), ("\u{1b}", .control), ("\u{7f}", .control), ("\u{9f}", .control),
        ("\n", .control), ("\u{202e}", .direction), ("\u{2066}", .direction), ("\u{200b}", .invisible),
        ("\u{2060}", .invisible), ("\u{feff}", .invisible), ("a", nil), ("é", nil), ("\u{a0}", nil), ("😀", nil),
    ])
    func charactersAreOfTheirKind(_ character: String, _ kind: DangerousCharacters.Kind?) {
        #expect(character.unicodeScalars.map(DangerousCharacters.kind(of:)) == [kind])
    }

    @Test func linesAndTabsStayInTexts() {
        let text = "a\tb\n\u{200d}\u{1b}\u{202e}\r"
        #expect(text.unicodeScalars.filter(DangerousCharacters.isRefused(inText:)) == ["\u{1b}", "\u{202e}", "\r"])
    }
}
