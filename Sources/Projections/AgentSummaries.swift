import Events
import Manifest
public import Postgres

/// One row an agent: what lists show and search looks through.
public enum AgentSummaries: Projection {
    public static let name = "agent_summaries"

    private struct Publication {
        let rank: [UInt8]
        let published: VersionPublished
        let listing: ListingContent
    }

    private struct Change {
        var best: Publication
        var milliseconds: Int64
        var position: Position
    }

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        try Registrations(events).insert(Statements.registerSummaries, connection)
        var changes: [AgentKey: Change] = [:]
        for event in events {
            guard case .versionPublished(let published) = event.envelope.event,
                case .agent(let key) = event.envelope.stream, let version = SemVer(published.version)
            else { continue }
            let publication = Publication(
                // A release is shown before any pre-release.
                rank: [version.isPrerelease ? 0 : 1] + version.precedenceKey, published: published,
                listing: try event.contents["listing_commitment"].map { try ListingContent(document: $0.document) }
                    ?? ListingContent())
            var change =
                changes[key]
                ?? Change(best: publication, milliseconds: 0, position: event.position)
            if !publication.rank.lexicographicallyPrecedes(change.best.rank) { change.best = publication }
            change.milliseconds = event.envelope.time.milliseconds
            change.position = event.position
            changes[key] = change
        }
        guard !changes.isEmpty else { return }
        let rows = changes.sorted { $0.value.position < $1.value.position }
        let best = rows.map(\.value.best)
        try connection.execute(
            Statements.publishSummaries,
            [
                .texts(rows.map(\.key.description)), .byteas(best.map(\.rank)), .texts(best.map(\.published.version)),
                .bools(best.map(\.published.listed)),
                .bools(best.map { $0.published.artifacts.contains { $0.role == .wasmModule } }),
                .texts(best.map { storable($0.listing.title) }), .texts(best.map { storable($0.listing.summary) }),
                .texts(best.map { storable($0.listing.description) }),
                .texts(best.map { storable($0.listing.category) }),
                .int8s(rows.map(\.value.milliseconds)), .int8s(rows.map(\.value.position.value)),
            ])
    }
}

/// The agents that a batch registers.
struct Registrations {
    private var rows: [(key: AgentKey, registered: AgentRegistered, milliseconds: Int64, position: Position)] = []

    init(_ events: [ProjectedEvent]) {
        for event in events {
            guard case .agentRegistered(let registered) = event.envelope.event else { continue }
            rows.append((registered.id.key, registered, event.envelope.time.milliseconds, event.position))
        }
    }

    func insert(_ statement: PostgresStatement, _ connection: PostgresConnection) throws {
        guard !rows.isEmpty else { return }
        try connection.execute(
            statement,
            [
                .texts(rows.map(\.key.description)), .texts(rows.map(\.registered.id.description)),
                .texts(rows.map(\.registered.owner.hex)), .int8s(rows.map(\.milliseconds)),
                .int8s(rows.map(\.position.value)),
            ])
    }
}
