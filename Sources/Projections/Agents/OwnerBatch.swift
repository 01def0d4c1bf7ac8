import Events
import Postgres

/// What a batch says of who owns and maintains agents: the last word on each person.
struct OwnerBatch: AgentBatch {
    private struct RoleKey: Hashable {
        let key: AgentKey
        let person: PersonID
    }

    private var roles: [RoleKey: (role: Role?, position: Position)] = [:]

    mutating func add(_ event: ProjectedEvent) {
        guard case .agent(let key) = event.envelope.stream else { return }
        switch event.event {
        case let registered as AgentRegistered:
            roles[RoleKey(key: key, person: registered.owner)] = (.owner, event.position)
        case let added as AgentOwnerAdded: roles[RoleKey(key: key, person: added.user)] = (added.role, event.position)
        case let removed as AgentOwnerRemoved: roles[RoleKey(key: key, person: removed.user)] = (nil, event.position)
        default: break
        }
    }

    func apply(_ connection: PostgresConnection) throws {
        guard !roles.isEmpty else { return }
        let rows = roles.map { $0 }
        try connection.execute(
            Statements.changeOwners,
            [
                .texts(rows.map(\.key.key.description)), .texts(rows.map(\.key.person.hex)),
                .texts(rows.map(\.value.role?.rawValue)), .int8s(rows.map(\.value.position.value)),
            ])
        try connection.execute(Statements.showOwners, [.texts(Array(Set(rows.map(\.key.key.description))))])
    }
}
