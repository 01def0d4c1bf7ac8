/// What finds candidates for a search, and knows the words and names that agents have: one for each engine.
///
/// What is understood of a query, and the order of what is found, are the same over all of them (`SearchRun`).
public protocol CandidateSource: Sendable {
    /// The scores that rank agents apart from a query.
    var generation: SearchGeneration { get }

    /// Whom and what some names name.
    func named(_ names: WantedNames) async throws -> NamedThings

    /// Which of some terms stand in any agent, by their indices.
    func standing(_ terms: [SearchQuery.Term]) async throws -> Set<Int>

    /// Words of names that may be one typing error away from a word, the most frequent first.
    func words(near word: String) async throws -> [String]

    /// Finds candidates, the likeliest ones where there are more than the engine looks at.
    func candidates(_ wanted: WantedCandidates) async throws -> FoundCandidates
}

/// Names that a query may hold.
public struct WantedNames: Sendable {
    /// Of publishers, as they were given.
    public var publishers: Set<String> = []
    /// Of agents, without separators.
    public var agents: Set<String> = []
    /// What names of agents may begin with, two at most. Whole ids and names of whole packages do not count for these.
    public var beginnings: [String] = []

    /// Creates a wish.
    public init(publishers: Set<String> = [], agents: Set<String> = [], beginnings: [String] = []) {
        self.publishers = publishers
        self.agents = agents
        self.beginnings = beginnings
    }
}

/// What names name.
public struct NamedThings: Sendable {
    /// The ids of publishers by their names as they were given; without those that nobody has.
    public let publishers: [String: String]
    /// The names of agents that are meant, by the keys of the agents.
    public let agents: [String: [AgentNames.Name]]

    /// Creates the value.
    public init(publishers: [String: String] = [:], agents: [String: [AgentNames.Name]] = [:]) {
        self.publishers = publishers
        self.agents = agents
    }
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
