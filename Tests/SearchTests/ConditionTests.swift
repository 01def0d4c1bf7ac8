import Search
import TestSupport
import Testing

/// The words by which documents are found that meet a condition.
@Suite struct ConditionTests {
    private static let words = ["a", "b", "c", "d", "e"]

    private func word(_ random: inout SeededRandom) -> String {
        Self.words[Int.random(in: Self.words.indices, using: &random)]
    }

    private func condition(_ depth: Int, _ random: inout SeededRandom) -> Condition {
        func parts() -> [Condition] {
            (0..<Int.random(in: 1...3, using: &random)).map { _ in condition(depth - 1, &random) }
        }
        guard depth > 0 else { return .word(word(&random), in: []) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3: return .any(parts())
        case 3..<5: return .all(parts())
        case 5: return .not(condition(depth - 1, &random))
        case 6..<8: return .chain((0..<2).map { _ in .any([condition(0, &random), condition(0, &random)]) })
        default: return condition(0, &random)
        }
    }

    /// Whether the words of a document, one behind the other, meet a condition.
    private func meets(_ document: [String], _ condition: Condition) -> Bool {
        switch condition {
        case .word(let word, _): document.contains(word)
        case .any(let parts): parts.contains { meets(document, $0) }
        case .all(let parts): parts.allSatisfy { meets(document, $0) }
        case .not(let part): !meets(document, part)
        case .chain(let parts):
            document.indices.contains { start in
                document.count - start >= parts.count
                    && parts.enumerated().allSatisfy { meets([document[start + $0]], $1) }
            }
        }
    }

    /// What is known of documents at the places from 1 on, of which some words are listed.
    private func generation(_ documents: [[String]], listed: some Sequence<String>) -> SearchGeneration {
        var words: [String: ListedWord] = [:]
        for word in listed {
            let places = documents.indices.filter { documents[$0].contains(word) }.map { Int32($0 + 1) }
            words[word] = ListedWord(agents: Int64(places.count), places: places)
        }
        return SearchGeneration(number: 1, agents: Int64(documents.count), words: words)
    }

    @Test func whateverMeetsConditionsStandsAtAKnownPlaceOrHasARareWord() {
        var random = SeededRandom(seed: 5)
        var (found, cut, none) = (0, 0, 0)
        for _ in 0..<400 {
            // Long lists are kept as bits.
            let documents = (0..<Int.random(in: 1...200, using: &random)).map { _ in
                (0..<Int.random(in: 0...5, using: &random)).map { _ in word(&random) }
            }
            let generation = generation(documents, listed: Self.words.prefix(4))
            let conditions = [condition(2, &random), condition(1, &random)]
            let most = Int.random(in: 1...200, using: &random)
            guard let known = generation.places(of: conditions, atMost: most) else {
                none += 1
                continue
            }
            #expect(known.places == Set(known.places).sorted() && known.places.count <= most)
            #expect(known.few.allSatisfy { generation.words[$0] == nil })
            if known.isCut { cut += 1 }
            let seen = known.isCut ? Int(known.places.last ?? 0) : documents.count
            for place in documents.indices.prefix(seen) where conditions.allSatisfy({ meets(documents[place], $0) }) {
                found += 1
                #expect(
                    known.places.contains(Int32(place + 1)) || !Set(documents[place]).isDisjoint(with: known.few),
                    "\(documents[place]) \(conditions)")
            }
        }
        #expect(found > 1_000 && cut > 20 && none > 0)
    }

    @Test func placesComeFromTheRarestPartAndAreHeldToTheOthers() {
        let words: [String: [Int32]] = [
            "a": Array(1...5_000), "b": [2, 4_999, 6_000, 9_000], "c": [3, 4], "d": [4, 8], "~a": [7_000, 9_000],
        ]
        let generation = SearchGeneration(
            number: 1, agents: 10_000, words: words.mapValues { ListedWord(agents: Int64($0.count), places: $0) })
        func known(_ conditions: [Condition], most: Int = 10) -> KnownPlaces? {
            generation.places(of: conditions, atMost: most)
        }
        let stems = Condition.any([.word("a", in: []), .word("~a", in: [])])
        let both = known([stems, .word("b", in: [.name])])
        #expect(both?.places == [2, 4_999, 9_000] && both?.few == [] && both?.isCut == false && both?.agents == 4)
        let either = Condition.any([.word("c", in: []), .word("d", in: []), .word("z", in: [])])
        #expect(known([either])?.places == [3, 4, 8] && known([either])?.few == ["z"] && known([either])?.agents == 4)
        let first = known([either], most: 2)
        #expect(first?.places == [3, 4] && first?.isCut == true)
        var named = known([.word("b", in: [])])
        if let some = known([.any([.word("~a", in: []), .word("d", in: [])])]) { named?.begin(with: some) }
        #expect(named?.places == [9_000, 2, 4_999, 6_000])
        let rare = known([.word("z", in: [])])
        #expect(rare?.places == [] && rare?.few == ["z"] && rare?.isCut == false && rare?.agents == 0)
        #expect(known([]) == nil && known([.not(.word("a", in: []))]) == nil)
        #expect(Condition.of(SearchQuery("a").terms[0]).inNames.tsquery.hasPrefix("('^a'"))
    }
}
