import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer
import Projections
import Search
import System

extension QueryFront {
    func addSearch(to routes: inout QueryRoutes) {
        // Splitting texts and ranking take milliseconds, in which the thread of all connections has other things to do.
        routes.on(Endpoints.listAgents, of: AgentReader.shownModels) { query in
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await listAgents(query) }
        }
        routes.on(Endpoints.suggest, of: AgentReader.shownModels) { query in
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await suggest(query) }
        }
        routes.on(Endpoints.listCategories, of: AgentReader.shownModels) { _ in
            let found = try await search.categories()
            return Page(
                value: CategoryList(categories: found.value.map(CountBody.init)), reflecting: found.reflection,
                subject: .lists)
        }
    }

    func listAgents(_ query: AgentQuery) async throws -> Page<AgentList> {
        var request = SearchRequest(SearchQuery(query.words ?? ""))
        request.filters = query.filters
        request.minimumRating = query.minimumRating.map { Int32($0) * 100 }
        request.limit = Int(query.limit)
        request.hasFacets = query.hasFacets == true
        let isLooking = !request.query.isEmpty
        let sort = query.sort ?? (isLooking ? .relevance : .recent)
        if isLooking, sort == .relevance { return try await listByRelevance(query, request) }
        return try await list(query, request, by: sort == .relevance ? .recent : sort)
    }

    private func listByRelevance(_ query: AgentQuery, _ given: SearchRequest) async throws -> Page<AgentList> {
        var request = given
        request.after = try query.cursor.map { text throws(Problem) in
            guard let cursor = SearchCursor(text, of: query) else { throw badCursor }
            return cursor
        }
        let answer = try await find(request, query)
        let found = answer.found
        async let notes = notes(found.value, query, request)
        let rows = try await agents.agents(found.value.hits.map(\.place.key))
        let hits = Dictionary(uniqueKeysWithValues: found.value.hits.map { ($0.place.key, $0) })
        let highlighter = Highlighter(found.value.terms)
        let listed = try rows.value.map { row in
            AgentHit(
                try AgentSummary(row),
                matched: hits[row.key]?.matched.map { MatchBody(field: $0.field, words: $0.words) },
                highlights: highlighter.bodies(title: row.title, summary: row.summary))
        }
        let next = found.value.hasMore ? found.value.hits.last : nil
        let cursor = next.map { SearchCursor(generation: found.value.generation, place: $0.place).text(of: query) }
        return Page(
            value: AgentList(
                agents: listed, search: try await notes,
                pagination: Pagination(limit: query.limit, nextCursor: cursor)),
            reflecting: found.reflection.merged(with: rows.reflection), cursor: cursor, fields: answer.fields,
            subject: answer.subject)
    }

    private func list(_ query: AgentQuery, _ request: SearchRequest, by sort: AgentSort) async throws -> Page<AgentList>
    {
        let start = try sort.start(query.cursor)
        // One row more than requested tells whether there is a next page.
        let limit = Int(query.limit) + 1
        let isPlain = request.query.terms.isEmpty && request.allFilters.isEmpty && request.minimumRating == nil
        let isAsked = !request.query.isEmpty || query.hasFacets == true
        let answer = isAsked ? try await find(request, query) : nil
        let found = answer?.found
        let rows =
            isPlain
            ? try await agents.list(from: start, limit: limit)
            : try await search.list(request, found?.value ?? FoundAgents(), from: start, limit: limit)
        let page = PageRows(rows.value, limit: query.limit, cursor: sort.cursor)
        var said: SearchNotes?
        if let found { said = try await notes(found.value, query, request) }
        return Page(
            value: AgentList(
                agents: try page.rows.map { AgentHit(try AgentSummary($0)) }, search: said,
                pagination: page.pagination),
            reflecting: found.map { $0.reflection.merged(with: rows.reflection) } ?? rows.reflection,
            cursor: page.pagination.nextCursor, fields: answer?.fields ?? [:],
            subject: answer == nil ? .lists : answer?.subject)
    }

    private func find(_ request: SearchRequest, _ query: AgentQuery) async throws -> AgentSearch.Answer {
        let began = Host.steadyClockNanoseconds()
        do {
            let answer = try await search.find(request, notBefore: query.minimumPosition)
            searched(
                Searched(
                    index: answer.finder == .engine ? "opensearch" : "postgres", found: answer.found.value.total,
                    nanoseconds: Host.steadyClockNanoseconds() - began))
            return answer
        } catch is AgentSearch.ExpiredCursor {
            throw Problem(.cursorExpired, "'cursor' belongs to an order of agents that is not kept any more")
        }
    }

    private func notes(
        _ found: FoundAgents, _ query: AgentQuery, _ request: SearchRequest
    ) async throws -> SearchNotes {
        var facets: [FacetBody] = []
        if query.hasFacets == true { facets = try await bodies(of: found.facets) }
        return SearchNotes(
            total: Int64(found.total), isBounded: found.isBounded, didYouMean: found.didYouMean(request.query),
            corrections: found.corrections.map { CorrectionBody(typed: $0.typed, taken: $0.taken) },
            leftOut: found.leftOut, isCut: request.query.isCut,
            facets: facets)
    }

    private func bodies(of facets: Facets) async throws -> [FacetBody] {
        let names = try await search.publisherNames(facets.owners.map(\.value))
        let publishers = facets.owners.compactMap { count in
            names[count.value].map { CountBody(value: $0, count: Int64(count.agents)) }
        }
        return [
            FacetBody(field: "category", values: facets.categories.map(CountBody.init)),
            FacetBody(field: "publisher", values: publishers),
            FacetBody(field: "runtime", values: facets.runtimes.map(CountBody.init)),
            FacetBody(field: "license", values: facets.licenses.map(CountBody.init)),
            FacetBody(field: "has_wasm", values: [CountBody(value: "true", count: Int64(facets.withWASM))]),
            FacetBody(field: "min_rating", values: facets.ratings.map(CountBody.init)),
        ]
    }

    private func suggest(_ query: SuggestionQuery) async throws -> Page<SuggestionList> {
        let found = try await search.suggest(query.words)
        let rows = try await agents.agents(found.value.agents)
        let suggestions =
            try rows.value.map { row in
                let summary = try AgentSummary(row)
                return Suggestion(kind: .agent, id: row.key, text: summary.displayName)
            } + found.value.categories.map { Suggestion(kind: .category, id: Word.collapsed($0), text: $0) }
            + found.value.publishers.map { Suggestion(kind: .publisher, id: $0, text: $0) }
        return Page(
            value: SuggestionList(suggestions: suggestions), reflecting: found.reflection.merged(with: rows.reflection),
            subject: .lists)
    }
}

extension AgentSearch.Answer {
    /// What changes the answer; nil for one that is not kept, since the engine will give another as soon as it can.
    fileprivate var subject: CachedAnswers.Subject? {
        if case .models? = finder { nil } else { .lists }
    }

    /// Says who has found the agents.
    fileprivate var fields: HTTPFields {
        switch finder {
        case nil: [:]
        case .engine?: [Fields.search: "opensearch"]
        case .models(let fault)?: [Fields.search: "postgres; reason=\(fault.rawValue)"]
        }
    }
}

extension CountBody {
    init(_ count: Facets.Count) { self.init(value: count.value, count: Int64(count.agents)) }
}

extension Highlighter {
    /// Where words stand in what a list shows; nil where they stand in none of it.
    fileprivate func bodies(title: String, summary: String) -> [HighlightBody]? {
        let bodies = [("display_name", title), ("summary", summary)].compactMap { field, text -> HighlightBody? in
            let ranges = ranges(in: text).map { [Int64($0.lowerBound), Int64($0.upperBound)] }
            return ranges.isEmpty ? nil : HighlightBody(field: field, ranges: ranges)
        }
        return bodies.isEmpty ? nil : bodies
    }
}

extension AgentQuery {
    /// The filters that are parameters of their own.
    fileprivate var filters: [SearchQuery.Filter] {
        let named: [(SearchQuery.Filter.Field, String?)] = [
            (.category, category), (.publisher, publisher), (.runtime, runtime), (.license, license),
        ]
        return named.compactMap { field, value in value.map { SearchQuery.Filter(field, $0) } }
            + (hasWASM.map { [SearchQuery.Filter(.is, "wasm", isNegative: !$0)] } ?? [])
    }

    /// Tells searches apart, so that a cursor is used for its own alone.
    fileprivate var digest: String {
        let parts = [
            words, category, publisher, runtime, license, hasWASM?.description, minimumRating?.description,
        ].map { $0 ?? "\u{0}" }
        return String(SHA256Digest(of: Array(parts.joined(separator: "\u{1}").utf8)).hex.prefix(8))
    }
}

extension SearchCursor {
    /// A cursor that `text` has written for the same query; nil for any other.
    fileprivate init?(_ text: String, of query: AgentQuery) {
        let parts = text.split(separator: "/")
        guard parts.count == 5, parts[0] == query.digest, let generation = Int32(parts[1]), let tier = Int(parts[2]),
            let score = Int64(parts[3]), Ranking.Place.tiers.contains(tier), score >= 0, generation >= 0,
            AgentKey(String(parts[4])) != nil
        else { return nil }
        self.init(generation: generation, place: Ranking.Place(tier: tier, score: score, key: String(parts[4])))
    }

    fileprivate func text(of query: AgentQuery) -> String {
        "\(query.digest)/\(generation)/\(place.tier)/\(place.score)/\(place.key)"
    }
}

extension AgentSort {
    /// The point at which a list starts or continues.
    fileprivate func start(_ cursor: String?) throws(Problem) -> AgentReader.ListCursor {
        switch self {
        case .recent, .relevance:
            guard let cursor else { return .recent(before: .max) }
            guard let position = Int64(cursor), position >= 0 else { throw badCursor }
            return .recent(before: position)
        case .name:
            guard let cursor else { return .name(after: "") }
            guard AgentKey(cursor) != nil else { throw badCursor }
            return .name(after: cursor)
        case .stars:
            let (count, key) = try Self.counted(cursor)
            return .stars(below: count, after: key)
        case .downloads:
            let (count, key) = try Self.counted(cursor)
            return .downloads(below: count, after: key)
        case .rating:
            let (rating, key) = try Self.counted(cursor)
            return .rating(below: rating, after: key)
        }
    }

    /// A count and a key, as `cursor` writes them.
    private static func counted(_ cursor: String?) throws(Problem) -> (count: Int64, key: String) {
        guard let cursor else { return (.max, "") }
        let parts = cursor.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let count = Int64(parts[0]), count >= 0, AgentKey(String(parts[1])) != nil else {
            throw badCursor
        }
        return (count, String(parts[1]))
    }

    /// The cursor of the page that starts behind a row.
    fileprivate func cursor(_ row: AgentReader.Summary) -> String {
        switch self {
        case .recent, .relevance: row.position.description
        case .name: row.key
        case .stars: "\(row.stars)/\(row.key)"
        case .downloads: "\(row.readers)/\(row.key)"
        case .rating: "\(row.rated)/\(row.key)"
        }
    }
}
