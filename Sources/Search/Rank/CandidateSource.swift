/// What finds candidates for a search, and knows the words and names that agents have: one for each engine.
///
/// What is understood of a query, and the order of what is found, are the same over all of them (`SearchRun`).
public protocol CandidateSource: Sendable {
    /// The scores that rank agents apart from a query.
    var generation: SearchGeneration { get }

    /// The ids of publishers by their names as they were given; without those that nobody has.
    func publishers(_ names: Set<String>) async throws -> [String: String]

    /// The names that are one of some texts or begin with one of some, by the keys of their agents.
    ///
    /// - Parameters:
    ///   - texts: names without separators.
    ///   - beginnings: two at most. Whole ids and names of whole packages do not count for them.
    func names(_ texts: Set<String>, from beginnings: [String]) async throws -> [String: [AgentNames.Name]]

    /// Which of some terms stand in any agent, by their indices.
    func standing(_ terms: [SearchQuery.Term]) async throws -> Set<Int>

    /// Words of names that may be one typing error away from a word, the most frequent first.
    func words(near word: String) async throws -> [String]

    /// Finds candidates, the likeliest ones where there are more than the engine looks at.
    func candidates(_ wanted: WantedCandidates) async throws -> FoundCandidates
}

/// Which candidates a search wants.
public struct WantedCandidates: Sendable {
    /// How they are met.
    public enum Way: Sendable {
        /// All of some terms stand in them; with none, any agent does.
        case words([SearchQuery.Term])
        /// One of some terms stands in their name or title.
        case titled([SearchQuery.Term])
        /// They have one of some keys.
        case keys([String])
        /// An owner has them, and all of some terms stand in them.
        case owner(String, [SearchQuery.Term])
    }

    /// How they are met.
    public let way: Way
    /// What must not stand in them.
    public let negative: [SearchQuery.Term]
    /// What they have to pass.
    public let filters: SearchFilters
    /// Whose marks are set: 16 terms at most.
    public let marked: [SearchQuery.Term]

    /// Creates a wish.
    public init(
        _ way: Way, without negative: [SearchQuery.Term], passing filters: SearchFilters,
        marking marked: [SearchQuery.Term]
    ) {
        self.way = way
        self.negative = negative
        self.filters = filters
        self.marked = marked
    }
}

/// Candidates that an engine found.
public struct FoundCandidates: Sendable {
    /// The candidates; one may stand there twice.
    public var candidates: [Candidate]
    /// True where there may be more.
    public var isBounded: Bool

    /// Creates the value.
    public init(_ candidates: [Candidate], isBounded: Bool) {
        self.candidates = candidates
        self.isBounded = isBounded
    }
}
