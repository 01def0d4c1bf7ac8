import Events
import Postgres
import Search

/// The filters of a search with what they mean in the models.
struct SearchFilters {
    /// Values of one field that an agent must have one of, and those that it must not have.
    private struct Values {
        var wanted: [String]?
        var unwanted: [String]?

        /// What means nothing lets no agent pass: no row has a line end.
        mutating func add(_ given: String, isNegative: Bool) {
            let value = given.isEmpty ? "\n" : given
            if isNegative { unwanted = (unwanted ?? []) + [value] } else { wanted = (wanted ?? []) + [value] }
        }

        var parameters: [PostgresValue] { [wanted, unwanted].map { $0.map { .texts($0) } ?? .null } }

        func passes(_ values: [String]) -> Bool {
            (wanted.map { !Set($0).isDisjoint(with: values) } ?? true) && Set(unwanted ?? []).isDisjoint(with: values)
        }
    }

    private var categories = Values()
    private var owners = Values()
    private var runtimes = Values()
    private var licenses = Values()
    private var hasWASM: Bool?
    private var minimumRating: Int32?
    /// True where every agent passes.
    private(set) var isEmpty = true

    /// Creates filters that every agent passes.
    init() {}

    /// - Parameter publishers: the ids of publishers by their folded names; a name that nobody has lets no agent pass.
    init(_ request: SearchRequest, publishers: [String: String]) {
        for filter in request.allFilters {
            let isNegative = filter.isNegative
            switch filter.field {
            case .category: categories.add(Word.collapsed(filter.value), isNegative: isNegative)
            case .publisher: owners.add(publishers[Self.folded(filter.value)] ?? "", isNegative: isNegative)
            case .runtime: runtimes.add(FacetValue.runtime(filter.value), isNegative: isNegative)
            case .license: licenses.add(filter.value.lowercased(), isNegative: isNegative)
            case .is: hasWASM = !isNegative
            }
        }
        minimumRating = request.minimumRating
        isEmpty = request.allFilters.isEmpty && minimumRating == nil
    }

    /// The name of a publisher as the models fold it.
    static func folded(_ name: String) -> String { Username(name)?.folded ?? name.lowercased() }

    /// The names of publishers by which a request filters, folded.
    static func publisherNames(in request: SearchRequest) -> [String] {
        request.allFilters.filter { $0.field == .publisher }.map { folded($0.value) }
    }

    /// The ids of publishers by their folded names.
    static func publishers(_ names: [String], _ connection: PostgresConnection) throws -> [String: String] {
        guard !names.isEmpty else { return [:] }
        var found: [String: String] = [:]
        for row in try connection.execute(Statements.findPublishers, [.texts(Array(Set(names)))]) {
            found[try row.text("folded")] = try row.text("person")
        }
        return found
    }

    /// The first parameters of every statement that finds candidates.
    var parameters: [PostgresValue] {
        categories.parameters + owners.parameters + runtimes.parameters + licenses.parameters + [
            hasWASM.map(PostgresValue.bool) ?? .null, minimumRating.map(PostgresValue.int4) ?? .null,
        ]
    }

    /// True where a candidate passes the filters of all fields but one.
    func passes(_ candidate: Candidate, but field: FacetField) -> Bool {
        (field == .category || categories.passes([Word.collapsed(candidate.category)]))
            && (field == .publisher || owners.passes([candidate.owner]))
            && (field == .runtime || runtimes.passes([candidate.runtime]))
            && (field == .license || licenses.passes(candidate.licenses.map { $0.lowercased() }))
            && (field == .wasm || hasWASM.map { $0 == candidate.hasWASM } ?? true)
            && (field == .rating || minimumRating.map { candidate.ratingHundredths >= Int64($0) } ?? true)
    }
}
