import JSON
import OpenSearch
import Search

/// Finds candidates in OpenSearch.
///
/// The engine says which agents have which words and which of them fit best; what they are is read from the models, so that
/// an agent that may not be shown is dropped whatever the engine still holds of it.
struct EngineCandidates: CandidateSource {
    private static let maximumCandidates = 500
    private static let maximumNames = 700
    private static let maximumSpellings = 500
    /// What a word counts in each field when the likeliest agents are chosen.
    private static let weights: [(field: Lexemes.Field, boost: Int64)] = [
        (.name, 6), (.title, 4), (.summary, 3), (.description, 1),
    ]

    let models: ModelCandidates
    let client: OpenSearchClient
    /// The index that is searched, or an alias of it.
    let index: String

    var generation: SearchGeneration { models.generation }

    // MARK: Words and names

    func publishers(_ names: Set<String>) async throws -> [String: String] { try await models.publishers(names) }

    func names(_ texts: Set<String>, from beginnings: [String]) async throws -> [String: [AgentNames.Name]] {
        guard !texts.isEmpty else { return [:] }
        let whole = texts.flatMap { text in AgentNames.Kind.allCases.map { AgentNames.Name(text: text, kind: $0) } }
        let begun = beginnings.flatMap { text in
            AgentNames.Kind.allCases.filter(\.hasBeginnings).map { AgentNames.Name(text: text, kind: $0) }
        }
        let queries =
            [
                JSONValue.scoring(
                    .query("terms", "names", .array(whole.map { .string($0.engineName) })), boost: 2)
            ] + begun.map { .scoring(.query("prefix", "names", .string($0.engineName)), boost: 1) }
        let answer = try await client.search(
            index,
            [
                "size": .count(Self.maximumNames), "_source": ["names"], "query": .anyOf(queries), "sort": .bestFirst,
            ])
        var found: [String: [AgentNames.Name]] = [:]
        for hit in answer.hits {
            let names = hit.source["names"]?.array?.compactMap { $0.string.flatMap(AgentNames.Name.init(engineName:)) }
            found[hit.id] = names?.filter { name in
                texts.contains(name.text)
                    || (name.kind.hasBeginnings && beginnings.contains { name.text.hasPrefix($0) })
            }
        }
        return found
    }

    func standing(_ terms: [SearchQuery.Term]) async throws -> Set<Int> {
        let filters = terms.enumerated().map { JSONValue.Member("\($0)", Condition.of($1).engineQuery) }
        let answer = try await client.search(
            index,
            [
                "size": 0, "track_total_hits": false,
                "aggs": ["standing": ["filters": ["filters": .object(filters)]]],
            ])
        let buckets = answer["aggregations"]?["standing"]?["buckets"]?.members ?? []
        return Set(buckets.filter { $0.value["doc_count"]?.integer ?? 0 > 0 }.compactMap { Int($0.name) })
    }

    func words(near word: String) async throws -> [String] {
        let fuzzy: JSONValue = ["value": .string(word), "fuzziness": 1, "transpositions": true]
        let answer = try await client.search(
            index,
            [
                "size": .count(Self.maximumSpellings), "_source": ["spellings"],
                "query": .query("fuzzy", "spellings", fuzzy), "sort": .bestFirst,
            ])
        var counts: [String: Int] = [:]
        for hit in answer.hits {
            for spelling in hit.source["spellings"]?.array ?? [] {
                guard let spelling = spelling.string, Misspelling.isNear(spelling, word) else { continue }
                counts[spelling, default: 0] += 1
            }
        }
        return counts.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.map(\.key)
    }

    // MARK: Candidates

    func candidates(_ wanted: WantedCandidates) async throws -> FoundCandidates {
        var (filter, mustNot) = wanted.filters.engineQueries
        mustNot += wanted.negative.map { Condition.of($0, isExact: true).engineQuery }
        var scoring: [JSONValue] = [.matchAll]
        switch wanted.way {
        case .words(let terms):
            filter += terms.map { Condition.of($0).engineQuery }
            if !terms.isEmpty { scoring = terms.map { Self.scoring($0, Self.weights) } }
        case .titled(let terms):
            filter.append(.anyOf(terms.map { Condition.of($0, in: [.name, .title]).engineQuery }))
            scoring = terms.map { Self.scoring($0, Array(Self.weights.prefix(2))) }
        case .keys(let keys): filter.append(.query("terms", "key", .array(keys.map(JSONValue.string))))
        case .owner(let owner, let terms):
            filter += [.query("term", "owner", .string(owner))] + terms.map { Condition.of($0).engineQuery }
        }
        // The engine's own document has no key.
        filter.append(["exists": ["field": "key"]])
        let query: JSONValue = .bool(filter: filter, mustNot: mustNot, should: scoring)
        let answer = try await client.search(
            index,
            [
                "size": .count(Self.maximumCandidates), "_source": false, "sort": .bestFirst,
                "query": [
                    "function_score": [
                        "query": query, "field_value_factor": ["field": "score", "missing": 1],
                        "boost_mode": "multiply",
                    ]
                ],
                // What may stand in a document bounds nothing: it is looked up in what was found alone.
                "post_filter": .bool(filter: [.matchAll], should: Self.marks(of: wanted.marked)),
            ])
        let hits = answer.hits
        let marks = Dictionary(
            uniqueKeysWithValues: hits.map { ($0.id, Marks($0.matched.compactMap(Marks.Place.init(engineName:)))) })
        let candidates = try await models.rows(of: marks).filter { wanted.filters.passes($0) }
        return FoundCandidates(candidates, isBounded: hits.count >= Self.maximumCandidates)
    }

    /// How well a term fits a document: the best of its fields and forms, the others a little.
    private static func scoring(
        _ term: SearchQuery.Term, _ weights: [(field: Lexemes.Field, boost: Int64)]
    ) -> JSONValue {
        let queries = weights.flatMap { field, boost -> [JSONValue] in
            guard term.words.count == 1 else {
                return [.scoring(Condition.of(term, in: [field]).engineQuery, boost: boost)]
            }
            return Condition.lexemes(of: term.words[0]).map { lexeme in
                .query(
                    "term", field.engineName, ["value": .string(lexeme), "boost": .number(JSONNumber(boost))])
            }
        }
        return ["dis_max": ["queries": .array(queries)]]
    }

    private static func marks(of terms: [SearchQuery.Term]) -> [JSONValue] {
        terms.enumerated().flatMap { index, term in
            Marks.Mark.allCases.map { mark in
                [
                    "constant_score": [
                        "filter": mark.condition(term).engineQuery,
                        "_name": .string(Marks.Place(mark, term: index).engineName),
                    ]
                ]
            }
        }
    }
}

extension AgentNames.Name {
    /// The name in a document of an engine.
    fileprivate var engineName: String { "\(kind.rawValue)/\(text)" }

    fileprivate init?(engineName: String) {
        let parts = engineName.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let kind = Int16(parts[0]).flatMap(AgentNames.Kind.init) else { return nil }
        self.init(text: String(parts[1]), kind: kind)
    }
}

extension Marks.Place {
    /// How the query that looks for it is named.
    fileprivate var engineName: String { "\(mark.rawValue)/\(term)" }

    fileprivate init?(engineName: String) {
        let parts = engineName.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 2, let mark = Marks.Mark(rawValue: parts[0]), Marks.terms.contains(parts[1]) else {
            return nil
        }
        self.init(mark, term: parts[1])
    }
}

extension JSONValue {
    /// The order of hits: the best ones, then the best known.
    fileprivate static let bestFirst: JSONValue = [
        ["_score": "desc"], ["score": ["order": "desc", "missing": "_last"]], ["key": "asc"],
    ]

    fileprivate static func count(_ number: Int) -> JSONValue { .number(JSONNumber(Int64(number))) }

    /// A query whose documents all have one score.
    fileprivate static func scoring(_ query: JSONValue, boost: Int64) -> JSONValue {
        ["constant_score": ["filter": query, "boost": .number(JSONNumber(boost))]]
    }

    /// The hits of an answer to a search.
    fileprivate var hits: [(id: String, source: JSONValue, matched: [String])] {
        (self["hits"]?["hits"]?.array ?? []).compactMap { hit in
            guard let id = hit["_id"]?.string else { return nil }
            return (id, hit["_source"] ?? .null, hit["matched_queries"]?.array?.compactMap(\.string) ?? [])
        }
    }
}
