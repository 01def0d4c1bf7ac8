import Stemming
import TestSupport
import Testing

@Suite struct StemmerTests {
    @Test func stemsAreThoseOfAnotherImplementation() async throws {
        let words: [(Stemmer.Language, String)] = [
            (
                .english,
                "database databases querying queries scraped scraping generously knightly university news dying skis "
                    + "translations monitoring agents files deployed deployment analytics summaries youtube a by"
            ),
            (.russian, "погода погоды календарь календаря переводчик переводов базы данных расписание поездов"),
            (.arabic, "الطقس كتاب والكتب المترجمون ترجمة قاعدة البيانات"),
            (.hindi, "मौसम भाषाओं किताबें अनुवादक कैलेंडर"), (.greek, "καιρος μεταφρασεις βασεων δεδομενα"),
        ].flatMap { language, words in words.split(separator: " ").map { (language, String($0)) } }
        let judged = try await Oracle.run("stems", input: words.map { "\($0.0.rawValue) \($0.1)\n" }.joined())
        let stemmers = Dictionary(uniqueKeysWithValues: Stemmer.Language.allCases.map { ($0, Stemmer($0)) })
        for ((language, word), stem) in zip(words, judged) {
            #expect(stemmers[language]?.stem(word) == stem, "\(language) \(word)")
        }
    }

    @Test func anyTextHasAStem() {
        let stemmer = Stemmer(.english)
        for text in ["", "'", "\u{0}", "日本", "ing", String(repeating: "sses", count: 1_000)] { _ = stemmer.stem(text) }
        #expect(stemmer.stem("") == "")
    }
}
