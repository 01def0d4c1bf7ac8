import Events
public import Postgres

/// One row a person or organisation: who is shown under which name, and what they say of themselves.
public enum Publishers: Projection {
    public static let name = "publishers"
    public static let handled: Set<String> = [
        UserRegistered.type, ProfileChanged.type, UsernameClaimed.type, UsernameReleased.type, ContentErased.type,
    ]

    private struct Name {
        let name: String?
        let entry: UUIDv7?
        let position: Position
    }

    private struct Profile {
        let content: WrittenContent?
        let entry: UUIDv7
        let position: Position
    }

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var registered: [(person: PersonID, kind: String, event: ProjectedEvent)] = []
        var names: [PersonID: Name] = [:]
        var profiles: [PersonID: Profile] = [:]
        var erased: [(entry: UUIDv7, position: Position)] = []
        for event in events {
            let (entry, position) = (event.envelope.id, event.position)
            func profile(of person: PersonID) throws {
                let content = event.contents["profile_commitment"]
                profiles[person] = Profile(
                    content: try content.map { try WrittenContent(.profile, document: $0.document) }, entry: entry,
                    position: position)
            }
            switch (event.envelope.stream, event.envelope.event) {
            case (.user(let person), .userRegistered(let user)):
                registered.append((person, user.kind.rawValue, event))
                if user.profileCommitment != nil { try profile(of: person) }
            case (.user(let person), .profileChanged): try profile(of: person)
            case (_, .usernameClaimed(let claimed)):
                let content = event.contents["name_commitment"]
                let name = try content.map { try WrittenContent(.name, document: $0.document) }?.texts["name"]
                names[claimed.user] = Name(name: name, entry: entry, position: position)
            case (_, .usernameReleased(let released)):
                names[released.user] = Name(name: nil, entry: nil, position: position)
            case (.user, .contentErased(let content)), (.username, .contentErased(let content)):
                erased.append((content.entry, position))
            default: break
            }
        }
        try insert(registered, connection)
        try apply(names, profiles, connection)
        guard !erased.isEmpty else { return }
        try connection.execute(
            Statements.erasePublishers,
            [.texts(erased.map(\.entry.description)), .int8s(erased.map(\.position.value))])
    }

    private static func insert(
        _ registered: [(person: PersonID, kind: String, event: ProjectedEvent)], _ connection: PostgresConnection
    ) throws {
        guard !registered.isEmpty else { return }
        try connection.execute(
            Statements.registerPublishers,
            [
                .texts(registered.map(\.person.hex)), .texts(registered.map(\.kind)),
                .int8s(registered.map(\.event.envelope.time.milliseconds)),
                .int8s(registered.map(\.event.position.value)),
            ])
    }

    private static func apply(
        _ names: [PersonID: Name], _ profiles: [PersonID: Profile], _ connection: PostgresConnection
    ) throws {
        if !names.isEmpty {
            let rows = names.map { $0 }
            try connection.execute(
                Statements.namePublishers,
                [
                    .texts(rows.map(\.key.hex)), .texts(rows.map { storable($0.value.name) }),
                    .texts(rows.map { $0.value.entry?.description }), .int8s(rows.map(\.value.position.value)),
                ])
        }
        guard !profiles.isEmpty else { return }
        let rows = profiles.map { $0 }
        func texts(_ member: String) -> PostgresValue {
            .texts(rows.map { storable($0.value.content?.texts[member]) })
        }
        try connection.execute(
            Statements.describePublishers,
            [
                .texts(rows.map(\.key.hex)), texts("display_name"), texts("bio"), texts("website_url"),
                .texts(rows.map(\.value.entry.description)), .int8s(rows.map(\.value.position.value)),
            ])
    }
}
