import Search
import Testing

/// The order of agents as a function of what is known of them.
@Suite struct RankingTests {
    /// An agent whose marks are those of the terms in some fields.
    private func agent(
        _ key: String, _ marks: [(Marks.Mark, Int)], names: [AgentNames.Name] = [], score: Int32 = 1_000,
        isDown: Bool = false, description: Int = 20
    ) -> Candidate {
        var low: Int64 = 0
        for (mark, term) in marks { low |= 1 << Int64(term * Marks.Mark.allCases.count + mark.rawValue) }
        var candidate = Candidate(
            key: key, owner: "", category: "", runtime: "", licenses: [], hasWASM: false, isDown: isDown, ratings: 0,
            ratingSum: 0, staticScore: score,
            lengths: Candidate.Lengths(title: 3, summary: 20, description: description), marks: Marks(low: low, high: 0)
        )
        candidate.names = names
        return candidate
    }

    private func order(_ query: String, _ agents: Candidate...) -> [String] {
        let terms = SearchQuery(query).terms
        let weights = terms.map { _ in 0.7 }
        let ranking = Ranking(terms: terms, weights: weights, exactWeights: weights, text: query)
        return agents.compactMap { ranking.place(of: $0, needed: 0.35) { _ in false } }.sorted().map(\.key)
    }

    private let named: [(Marks.Mark, Int)] = [(.exactName, 0), (.name, 0), (.exact, 0)]
    private let described: [(Marks.Mark, Int)] = [(.description, 0), (.exact, 0)]

    @Test func tiersGoBeforeAnyScore() {
        let famous = agent("acme.famous", named + [(.title, 0), (.summary, 0), (.description, 0)], score: 2_000)
        let exact = agent("acme.zebra", [], names: [.init(text: "acmezebra", kind: .id)], score: 500)
        let part = agent("eve.zebra", [], names: [.init(text: "zebra", kind: .lastPart)], score: 500)
        let package = agent("npm.x", [], names: [.init(text: "zebra", kind: .package)], score: 500)
        let titled = agent(
            "eve.titled", [(.title, 0), (.exact, 0)], names: [.init(text: "zebra", kind: .title)], score: 2_000)
        #expect(order("zebra", titled, famous, package, part).prefix(2) == ["eve.zebra", "npm.x"])
        #expect(order("acme.zebra", part, exact).first == "acme.zebra")
        #expect(order("zebra", titled, famous).first == "acme.famous")
    }

    @Test func popularityOrdersWhatFitsAndNoMore() {
        let known = agent("acme.known", described, score: 2_000)
        let fitting = agent("acme.fitting", named, score: 990)
        #expect(order("zebra", known, fitting) == ["acme.fitting", "acme.known"])
        #expect(
            order("zebra", agent("acme.b", named), agent("acme.a", named), agent("acme.c", named, score: 1_100)) == [
                "acme.c", "acme.a", "acme.b",
            ])
        let (up, down) = (agent("acme.up", named), agent("acme.down", named, isDown: true))
        #expect(order("zebra", down, up) == ["acme.up", "acme.down"])
    }

    /// A short name that a correction led to gains no more than one that begins with the query.
    @Test func aCorrectionToAShortNameGainsNoMoreThanABeginning() {
        let query = "zebrastripesofthelongestkind"
        let short = agent("acme.short", [], names: [.init(text: "zoo", kind: .core)])
        let beginning = agent("acme.beginning", [], names: [.init(text: query + "s", kind: .core)])
        let exact = agent("acme.exact", [], names: [.init(text: query, kind: .core)])
        #expect(order(query, short, beginning, exact).first == "acme.exact")
    }

    @Test func whatIsNearTheQueryComesBeforePartsOfIt() {
        let whole = agent("acme.whole", described + described.map { ($0.0, 1) })
        let half = agent("acme.half", named)
        let stuffed = agent("acme.stuffed", described + described.map { ($0.0, 1) }, description: 1_000)
        #expect(order("zebra stripes", half, whole, stuffed).last == "acme.stuffed")
        #expect(order("zebra stripes", agent("acme.none", [])) == [])
    }

    @Test func anotherFormOfAFrequentWordSaysLess() {
        let exact = agent("acme.exact", [(.summary, 0), (.exact, 0)])
        let stemmed = agent("acme.stemmed", [(.summary, 0), (.description, 0)])
        let terms = SearchQuery("chats").terms
        let ranking = Ranking(terms: terms, weights: [0.3], exactWeights: [1], text: "chats")
        let places = [stemmed, exact].compactMap { ranking.place(of: $0, needed: 0) { _ in false } }
        #expect(places.sorted().map(\.key) == ["acme.exact", "acme.stemmed"])
    }

    @Test func placesOfWordsInShownTextsAreFound() {
        let highlighter = Highlighter(SearchQuery("databases GitHub 天气").terms)
        let text = "A database for GitHub: 天气"
        let scalars = Array(text.unicodeScalars)
        let found = highlighter.ranges(in: text).map { String(String.UnicodeScalarView(scalars[$0])) }
        #expect(found == ["database", "GitHub", "天气"])
    }
}
