/// The order of agents that answer a query.
///
/// Whose id, last part of the id, or imported package is what was typed comes first, in this order. Below them decides a
/// score: how much of the query stands in which field, times how well the agent is known. What publishers claim of
/// themselves never puts an agent into a tier.
public struct Ranking: Sendable {
    /// Where an agent stands: a higher tier, then a higher score, then the lower key comes first.
    public struct Place: Sendable, Comparable {
        /// The tiers that there are.
        public static let tiers = 0...3
        /// 3 for the exact id, 2 for its last part, 1 for an imported package or for the id without separators, 0 else.
        public let tier: Int
        /// The score, in thousandths.
        public let score: Int64
        /// The key of the agent.
        public let key: String

        /// Creates a place.
        public init(tier: Int, score: Int64, key: String) {
            self.tier = tier
            self.score = score
            self.key = key
        }

        /// True where the left one comes first.
        public static func < (left: Place, right: Place) -> Bool {
            (right.tier, right.score, left.key) < (left.tier, left.score, right.key)
        }
    }

    /// What the fields count (specification 1.4): a name 3, summary and tags 2, description and publisher 1.
    private static let nameWeight = 3.0
    private static let summaryWeight = 2.0
    private static let descriptionWeight = 1.0
    private static let publisherWeight = 1.0
    /// A word that stands in the title alone.
    private static let titleWeight = 1.5
    /// Fields of more words count less for each.
    private static let usualSummary = 25.0
    private static let usualDescription = 60.0
    /// A stem, a part or another word for what was typed.
    private static let likenessPart = 0.9
    /// A name that is the query but for words that many names have.
    private static let coreBonus = 3.0
    /// A name that begins with the query; it falls with what stands behind.
    private static let prefixBonus = 2.0
    /// What a title counts as a part of another name.
    private static let titleShare = 0.3
    private static let downFactor = 0.3
    /// What a word that need not stand there counts.
    private static let optionalWeight = 0.15

    private let terms: [SearchQuery.Term]
    private let weights: [Double]
    /// What another form of a term counts as a part of the term itself.
    private let likeness: [Double]
    private let key: String
    private let collapsed: String
    private let core: String

    /// Creates the order for a query.
    ///
    /// - Parameters:
    ///   - terms: the positive terms, of which there are at most 16, in the order of the marks.
    ///   - weights: how telling each is with all its forms, from 0 to 1.
    ///   - exactWeights: how telling each is as it was typed. A form that is far more frequent says less.
    ///   - text: what was typed, without filters.
    public init(terms: [SearchQuery.Term], weights: [Double], exactWeights: [Double], text: String) {
        self.terms = terms
        likeness = zip(weights, exactWeights).map { $0 / max($0, $1, .leastNonzeroMagnitude) * Self.likenessPart }
        self.weights = zip(terms, weights).map { $0.isOptional ? $1 * Self.optionalWeight : $1 }
        key = text.lowercased().replacing("_", with: "-")
        collapsed = Word.collapsed(text)
        core = AgentNames.core(text)
    }

    /// The place of an agent; nil where too little of the query stands in it.
    ///
    /// - Parameters:
    ///   - needed: the part of the query that has to stand there, from 0 to 1.
    ///   - isPublisher: true for each term that is the name of its owner.
    public func place(of candidate: Candidate, needed: Double, isPublisher: (Int) -> Bool) -> Place? {
        var (score, titled, matched, certain) = (0.0, 0.0, 0.0, 0.0)
        let whole = max(weights.reduce(0, +), .leastNonzeroMagnitude)
        let summary = Self.share(candidate.lengths.summary, Self.usualSummary)
        let description = Self.share(candidate.lengths.description, Self.usualDescription)
        for (index, weight) in weights.enumerated() {
            let marks = candidate.marks
            func has(_ mark: Marks.Mark) -> Bool { marks.has(mark, term: index) }
            var value = 0.0
            if has(.name) { value += Self.nameWeight }
            if has(.summary) { value += Self.summaryWeight * summary }
            if has(.description) { value += Self.descriptionWeight * description }
            let share = has(.exact) ? 1 : likeness[index]
            if has(.title) {
                titled += weight * share
                value = max(value, Self.titleWeight)
            }
            value *= share
            if has(.name), !has(.exactName), has(.exact) { value -= Self.nameWeight * (1 - likeness[index]) }
            if isPublisher(index) { value += Self.publisherWeight }
            // A word in a field of all words says little, so that nobody answers everything.
            let certainty =
                has(.name) || has(.title) || isPublisher(index)
                ? 1 : max(has(.summary) ? summary : 0, has(.description) ? description : 0)
            if certainty > 0 { matched += weight }
            certain += weight * certainty
            score += value * weight
        }
        // Sums of the same numbers in another order may differ a little.
        guard !candidate.names.isEmpty || matched / whole >= needed - 0.001 else { return nil }
        let coverage = candidate.names.isEmpty ? certain / whole : 1
        score += whole * nameBonus(candidate)
        score *= coverage * coverage * (1 + titled / whole * Self.part(terms.count, candidate.lengths.title))
        score *= Double(candidate.staticScore) / 1_000
        if candidate.isDown { score *= Self.downFactor }
        return Place(tier: tier(candidate), score: Int64(score / whole * 1_000), key: candidate.key)
    }

    /// The part of the query that some terms are, from 0 to 1.
    public func part(of indices: some Sequence<Int>) -> Double {
        indices.map { weights[$0] }.reduce(0, +) / max(weights.reduce(0, +), .leastNonzeroMagnitude)
    }

    /// The part of a field that the words of a query are.
    private static func part(_ words: Int, _ length: Int) -> Double {
        length == 0 ? 0 : min(1, Double(words + 2) / Double(length + 2))
    }

    private static func share(_ length: Int, _ usual: Double) -> Double {
        length == 0 ? 1 : min(1, usual / Double(length))
    }

    private func nameBonus(_ candidate: Candidate) -> Double {
        candidate.names.map { name in
            // Anybody may take any title.
            let share = name.kind == .title || name.kind == .titleCore ? Self.titleShare : 1
            if name.text == collapsed || (name.text == core && !core.isEmpty) { return Self.coreBonus * share }
            // A name that a correction led to begins with neither.
            let typed = name.text.hasPrefix(collapsed) ? collapsed : core
            return Self.prefixBonus * share * min(1, Double(typed.count) / Double(max(name.text.count, 1)))
        }.max() ?? 0
    }

    private func tier(_ candidate: Candidate) -> Int {
        if candidate.key == key { return 3 }
        guard !collapsed.isEmpty else { return 0 }
        let kinds = Set(candidate.names.filter { $0.text == collapsed }.map(\.kind))
        if kinds.contains(.lastPart) { return 2 }
        return kinds.contains(.package) || kinds.contains(.id) ? 1 : 0
    }
}
