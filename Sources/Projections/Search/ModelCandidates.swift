import Events
import Postgres
import Search

/// Finds candidates in the read models.
///
/// Words that few agents have are looked up; of agents with common words the best known are looked at, which are listed for
/// each such word, so that no search by relevance reads all agents.
struct ModelCandidates: CandidateSource {
    /// The most agents with rare words that are looked at: words that go together stand in more agents than may be expected.
    private static let maximumHits: Int64 = 2_000
    /// The most candidates of one kind.
    private static let maximumCandidates: Int64 = 150
    /// How many of the best known agents are looked at, of all or of those with a word that many have, and of the newest ones
    /// that are not known yet.
    private static let maximumTried: Int64 = 3_000
    private static let maximumListed: Int64 = 1_000
    private static let phraseCost: Int64 = 5
    /// So few of the best known are not all that there is.
    private static let fewCandidates = 50

    let session: ModelSession
    let generation: SearchGeneration

    // MARK: Words and names

    func publishers(_ names: Set<String>) async throws -> [String: String] {
        try await named(WantedNames(publishers: names)).publishers
    }

    private static func publishers(
        _ names: Set<String>, _ connection: PostgresConnection
    ) throws -> [String: String] {
        guard !names.isEmpty else { return [:] }
        let folded = Dictionary(grouping: names, by: folded)
        var found: [String: String] = [:]
        for row in try connection.execute(Statements.findPublishers, [.texts(Array(folded.keys))]) {
            let person = try row.text("person")
            for name in folded[try row.text("folded")] ?? [] { found[name] = person }
        }
        return found
    }

    /// The name of a publisher as the models fold it.
    static func folded(_ name: String) -> String { Username(name)?.folded ?? name.lowercased() }

    func named(_ names: WantedNames) async throws -> NamedThings {
        guard !names.publishers.isEmpty || !names.agents.isEmpty else { return NamedThings() }
        return try await session.run { connection in
            NamedThings(
                publishers: try Self.publishers(names.publishers, connection),
                agents: names.agents.isEmpty
                    ? [:] : try AgentNames.found(names.agents, from: names.beginnings, connection))
        }
    }

    func standing(_ terms: [SearchQuery.Term]) async throws -> Set<Int> {
        let conditions = terms.map { Condition.of($0).tsquery }
        return try await session.run { connection in
            Set(
                try connection.execute(Statements.knownWords, [.texts(conditions)])
                    .map { Int(try $0.integer("number")) - 1 })
        }
    }

    func words(near word: String) async throws -> [String] {
        try await session.run { connection in
            try connection.execute(
                Statements.nearWords,
                [.texts(Misspelling.variants(of: word)), .int4(Int32(word.unicodeScalars.count))]
            ).map { try $0.text("word") }
        }
    }

    // MARK: Candidates

    func candidates(_ wanted: WantedCandidates) async throws -> FoundCandidates {
        try await session.run { connection in
            switch wanted.way {
            case .words(let terms): try byWords(terms, wanted, connection)
            case .titled(let terms):
                try byWords([.any(terms.map { Condition.of($0).inNames })], first: nil, wanted, connection)
            case .keys(let keys): try byKey([], [.texts(keys), .texts([])], wanted, connection)
            case .owner(let owner, let terms): try byOwner(owner, terms.map { .of($0) }, wanted, connection)
            }
        }
    }

    /// The candidates of some keys, with the marks of each; without those that search may not show.
    func rows(of marks: [String: Marks]) async throws -> [Candidate] {
        guard !marks.isEmpty else { return [] }
        return try await session.run { connection in
            try connection.execute(
                Statements.candidateRows,
                [.texts(Array(marks.keys)), .int4(SearchGeneration.newcomersScore), .int4(generation.number)]
            ).compactMap { row in try marks[try row.text("key")].map { try Candidate(row, $0) } }
        }
    }

    private func byWords(
        _ terms: [SearchQuery.Term], _ wanted: WantedCandidates, _ connection: PostgresConnection
    ) throws -> FoundCandidates {
        let conditions = terms.map { Condition.of($0) }
        let most = Int(Self.most(Self.maximumListed, conditions))
        guard var known = generation.places(of: conditions, atMost: most) else {
            return try byScore(wanted, connection)
        }
        let named = Condition.all(conditions).inNames
        guard known.agents > 0 else { return try byWords(conditions, first: named, wanted, connection) }
        let shown = Int(Self.maximumCandidates)
        var some = FoundCandidates([], isBounded: false)
        // Those with the words in names and titles come first, unless these say little.
        if !known.isCut, known.places.count > shown, let first = generation.places(of: [named], atMost: shown) {
            known.begin(with: first)
            if !first.few.isEmpty { some = try byFew(first.few, [named], wanted, connection) }
        }
        let found = some.joined(with: try byList(known, conditions, wanted, connection))
        // Few of the best known may have all words, or pass the filters.
        guard found.isBounded, found.candidates.count < Self.fewCandidates || !wanted.filters.isEmpty else {
            return found
        }
        return found.joined(with: try byWords(conditions, first: named, wanted, connection))
    }

    /// - Parameter first: those that meet it come first; nil for all.
    private func byWords(
        _ conditions: [Condition], first: Condition?, _ wanted: WantedCandidates, _ connection: PostgresConnection
    ) throws -> FoundCandidates {
        let whole = wanted.whole(conditions)
        return try found(
            Statements.candidatesByWords, wanted,
            [
                whole, first.map { .text($0.tsquery) } ?? whole, .int8(Self.most(Self.maximumHits, conditions)),
            ], connection)
    }

    /// How many agents are looked at for some conditions: fewer for phrases, since to find words one behind the other takes the
    /// database many times as long as to find the words.
    private static func most(_ agents: Int64, _ conditions: [Condition]) -> Int64 {
        conditions.contains { if case .chain = $0 { true } else { false } } ? agents / phraseCost : agents
    }

    /// The best known ones that have words which many have, those that have rarer forms of these words, and those that are
    /// newer than what is known.
    private func byList(
        _ words: KnownPlaces, _ conditions: [Condition], _ wanted: WantedCandidates, _ connection: PostgresConnection
    ) throws -> FoundCandidates {
        let whole = wanted.whole(conditions)
        var known =
            words.places.isEmpty
            ? FoundCandidates([], isBounded: false)
            : try found(Statements.candidatesListed, wanted, [whole, .int4s(words.places)], connection)
        if words.isCut || generation.agents > ListedWord.maximumPlaces { known.isBounded = true }
        if !words.few.isEmpty {
            known = known.joined(with: try byFew(words.few, conditions, wanted, connection))
        }
        return known.joined(with: try since(whole, wanted, connection))
    }

    /// Those that meet some conditions and have one of some words that few have.
    private func byFew(
        _ few: [String], _ conditions: [Condition], _ wanted: WantedCandidates, _ connection: PostgresConnection
    ) throws -> FoundCandidates {
        try byWords(conditions + [.any(few.map { .word($0, in: []) })], first: nil, wanted, connection)
    }

    /// The best known ones, and those that are newer than what is known.
    private func byScore(_ wanted: WantedCandidates, _ connection: PostgresConnection) throws -> FoundCandidates {
        let whole = wanted.whole([])
        var known = try found(
            Statements.candidatesByScore, wanted, [whole, .int8(Self.maximumTried)], connection)
        if generation.agents > Self.maximumTried { known.isBounded = true }
        return known.joined(with: try since(whole, wanted, connection))
    }

    private func since(
        _ whole: PostgresValue, _ wanted: WantedCandidates, _ connection: PostgresConnection
    ) throws -> FoundCandidates {
        let (position, most) = (PostgresValue.int8(generation.position), PostgresValue.int8(Self.maximumTried))
        var newest = try found(Statements.candidatesSince, wanted, [whole, position, most], connection)
        if try connection.execute(Statements.newcomersBeyond, [position, most]).first?.bool(0) == true {
            newest.isBounded = true
        }
        return newest
    }

    /// The agents of an owner that meet some conditions. Where few agents of all meet these, the owner, who may have all of the
    /// marketplace, is looked at with each; else some of the owner's are looked at.
    private func byOwner(
        _ owner: String, _ conditions: [Condition], _ wanted: WantedCandidates, _ connection: PostgresConnection
    ) throws -> FoundCandidates {
        if generation.agents <= ListedWord.maximumPlaces,
            let known = generation.places(of: conditions, atMost: Int(Self.maximumListed)), !known.isCut
        {
            let scoped = WantedCandidates(
                wanted.way, without: wanted.negative, passing: wanted.filters.narrowed(toOwner: owner),
                marking: wanted.marked)
            return try byList(known, conditions, scoped, connection)
        }
        var some = try byKey(conditions, [.texts([]), .texts([owner])], wanted, connection)
        // All of an owner's are not looked at for what not all of them have.
        if !conditions.isEmpty || !wanted.filters.isEmpty || !wanted.negative.isEmpty { some.isBounded = true }
        return some
    }

    private func byKey(
        _ conditions: [Condition], _ keys: [PostgresValue], _ wanted: WantedCandidates,
        _ connection: PostgresConnection
    ) throws -> FoundCandidates {
        try found(
            Statements.candidatesByKey, wanted, [wanted.whole(conditions)] + keys + [.int8(Self.maximumHits)],
            connection)
    }

    private func found(
        _ statement: PostgresStatement, _ wanted: WantedCandidates, _ more: [PostgresValue],
        _ connection: PostgresConnection
    ) throws -> FoundCandidates {
        let parameters = Candidate.parameters(
            wanted.filters, generation, marking: wanted.marked, limit: Self.maximumCandidates, more)
        let candidates = try connection.execute(statement, parameters).map { try Candidate($0) }
        return FoundCandidates(candidates, isBounded: candidates.count >= Int(Self.maximumCandidates))
    }
}

extension WantedCandidates {
    /// All of some conditions, and that nothing stands there that must not, as a parameter of a statement.
    fileprivate func whole(_ conditions: [Condition]) -> PostgresValue {
        Condition.all(conditions, without: negative).map { .text($0.tsquery) } ?? .null
    }
}

extension FoundCandidates {
    fileprivate func joined(with more: FoundCandidates) -> FoundCandidates {
        FoundCandidates(candidates + more.candidates, isBounded: isBounded || more.isBounded)
    }
}
