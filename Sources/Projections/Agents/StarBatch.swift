import Events
import Postgres

/// What a batch says of who likes which agent: the last word on each pair.
struct StarBatch: AgentBatch {
    private var last: [StreamName: (key: AgentKey, person: PersonID, isGiven: Bool, event: ProjectedEvent)] = [:]

    mutating func add(_ event: ProjectedEvent) {
        switch (event.envelope.stream, event.event) {
        case (.star(let key, let person), is StarAdded): last[event.envelope.stream] = (key, person, true, event)
        case (.star(let key, let person), is StarRemoved): last[event.envelope.stream] = (key, person, false, event)
        // What somebody gave an agent before they got a role on it ends.
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
