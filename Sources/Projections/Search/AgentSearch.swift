import EventLog
public import Events
public import Following
import Postgres
public import Search
import System

/// Searches agents, by the search engine where one is configured and answers, else in the models.
public struct AgentSearch: Sendable {
    private let access: ModelAccess
    private let generations: Feed<SearchGenerations>
    private let engine: SearchEngine?

    /// Creates a search.
    ///
    /// - Parameters:
    ///   - generations: the scores that rank agents apart from a query.
    ///   - engine: what is asked first; nil to search in the models alone.
    public init(_ access: ModelAccess, _ generations: Feed<SearchGenerations>, engine: SearchEngine? = nil) {
        self.access = access
        self.generations = generations
        self.engine = engine
    }

    /// What was found, and by whom.
    public struct Answer: Sendable {
        /// The agents, and what they reflect.
        public let found: Reflecting<FoundAgents>
        /// Who has found them; nil where there is no engine beside the models.
        public let finder: Finder?
    }

    /// Who finds agents where there is an engine.
    public enum Finder: Sendable, Equatable {
        /// The engine.
        case engine
        /// The models, since the engine did not.
        case models(SearchEngine.Fault)
    }

    /// The generation that a cursor names is not kept any more.
    public struct ExpiredCursor: Error {}

    /// How old the known generation may be: each is kept for two minutes after another one was made. The lists of a new one take
    /// long to read, so nobody waits for them while another is known.
    private static let generationMilliseconds: Int64 = 60_000
    /// After how long a search looks for a new one, beside its answer.
    private static let lookAgainMilliseconds: Int64 = 2_000

    private func knownGenerations() async throws -> SearchGenerations {
        try await generations.value(
            atMostMillisecondsOld: Self.generationMilliseconds, readAgainAfterMilliseconds: Self.lookAgainMilliseconds)
    }

    /// Finds the agents that answer a query: by the engine where there is one, and in the models where it does not answer.
    ///
    /// It ranks on the thread of its task, which takes milliseconds.
    ///
    /// - Parameter minimum: the last position that the answer has to reflect.
    /// - Throws: `ExpiredCursor` where the cursor names a generation that is not kept any more.
    public func find(_ request: SearchRequest, notBefore minimum: Position? = nil) async throws -> Answer {
        LoopThread.assertElsewhere()
        var known = try await knownGenerations()
        // Another front may know a newer one.
        if let after = request.after, after.generation > known.present.number {
            known = try await generations.value(atMostMillisecondsOld: 0)
        }
        let generation = try known.generation(request.after?.generation ?? known.present.number)
        var finder: Finder?
        if let engine {
            do {
                return Answer(found: try await find(request, generation, minimum, engine), finder: .engine)
            } catch let fault as SearchEngine.Fault {
                finder = .models(fault)
            }
        }
        let found = try await access.staged(AgentReader.shownModels) { session in
            var search = SearchRun(request, in: ModelCandidates(session: session, generation: generation))
            return try await search.run()
        }
        return Answer(found: found, finder: finder)
    }

    private func find(
        _ request: SearchRequest, _ generation: SearchGeneration, _ minimum: Position?, _ engine: SearchEngine
    ) async throws -> Reflecting<FoundAgents> {
        let answer = try await access.staged(AgentReader.shownModels) { session in
            try await engine.find(
                request, notBefore: minimum, in: ModelCandidates(session: session, generation: generation),
                EventReader(pool: access.pool))
        }
        return Reflecting(
            value: answer.value.found,
            reflection: Reflection(
                next: min(answer.reflection.next, answer.value.next), builds: answer.reflection.builds))
    }

    /// The agents that have what a search needs, or are met by name, in another order than the one of relevance: all of them,
    /// not candidates alone.
    ///
    /// - Parameters:
    ///   - found: what `find` has understood, and whose names it has met.
    ///   - limit: the most agents.
    public func list(
        _ request: SearchRequest, _ found: FoundAgents, from cursor: AgentReader.ListCursor, limit: Int
    ) async throws -> Reflecting<[AgentReader.Summary]> {
        try await access.staged(AgentReader.shownModels) { session in
            let source = ModelCandidates(session: session, generation: SearchGeneration())
            let filters = SearchFilters(request, publishers: try await source.publishers(request.publisherNames))
            let matching = MatchingLists(
                needed: found.needed.isEmpty ? nil : .all(found.needed.map { .of($0) }),
                unwanted: Condition.all([], without: request.query.terms.filter(\.isNegative)),
                named: found.named, owners: found.owners, filters: filters)
            return try await session.run { try matching.list(from: cursor, limit: limit, $0) }
        }
    }

    /// Names the generation of the scores that order what is found.
    public func generation() async throws -> Int32 {
        try await knownGenerations().present.number
    }

    /// The names of owners by their ids.
    public func publisherNames(_ owners: [String]) async throws -> [String: String] {
        try await access.short([.publishers], Statements.publisherNames, [.texts(owners)]) { rows in
            var names: [String: String] = [:]
            for row in rows { names[try row.text("person")] = try row.text("name") }
            return names
        }.value
    }

    private static let maximumCategories: Int64 = 200

    /// The categories with how many agents each has, the one of the most first.
    public func categories() async throws -> Reflecting<[Facets.Count]> {
        try await access.long(AgentReader.shownModels) { connection in
            try connection.execute(Statements.listCategories, [.int8(Self.maximumCategories)]).map { row in
                Facets.Count(value: try row.text("category"), agents: Int(try row.integer("agents")))
            }
        }
    }

    /// What somebody may mean who has typed the beginning of something.
    public func suggest(_ text: String) async throws -> Reflecting<Suggestions> {
        let generation = try await knownGenerations().present
        return try await access.long(AgentReader.shownModels) { try Suggestions(for: text, generation, $0) }
    }
}

extension SearchGenerations {
    fileprivate func generation(_ number: Int32) throws -> SearchGeneration {
        if number == present.number { return present }
        if number == before.number, number > 0 { return before }
        throw AgentSearch.ExpiredCursor()
    }
}
