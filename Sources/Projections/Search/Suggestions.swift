import Postgres
import Search

/// What somebody may mean who has typed the beginning of something: ten at most.
public struct Suggestions: Sendable {
    private static let maximumAgents = 6
    private static let maximumOthers: Int64 = 2
    private static let maximumCompletions: Int64 = 3
    private static let maximumCandidates: Int64 = 200
    /// How many of the newest agents are looked at.
    private static let maximumNewcomers: Int64 = 3_000

    /// The keys of agents, the likeliest first.
    public private(set) var agents: [String] = []
    /// Categories.
    public private(set) var categories: [String] = []
    /// Names of publishers.
    public private(set) var publishers: [String] = []

    init(for text: String, _ generation: SearchGeneration, _ connection: PostgresConnection) throws {
        let query = SearchQuery(text)
        let beginning = Word.collapsed(query.text)
        guard !beginning.isEmpty else { return }
        let names = try AgentNames.found([beginning], from: [beginning], connection).keys.sorted()
        var found = try candidates(
            Statements.candidatesByKey, [.null, .texts(names), .texts([]), .int8(Self.maximumCandidates)], generation,
            connection)
        if found.count < Self.maximumAgents {
            for completed in try completions(of: query, generation, connection)
            where Set(found).count < Self.maximumAgents {
                found += try candidates(with: completed.map { .of($0) }, generation, connection)
            }
        }
        var seen: Set<String> = []
        agents = Array(found.filter { seen.insert($0).inserted }.prefix(Self.maximumAgents))
        categories = try connection.execute(
            Statements.categoriesBeginning, [.text(beginning), .int8(Self.maximumOthers)]
        ).map { try $0.text("category") }
        publishers = try connection.execute(
            Statements.publishersBeginning,
            [.text(ModelCandidates.folded(query.text)), .int8(Self.maximumOthers)]
        ).map { try $0.text("name") }
    }

    /// The query with its last word completed to words that many agents have.
    private func completions(
        of query: SearchQuery, _ generation: SearchGeneration, _ connection: PostgresConnection
    ) throws -> [[SearchQuery.Term]] {
        let terms = query.terms.filter { !$0.isNegative }
        guard let last = terms.last, last.words.count == 1 else { return [] }
        let words = try connection.execute(
            Statements.completeWords, [.int4(generation.number), .text(last.form), .int8(Self.maximumCompletions)]
        ).map { try $0.text("word") }
        return words.compactMap { word in last.replaced(by: word).map { terms.dropLast() + [$0] } }
    }

    private func candidates(
        with conditions: [Condition], _ generation: SearchGeneration, _ connection: PostgresConnection
    ) throws -> [String] {
        let whole = PostgresValue.text(Condition.all(conditions).tsquery)
        let most = PostgresValue.int8(Self.maximumCandidates)
        var found: [String] = []
        if let known = generation.places(of: conditions, atMost: Int(Self.maximumCandidates)), !known.places.isEmpty {
            found = try candidates(
                Statements.candidatesListed, [whole, .int4s(known.places)], generation, connection)
            if !known.isCut, known.few.isEmpty, generation.agents <= ListedWord.maximumPlaces {
                return found
                    + (try candidates(
                        Statements.candidatesSince, [whole, .int8(generation.position), .int8(Self.maximumNewcomers)],
                        generation, connection))
            }
        }
        // Few of the best known may have all words.
        guard found.count < Self.maximumAgents else { return found }
        return found
            + (try candidates(Statements.candidatesByWords, [whole, whole, most], generation, connection))
    }

    private func candidates(
        _ statement: PostgresStatement, _ more: [PostgresValue], _ generation: SearchGeneration,
        _ connection: PostgresConnection
    ) throws -> [String] {
        try connection.execute(
            statement,
            Candidate.parameters(
                SearchFilters(), generation, marking: [], limit: Int64(Self.maximumAgents), more)
        ).map { try $0.text("key") }
    }
}
