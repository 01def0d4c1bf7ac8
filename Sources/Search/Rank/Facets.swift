/// How many agents have which value of a field, each field counted without its own filter.
public struct Facets: Sendable, Equatable {
    /// A value and how many have it.
    public struct Count: Sendable, Equatable {
        /// The value.
        public let value: String
        /// How many agents have it, at least.
        public let agents: Int

        /// Creates a count.
        public init(value: String, agents: Int) {
            self.value = value
            self.agents = agents
        }
    }

    /// The most values of a field.
    public static let maximumValues = 20
    /// The lowest average ratings that are counted.
    private static let lowestRatings: [Int64] = [4, 3, 2, 1]

    /// By category, as the most agents spell it.
    public private(set) var categories: [Count] = []
    /// By owner.
    public private(set) var owners: [Count] = []
    /// By runtime.
    public private(set) var runtimes: [Count] = []
    /// By licence.
    public private(set) var licenses: [Count] = []
    /// How many have a WebAssembly module.
    public private(set) var withWASM = 0
    /// By the lowest average rating.
    public private(set) var ratings: [Count] = []

    /// Creates facets without counts.
    public init() {}

    /// Counts candidates.
    ///
    /// - Parameter passes: true for a candidate that passes the filters of all fields but one.
    public init(_ candidates: [Candidate], passes: (Candidate, FacetField) -> Bool) {
        func counts(_ field: FacetField, _ values: (Candidate) -> [String]) -> [Count] {
            var counts: [String: Int] = [:]
            for candidate in candidates where passes(candidate, field) {
                for value in values(candidate) where !value.isEmpty { counts[value, default: 0] += 1 }
            }
            return counts.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.prefix(Self.maximumValues)
                .map { Count(value: $0.key, agents: $0.value) }
        }
        categories = Self.merged(counts(.category) { [$0.category] })
        owners = counts(.publisher) { [$0.owner] }
        runtimes = counts(.runtime) { [$0.runtime] }
        licenses = counts(.license, \.licenses)
        withWASM = candidates.count { $0.hasWASM && passes($0, .wasm) }
        ratings = Self.lowestRatings.map { stars in
            let having = candidates.count {
                $0.ratings > 0 && $0.ratingHundredths >= stars * 100 && passes($0, .rating)
            }
            return Count(value: "\(stars)", agents: having)
        }
    }

    /// Spellings of one category as one, in the spelling that the most have.
    private static func merged(_ counts: [Count]) -> [Count] {
        var merged: [(form: String, count: Count)] = []
        for count in counts {
            let form = Word.collapsed(count.value)
            if let known = merged.firstIndex(where: { $0.form == form }) {
                let sum = merged[known].count.agents + count.agents
                merged[known].count = Count(value: merged[known].count.value, agents: sum)
            } else {
                merged.append((form, count))
            }
        }
        return merged.map(\.count).sorted { (-$0.agents, $0.value) < (-$1.agents, $1.value) }
    }
}

/// A field whose values are counted.
public enum FacetField: Sendable {
    case category, publisher, runtime, license, wasm, rating
}
