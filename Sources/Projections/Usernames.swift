import Events
public import Postgres

/// Who is shown under which name.
public enum Usernames: Projection {
    public static let name = "usernames"

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var names: [PersonID: (name: String?, position: Position)] = [:]
        for event in events {
            guard case .usernameClaimed(let claimed) = event.envelope.event else { continue }
            let content = try event.contents["name_commitment"].map { try NameContent(document: $0.document) }
            names[claimed.user] = (content?.name, event.position)
        }
        guard !names.isEmpty else { return }
        let rows = names.sorted { $0.key.hex < $1.key.hex }
        try connection.execute(
            Statements.applyUsernames,
            [
                .texts(rows.map(\.key.hex)), .texts(rows.map { storable($0.value.name) }),
                .int8s(rows.map(\.value.position.value)),
            ])
    }
}
