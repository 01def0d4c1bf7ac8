import Events
import Manifest
import Postgres

/// The changes of agents and versions in a batch: it reads the rows concerned, evolves them in log order and writes
/// them.
struct RecordBatch: AgentBatch {
    private var events: [(key: AgentKey, event: ProjectedEvent)] = []

    mutating func add(_ event: ProjectedEvent) {
        if case .agent(let key) = event.envelope.stream { events.append((key, event)) }
    }

    func apply(_ connection: PostgresConnection) throws {
        guard !events.isEmpty else { return }
        var fold = try RecordFold(of: events, connection)
        for (key, event) in events { try fold.evolve(key, event) }
        try write(fold.agents.filter { fold.changedAgents.contains($0.key) }, connection)
        let rows = fold.changedVersions.compactMap { named in fold.versions[named].map { (named, $0) } }
        guard !rows.isEmpty else { return }
        try write(rows, connection)
        try show(Set(rows.map(\.0.key.description)).sorted(), connection)
    }

    // MARK: Writing

    private func write(_ agents: [AgentKey: RecordFold.AgentRow], _ connection: PostgresConnection) throws {
        guard !agents.isEmpty else { return }
        let rows = agents.sorted { $0.key < $1.key }
        try connection.execute(
            Statements.writeAgents,
            [
                .texts(rows.map(\.key.description)), .texts(rows.map(\.value.id)), .int8s(rows.map(\.value.created)),
                .int8s(rows.map(\.value.updated)), .int8s(rows.map(\.value.position)),
                .byteas(rows.map(\.value.record.bytes)), .bools(rows.map { !$0.value.record.deprecations.isEmpty }),
                .bools(rows.map { $0.value.record.hold != nil }),
            ])
    }

    private func write(_ rows: [(RecordFold.VersionKey, RecordFold.VersionRow)], _ connection: PostgresConnection)
        throws
    {
        let ranks = rows.map(\.1.rank.rawValue)
        try connection.execute(
            Statements.writeVersions,
            [
                .texts(rows.map(\.0.key.description)), .byteas(rows.map(\.0.precedence)), .int4s(ranks),
                .byteas(rows.map(\.1.data)), .byteas(rows.map(\.1.listing)), .byteas(rows.map(\.1.author)),
                .byteas(rows.map(\.1.record.bytes)), .int8s(rows.map(\.1.published)), .int8s(rows.map(\.1.position)),
                .texts(rows.map(\.1.publisher)),
            ])
    }

    private struct Shown {
        let key: String
        let precedence: [UInt8]
        let isWithheld: Bool
        let published: VersionPublished
        let listing: ListingContent
    }

    /// Copies the data that lists show of an agent from its best version.
    private func show(_ keys: [String], _ connection: PostgresConnection) throws {
        let rows = try connection.execute(Statements.bestVersions, [.texts(keys)]).map { row in
            Shown(
                key: try row.text("key"), precedence: try row.bytes("precedence"),
                isWithheld: try row.integer("rank") == Int64(LatestVersion.Rank.withheld.rawValue),
                published: try VersionPublished(data: try row.bytes("data")),
                listing: try row.optionalBytes("listing").map { try ListingContent(document: $0) } ?? ListingContent())
        }
        try connection.execute(
            Statements.showVersions,
            [
                .texts(rows.map(\.key)), .byteas(rows.map(\.precedence)), .texts(rows.map(\.published.version)),
                .bools(rows.map(\.published.listed)),
                .bools(rows.map { $0.published.artifacts.contains { $0.role == .wasmModule } }),
                .texts(rows.map { storable($0.listing.title) }), .texts(rows.map { storable($0.listing.summary) }),
                .texts(rows.map { storable($0.listing.category) }), .bools(rows.map(\.isWithheld)),
            ])
    }
}
