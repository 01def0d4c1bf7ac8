import Crypto
import Events
import Manifest
import Postgres

/// The changes of agents and versions in a batch: it reads the rows concerned, evolves them in log order and writes
/// them.
struct RecordBatch: AgentBatch {
    private struct VersionKey: Hashable {
        let key: AgentKey
        let precedence: [UInt8]
    }

    private struct AgentRow {
        let id: String
        let created: Int64
        var updated: Int64
        var position: Int64
        var record = AgentRecord()
    }

    private struct VersionRow {
        let version: SemVer
        let data: [UInt8]
        var listing: [UInt8]?
        var author: [UInt8]?
        var record: VersionRecord
        let published: Int64
        let position: Int64
        /// The id of the publisher.
        let publisher: String?
    }

    private var events: [(key: AgentKey, event: ProjectedEvent)] = []

    mutating func add(_ event: ProjectedEvent) {
        if case .agent(let key) = event.envelope.stream { events.append((key, event)) }
    }

    func apply(_ connection: PostgresConnection) throws {
        guard !events.isEmpty else { return }
        var agents = try agentRows(connection)
        var versions = try versionRows(connection)
        var touched: Set<VersionKey> = []
        var changed: Set<AgentKey> = []
        for (key, event) in events {
            try Self.evolve(&agents, key, event, &changed)
            for named in Self.versions(event, of: key, among: versions) {
                try Self.evolve(&versions, named, event)
                touched.insert(named)
            }
        }
        try write(agents.filter { changed.contains($0.key) }, connection)
        let rows = touched.compactMap { named in versions[named].map { (named, $0) } }
        guard !rows.isEmpty else { return }
        try write(rows, connection)
        try show(Set(rows.map(\.0.key.description)).sorted(), connection)
    }

    // MARK: Reading

    private func agentRows(_ connection: PostgresConnection) throws -> [AgentKey: AgentRow] {
        var agents: [AgentKey: AgentRow] = [:]
        let keys = Set(events.map(\.key.description)).sorted()
        for row in try connection.execute(Statements.findAgentRecords, [.texts(keys)]) {
            guard let key = AgentKey(try row.text("key")) else { continue }
            agents[key] = AgentRow(
                id: try row.text("agent_id"), created: try row.milliseconds("created"),
                updated: try row.milliseconds("updated"), position: try row.integer("updated_position"),
                record: try AgentRecord(try row.bytes("record")))
        }
        return agents
    }

    private func versionRows(_ connection: PostgresConnection) throws -> [VersionKey: VersionRow] {
        var named: Set<VersionKey> = []
        var whole: Set<String> = []
        for (key, event) in events {
            named.formUnion(Self.named(event, of: key))
            if event.event is ContentErased { whole.insert(key.description) }
        }
        var versions: [VersionKey: VersionRow] = [:]
        let list = Array(named)
        let rows = try connection.execute(
            Statements.findVersionRecords,
            [.texts(list.map(\.key.description)), .byteas(list.map(\.precedence)), .texts(whole.sorted())])
        for row in rows {
            let data = try row.bytes("data")
            guard let key = AgentKey(try row.text("key")),
                let version = SemVer(try VersionPublished(data: data).version)
            else { continue }
            versions[VersionKey(key: key, precedence: try row.bytes("precedence"))] = VersionRow(
                version: version, data: data, listing: try row.optionalBytes("listing"),
                author: try row.optionalBytes("author"), record: try VersionRecord(try row.bytes("record")),
                published: try row.milliseconds("published"), position: try row.integer("position"),
                publisher: try row.optionalText("publisher"))
        }
        return versions
    }

    /// The versions that an event names.
    private static func named(_ event: ProjectedEvent, of key: AgentKey) -> [VersionKey] {
        let names: [String] =
            switch event.event {
            case let published as VersionPublished: [published.version]
            case let listing as ListingChanged: [listing.version]
            case let yanked as VersionYanked: [yanked.version]
            case let back as VersionUnyanked: [back.version]
            case let held as AgentQuarantined: held.version.map { [$0] } ?? []
            case let lifted as QuarantineLifted: lifted.version.map { [$0] } ?? []
            case let removed as AgentArtifactRemoved: removed.versions
            default: []
            }
        return names.compactMap { SemVer($0).map { VersionKey(key: key, precedence: $0.precedenceKey) } }
    }

    /// The versions that an event concerns: those that it names, or those with an erased content.
    private static func versions(
        _ event: ProjectedEvent, of key: AgentKey, among versions: [VersionKey: VersionRow]
    ) -> [VersionKey] {
        guard let erased = event.event as? ContentErased else { return named(event, of: key) }
        let entry = erased.entry.description
        return versions.filter { named, row in
            named.key == key
                && (row.record.listingEntry == entry || row.record.hold?.entry == entry
                    || row.record.yanks.values.contains { $0.entry == entry })
        }.map(\.key)
    }

    // MARK: Evolving

    private static func evolve(
        _ agents: inout [AgentKey: AgentRow], _ key: AgentKey, _ event: ProjectedEvent, _ changed: inout Set<AgentKey>
    ) throws {
        let (time, position) = (event.envelope.time.milliseconds, event.position.value)
        if let registered = event.event as? AgentRegistered {
            agents[key] = AgentRow(id: registered.id.description, created: time, updated: time, position: position)
            changed.insert(key)
        }
        guard var agent = agents[key] else { return }
        switch event.event {
        case is VersionPublished: (agent.updated, agent.position) = (time, position)
        case let deprecated as AgentDeprecated:
            agent.record.deprecations[Side(deprecated.authority)] = try Remark(
                event, replacement: deprecated.replacement?.description)
        case let back as AgentUndeprecated: agent.record.deprecations[Side(back.authority)] = nil
        case let held as AgentQuarantined where held.version == nil:
            agent.record.hold = try Remark(reason: held.reason.rawValue, event)
        case let lifted as QuarantineLifted where lifted.version == nil: agent.record.hold = nil
        case let erased as ContentErased: agent.record.erase(erased.entry.description)
        default: return
        }
        agents[key] = agent
        changed.insert(key)
    }

    private static func evolve(
        _ versions: inout [VersionKey: VersionRow], _ named: VersionKey, _ event: ProjectedEvent
    ) throws {
        if let published = event.event as? VersionPublished {
            guard let version = SemVer(published.version) else { return }
            versions[named] = VersionRow(
                version: version, data: published.data, listing: event.content(.listing),
                author: event.content(.author),
                record: VersionRecord(listingEntry: event.envelope.id.description),
                published: event.envelope.time.milliseconds, position: event.position.value,
                publisher: event.envelope.origin.actor?.hex)
        }
        guard var row = versions[named] else { return }
        switch event.event {
        case is ListingChanged:
            (row.listing, row.author) = (event.content(.listing), event.content(.author))
            row.record.listingEntry = event.envelope.id.description
        case let yanked as VersionYanked:
            row.record.yanks[Side(yanked.authority)] = try Remark(reason: yanked.reason.rawValue, event)
        case let back as VersionUnyanked: row.record.yanks[Side(back.authority)] = nil
        case let held as AgentQuarantined: row.record.hold = try Remark(reason: held.reason.rawValue, event)
        case is QuarantineLifted: row.record.hold = nil
        case let removed as AgentArtifactRemoved:
            row.record.removed = Set(row.record.removed + [removed.sha256.hex]).sorted()
        case let erased as ContentErased:
            let entry = erased.entry.description
            if row.record.listingEntry == entry {
                if erased.field == ContentKind.listing.field { row.listing = nil }
                if erased.field == ContentKind.author.field { row.author = nil }
            }
            row.record.yanks.erase(entry)
            row.record.hold?.erase(entry)
        default: return
        }
        versions[named] = row
    }

    // MARK: Writing

    private func write(_ agents: [AgentKey: AgentRow], _ connection: PostgresConnection) throws {
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

    private func write(_ rows: [(VersionKey, VersionRow)], _ connection: PostgresConnection) throws {
        let ranks = rows.map {
            LatestVersion.rank($0.1.version, isWithheld: !$0.1.record.yanks.isEmpty || $0.1.record.hold != nil).rawValue
        }
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
