import Events
import JSON
import Manifest
public import Postgres

/// One row an agent and one a version: what an agent's page shows.
public enum AgentDetails: Projection {
    public static let name = "agent_details"

    private struct Row {
        let key: AgentKey
        let version: SemVer
        let data: [UInt8]
        let listing: [UInt8]?
        let milliseconds: Int64
        let position: Position
    }

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        try Registrations(events).insert(Statements.registerDetails, connection)
        let rows = events.compactMap { event -> Row? in
            guard case .versionPublished(let published) = event.envelope.event,
                case .agent(let key) = event.envelope.stream, let version = SemVer(published.version)
            else { return nil }
            var writer = JSONWriter()
            writer.object { published.encode(&$0) }
            return Row(
                key: key, version: version, data: writer.bytes,
                listing: event.contents["listing_commitment"]?.document,
                milliseconds: event.envelope.time.milliseconds, position: event.position)
        }
        guard !rows.isEmpty else { return }
        try connection.execute(
            Statements.publishDetails,
            [
                .texts(rows.map(\.key.description)), .byteas(rows.map(\.version.precedenceKey)),
                .bools(rows.map { !$0.version.isPrerelease }), .byteas(rows.map(\.data)),
                .byteas(rows.map(\.listing)), .int8s(rows.map(\.milliseconds)), .int8s(rows.map(\.position.value)),
            ])
    }
}
