import Events
import Postgres

/// What a batch says of who likes which agent: the last word on each pair.
struct StarBatch: AgentBatch {
    private var last: [StreamName: (key: AgentKey, person: PersonID, isGiven: Bool, event: ProjectedEvent)] = [:]

    mutating func add(_ event: ProjectedEvent) {
        let stream = event.envelope.stream
        guard case .star(let key, let person) = stream else { return }
        switch event.event {
        case is StarAdded: last[stream] = (key, person, true, event)
        case is StarRemoved: last[stream] = (key, person, false, event)
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
