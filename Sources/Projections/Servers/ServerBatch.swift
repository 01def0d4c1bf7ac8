import Events
import Manifest
import Postgres

/// The changes in a batch of what clients of the Model Context Protocol are told of.
///
/// It comes before the part that writes agents and versions, and begins with what they were before the batch: each entry
/// counts by itself, however many are in a batch.
struct ServerBatch: AgentBatch {
    /// What is said of a version beside its own rows.
    private struct Row {
        var status: ServerStatus
        var isLatest: Bool
        /// The last entry of the batch that gave it its status; nil where none did.
        var statusPosition: Int64?
        /// The last entry of the batch that says something of it; nil where none does.
        var changed: Int64?
    }

    /// A server of which the batch says everything.
    private struct Written {
        let named: RecordFold.VersionKey
        let row: Row
        let changed: Int64
        /// The id of the agent.
        let id: String
        let version: RecordFold.VersionRow
        /// What of the listing a server shows; nil where that was erased.
        let listing: ListingContent?

        init(
            named: RecordFold.VersionKey, row: Row, changed: Int64, id: String, version: RecordFold.VersionRow
        ) throws {
            (self.named, self.row, self.changed, self.id, self.version) = (named, row, changed, id, version)
            listing = try version.listing.map { try ListingContent(document: $0).ofServer }
        }

        /// What a search goes through: the name, the title and the names of the packages, in lower case.
        var searched: String {
            let name = AgentID(id).flatMap(ServerName.init(_:))?.description
            let packages = ((listing?.packages ?? []) + (listing?.mcp?.packages ?? [])).map(\.identifier)
            let texts = [name, listing?.title].compactMap { $0 } + packages
            return storable(texts.joined(separator: "\n").lowercased()) ?? ""
        }
    }

    private var events: [(key: AgentKey, event: ProjectedEvent)] = []

    mutating func add(_ event: ProjectedEvent) {
        if case .agent(let key) = event.envelope.stream, ServerName.isImported(key) { events.append((key, event)) }
    }

    func apply(_ connection: PostgresConnection) throws {
        guard !events.isEmpty else { return }
        let whole = try RecordFold(of: events, connection)
        // Of versions that the batch does not name, only what can change is read.
        let named = Set(whole.versions.keys)
        var (fold, rows) = (whole, [RecordFold.VersionKey: Row]())
        try readServers(&fold, &rows, connection)
        var versions = Dictionary(grouping: fold.versions.keys, by: \.key).mapValues { Set($0) }
        var written = named
        for (key, event) in events {
            let record = fold.agents[key]?.record
            var concerned = try fold.evolve(key, event)
            written.formUnion(concerned)
            versions[key, default: []].formUnion(concerned)
            guard let agent = fold.agents[key] else { continue }
            let all = versions[key] ?? []
            if agent.record != record { concerned.formUnion(all) }
            guard !concerned.isEmpty else { continue }
            let latest = LatestVersion.shown(among: all) { named in
                let row = fold.versions[named]
                // One whose files are gone can't be had either.
                return (row?.version, row?.rank == .withheld || row?.record.removed.isEmpty == false)
            }
            concerned.formUnion(all.filter { rows[$0].map(\.isLatest) == !($0 == latest) })
            for named in concerned {
                guard let version = fold.versions[named] else { continue }
                let status = ServerStatus(agent: agent.record, version: version.record)
                let before = rows[named]
                rows[named] = Row(
                    status: status, isLatest: named == latest,
                    statusPosition: before?.status == status ? before?.statusPosition : event.position.value,
                    changed: event.position.value)
            }
        }
        let changed = rows.compactMap { named, row in row.changed.map { (named: named, row: row, changed: $0) } }
        try write(changed.filter { written.contains($0.named) }, fold, connection)
        try change(changed.filter { !written.contains($0.named) }, connection)
    }

    /// Reads the servers that the agents are, as they were before the batch.
    private func readServers(
        _ fold: inout RecordFold, _ rows: inout [RecordFold.VersionKey: Row], _ connection: PostgresConnection
    ) throws {
        let keys = Set(events.map(\.key.description)).sorted()
        for row in try connection.execute(Statements.findServers, [.texts(keys)]) {
            guard let key = AgentKey(try row.text("key")), let version = SemVer(try row.text("version")) else {
                continue
            }
            let named = RecordFold.VersionKey(key: key, precedence: try row.bytes("precedence"))
            rows[named] = Row(status: try ServerStatus(row), isLatest: try row.bool("is_latest"))
            if fold.versions[named] == nil {
                fold.versions[named] = RecordFold.VersionRow(
                    version: version, data: [], record: try VersionRecord(try row.bytes("record")), published: 0,
                    position: 0, publisher: nil)
            }
        }
    }

    private func write(
        _ rows: [(named: RecordFold.VersionKey, row: Row, changed: Int64)], _ fold: RecordFold,
        _ connection: PostgresConnection
    ) throws {
        let rows = try rows.compactMap { named, row, changed -> Written? in
            guard let version = fold.versions[named], let id = fold.agents[named.key]?.id else { return nil }
            return try Written(named: named, row: row, changed: changed, id: id, version: version)
        }
        guard !rows.isEmpty else { return }
        try connection.execute(
            Statements.writeServers,
            [
                .texts(rows.map(\.named.key.description)), .byteas(rows.map(\.named.precedence)),
                .texts(rows.map(\.version.version.description)), .int4s(rows.map(\.row.status.rawValue)),
                .int8s(rows.map(\.row.statusPosition)), .int8s(rows.map(\.changed)), .bools(rows.map(\.row.isLatest)),
                .texts(rows.map(\.searched)), .texts(rows.map(\.id)), .byteas(rows.map(\.listing?.document)),
                .int8s(rows.map(\.version.published)), .int8s(rows.map(\.version.position)),
            ])
    }

    private func change(
        _ rows: [(named: RecordFold.VersionKey, row: Row, changed: Int64)], _ connection: PostgresConnection
    ) throws {
        guard !rows.isEmpty else { return }
        try connection.execute(
            Statements.changeServers,
            [
                .texts(rows.map(\.named.key.description)), .byteas(rows.map(\.named.precedence)),
                .int4s(rows.map(\.row.status.rawValue)), .int8s(rows.map(\.row.statusPosition)),
                .int8s(rows.map(\.changed)), .bools(rows.map(\.row.isLatest)),
            ])
    }
}

extension ListingContent {
    /// More than a server shows of a description.
    private static let shownCharacters = 400

    /// What a server shows of it, and no more: a list reads a hundred of them.
    fileprivate var ofServer: ListingContent {
        var listing = ListingContent()
        let text = (description ?? "").drop(while: \.isWhitespace).prefix(Self.shownCharacters)
        listing.description = text.isEmpty ? nil : String(text)
        (listing.title, listing.sourceURL, listing.packages, listing.mcp) = (title, sourceURL, packages, mcp)
        return listing
    }
}
