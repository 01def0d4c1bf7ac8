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

    @Test func whateverMeetsAConditionHasOneOfItsTellingWords() {
        var random = SeededRandom(seed: 5)
        var known = 0
        var met = 0
        for _ in 0..<5_000 {
            let counts = Dictionary(
                uniqueKeysWithValues: Self.words.prefix(4).map { ($0, Int64.random(in: 1...9, using: &random)) })
            let generation = SearchGeneration(number: 1, agents: 10, words: counts)
            let conditions = [condition(2, &random), condition(1, &random)]
            guard let telling = generation.telling(conditions) else { continue }
            known += 1
            #expect(telling.listed.allSatisfy { counts[$0] != nil } && telling.few.allSatisfy { counts[$0] == nil })
            #expect(telling.agents == telling.listed.map { counts[$0] ?? 0 }.reduce(0, +))
            for _ in 0..<4 {
                let document = (0..<Int.random(in: 0...5, using: &random)).map { _ in word(&random) }
                guard conditions.allSatisfy({ meets(document, $0) }) else { continue }
                met += 1
                #expect(!Set(document).isDisjoint(with: telling.listed + telling.few), "\(document) \(conditions)")
            }
        }
        #expect(known > 3_000 && met > 3_000)
    }

    @Test func theRarestPartTells() {
        let generation = SearchGeneration(number: 1, agents: 100, words: ["a": 50, "b": 9, "c": 8, "d": 7])
        let either = Condition.any([.word("c", in: []), .word("d", in: []), .word("z", in: [])])
        let telling = generation.telling([.word("a", in: [.name]), .chain([.word("b", in: []), either])])
        #expect(telling?.listed == ["b"] && telling?.few == [] && telling?.agents == 9)
        let other = generation.telling([.word("a", in: []), either])
        #expect(other?.listed == ["c", "d"] && other?.few == ["z"] && other?.agents == 15)
        #expect(generation.telling([]) == nil && generation.telling([.not(.word("a", in: []))]) == nil)
    }
}
