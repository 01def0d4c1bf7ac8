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
    }

    private struct Profile {
        let content: ProfileContent?
        let entry: UUIDv7
    }

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var registered: [(person: PersonID, kind: String, event: ProjectedEvent)] = []
        var names: [PersonID: Name] = [:]
        var profiles: [PersonID: Profile] = [:]
        var erased: [UUIDv7] = []
        for event in events {
            let entry = event.envelope.id
            func profile(of person: PersonID) throws {
                profiles[person] = Profile(content: try event.content(ProfileContent.self), entry: entry)
            }
            switch (event.envelope.stream, event.event) {
            case (.user(let person), let user as UserRegistered):
                registered.append((person, user.kind.rawValue, event))
                if user.profileCommitment != nil { try profile(of: person) }
            case (.user(let person), is ProfileChanged): try profile(of: person)
            case (_, let claimed as UsernameClaimed):
                names[claimed.user] = Name(name: try event.content(NameContent.self)?.name, entry: entry)
            case (_, let released as UsernameReleased): names[released.user] = Name(name: nil, entry: nil)
            case (.user, let content as ContentErased), (.username, let content as ContentErased):
                erased.append(content.entry)
            default: break
            }
        }
        try insert(registered, connection)
        try apply(names, profiles, connection)
        guard !erased.isEmpty else { return }
        try connection.execute(
            Statements.erasePublishers,
            [.texts(erased.map(\.description))])
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
                    .texts(rows.map { $0.value.name.flatMap { Username($0)?.folded } }),
                    .texts(rows.map { $0.value.entry?.description }),
                ])
        }
        guard !profiles.isEmpty else { return }
        let rows = profiles.map { $0 }
        try connection.execute(
            Statements.describePublishers,
            [
                .texts(rows.map(\.key.hex)), .texts(rows.map { storable($0.value.content?.displayName) }),
                .texts(rows.map { storable($0.value.content?.bio) }),
                .texts(rows.map { storable($0.value.content?.websiteURL) }),
                .texts(rows.map(\.value.entry.description)),
            ])
    }
}
