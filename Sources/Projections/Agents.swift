import Events
import JSON
import Manifest
public import Postgres

/// One row an agent, one a version and one an owner: what lists and pages show.
public enum Agents: Projection {
    public static let name = "agents"
    public static let handled: Set<String> = [
        AgentRegistered.type, AgentOwnerAdded.type, AgentOwnerRemoved.type, VersionPublished.type, VersionYanked.type,
        VersionUnyanked.type, AgentDeprecated.type, AgentUndeprecated.type,
    ]

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var batch = AgentBatch()
        for event in events { batch.add(event) }
        try batch.apply(connection)
    }
}

/// What a batch says of agents: the last word on each thing.
private struct AgentBatch {
    private struct Published {
        let key: AgentKey
        let version: SemVer
        let data: [UInt8]
        let listing: [UInt8]?
        let milliseconds: Int64
        let position: Position
    }

    private struct VersionKey: Hashable {
        let key: AgentKey
        let precedence: [UInt8]
    }

    private struct Yank {
        let isYanked: Bool
        let reason: String
        let note: [UInt8]?
        let position: Position
    }

    private struct Deprecation {
        let isDeprecated: Bool
        let replacement: String?
        let note: [UInt8]?
    }

    private struct RoleKey: Hashable {
        let key: AgentKey
        let person: PersonID
    }

    private var registrations: [(key: AgentKey, registered: AgentRegistered, event: ProjectedEvent)] = []
    private var published: [Published] = []
    private var yanks: [VersionKey: Yank] = [:]
    private var deprecations: [AgentKey: Deprecation] = [:]
    private var roles: [RoleKey: (role: Role?, position: Position)] = [:]
    private var changed: [AgentKey: Position] = [:]

    mutating func add(_ event: ProjectedEvent) {
        guard case .agent(let key) = event.envelope.stream else { return }
        changed[key] = event.position
        let note = event.contents["note_commitment"]?.document
        switch event.envelope.event {
        case .agentRegistered(let registered): registrations.append((key, registered, event))
        case .agentOwnerAdded(let added):
            roles[RoleKey(key: key, person: added.user)] = (added.role, event.position)
        case .agentOwnerRemoved(let removed):
            roles[RoleKey(key: key, person: removed.user)] = (nil, event.position)
        case .versionPublished(let version): publish(version, key, event)
        case .versionYanked(let yanked): yank(yanked.version, key, true, yanked.reason, note, event.position)
        case .versionUnyanked(let back): yank(back.version, key, false, back.reason, note, event.position)
        case .agentDeprecated(let deprecated):
            deprecations[key] = Deprecation(
                isDeprecated: true, replacement: deprecated.replacement?.description, note: note)
        case .agentUndeprecated: deprecations[key] = Deprecation(isDeprecated: false, replacement: nil, note: nil)
        default: break
        }
    }

    private mutating func publish(_ published: VersionPublished, _ key: AgentKey, _ event: ProjectedEvent) {
        guard let version = SemVer(published.version) else { return }
        var writer = JSONWriter()
        writer.object { published.encode(&$0) }
        self.published.append(
            Published(
                key: key, version: version, data: writer.bytes, listing: event.contents["listing_commitment"]?.document,
                milliseconds: event.envelope.time.milliseconds, position: event.position))
    }

    private mutating func yank(
        _ version: String, _ key: AgentKey, _ isYanked: Bool, _ reason: YankReason, _ note: [UInt8]?,
        _ position: Position
    ) {
        guard let precedence = SemVer(version)?.precedenceKey else { return }
        yanks[VersionKey(key: key, precedence: precedence)] = Yank(
            isYanked: isYanked, reason: reason.rawValue, note: note, position: position)
    }

    func apply(_ connection: PostgresConnection) throws {
        guard !changed.isEmpty else { return }
        try applyAgents(connection)
        try applyVersions(connection)
        let rows = changed.map { $0 }
        try connection.execute(
            Statements.touchAgents, [.texts(rows.map(\.key.description)), .int8s(rows.map(\.value.value))])
    }

    private func applyAgents(_ connection: PostgresConnection) throws {
        if !registrations.isEmpty {
            try connection.execute(
                Statements.registerAgents,
                [
                    .texts(registrations.map(\.key.description)),
                    .texts(registrations.map(\.registered.id.description)),
                    .texts(registrations.map(\.registered.owner.hex)),
                    .int8s(registrations.map(\.event.envelope.time.milliseconds)),
                    .int8s(registrations.map(\.event.position.value)),
                ])
        }
        if !roles.isEmpty {
            let rows = roles.map { $0 }
            try connection.execute(
                Statements.changeOwners,
                [
                    .texts(rows.map(\.key.key.description)), .texts(rows.map(\.key.person.hex)),
                    .texts(rows.map(\.value.role?.rawValue)), .int8s(rows.map(\.value.position.value)),
                ])
            try connection.execute(
                Statements.showOwners, [.texts(Array(Set(rows.map(\.key.key.description))))])
        }
        if !deprecations.isEmpty {
            let rows = deprecations.map { $0 }
            try connection.execute(
                Statements.deprecateAgents,
                [
                    .texts(rows.map(\.key.description)), .bools(rows.map(\.value.isDeprecated)),
                    .texts(rows.map(\.value.replacement)), .byteas(rows.map(\.value.note)),
                ])
        }
    }

    private func applyVersions(_ connection: PostgresConnection) throws {
        if !published.isEmpty {
            try connection.execute(
                Statements.publishVersions,
                [
                    .texts(published.map(\.key.description)), .byteas(published.map(\.version.precedenceKey)),
                    .bools(published.map { !$0.version.isPrerelease }), .byteas(published.map(\.data)),
                    .byteas(published.map(\.listing)), .int8s(published.map(\.milliseconds)),
                    .int8s(published.map(\.position.value)),
                ])
        }
        if !yanks.isEmpty {
            let rows = yanks.map { $0 }
            try connection.execute(
                Statements.yankVersions,
                [
                    .texts(rows.map(\.key.key.description)), .byteas(rows.map(\.key.precedence)),
                    .bools(rows.map(\.value.isYanked)), .texts(rows.map(\.value.reason)),
                    .byteas(rows.map(\.value.note)), .int8s(rows.map(\.value.position.value)),
                ])
        }
        let keys = Set(published.map(\.key.description) + yanks.keys.map(\.key.description))
        if !keys.isEmpty { try show(Array(keys), connection) }
    }

    private struct Shown {
        let key: String
        let standing: Int32
        let precedence: [UInt8]
        let published: VersionPublished
        let listing: ListingContent
    }

    /// Copies what lists show of an agent from its best version.
    private func show(_ keys: [String], _ connection: PostgresConnection) throws {
        let rows = try connection.execute(Statements.bestVersions, [.texts(keys)]).map { row in
            var reader = try JSONReader(try row.bytes(3))
            return Shown(
                key: try row.text(0), standing: Int32(try row.integer(1)), precedence: try row.bytes(2),
                published: try VersionPublished(from: &reader),
                listing: row.isNull(4) ? ListingContent() : try ListingContent(document: try row.bytes(4)))
        }
        try connection.execute(
            Statements.showVersions,
            [
                .texts(rows.map(\.key)), .int4s(rows.map(\.standing)), .byteas(rows.map(\.precedence)),
                .texts(rows.map(\.published.version)), .bools(rows.map(\.published.listed)),
                .bools(rows.map { $0.published.artifacts.contains { $0.role == .wasmModule } }),
                .texts(rows.map { storable($0.listing.title) }), .texts(rows.map { storable($0.listing.summary) }),
                .texts(rows.map { storable($0.listing.description) }),
                .texts(rows.map { storable($0.listing.category) }),
            ])
    }
}
