import Events
public import Postgres

/// Who likes which agent, and how many do.
public enum Stars: Projection {
    public static let name = "stars"
    public static let handled: Set<String> = [AgentRegistered.type, StarAdded.type, StarRemoved.type]

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var registered: [(key: AgentKey, position: Position)] = []
        var last: [StreamName: (key: AgentKey, person: PersonID, isGiven: Bool, event: ProjectedEvent)] = [:]
        for event in events {
            let stream = event.envelope.stream
            switch (stream, event.envelope.event) {
            case (.agent(let key), .agentRegistered): registered.append((key, event.position))
            case (.star(let key, let person), .starAdded): last[stream] = (key, person, true, event)
            case (.star(let key, let person), .starRemoved): last[stream] = (key, person, false, event)
            default: break
            }
        }
        if !registered.isEmpty {
            try connection.execute(
                Statements.registerStars,
                [.texts(registered.map(\.key.description)), .int8s(registered.map(\.position.value))])
        }
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
