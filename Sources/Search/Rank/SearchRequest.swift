/// What a search asks an engine for.
public struct SearchRequest: Sendable {
    /// What somebody looks for.
    public var query: SearchQuery
    /// Filters beside those of the query, as parameters of an endpoint name them.
    public var filters: [SearchQuery.Filter] = []
    /// The lowest average rating, in hundredths; nil for any.
    public var minimumRating: Int32?
    /// The most agents to find.
    public var limit = 20
    /// True where values are counted.
    public var hasFacets = false
    /// Where a page goes on; nil for the first one.
    public var after: SearchCursor?

    /// Creates a request for the first page.
    public init(_ query: SearchQuery) {
        self.query = query
    }

    /// All filters.
    public var allFilters: [SearchQuery.Filter] { query.filters + filters }
}

/// Where a page of a search goes on: behind a place in the order that a generation of scores gives.
public struct SearchCursor: Sendable, Equatable {
    /// The generation of the scores.
    public let generation: Int32
    /// The last place of the page before.
    public let place: Ranking.Place

    /// Creates a cursor.
    public init(generation: Int32, place: Ranking.Place) {
        self.generation = generation
        self.place = place
    }
}

/// What an engine found.
public struct FoundAgents: Sendable {
    /// An agent that answers a query.
    public struct Hit: Sendable {
        /// Where it stands in the order.
        public let place: Ranking.Place
        /// In which fields which terms stand.
        public let matched: [Matched]

        /// Creates a hit.
        public init(place: Ranking.Place, matched: [Matched]) {
            self.place = place
            self.matched = matched
        }
    }

    /// A field of an agent in which terms of a query stand.
    public struct Matched: Sendable, Equatable {
        /// The field: `name`, `title`, `summary`, `description` or `publisher`.
        public let field: String
        /// The terms, in the order of the query.
        public let words: [String]

        /// Creates the value.
        public init(field: String, words: [String]) {
            self.field = field
            self.words = words
        }
    }

    /// A word that no agent has, and the one that was looked for in its place.
    public struct Correction: Sendable, Equatable {
        /// The word as typed.
        public let typed: String
        /// The word that was meant, perhaps.
        public let taken: String

        /// Creates a correction.
        public init(typed: String, taken: String) {
            self.typed = typed
            self.taken = taken
        }
    }

    /// The hits of the page, the best first.
    public var hits: [Hit] = []
    /// True where there are more behind them.
    public var hasMore = false
    /// How many agents answer, at least.
    public var total = 0
    /// True where candidates were bounded, so that there may be more than `total`, and more than a facet counts.
    public var isBounded = false
    /// How many candidates have which value, of each field.
    public var facets = Facets()
    /// The words that were replaced.
    public var corrections: [Correction] = []
    /// The words that were left out, since no agent has all.
    public var leftOut: [String] = []
    /// The terms that were looked for.
    public var terms: [SearchQuery.Term] = []
    /// The terms that an agent has to have.
    public var needed: [SearchQuery.Term] = []
    /// The keys of agents that are met by name, whatever else stands in them.
    public var named: [String] = []
    /// The owner whose name is all of the query; empty where it is none's.
    public var owners: [String] = []
    /// The generation of the scores that gave the order.
    public var generation: Int32 = 0

    /// Creates a result without hits.
    public init() {}

    /// The query without its typing errors, all else as it was typed; nil where there were none.
    public func didYouMean(_ query: SearchQuery) -> String? {
        guard !corrections.isEmpty else { return nil }
        if corrections.contains(where: { $0.typed == query.text }) { return corrections.first?.taken }
        let scalars = Array(query.typed.unicodeScalars)
        var (meant, next) = (String.UnicodeScalarView(), 0)
        for word in Word.all(in: query.typed) {
            guard let correction = corrections.first(where: { $0.typed == word.form }) else { continue }
            meant.append(contentsOf: scalars[next..<word.range.lowerBound])
            meant.append(contentsOf: correction.taken.unicodeScalars)
            next = word.range.upperBound
        }
        meant.append(contentsOf: scalars[next...])
        return String(meant)
    }
}
