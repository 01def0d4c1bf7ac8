import Events
import Testing

@testable import Web

/// Entries in words.
@Suite struct EventWordsTests {
    @Test(arguments: [
        (1, "v0"), (6, "v0, v1, v2, v3, v4, v5"), (7, "v0, v1, v2, v3, v4, v5 and 1 more"),
        (1_206, "v0, v1, v2, v3, v4, v5 and 1,200 more"),
    ])
    func longListsAreCut(count: Int, words: String) {
        #expect(EventWords.list((0..<count).map { "v\($0)" }) == words)
    }

    @Test func anEntryThatNobodyKnowsIsNamedByItsType() {
        #expect(EventWords(nil, type: "agent.transferred.v9").words == "agent.transferred.v9")
    }
}
