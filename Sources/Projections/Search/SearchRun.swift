import Events
import Postgres
import Search

/// One search in a session, in several statements that are each bounded.
struct SearchRun {
    /// The most agents with rare words that are looked at; more have to be common.
    private static let maximumHits: Int64 = 4_000
    /// The most candidates by words.
    private static let maximumCandidates: Int64 = 500
    /// The most candidates of another kind.
    private static let someCandidates: Int64 = 500
    /// How many of the best known agents are tried for common words.
    private static let maximumTried: Int64 = 20_000
    /// A word is common where more than one agent in so many has it.
    private static let commonPart: Int64 = 25
    private static let shortestPrefix = 3
    /// An agent that has less of the query is no answer.
    private static let smallestPart = 0.35
    /// Fewer do not fill a page.
    private static let fewCandidates = 10

    private let request: SearchRequest
    private let generation: SearchGeneration
    private let connection: PostgresConnection
    /// The positive terms that are looked for, in the order of the marks.
    private var terms: [SearchQuery.Term]
    private let negative: [SearchQuery.Term]
    /// The terms that a candidate has to have.
    private var needed: [SearchQuery.Term] = []
    /// The owner whose name a term is, by term.
    private var owners: [Int: String] = [:]
    private var names: [String: [AgentNames.Name]] = [:]
    private var filters = SearchFilters()
    private var result = FoundAgents()

    init(_ request: SearchRequest, _ generation: SearchGeneration, _ connection: PostgresConnection) {
        self.request = request
        self.generation = generation
        self.connection = connection
        terms = request.query.terms.filter { !$0.isNegative }
        negative = request.query.terms.filter(\.isNegative)
    }

    mutating func run() throws -> FoundAgents {
        result.generation = generation.number
        let words = terms.filter { $0.words.count == 1 }.map(\.form)
        let publishers = try SearchFilters.publishers(
            SearchFilters.publisherNames(in: request) + words, connection)
        filters = SearchFilters(request, publishers: publishers)
        for (index, term) in terms.enumerated() where term.words.count == 1 {
            owners[index] = publishers[term.form]
        }
        try findNames()
        try correct()
        needed = Self.required(terms)
        var candidates = try gather(filters)
        let isPartial = candidates.isEmpty
        // Where few agents have all words, those that have most of them follow.
        let isWhole = candidates.count >= Self.fewCandidates
        while candidates.count < Self.fewCandidates, leaveOut() { candidates = try gather(filters) }
        if !isWhole { candidates = try withNamed(candidates, filters) }
        if isPartial {
            let forms = Set(needed.map(\.form))
            result.leftOut += terms.filter { !$0.isOptional && !forms.contains($0.form) }.map(\.form)
        }
        result.terms = terms
        result.needed = needed
        let ranked = rank(candidates)
        if request.hasFacets { try count(ranked) }
        return result
    }

    // MARK: Understanding the query

    private mutating func findNames() throws {
        let collapsed = Word.collapsed(request.query.text)
        guard !collapsed.isEmpty else { return }
        let core = AgentNames.core(request.query.text)
        names = try AgentNames.found(
            [collapsed, core], from: [collapsed, core], shortest: Self.shortestPrefix, connection)
    }

    /// Looks for the words that no agent has, and takes the nearest words of names in their place; what has none is left out.
    private mutating func correct() throws {
        // Whoever is met by name was typed right.
        let collapsed = Word.collapsed(request.query.text)
        guard !names.values.contains(where: { $0.contains { $0.text == collapsed } }) else { return }
        let rare = terms.indices.filter { owners[$0] == nil && generation.count(of: terms[$0]) == 0 }
        guard !rare.isEmpty else { return }
        let known = Set(
            try connection.execute(Statements.knownWords, [.texts(rare.map { Expression.of(terms[$0]) })])
                .map { rare[Int(try $0.integer("number")) - 1] })
        let unknown = rare.filter { !known.contains($0) }
        guard !unknown.isEmpty else { return }
        var dropped: Set<Int> = []
        for index in unknown {
            let typed = terms[index].form
            if terms[index].words.count == 1, let taken = try nearest(to: typed), taken != typed,
                let term = terms[index].replaced(by: taken)
            {
                terms[index] = term
                result.corrections.append(.init(typed: typed, taken: taken))
            } else if !terms[index].isOptional {
                dropped.insert(index)
            }
        }
        try findCorrectedNames(among: collapsed, isWhole: dropped.isEmpty)
        // Where nothing else is left, the query finds nothing, and says nothing of what was left out.
        guard dropped.count < terms.count else { return }
        drop(dropped)
    }

    /// Looks up the names that corrections lead to. Where words stay unknown, the error may be where a separator is.
    private mutating func findCorrectedNames(among collapsed: String, isWhole: Bool) throws {
        var meant = result.corrections.map(\.taken) + [terms.map(\.form).joined()]
        let whole = isWhole ? nil : try nearest(to: collapsed)
        if let whole { meant.append(whole) }
        let found = try AgentNames.found(meant, connection)
        names.merge(found) { $0 + $1 }
        guard let whole, let key = found.filter({ $0.value.contains { $0.text == whole } }).keys.min() else { return }
        result.corrections = [.init(typed: request.query.text, taken: AgentNames.lastPart(ofID: key))]
    }

    /// The word of a name that is one typing error away from a word.
    private func nearest(to word: String) throws -> String? {
        guard AgentNames.spelledLengths.contains(word.unicodeScalars.count) else { return nil }
        let rows = try connection.execute(
            Statements.nearWords,
            [.texts(Misspelling.variants(of: word)), .int4(Int32(word.unicodeScalars.count))])
        return try rows.map { try $0.text("word") }.first { Misspelling.isNear($0, word) }
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

    private mutating func gather(_ filters: SearchFilters) throws -> [Candidate] {
        var found: [String: Candidate] = [:]
        for candidate in try byWords(filters) + byPublisher(filters) + byName(filters) {
            var candidate = candidate
            candidate.names = names[candidate.key] ?? []
            found[candidate.key] = candidate
        }
        return Array(found.values)
    }

    /// The terms that have to stand in an agent: all but the ones of every sentence, unless there are no others.
    static func required(_ terms: [SearchQuery.Term]) -> [SearchQuery.Term] {
        let telling = terms.filter { !$0.isOptional }
        return telling.isEmpty ? terms : telling
    }

    private mutating func byWords(_ filters: SearchFilters) throws -> [Candidate] {
        guard let condition = Expression.all(of: needed, without: negative) else { return try byScore(nil, filters) }
        let agents = max(generation.agents, 1)
        let isRare = needed.contains { generation.count(of: $0) <= max(agents / Self.commonPart, Self.maximumHits / 2) }
        guard isRare else { return try byScore(condition, filters) }
        let named = needed.map { Expression.of($0, in: [.name, .title]) }.joined(separator: " & ")
        return try candidates(
            Statements.candidatesByWords, filters, Self.maximumCandidates,
            [.text(condition), .text(named), .int8(Self.maximumHits)])
    }

    /// Some candidates and those in whose name or title any of the telling words stands.
    private mutating func withNamed(_ candidates: [Candidate], _ filters: SearchFilters) throws -> [Candidate] {
        // Words that many have would lead to agents that have little else of the query.
        let telling = Self.required(terms).filter { generation.count(of: $0) <= Self.maximumHits / 2 }
        guard Self.required(terms).count > 1, !telling.isEmpty else { return candidates }
        let named = "(\(telling.map { Expression.of($0, in: [.name, .title]) }.joined(separator: " | ")))"
        let condition = ([named] + negative.map { "!\(Expression.of($0, isExact: true))" }).joined(separator: " & ")
        let known = Set(candidates.map(\.key))
        return try candidates
            + self.candidates(
                Statements.candidatesByWords, filters, Self.someCandidates,
                [.text(condition), .text(condition), .int8(Self.maximumHits)]
            ).filter { !known.contains($0.key) }
    }

    private mutating func byScore(_ condition: String?, _ filters: SearchFilters) throws -> [Candidate] {
        if generation.agents > Self.maximumTried { result.isBounded = true }
        // Few of the best known may pass the filters.
        let filtered =
            filters.isEmpty || condition == nil
            ? []
            : try candidates(
                Statements.candidatesByWords, filters, Self.maximumCandidates,
                [.text(condition ?? ""), .text(condition ?? ""), .int8(Self.maximumHits)])
        let condition = condition.map(PostgresValue.text) ?? .null
        return try filtered
            + candidates(
                Statements.candidatesByScore, filters, Self.maximumCandidates, [condition, .int8(Self.maximumTried)])
            + candidates(
                Statements.candidatesSince, filters, Self.someCandidates, [condition, .int8(generation.position)])
    }

    /// The agents of publishers whose names stand in the query, with the other words.
    private mutating func byPublisher(_ filters: SearchFilters) throws -> [Candidate] {
        var found: [Candidate] = []
        for (index, owner) in owners.sorted(by: { $0.key < $1.key }) {
            let others = needed.filter { $0.form != terms[index].form }
            let condition = Expression.all(of: others, without: negative)
            found += try candidates(
                Statements.candidatesByKey, filters, Self.someCandidates,
                [condition.map(PostgresValue.text) ?? .null, .texts([]), .texts([owner]), .int8(Self.maximumHits)])
        }
        return found
    }

    private mutating func byName(_ filters: SearchFilters) throws -> [Candidate] {
        guard !names.isEmpty else { return [] }
        let condition = Expression.all(of: [], without: negative)
        return try candidates(
            Statements.candidatesByKey, filters, Self.maximumCandidates,
            [
                condition.map(PostgresValue.text) ?? .null, .texts(names.keys.sorted()), .texts([]),
                .int8(Self.maximumHits),
            ])
    }

    private mutating func candidates(
        _ statement: PostgresStatement, _ filters: SearchFilters, _ limit: Int64, _ more: [PostgresValue]
    ) throws -> [Candidate] {
        let parameters = Candidate.parameters(filters, generation, marking: terms, limit: limit, more)
        let found = try connection.execute(statement, parameters).map(Candidate.init)
        if found.count >= Int(limit) { result.isBounded = true }
        return found
    }

    // MARK: Order

    /// Counts what was found, and what would be without each of the filters.
    private mutating func count(_ ranked: [Candidate]) throws {
        var counted = ranked
        if !filters.isEmpty {
            let known = Set(ranked.map(\.key))
            counted += try gather(SearchFilters()).filter { !known.contains($0.key) }
        }
        result.facets = Facets(counted) { [filters] in filters.passes($0, but: $1) }
    }

    /// Puts candidates in their order, and returns those that answer.
    private mutating func rank(_ candidates: [Candidate]) -> [Candidate] {
        let ranking = Ranking(
            terms: terms, weights: terms.map(generation.weight), exactWeights: terms.map(generation.exactWeight),
            text: request.query.text)
        let forms = Set(needed.map(\.form))
        let part = min(ranking.part(of: terms.indices.filter { forms.contains(terms[$0].form) }), Self.smallestPart)
        let places = candidates.compactMap { candidate in
            ranking.place(of: candidate, needed: part) { owners[$0] == candidate.owner }.map { ($0, candidate) }
        }.sorted { $0.0 < $1.0 }
        let rest = request.after.map { after in places.drop { !(after.place < $0.0) } } ?? places[...]
        result.total = places.count
        result.hasMore = rest.count > request.limit
        result.hits = rest.prefix(request.limit).map { place, candidate in
            FoundAgents.Hit(place: place, matched: matched(candidate))
        }
        result.named = places.filter { !$0.1.names.isEmpty }.map(\.1.key)
        if needed.count == 1, let owner = owners[0], terms.count == 1 { result.owners = [owner] }
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
