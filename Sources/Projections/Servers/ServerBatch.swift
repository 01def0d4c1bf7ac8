import Events
import Manifest
import Postgres

/// The changes in a batch of what clients of the Model Context Protocol are told of.
///
/// It comes before the part that writes agents and versions, and begins with what they were before the batch: each entry
/// counts by itself, however many are in a batch.
struct ServerBatch: AgentBatch {
    /// What a row says beside what the rows of the version and the agent say.
    private struct Row {
        var status: ServerStatus
        var statusChanged: Int64
        var updated: Int64
        var isLatest: Bool
    }

    private var events: [(key: AgentKey, event: ProjectedEvent)] = []

    mutating func add(_ event: ProjectedEvent) {
        if case .agent(let key) = event.envelope.stream, ServerName.isServer(key) { events.append((key, event)) }
    }

    func apply(_ connection: PostgresConnection) throws {
        guard !events.isEmpty else { return }
        let keys = Set(events.map(\.key))
        var fold = try RecordFold(of: keys, ofAll: keys, connection)
        var rows = try rows(keys, connection)
        var versions: [AgentKey: Set<RecordFold.VersionKey>] = [:]
        for named in fold.versions.keys { versions[named.key, default: []].insert(named) }
        var changed: Set<RecordFold.VersionKey> = []
        for (key, event) in events {
            let record = fold.agents[key]?.record
            var concerned = try fold.evolve(key, event)
            versions[key, default: []].formUnion(concerned)
            guard let agent = fold.agents[key] else { continue }
            let all = versions[key] ?? []
            if agent.record != record { concerned.formUnion(all) }
            guard !concerned.isEmpty else { continue }
            let latest = LatestVersion.shown(among: all) { named in
                let row = fold.versions[named]
                return (row?.version, row?.rank == .withheld)
            }
            concerned.formUnion(all.filter { rows[$0].map(\.isLatest) == !($0 == latest) })
            let time = event.envelope.time.milliseconds
            for named in concerned {
                guard let version = fold.versions[named] else { continue }
                let status = ServerStatus(agent: agent.record, version: version.record)
                let before = rows[named]
                rows[named] = Row(
                    status: status, statusChanged: before?.status == status ? before?.statusChanged ?? time : time,
                    updated: time, isLatest: named == latest)
            }
            changed.formUnion(concerned)
        }
        try write(
            changed.compactMap { named in
                guard let row = rows[named], let agent = fold.agents[named.key], let version = fold.versions[named]
                else {
                    return nil
                }
                return (named, row, agent, version)
            }, connection)
    }

    private func rows(
        _ keys: Set<AgentKey>, _ connection: PostgresConnection
    ) throws -> [RecordFold.VersionKey: Row] {
        var rows: [RecordFold.VersionKey: Row] = [:]
        for row in try connection.execute(Statements.findServers, [.texts(keys.map(\.description).sorted())]) {
            guard let key = AgentKey(try row.text("key")) else { continue }
            rows[RecordFold.VersionKey(key: key, precedence: try row.bytes("precedence"))] = Row(
                status: try ServerStatus(row), statusChanged: try row.milliseconds("status_changed"),
                updated: try row.milliseconds("updated"), isLatest: try row.bool("is_latest"))
        }
        return rows
    }

    private func write(
        _ rows: [(named: RecordFold.VersionKey, row: Row, agent: RecordFold.AgentRow, version: RecordFold.VersionRow)],
        _ connection: PostgresConnection
    ) throws {
        guard !rows.isEmpty else { return }
        try connection.execute(
            Statements.writeServers,
            [
                .texts(rows.map(\.named.key.description)), .byteas(rows.map(\.named.precedence)),
                .int4s(rows.map(\.row.status.rawValue)), .int8s(rows.map(\.row.statusChanged)),
                .int8s(rows.map(\.row.updated)), .bools(rows.map(\.row.isLatest)),
                .bools(try rows.map { try VersionPublished(data: $0.version.data).listed }),
                .texts(try rows.map { try Self.searched($0.agent, $0.version) }),
            ])
    }

    /// What a search goes through: the name, the title and the names of the packages, in lower case.
    private static func searched(_ agent: RecordFold.AgentRow, _ version: RecordFold.VersionRow) throws -> String {
        let listing = try version.listing.map { try ListingContent(document: $0) } ?? ListingContent()
        let name = AgentID(agent.id).flatMap(ServerName.init(_:))?.description
        let packages = ((listing.packages ?? []) + (listing.mcp?.packages ?? [])).map(\.identifier)
        let texts = [name, listing.title].compactMap { $0 } + packages
        return storable(texts.joined(separator: "\n").lowercased()) ?? ""
    }
}
