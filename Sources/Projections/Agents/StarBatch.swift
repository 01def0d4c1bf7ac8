import Events
import Postgres

/// The stars of a batch: the last state of each pair of agent and person.
struct StarBatch: AgentBatch {
    private var last: [StreamName: (key: AgentKey, person: PersonID, isGiven: Bool, event: ProjectedEvent)] = [:]

    mutating func add(_ event: ProjectedEvent) {
        switch (event.envelope.stream, event.event) {
        case (.star(let key, let person), is StarAdded): last[event.envelope.stream] = (key, person, true, event)
        case (.star(let key, let person), is StarRemoved): last[event.envelope.stream] = (key, person, false, event)
        // Getting a role on an agent ends an earlier star.
        case (.agent(let key), let added as AgentOwnerAdded):
            last[.star(key, added.user)] = (key, added.user, false, event)
        default: break
        }
    }

    func apply(_ connection: PostgresConnection) throws {
        guard !last.isEmpty else { return }
        let rows = last.values.map { $0 }
        try connection.execute(
            Statements.changeStars,
            [
                .texts(rows.map(\.key.description)), .texts(rows.map(\.person.hex)), .bools(rows.map(\.isGiven)),
                .int8s(rows.map(\.event.envelope.time.milliseconds)), .int8s(rows.map(\.event.position.value)),
            ])
    }
}
