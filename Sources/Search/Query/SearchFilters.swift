/// The filters of a search with what they mean in documents.
public struct SearchFilters: Sendable {
    /// Values of one field that an agent must have one of, and those that it must not have.
    public struct Values: Sendable {
        /// An agent has to have one of these; nil where it need not.
        public private(set) var wanted: [String]?
        /// An agent must have none of these.
        public private(set) var unwanted: [String] = []

        /// What means nothing lets no agent pass: no row has a line end.
        fileprivate mutating func add(_ given: String, isNegative: Bool) {
            let value = given.isEmpty ? "\n" : given
            if isNegative { unwanted.append(value) } else { wanted = (wanted ?? []) + [value] }
        }

        /// Of those that passed, what is one value.
        fileprivate mutating func narrow(to value: String) {
            let isWanted = wanted.map { $0.contains(value) } ?? true
            wanted = []
            add(isWanted ? value : "", isNegative: false)
        }

        /// - Parameter values: made only where something is asked for.
        fileprivate func passes(_ values: @autoclosure () -> [String]) -> Bool {
            guard wanted != nil || !unwanted.isEmpty else { return true }
            let values = values()
            return (wanted.map { $0.contains(where: values.contains) } ?? true)
                && !unwanted.contains(where: values.contains)
        }
    }

    /// Categories, each as one folded word.
    public private(set) var categories = Values()
    /// Ids of owners.
    public private(set) var owners = Values()
    /// Runtimes without versions.
    public private(set) var runtimes = Values()
    /// Licences in lower case.
    public private(set) var licenses = Values()
    /// Whether there is a WebAssembly module; nil for both.
    public private(set) var hasWASM: Bool?
    /// The lowest average rating in hundredths; nil for any.
    public private(set) var minimumRating: Int32?
    /// True where every agent passes.
    public private(set) var isEmpty = true

    /// Creates filters that every agent passes.
    public init() {}

    /// Creates the filters of a request.
    ///
    /// - Parameter publishers: the ids of publishers by their names as the request has them; a name that nobody has lets no
    ///   agent pass.
    public init(_ request: SearchRequest, publishers: [String: String]) {
        for filter in request.allFilters {
            let isNegative = filter.isNegative
            switch filter.field {
            case .category: categories.add(Word.collapsed(filter.value), isNegative: isNegative)
            case .publisher: owners.add(publishers[filter.value] ?? "", isNegative: isNegative)
            case .runtime: runtimes.add(FacetValue.runtime(filter.value), isNegative: isNegative)
            case .license: licenses.add(filter.value.lowercased(), isNegative: isNegative)
            case .is:
                // No agent has a module and has none.
                if hasWASM == isNegative { owners.add("", isNegative: false) }
                hasWASM = !isNegative
            }
        }
        minimumRating = request.minimumRating
        isEmpty = request.allFilters.isEmpty && minimumRating == nil
    }

    /// The filters, and that an owner has the agent.
    public func narrowed(toOwner owner: String) -> SearchFilters {
        var filters = self
        filters.owners.narrow(to: owner)
        filters.isEmpty = false
        return filters
    }

    /// True where a candidate passes the filters of all fields but one.
    public func passes(_ candidate: Candidate, but field: FacetField? = nil) -> Bool {
        if isEmpty { return true }
        return (field == .category || categories.passes([Word.collapsed(candidate.category)]))
            && (field == .publisher || owners.passes([candidate.owner]))
            && (field == .runtime || runtimes.passes([candidate.runtime]))
            && (field == .license || licenses.passes(candidate.licenses.map { $0.lowercased() }))
            && (field == .wasm || hasWASM.map { $0 == candidate.hasWASM } ?? true)
            && (field == .rating || minimumRating.map { candidate.ratingHundredths >= Int64($0) } ?? true)
    }
}

extension SearchRequest {
    /// The names of publishers by which it filters.
    public var publisherNames: Set<String> {
        Set(allFilters.filter { $0.field == .publisher }.map(\.value))
    }
}
