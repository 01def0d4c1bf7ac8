import AgentIndex
import Events
public import Postgres

/// The read model that installers use: one document for each agent, which every front copies to its own disk.
public enum Index: Projection {
    public static let name = "index"
    public static let handled: Set<String> = [
        AgentRegistered.type, VersionPublished.type, VersionYanked.type, VersionUnyanked.type, AgentDeprecated.type,
        AgentUndeprecated.type, AgentQuarantined.type, QuarantineLifted.type, AgentArtifactRemoved.type,
    ]

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var keys: Set<String> = []
        for event in events {
            if case .agent(let key) = event.envelope.stream { keys.insert(key.description) }
        }
        var documents: [AgentKey: IndexDocument] = [:]
        for row in try connection.execute(Statements.findIndexDocuments, [.texts(keys.sorted())]) {
            let document = try IndexDocument(try row.bytes("document"))
            documents[document.key] = document
        }
        for event in events {
            guard case .agent(let key) = event.envelope.stream else { continue }
            if let registered = event.event as? AgentRegistered {
                documents[key] = IndexDocument(registered.id, at: event.position)
            } else {
                documents[key]?.evolve(event.envelope.event, at: event.position, time: event.envelope.time)
            }
        }
        let rows = documents.values.sorted { $0.position < $1.position }
        guard !rows.isEmpty else { return }
        try connection.execute(
            Statements.writeIndexDocuments,
            [
                .texts(rows.map(\.key.description)), .byteas(rows.map(\.bytes)), .int8s(rows.map(\.position.value)),
            ])
    }
}
