import JSON
import OpenSearch
import Search
import System

/// Finds candidates in OpenSearch.
///
/// The engine says which agents have which words and which of them fit best. What they are is read from the models, and so is
/// which words and names there are: what may not be shown is dropped, whatever the engine still holds of it.
struct EngineCandidates: CandidateSource {
    private static let maximumCandidates = 500
    /// Half of what OpenSearch takes in one query.
    private static let maximumClauses = 500
    /// What a word counts in each field when the likeliest agents are chosen.
    private static let weights: [(field: Lexemes.Field, boost: Int64)] = [
        (.name, 6), (.title, 4), (.summary, 3), (.description, 1),
    ]

    let models: ModelCandidates
    let client: OpenSearchClient
    /// The index that is searched, or an alias of it.
    let index: String
    /// When the search has to be done, by the steady clock.
    let deadlineMilliseconds: Int64

    var generation: SearchGeneration { models.generation }

    func named(_ names: WantedNames) async throws -> NamedThings { try await models.named(names) }

    func standing(_ terms: [SearchQuery.Term]) async throws -> Set<Int> { try await models.standing(terms) }

    func words(near word: String) async throws -> [String] { try await models.words(near: word) }

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
        let left = deadlineMilliseconds - Host.steadyClockMilliseconds()
        guard left > 0 else { throw SearchEngine.Fault.unavailable }
        let hits = try await client.search(
            index,
            [
                "size": .number(JSONNumber(Int64(Self.maximumCandidates))), "_source": false, "sort": .bestFirst,
                "query": [
                    "function_score": [
                        "query": query, "field_value_factor": ["field": "score", "missing": 1],
                        "boost_mode": "multiply",
                    ]
                ],
                // What may stand in a document bounds nothing: it is looked up in what was found alone.
                "post_filter": .bool(filter: [.matchAll], should: Self.marks(of: wanted.marked)),
            ], timeoutMilliseconds: Int(left))
        var marks: [String: Marks] = [:]
        for hit in hits {
            guard let key = hit["_id"]?.string else { continue }
            let names = hit["matched_queries"]?.array?.compactMap(\.string) ?? []
            marks[key] = Marks(names.compactMap(Marks.Place.init(engineName:)))
        }
        let candidates = try await models.rows(of: marks).filter { wanted.filters.passes($0) }
        return FoundCandidates(candidates, isBounded: hits.count >= Self.maximumCandidates)
    }

    /// How well a term fits a document: the best of its fields and forms.
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

    /// The queries of all marks. Where words have more parts than fit, they are looked for as a whole alone.
    private static func marks(of terms: [SearchQuery.Term]) -> [JSONValue] {
        var left = maximumClauses
        return terms.enumerated().flatMap { index, term in
            Marks.Mark.allCases.map { mark in
                var condition = mark.condition(term)
                if condition.clauses > left { condition = condition.withoutChains }
                left -= condition.clauses
                return [
                    "constant_score": [
                        "filter": condition.engineQuery,
                        "_name": .string(Marks.Place(mark, term: index).engineName),
                    ]
                ]
            }
        }
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

    /// A query whose documents all have one score.
    fileprivate static func scoring(_ query: JSONValue, boost: Int64) -> JSONValue {
        ["constant_score": ["filter": query, "boost": .number(JSONNumber(boost))]]
    }
}
