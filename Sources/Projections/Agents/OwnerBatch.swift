import Events
import Postgres

/// The changes of roles on agents in a batch: the last role of each person, and when roles last changed.
struct OwnerBatch: AgentBatch {
    private struct RoleKey: Hashable {
        let key: AgentKey
        let person: PersonID
    }

    private struct LastWord {
        let role: Role?
        /// The position at which their role last changed.
        let position: Position
        /// True for the person who registered the agent and has not left since; nil where the batch does not change
        /// that.
        let isRegistrar: Bool?
    }

    private var roles: [RoleKey: LastWord] = [:]
    private var changed: [AgentKey: Int64] = [:]

    mutating func add(_ event: ProjectedEvent) {
        guard case .agent(let key) = event.envelope.stream else { return }
        switch event.event {
        case let registered as AgentRegistered:
            roles[RoleKey(key: key, person: registered.owner)] = LastWord(
                role: .owner, position: event.position, isRegistrar: true)
        case let added as AgentOwnerAdded:
            let person = RoleKey(key: key, person: added.user)
            roles[person] = LastWord(
                role: added.role, position: event.position, isRegistrar: roles[person].flatMap(\.isRegistrar))
            changed[key] = event.envelope.time.milliseconds
        case let removed as AgentOwnerRemoved:
            roles[RoleKey(key: key, person: removed.user)] = LastWord(
                role: nil, position: event.position, isRegistrar: false)
            changed[key] = event.envelope.time.milliseconds
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
                .texts(rows.map { $0.value.isRegistrar.map { $0 ? "true" : "false" } }),
            ])
        try connection.execute(Statements.showOwners, [.texts(Array(Set(rows.map(\.key.key.description))))])
        guard !changed.isEmpty else { return }
        let times = changed.map { $0 }
        try connection.execute(
            Statements.noteOwnerChanges, [.texts(times.map(\.key.description)), .int8s(times.map(\.value))])
    }
}
