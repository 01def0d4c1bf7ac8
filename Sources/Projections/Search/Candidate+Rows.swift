import Postgres
import Search

extension Candidate {
    /// A row of the statements that find candidates.
    init(_ row: PostgresRow) throws {
        self = try Candidate(row, Marks(low: try row.integer("low"), high: try row.integer("high")))
    }

    /// A row with what is known of its marks.
    init(_ row: PostgresRow, _ marks: Marks) throws {
        func count(_ column: StaticString) throws -> Int { Int(try row.integer(column)) }
        self.init(
            key: try row.text("key"), owner: try row.text("owner"), category: try row.text("category"),
            runtime: try row.text("runtime"),
            licenses: try row.text("licenses").split(separator: "\n").map(String.init),
            hasWASM: try row.bool("has_wasm"), isDown: try row.bool("is_down"), ratings: try row.integer("ratings"),
            ratingSum: try row.integer("rating_sum"), staticScore: Int32(clamping: try row.integer("score")),
            lengths: Lengths(
                title: try count("title_words"), summary: try count("summary_words"),
                description: try count("description_words")),
            marks: marks)
    }

    /// The parameters of a statement that finds candidates: what all have in common, and what it takes besides.
    ///
    /// - Parameters:
    ///   - terms: whose marks are set.
    ///   - limit: the most candidates.
    static func parameters(
        _ filters: SearchFilters, _ generation: SearchGeneration, marking terms: [SearchQuery.Term], limit: Int64,
        _ more: [PostgresValue]
    ) -> [PostgresValue] {
        let marks = Marks.conditions(of: terms)
        return filters.parameters + [
            .int4(generation.number), .int4(SearchGeneration.newcomersScore), .texts(marks.queries), .int8s(marks.low),
            .int8s(marks.high), .int8(limit),
        ] + more
    }
}

extension SearchFilters {
    /// The first parameters of every statement that finds candidates.
    var parameters: [PostgresValue] {
        [categories, owners, runtimes, licenses].flatMap { values in
            [
                values.wanted.map { .texts($0) } ?? .null,
                values.unwanted.isEmpty ? .null : .texts(values.unwanted),
            ]
        } + [hasWASM.map(PostgresValue.bool) ?? .null, minimumRating.map(PostgresValue.int4) ?? .null]
    }
}

extension AgentNames {
    /// The names that are one of some texts or begin with one of two, by the keys of their agents.
    ///
    /// - Parameters:
    ///   - texts: names without separators.
    ///   - beginnings: two at most.
    static func found(
        _ texts: Set<String>, from beginnings: [String], _ connection: PostgresConnection
    ) throws -> [String: [Name]] {
        var bounds: [PostgresValue] = []
        for text in beginnings {
            // No character is greater than the last one, so that all that begins with the text lies between.
            bounds += [.text(text), .text(text + "\u{10ffff}")]
        }
        bounds += Array(repeating: .null, count: 4 - bounds.count)
        var found: [String: [Name]] = [:]
        for row in try connection.execute(Statements.findNames, [.texts(texts.sorted())] + bounds) {
            guard let kind = Kind(rawValue: Int16(clamping: try row.integer("kind"))) else { continue }
            found[try row.text("key"), default: []].append(Name(text: try row.text("name"), kind: kind))
        }
        return found
    }
}
