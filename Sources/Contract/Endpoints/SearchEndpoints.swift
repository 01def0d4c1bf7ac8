package import Events

extension Endpoints {
    package static let listAgents = Endpoint<AgentQuery, NoBody, AgentList>.query(
        "listAgents", "/agents", "List and search agents", caching: .kept, cost: .search,
        fields: [
            (
                Fields.search,
                "Where there is a search engine: 'opensearch' where it has found the agents, else 'postgres' with the reason why it has not."
            )
        ],
        problems: [.cursorExpired])
    package static let suggest = Endpoint<SuggestionQuery, NoBody, SuggestionList>.query(
        "suggest", "/suggest", "Suggest agents, categories and publishers as somebody types", caching: .kept,
        cost: .search)
    package static let listCategories = Endpoint<CategoryQuery, NoBody, CategoryList>.query(
        "listCategories", "/categories", "List categories", caching: .kept, cost: .search)

    static let search: [any AnyEndpoint] = [listAgents, suggest, listCategories]
}

/// The order of a list of agents.
package enum AgentSort: String, Sendable, CaseIterable {
    case relevance
    case recent
    case name
    case stars
    case downloads
    case rating
}

/// What a list of agents is about.
package struct AgentQuery: PositionedParameters, PagedParameters {
    package let words: String?
    package let category: String?
    package let publisher: String?
    package let runtime: String?
    package let license: String?
    package let hasWASM: Bool?
    package let minimumRating: Int64?
    package let sort: AgentSort?
    package let hasFacets: Bool?
    package let limit: Int64
    package let cursor: String?
    package let minimumPosition: Position?

    package init(
        words: String? = nil, category: String? = nil, publisher: String? = nil, runtime: String? = nil,
        license: String? = nil, hasWASM: Bool? = nil, minimumRating: Int64? = nil, sort: AgentSort? = nil,
        hasFacets: Bool? = nil, limit: Int64 = 20, cursor: String? = nil, minimumPosition: Position? = nil
    ) {
        self.words = words
        self.category = category
        self.publisher = publisher
        self.runtime = runtime
        self.license = license
        self.hasWASM = hasWASM
        self.minimumRating = minimumRating
        self.sort = sort
        self.hasFacets = hasFacets
        self.limit = limit
        self.cursor = cursor
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(
            words:category:publisher:runtime:license:hasWASM:minimumRating:sort:hasFacets:limit:cursor:
            minimumPosition:),
        .query(
            "q", \.words, .text(atMost: 4_096),
            "What to look for: words, \"phrases\", -words that must not stand there, and filters such as category:security, publisher:acme, runtime:node, license:mit and is:wasm. Of more than 256 bytes or 16 words the rest does not count."
        ),
        .query("category", \.category, .text(atMost: 256), "One category, in any spelling."),
        .query("publisher", \.publisher, .text(atMost: 256), "The agents of one publisher."),
        .query("runtime", \.runtime, .text(atMost: 256), "One runtime, such as node or python."),
        .query("license", \.license, .text(atMost: 256), "One SPDX licence, such as MIT."),
        .query("has_wasm", \.hasWASM, .flag, "Only agents with a WebAssembly module, or without one."),
        .query("min_rating", \.minimumRating, .integer(from: 1, to: 5), "The lowest average rating."),
        .query(
            "sort", \.sort, .choice(),
            "By relevance, which is usual where something is looked for; by the last publication, which is usual elsewhere; by key, by stars, by downloads counted once for each reader and day, or by rating, where few ratings count as middling ones."
        ),
        .query("facets", \.hasFacets, .flag, "Count the agents by category, publisher and so on."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// A page of a list of agents.
package struct AgentList: Body {
    package let agents: [AgentHit]
    package let search: SearchNotes?
    package let pagination: Pagination

    package init(agents: [AgentHit], search: SearchNotes? = nil, pagination: Pagination) {
        self.agents = agents
        self.search = search
        self.pagination = pagination
    }

    package static let form = Form.object(
        "AgentList", Self.init(agents:search:pagination:),
        .required("agents", \.agents, .list(AgentHit.form)),
        .optional("search", \.search, SearchNotes.form, "Where something is looked for, or facets are asked for."),
        .required("pagination", \.pagination, Pagination.form))
}

/// An agent in a list; where something is looked for, with why it is there.
package struct AgentHit: Body {
    package let summary: AgentSummary
    package let matched: [MatchBody]?
    package let highlights: [HighlightBody]?

    package init(_ summary: AgentSummary, matched: [MatchBody]? = nil, highlights: [HighlightBody]? = nil) {
        self.summary = summary
        self.matched = matched
        self.highlights = highlights
    }

    package static let form = Form.object(
        "AgentHit", Self.init(_:matched:highlights:),
        .including(\.summary, AgentSummary.form),
        .optional("matched", \.matched, .list(MatchBody.form), "Which words stand in which field."),
        .optional("highlights", \.highlights, .list(HighlightBody.form), "Where they stand in what lists show."))
}

/// A field of an agent in which words that were looked for stand.
package struct MatchBody: Body {
    package let field: String
    package let words: [String]

    package init(field: String, words: [String]) {
        self.field = field
        self.words = words
    }

    package static let form = Form.object(
        "Match", Self.init(field:words:),
        .required(
            "field", \.field, .text(.choice(["description", "name", "publisher", "summary", "title"]))),
        .required("words", \.words, .list(.text)))
}

/// The places of words in a text that a list shows.
package struct HighlightBody: Body {
    package let field: String
    package let ranges: [[Int64]]

    package init(field: String, ranges: [[Int64]]) {
        self.field = field
        self.ranges = ranges
    }

    package static let form = Form.object(
        "Highlight", Self.init(field:ranges:),
        .required("field", \.field, .text(.choice(["display_name", "summary"]))),
        .required(
            "ranges", \.ranges, .list(.list(.count)),
            "Each the first character and the one behind the last, counted in Unicode code points."))
}

/// What was made of a query, and how many agents answer it.
package struct SearchNotes: Body {
    package let total: Int64
    package let isBounded: Bool
    package let didYouMean: String?
    package let corrections: [CorrectionBody]
    package let leftOut: [String]
    package let isCut: Bool
    package let facets: [FacetBody]

    package init(
        total: Int64, isBounded: Bool, didYouMean: String?, corrections: [CorrectionBody], leftOut: [String],
        isCut: Bool, facets: [FacetBody]
    ) {
        self.total = total
        self.isBounded = isBounded
        self.didYouMean = didYouMean
        self.corrections = corrections
        self.leftOut = leftOut
        self.isCut = isCut
        self.facets = facets
    }

    package static let form = Form.object(
        "SearchNotes", Self.init(total:isBounded:didYouMean:corrections:leftOut:isCut:facets:),
        .required("total", \.total, .count, "How many agents answer; at least so many where is_bounded is true."),
        .required("is_bounded", \.isBounded, .bool, "True where only the best candidates were counted."),
        .optional("did_you_mean", \.didYouMean, .text, "The query without its typing errors."),
        .required("corrections", \.corrections, .list(CorrectionBody.form), "What was looked for in place of what."),
        .required("left_out", \.leftOut, .list(.text), "Words that were left out, since no agent has all."),
        .required("is_cut", \.isCut, .bool, "True where the query is too long and its end does not count."),
        .required("facets", \.facets, .list(FacetBody.form), "Empty unless they are asked for."))
}

/// A mistyped word and the one that was looked for.
package struct CorrectionBody: Body {
    package let typed: String
    package let taken: String

    package init(typed: String, taken: String) {
        self.typed = typed
        self.taken = taken
    }

    package static let form = Form.object(
        "Correction", Self.init(typed:taken:), .required("typed", \.typed, .text),
        .required("taken", \.taken, .text))
}

/// How many agents have which value of a field, counted without the filter on that field.
package struct FacetBody: Body {
    package let field: String
    package let values: [CountBody]

    package init(field: String, values: [CountBody]) {
        self.field = field
        self.values = values
    }

    package static let form = Form.object(
        "Facet", Self.init(field:values:),
        .required(
            "field", \.field,
            .text(.choice(["category", "has_wasm", "license", "min_rating", "publisher", "runtime"]))),
        .required("values", \.values, .list(CountBody.form), "The most frequent first."))
}

/// A value, and how many agents have it.
package struct CountBody: Body {
    package let value: String
    package let count: Int64

    package init(value: String, count: Int64) {
        self.value = value
        self.count = count
    }

    package static let form = Form.object(
        "Count", Self.init(value:count:), .required("value", \.value, .text),
        .required("count", \.count, .count, "At least, where the search is bounded."))
}

/// What somebody has typed so far.
package struct SuggestionQuery: PositionedParameters {
    package let words: String
    package let minimumPosition: Position?

    package init(words: String, minimumPosition: Position? = nil) {
        self.words = words
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(words:minimumPosition:),
        .query(
            "q", \.words, .text(atMost: 4_096), default: "", "What was typed; with nothing there is nothing to suggest."
        ),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// What somebody may mean, ten at most.
package struct SuggestionList: Body {
    package let suggestions: [Suggestion]

    package init(suggestions: [Suggestion]) {
        self.suggestions = suggestions
    }

    package static let form = Form.object(
        "SuggestionList", Self.init(suggestions:), .required("suggestions", \.suggestions, .list(Suggestion.form)))
}

/// An agent, a category or a publisher.
package struct Suggestion: Body {
    /// What is suggested.
    package enum Kind: String, Sendable, CaseIterable {
        case agent, category, publisher
    }

    package let kind: Kind
    package let id: String
    package let text: String

    package init(kind: Kind, id: String, text: String) {
        self.kind = kind
        self.id = id
        self.text = text
    }

    package static let form = Form.object(
        "Suggestion", Self.init(kind:id:text:), .required("kind", \.kind, .choice()),
        .required("id", \.id, .text, "The key of an agent, a category or a name."),
        .required("text", \.text, .text, "What to show."))
}

/// The parameters of the list of categories.
package struct CategoryQuery: PositionedParameters {
    package let minimumPosition: Position?

    package init(minimumPosition: Position? = nil) {
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(minimumPosition:),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// The categories of all agents.
package struct CategoryList: Body {
    package let categories: [CountBody]

    package init(categories: [CountBody]) {
        self.categories = categories
    }

    package static let form = Form.object(
        "CategoryList", Self.init(categories:),
        .required("categories", \.categories, .list(CountBody.form), "The one of the most agents first, 200 at most."))
}
