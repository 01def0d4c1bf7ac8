import Search
import Testing

/// What a search makes of the candidates that it is given.
@Suite struct SearchRunTests {
    /// Agents in memory, each with words that stand in its name or only in its description.
    private struct Shelf: CandidateSource {
        struct Agent {
            let key: String
            var name: Set<String> = []
            var description: Set<String> = []
            var category = "tools"
        }

        let agents: [Agent]
        var generation = SearchGeneration(number: 1, agents: 1_000)

        func named(_: WantedNames) async throws -> NamedThings { NamedThings() }

        func standing(_ terms: [SearchQuery.Term]) async throws -> Set<Int> {
            Set(terms.indices.filter { index in agents.contains { has($0, terms[index]) } })
        }

        func words(near _: String) async throws -> [String] { [] }

        func candidates(_ wanted: WantedCandidates) async throws -> FoundCandidates {
            let met = agents.filter { agent in
                switch wanted.way {
                case .words(let terms): terms.allSatisfy { has(agent, $0) }
                case .titled(let terms): terms.contains { agent.name.contains($0.form) }
                case .keys, .owner: false
                }
            }
            let found = met.map { candidate($0, wanted.marked) }.filter { wanted.filters.passes($0) }
            // An engine may find an agent in two ways.
            return FoundCandidates(found + found.prefix(1), isBounded: false)
        }

        private func has(_ agent: Agent, _ term: SearchQuery.Term) -> Bool {
            agent.name.contains(term.form) || agent.description.contains(term.form)
        }

        private func candidate(_ agent: Agent, _ terms: [SearchQuery.Term]) -> Candidate {
            let places = terms.enumerated().flatMap { index, term -> [Marks.Place] in
                (agent.name.contains(term.form) ? [.exactName, .name, .exact] : [])
                    .map { Marks.Place($0, term: index) }
                    + (agent.description.contains(term.form) ? [.description, .exact] : [])
                    .map { Marks.Place($0, term: index) }
            }
            return Candidate(
                key: agent.key, owner: "", category: agent.category, runtime: "", licenses: [], hasWASM: false,
                isDown: false, ratings: 0, ratingSum: 0, staticScore: 1_000,
                lengths: Candidate.Lengths(title: 2, summary: 20, description: agent.description.count),
                marks: Marks(places))
        }
    }

    private func find(_ query: String, _ shelf: Shelf, facets: Bool = false) async throws -> FoundAgents {
        var request = SearchRequest(SearchQuery(query))
        request.hasFacets = facets
        var run = SearchRun(request, in: shelf)
        return try await run.run()
    }

    @Test func anAgentIsFoundOnce() async throws {
        let found = try await find("zebra", Shelf(agents: [.init(key: "a.a", name: ["zebra"])]))
        #expect(found.hits.map(\.place.key) == ["a.a"] && found.total == 1)
    }

    /// An agent that claims every word is the only one that has all of a long query, and not its only answer.
    @Test func whoClaimsAllWordsHidesNobody() async throws {
        let filler = Set((0..<1_000).map { "w\($0)" })
        let found = try await find(
            "zebra giraffe qwertz",
            Shelf(agents: [
                .init(key: "a.all", description: filler.union(["zebra", "giraffe", "qwertz"])),
                .init(key: "a.one", name: ["zebra"]), .init(key: "a.two", name: ["giraffe"]),
                .init(key: "a.other", name: ["lion"]),
            ]))
        #expect(Set(found.hits.prefix(2).map(\.place.key)) == ["a.one", "a.two"])
        #expect(!found.hits.contains { $0.place.key == "a.other" })
    }

    /// Those that have all of a query stay where others follow them, and come first.
    @Test func whoHasAllOfItComesFirst() async throws {
        let some = (0..<20).map { Shelf.Agent(key: "b.some-\($0)", name: ["zebra"]) }
        let found = try await find(
            "zebra stripes", Shelf(agents: some + [.init(key: "z.all", name: ["zebra", "stripes"])]))
        #expect(found.hits.first?.place.key == "z.all" && found.total == 21)
    }

    /// A facet counts what a search without its filter gives.
    @Test func facetsCountWhatAnswers() async throws {
        let shelf = Shelf(agents: [
            .init(key: "a.a", name: ["zebra"], category: "one"), .init(key: "a.b", name: ["zebra"], category: "two"),
            .init(key: "a.c", description: ["zebra"], category: "two"),
        ])
        let all = try await find("zebra", shelf, facets: true)
        #expect(all.facets.categories == [.init(value: "two", agents: 2), .init(value: "one", agents: 1)])
        let filtered = try await find("zebra category:one", shelf, facets: true)
        #expect(filtered.total == 1 && filtered.facets.categories == all.facets.categories)
        // Also where no word is looked for.
        for query in ["", "-lion"] {
            let counted = try await find(query, shelf, facets: true)
            #expect(counted.total == 3 && counted.facets.categories == all.facets.categories, "\(query)")
        }
        let contrary = try await find("zebra is:wasm -is:wasm", shelf)
        #expect(contrary.total == 0)
    }

    /// What a filter lets pass is no more than the search without it finds: an agent that has next to nothing of what the best
    /// has is no answer where the best does not pass either.
    @Test func aFilterBringsNobodyBack() async throws {
        let filler = Set((0..<1_000).map { "w\($0)" })
        let shelf = Shelf(agents: [
            .init(key: "a.best", name: ["zebra", "giraffe"], category: "one"),
            .init(key: "a.least", description: filler.union(["zebra", "giraffe"]), category: "two"),
        ])
        #expect(try await find("zebra giraffe", shelf).hits.map(\.place.key) == ["a.best"])
        #expect(try await find("zebra giraffe category:two", shelf).total == 0)
    }

    /// Words that every sentence has need not stand anywhere, and take nobody out.
    @Test func sentenceWordsTakeNobodyOut() async throws {
        var shelf = Shelf(agents: (0..<20).map { .init(key: "a.a\($0)", name: ["lens"]) })
        shelf.generation = SearchGeneration(
            number: 1, agents: 21,
            words: ["lens": 20, "+lens": 0].mapValues { ListedWord(agents: $0, places: []) })
        let found = try await find("what is a lens that you can have for me", shelf)
        #expect(found.total == 20)
    }
}
