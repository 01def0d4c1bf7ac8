import Events
import Manifest
import Postgres
import Search

/// What search reads of the agents that a batch concerns. It comes after the parts that decide what is shown of them.
struct SearchBatch: AgentBatch {
    /// Listings are read some at a time, since each may have some ten kilobytes.
    private static let agentsAtOnce = 500
    private static let maximumNameWords = 64
    /// The words of a description beyond it say nothing new.
    private static let maximumDescriptionWords = 1_000

    private struct Row {
        let key: String
        let owner: String
        let category: String
        let runtime: String
        let licenses: [String]
        let hasWASM: Bool
        let isDown: Bool
        let position: Int64
        let counts: (title: Int, summary: Int, description: Int)
        let tokens: String
        let names: AgentNames
    }

    /// The last entry of each agent's stream.
    private var last: [String: Int64] = [:]

    mutating func add(_ event: ProjectedEvent) {
        if case .agent(let key) = event.envelope.stream { last[key.description] = event.position.value }
    }

    func apply(_ connection: PostgresConnection) throws {
        let sorted = last.keys.sorted()
        for start in stride(from: 0, to: sorted.count, by: Self.agentsAtOnce) {
            try apply(Array(sorted[start..<min(start + Self.agentsAtOnce, sorted.count)]), connection)
        }
    }

    private func apply(_ keys: [String], _ connection: PostgresConnection) throws {
        let rows = try connection.execute(Statements.findSearchSources, [.texts(keys)])
            .filter { try $0.bool("is_shown") }.map(row)
        let shown = Set(rows.map(\.key))
        let hidden = keys.filter { !shown.contains($0) }
        if !hidden.isEmpty { try connection.execute(Statements.hideFromSearch, [.texts(hidden)]) }
        guard !rows.isEmpty else { return }
        try connection.execute(
            Statements.writeSearch,
            [
                .texts(rows.map(\.key)), .texts(rows.map(\.owner)), .texts(rows.map(\.category)),
                .texts(rows.map { Word.collapsed($0.category) }), .texts(rows.map(\.runtime)),
                .texts(rows.map { $0.licenses.joined(separator: "\n") }), .bools(rows.map(\.hasWASM)),
                .bools(rows.map(\.isDown)),
                .int4s(rows.map { Int32($0.counts.title) }), .int4s(rows.map { Int32($0.counts.summary) }),
                .int4s(rows.map { Int32($0.counts.description) }), .int8s(rows.map(\.position)),
                .texts(rows.map(\.tokens)),
            ])
        let names = rows.flatMap { row in row.names.all.map { (row.key, $0) } }
        try connection.execute(
            Statements.writeNames,
            [
                .texts(rows.map(\.key)), .texts(names.map(\.0)), .texts(names.map(\.1.text)),
                .int4s(names.map { Int32($0.1.kind.rawValue) }),
            ])
        try connection.execute(
            Statements.writeSpellings,
            [
                .texts(rows.map(\.key)), .texts(rows.map { $0.names.words.joined(separator: "\n") }),
                .texts(
                    rows.map { row in
                        Set(row.names.words.flatMap(Misspelling.variants)).sorted().joined(separator: "\n")
                    }),
            ])
    }

    private func row(_ source: PostgresRow) throws -> Row {
        let key = try source.text("key")
        let published = try VersionPublished(data: try source.bytes("data"))
        let listing = try source.optionalBytes("listing").map { try ListingContent(document: $0) } ?? ListingContent()
        let id = try source.text("agent_id")
        let packages = ((listing.packages ?? []) + (listing.mcp?.packages ?? [])).map(\.identifier)
        let (title, tags) = (listing.title ?? "", listing.tags ?? [])
        let category = storable(listing.category) ?? ""
        var lexemes = Lexemes()
        for name in [AgentNames.lastPart(ofID: id)] + packages {
            lexemes.add(name, .name, isProse: false, atMost: Self.maximumNameWords)
        }
        let titleWords = lexemes.add(title, .title)
        let summaryWords = ([listing.summary ?? ""] + tags).map { lexemes.add($0, .summary) }.reduce(0, +)
        let descriptionWords = lexemes.add(
            listing.description ?? "", .description, atMost: Self.maximumDescriptionWords)
        lexemes.add(category, .description)
        return Row(
            key: key, owner: try source.text("owner"), category: category,
            runtime: FacetValue.runtime(published.runtime ?? ""),
            licenses: FacetValue.licenses(published.license ?? ""),
            hasWASM: published.artifacts.contains { $0.role == .wasmModule },
            isDown: try source.bool("is_down"), position: last[key] ?? 0,
            counts: (titleWords, summaryWords, descriptionWords),
            tokens: lexemes.text,
            names: AgentNames(
                id: id, title: title, packages: packages, tags: tags,
                isImported: AgentID(id).map { ServerName.isImported($0.key) } ?? false))
    }
}
