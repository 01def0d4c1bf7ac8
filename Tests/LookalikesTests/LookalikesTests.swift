import Lookalikes
import Testing

@Suite struct LookalikesTests {
    @Test(arguments: [
        ("README", "RE\u{410}DME"), ("paypal", "раураl"), ("scope", "ѕсоре"), ("README", "ꓣꓰꓮꓓꓟꓰ"), ("go", "ｇｏ"),
        ("README", "ＲＥＡＤＭＥ"),
        ("main", "rnain"), ("l", "1"), ("e\u{301}", "\u{e9}"), ("", ""),
    ])
    func namesThatLookAlikeHaveOneSkeleton(_ name: String, _ other: String) {
        #expect(Lookalikes.skeleton(name) == Lookalikes.skeleton(other))
    }

    @Test(arguments: [("README", "readme"), ("か", "が"), ("resume", "résumé"), ("отчет", "отчёт"), ("a", "b")])
    func otherNamesHaveTwo(_ name: String, _ other: String) {
        #expect(Lookalikes.skeleton(name) != Lookalikes.skeleton(other))
    }

    /// One character becomes eighteen.
    @Test func aSkeletonMayBeFarLonger() {
        let long = String(repeating: "\u{fdfa}", count: 400)
        #expect(Lookalikes.skeleton(long).utf8.count > 3 * long.utf8.count)
        #expect(Lookalikes.skeleton(long) == String(repeating: Lookalikes.skeleton("\u{fdfa}"), count: 400))
    }

    @Test(arguments: [
        ("README.md", nil), ("RE\u{410}DME.md", "RE\u{410}DME"), ("src-сonfig2.py", "сonfig2"), ("αx.csv", "αx"),
        ("R\u{435}sume\u{301}.txt", "R\u{435}sume\u{301}"), ("Ꭺpp", "Ꭺpp"),
        // Words of one script, several words of several, and letters that look like none of Latin.
        ("отчёт.md", nil), ("отчёт-final.md", nil), ("сору.py", nil), ("Δt.csv", nil), ("5µm.csv", nil), ("π2.py", nil),
        ("kapı.txt", nil), ("Straße.txt", nil), ("naïve.txt", nil), ("テストa.txt", nil), ("第1章.md", nil),
        ("ไทยAI.md", nil),
        ("हिन्दी.md", nil), ("عربي.md", nil), ("👩‍👩‍👧.png", nil), ("한글v2.md", nil), ("Tiếng-Việt.md", nil),
    ])
    func aWordOfLettersThatLookLikeLatinOnesIsFound(_ name: String, _ word: String?) {
        #expect(Lookalikes.mixedWord(in: name) == word)
    }
}
