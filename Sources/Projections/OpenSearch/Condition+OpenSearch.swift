import JSON
import Search

/// Conditions in OpenSearch's language of queries.
extension Condition {
    /// The query that finds the documents for which it holds. It gives no scores.
    var engineQuery: JSONValue {
        switch self {
        case .word(let lexeme, let fields):
            return .anyOf(fields.names.map { .query("term", $0, .string(lexeme)) })
        case .chain(let parts):
            return .anyOf(fields.names.map { field in .near(parts.map { $0.span(in: field) }) })
        case .any(let parts):
            // Words of one field are one clause, of which a query may have a thousand.
            var words: [(fields: [Lexemes.Field], lexemes: [String])] = []
            var others: [JSONValue] = []
            for part in parts {
                guard case .word(let lexeme, let fields) = part else {
                    others.append(part.engineQuery)
                    continue
                }
                if let known = words.firstIndex(where: { $0.fields == fields }) {
                    words[known].lexemes.append(lexeme)
                } else {
                    words.append((fields, [lexeme]))
                }
            }
            return .anyOf(
                words.flatMap { group in
                    group.fields.names.map { .query("terms", $0, .array(group.lexemes.map(JSONValue.string))) }
                } + others)
        case .all(let parts): return .bool(filter: parts.map(\.engineQuery))
        case .not(let part): return .bool(filter: [.matchAll], mustNot: [part.engineQuery])
        }
    }

    /// How many clauses the query has.
    var clauses: Int {
        switch self {
        case .word(_, let fields): max(1, fields.count)
        case .chain(let parts): max(1, fields.count) * (1 + parts.map(\.clauses).reduce(0, +))
        case .any(let parts), .all(let parts): 1 + parts.map(\.clauses).reduce(0, +)
        case .not(let part): 2 + part.clauses
        }
    }

    /// The same without words that stand one behind the other as one of several choices.
    var withoutChains: Condition {
        guard case .any(let parts) = self else { return self }
        return .any(
            parts.filter {
                if case .chain = $0 { false } else { true }
            })
    }

    /// The fields of its words.
    private var fields: [Lexemes.Field] {
        switch self {
        case .word(_, let fields): fields
        case .chain(let parts), .any(let parts), .all(let parts): parts.first?.fields ?? []
        case .not(let part): part.fields
        }
    }

    /// A part of a chain in one field. What a chain can't have stands nowhere.
    private func span(in field: String) -> JSONValue {
        switch self {
        case .word(let lexeme, _): .query("span_term", field, .string(lexeme))
        case .any(let parts):
            ["span_or": ["clauses": .array(parts.map { $0.span(in: field) })]]
        case .chain(let parts): .near(parts.map { $0.span(in: field) })
        case .all, .not: .query("span_term", field, "")
        }
    }
}

extension [Lexemes.Field] {
    /// The fields of a document in an engine.
    fileprivate var names: [String] { isEmpty ? ["any"] : map(\.engineName) }
}

extension Lexemes.Field {
    /// The field of a document in an engine.
    var engineName: String {
        switch self {
        case .name: "name"
        case .title: "title"
        case .summary: "summary"
        case .description: "description"
        }
    }
}

extension SearchFilters {
    /// What a document has to have, and what it must not have.
    var engineQueries: (filter: [JSONValue], mustNot: [JSONValue]) {
        var (filter, mustNot): ([JSONValue], [JSONValue]) = ([], [])
        for (field, values) in [
            ("category", categories), ("owner", owners), ("runtime", runtimes), ("licenses", licenses),
        ] {
            if let wanted = values.wanted {
                filter.append(.query("terms", field, .array(wanted.map(JSONValue.string))))
            }
            if !values.unwanted.isEmpty {
                mustNot.append(.query("terms", field, .array(values.unwanted.map(JSONValue.string))))
            }
        }
        if let hasWASM { filter.append(.query("term", "has_wasm", .bool(hasWASM))) }
        if let minimumRating {
            filter.append(["range": ["rating": ["gte": .number(JSONNumber(Int64(minimumRating)))]]])
        }
        return (filter, mustNot)
    }
}

extension JSONValue {
    static let matchAll: JSONValue = ["match_all": [:]]

    /// A query of a kind on one field.
    static func query(_ kind: String, _ field: String, _ value: JSONValue) -> JSONValue {
        .object([.init(kind, .object([.init(field, value)]))])
    }

    static func bool(
        filter: [JSONValue] = [], mustNot: [JSONValue] = [], should: [JSONValue] = []
    ) -> JSONValue {
        ["bool": ["filter": .array(filter), "must_not": .array(mustNot), "should": .array(should)]]
    }

    /// One of some queries.
    static func anyOf(_ queries: [JSONValue]) -> JSONValue {
        guard queries.count != 1 else { return queries[0] }
        return ["bool": ["should": .array(queries), "minimum_should_match": 1]]
    }

    fileprivate static func near(_ clauses: [JSONValue]) -> JSONValue {
        ["span_near": ["clauses": .array(clauses), "slop": 0, "in_order": true]]
    }
}
