import Crypto
import Events
import Manifest

/// What the entries of agents come to: agents with their versions, evolved in log order.
struct RecordFold {
    struct VersionKey: Hashable {
        let key: AgentKey
        let precedence: [UInt8]
    }

    struct AgentRow {
        let id: String
        let created: Int64
        var updated: Int64
        var position: Int64
        var record = AgentRecord()
    }

    struct VersionRow {
        let version: SemVer
        let data: [UInt8]
        var listing: [UInt8]?
        var author: [UInt8]?
        var record: VersionRecord
        let published: Int64
        let position: Int64
        /// The id of the publisher.
        let publisher: String?

        /// How good it is, before precedence decides which version is shown.
        var rank: LatestVersion.Rank {
            LatestVersion.rank(version, isWithheld: !record.yanks.isEmpty || record.hold != nil)
        }
    }

    var agents: [AgentKey: AgentRow] = [:]
    var versions: [VersionKey: VersionRow] = [:]
    /// What entries have changed.
    private(set) var changedAgents: Set<AgentKey> = []
    private(set) var changedVersions: Set<VersionKey> = []

    /// Applies an entry of an agent's stream; returns the versions that it concerns.
    @discardableResult
    mutating func evolve(_ key: AgentKey, _ event: ProjectedEvent) throws -> Set<VersionKey> {
        try Self.evolve(&agents, key, event, &changedAgents)
        let named = Self.versions(event, of: key, among: versions)
        for version in named { try Self.evolve(&versions, version, event) }
        changedVersions.formUnion(named)
        return Set(named)
    }

    /// The versions that an event names.
    static func named(_ event: ProjectedEvent, of key: AgentKey) -> [VersionKey] {
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
}
