/// One search: what is understood of a query, which agents may answer it, and their order.
///
/// All that it reads comes from a source of candidates, in several steps that are each bounded.
public struct SearchRun<Source: CandidateSource> {
    private let request: SearchRequest
    private let source: Source
    private var generation: SearchGeneration { source.generation }
    /// The positive terms that are looked for, in the order of the marks.
    private var terms: [SearchQuery.Term]
    private let negative: [SearchQuery.Term]
    /// The terms that candidates are looked for by.
    private var needed: [SearchQuery.Term] = []
    /// True where no agent has all of the query.
    private var isPartial = false
    /// The terms that an agent needs to be found by words: all, where some agent has all of the query.
    private var asked: [SearchQuery.Term] { isPartial ? needed : terms.required }
    /// True where enough agents have all of it.
    private var isWhole = true
    /// Without names, an agent of a lower score is no answer.
    private var leastScore: Int64 = 0
    /// The part of the query that one of the words is which an agent may have alone.
    private var leastPart = 1.0
    /// The owner whose name a term is, or is a part of, by term.
    private var owners: [Int: String] = [:]
    private var names: [String: [AgentNames.Name]] = [:]
    private var filters = SearchFilters()
    private var result = FoundAgents()

    /// Creates a search.
    public init(_ request: SearchRequest, in source: Source) {
        self.request = request
        self.source = source
        terms = request.query.terms.filter { !$0.isNegative }
        negative = request.query.terms.filter(\.isNegative)
    }

    /// Finds the agents that answer.
    public mutating func run() async throws -> FoundAgents {
        result.generation = generation.number
        let spans = spans
        let named = try await source.named(wantedNames(request.publisherNames.union(spans.map(\.name))))
        names = named.agents
        filters = SearchFilters(request, publishers: named.publishers)
        // Longer names come last, and say more than the shorter ones in them.
        for (span, name) in spans {
            guard let owner = named.publishers[name] else { continue }
            for index in span { owners[index] = owner }
        }
        try await correct()
        needed = terms.required
        let all = try await gather()
        let found = filters.isEmpty ? all : try await passing(all)
        if isPartial {
            let forms = Set(needed.map(\.form))
            result.leftOut += terms.filter { !$0.isOptional && !forms.contains($0.form) }.map(\.form)
        }
        result.terms = terms
        result.needed = asked
        let answers = placed(all)
        if !isWhole { leastScore = (answers.map(\.place.score).max() ?? 0) / SearchBounds.leastShare }
        let ranked = rank(filters.isEmpty ? answers : placed(found))
        if request.hasFacets {
            let known = Set(found.map(\.key))
            let others = answers.filter { !known.contains($0.candidate.key) && isAnswer($0) }.map(\.candidate)
            result.facets = Facets(ranked + others) { [filters] in filters.passes($0, but: $1) }
        }
        return result
    }

    // MARK: Understanding the query

    /// Words that stand side by side, each with the name that a publisher may have of them.
    private var spans: [(terms: Range<Int>, name: String)] {
        (1...SearchBounds.wordsOfName).flatMap { count in
            terms.indices.dropLast(count - 1).compactMap { start in
                let span = start..<start + count
                guard span.allSatisfy({ terms[$0].words.count == 1 }) else { return nil }
                return (span, terms[span].map(\.form).joined(separator: "-"))
            }
        }
    }

    private func wantedNames(_ publishers: Set<String>) -> WantedNames {
        var wanted = WantedNames(publishers: publishers)
        let collapsed = Word.collapsed(request.query.text)
        guard !collapsed.isEmpty else { return wanted }
        wanted.agents = Set([collapsed, AgentNames.core(request.query.text)]).subtracting([""])
        wanted.beginnings = wanted.agents.filter { $0.count >= SearchBounds.shortestPrefix }.sorted()
        return wanted
    }

    /// Looks for the words that no agent has, and takes the nearest words of names in their place; what has none is left out.
    private mutating func correct() async throws {
        // A query that is the name of an agent was typed right.
        let collapsed = Word.collapsed(request.query.text)
        guard !names.values.contains(where: { $0.contains { $0.text == collapsed } }) else { return }
        let rare = terms.indices.filter { owners[$0] == nil && generation.count(of: terms[$0]) == 0 }
        guard !rare.isEmpty else { return }
        let known = Set(try await source.standing(rare.map { terms[$0] }).map { rare[$0] })
        let unknown = rare.filter { !known.contains($0) }
        guard !unknown.isEmpty else { return }
        var dropped: Set<Int> = []
        for index in unknown {
            let typed = terms[index].form
            if terms[index].words.count == 1, let taken = try await nearest(to: typed), taken != typed,
                let term = terms[index].replaced(by: taken)
            {
                terms[index] = term
                result.corrections.append(.init(typed: typed, taken: taken))
            } else if !terms[index].isOptional {
                dropped.insert(index)
            }
        }
        try await findCorrectedNames(among: collapsed, isWhole: dropped.isEmpty)
        // Where nothing else is left, the query finds nothing, and says nothing of what was left out.
        guard dropped.count < terms.count else { return }
        drop(dropped)
    }

    /// Looks up the names that corrections lead to. Where words stay unknown, the error may be where a separator is.
    private mutating func findCorrectedNames(among collapsed: String, isWhole: Bool) async throws {
        var meant = result.corrections.map(\.taken) + [terms.map(\.form).joined()]
        let whole = isWhole ? nil : try await nearest(to: collapsed)
        if let whole { meant.append(whole) }
        let found = try await source.named(WantedNames(agents: Set(meant).subtracting([""]))).agents
        names.merge(found) { $0 + $1 }
        guard let whole, let key = found.filter({ $0.value.contains { $0.text == whole } }).keys.min() else { return }
        result.corrections = [.init(typed: request.query.text, taken: AgentNames.lastPart(ofID: key))]
    }

    /// The word of a name that is one typing error away from a word.
    private func nearest(to word: String) async throws -> String? {
        guard AgentNames.spelledLengths.contains(word.unicodeScalars.count) else { return nil }
        return try await source.words(near: word).first { Misspelling.isNear($0, word) }
    }

    private mutating func drop(_ indices: Set<Int>) {
        result.leftOut += indices.sorted().map { terms[$0].form }
        let kept = terms.indices.filter { !indices.contains($0) }
        owners = Dictionary(
            uniqueKeysWithValues: kept.enumerated().compactMap { place, index in owners[index].map { (place, $0) } })
        terms = kept.map { terms[$0] }
    }

    /// Does without the half of the needed terms that say the least; false where one or none is left.
    private mutating func leaveOut() -> Bool {
        guard needed.count > 1 else { return false }
        let sorted = needed.indices.sorted {
            (generation.weight(of: needed[$0]), $0) < (generation.weight(of: needed[$1]), $1)
        }
        let dropped = Set(sorted.prefix(needed.count / 2))
        needed = needed.indices.filter { !dropped.contains($0) }.map { needed[$0] }
        return true
    }

    // MARK: Candidates

    /// The candidates, whatever the filters: those that have all of the query, and where these are few, those that have most
    /// of it. So a filter takes away, and never leads to what the search without it did not take for an answer.
    private mutating func gather() async throws -> [Candidate] {
        let filters = SearchFilters()
        var found = try await named(try await withNeeded([], filters), filters)
        isPartial = found.isEmpty
        isWhole = found.count >= SearchBounds.fewCandidates
        guard !isWhole else { return found }
        while found.count < SearchBounds.fewCandidates, leaveOut() { found = try await withNeeded(found, filters) }
        found = try await withTitled(found, filters)
        return found.count < SearchBounds.fewCandidates ? try await withTelling(found, filters) : found
    }

    /// The candidates that pass the filters: those among all that were looked at, and others where there are more.
    private mutating func passing(_ all: [Candidate]) async throws -> [Candidate] {
        let known = all.filter { filters.passes($0) }
        guard result.isBounded else { return known }
        // What facets count of all others stays a bound.
        result.isBounded = request.hasFacets
        return joined(known, try await named(try await withNeeded([], filters), filters))
    }

    /// Some candidates and those whose name is met.
    private mutating func named(_ some: [Candidate], _ filters: SearchFilters) async throws -> [Candidate] {
        // Of too many names that begin so, an engine leaves some out; of those that are proved, none.
        let collapsed = Word.collapsed(request.query.text)
        let proved = names.filter { $0.value.contains { $0.text == collapsed && $0.kind.isProof } }.keys.sorted()
        let others = Set(names.keys).subtracting(proved).sorted()
        var found = some
        for keys in [proved, others] where !keys.isEmpty {
            found = joined(found, try await candidates(.keys(keys), filters))
        }
        return found
    }

    /// Some candidates and those that have the needed terms.
    private mutating func withNeeded(_ some: [Candidate], _ filters: SearchFilters) async throws -> [Candidate] {
        var found = joined(some, try await candidates(.words(needed), filters))
        // The agents of publishers whose names stand in the query, with the other words.
        for owner in Set(owners.values).sorted() {
            let name = Set(terms.indices.filter { owners[$0] == owner }.map { terms[$0].form })
            let others = needed.filter { !name.contains($0.form) }
            found = joined(found, try await candidates(.owner(owner, others), filters))
        }
        return found
    }

    /// Candidates, each once.
    private func joined(_ some: [Candidate], _ more: [Candidate]) -> [Candidate] {
        var known = Set(some.map(\.key))
        return some + more.filter { known.insert($0.key).inserted }
    }

    /// Some candidates and those in whose name or title any of the telling words stands.
    private mutating func withTitled(_ found: [Candidate], _ filters: SearchFilters) async throws -> [Candidate] {
        // Words that many have would lead to agents that have little else of the query.
        let telling = terms.required.filter { generation.count(of: $0) <= SearchBounds.manyAgents }
        guard terms.required.count > 1, !telling.isEmpty else { return found }
        return joined(found, try await candidates(.titled(telling), filters))
    }

    /// Some candidates and those that have one word which is a good part of the query. An agent that claims words which
    /// nobody else has would be the only answer otherwise.
    private mutating func withTelling(_ found: [Candidate], _ filters: SearchFilters) async throws -> [Candidate] {
        guard terms.required.count > 1 else { return found }
        let ranking = ranking()
        var found = found
        for index in terms.indices where ranking.part(of: [index]) >= SearchBounds.tellingPart {
            leastPart = min(leastPart, ranking.part(of: [index]))
            found = joined(found, try await candidates(.words([terms[index]]), filters))
        }
        return found
    }

    private mutating func candidates(
        _ way: WantedCandidates.Way, _ filters: SearchFilters
    ) async throws -> [Candidate] {
        let found = try await source.candidates(
            WantedCandidates(way, without: negative, passing: filters, marking: terms))
        if found.isBounded { result.isBounded = true }
        return found.candidates.map { candidate in
            var candidate = candidate
            candidate.names = names[candidate.key] ?? []
            return candidate
        }
    }

    // MARK: Order

    private func ranking() -> Ranking {
        Ranking(
            terms: terms, weights: terms.map(generation.weight), exactWeights: terms.map(generation.exactWeight),
            text: request.query.text)
    }

    /// The candidates that answer, in their order.
    private func placed(_ candidates: [Candidate]) -> [Placed] {
        let ranking = ranking()
        // An agent that has all needed terms is a hit, however small a part of the query they are.
        let forms = Set(asked.map(\.form))
        let part = min(
            SearchBounds.smallestPart, leastPart,
            ranking.part(of: terms.indices.filter { forms.contains(terms[$0].form) }))
        // A place is a small thing to move about, a candidate is not.
        return candidates.indices.compactMap { index in
            let candidate = candidates[index]
            return ranking.place(of: candidate, needed: part) { owners[$0] == candidate.owner }.map { ($0, index) }
        }.sorted { $0.0 < $1.0 }.map { ($0, candidates[$1]) }
    }

    private typealias Placed = (place: Ranking.Place, candidate: Candidate)

    /// False where an agent has next to nothing of what others have.
    private func isAnswer(_ placed: Placed) -> Bool {
        !placed.candidate.names.isEmpty || placed.place.score >= leastScore
    }

    /// Makes the page of agents in their order, and returns those that answer.
    private mutating func rank(_ placed: [Placed]) -> [Candidate] {
        let places = placed.filter(isAnswer)
        let rest = request.after.map { after in places.drop { !(after.place < $0.0) } } ?? places[...]
        result.total = places.count
        result.hasMore = rest.count > request.limit
        result.hits = rest.prefix(request.limit).map { place, candidate in
            FoundAgents.Hit(place: place, matched: matched(candidate))
        }
        result.named = places.filter { !$0.1.names.isEmpty }.map(\.1.key)
        if let owner = owners[0], terms.indices.allSatisfy({ owners[$0] == owner }) { result.owners = [owner] }
        return places.map(\.1)
    }

    private func matched(_ candidate: Candidate) -> [FoundAgents.Matched] {
        func words(_ isIn: (Int) -> Bool) -> [String] { terms.indices.filter(isIn).map { terms[$0].form } }
        var fields = [
            FoundAgents.Matched(field: "name", words: words { candidate.marks.has(.name, term: $0) }),
            FoundAgents.Matched(field: "title", words: words { candidate.marks.has(.title, term: $0) }),
            FoundAgents.Matched(field: "summary", words: words { candidate.marks.has(.summary, term: $0) }),
            FoundAgents.Matched(field: "description", words: words { candidate.marks.has(.description, term: $0) }),
            FoundAgents.Matched(field: "publisher", words: words { owners[$0] == candidate.owner }),
        ].filter { !$0.words.isEmpty }
        if !candidate.names.isEmpty, fields.first?.field != "name" {
            fields.insert(FoundAgents.Matched(field: "name", words: [request.query.text]), at: 0)
        }
        return fields
    }
}

/// What bounds a search over any engine.
private enum SearchBounds {
    /// A term that more agents have says little by itself.
    static let manyAgents: Int64 = 2_000
    static let shortestPrefix = 3
    /// The most words of a publisher's name that are looked for.
    static let wordsOfName = 3
    /// An agent that has less of the query is no answer, unless little has more.
    static let smallestPart = 0.35
    /// A word that is such a part of the query may be an answer alone.
    static let tellingPart = 0.2
    /// What has less than so little of the best one's score is no answer beside it.
    static let leastShare: Int64 = 250
    /// Fewer do not fill a page.
    static let fewCandidates = 10
}

extension [SearchQuery.Term] {
    /// The terms that have to stand in an agent: all but the ones of every sentence, unless there are no others.
    fileprivate var required: [SearchQuery.Term] {
        let telling = filter { !$0.isOptional }
        return telling.isEmpty ? self : telling
    }
}
