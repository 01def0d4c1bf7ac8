import Events
import Postgres

extension Projection {
    /// One row a person or organisation: who is shown under which name, and what they say of themselves.
    public static let publishers = Projection(
        "publishers", version: 1, .whole,
        handled: [
            UserRegistered.type, ProfileChanged.type, UsernameClaimed.type, UsernameReleased.type, ContentErased.type,
        ],
        ignored: [
            AgentArtifactRemoved.type, AgentDeprecated.type, AgentDownloaded.type, AgentOwnerAdded.type,
            AgentOwnerRemoved.type, AgentQuarantined.type, AgentReadersSeen.type, AgentRegistered.type,
            AgentUndeprecated.type, ArtifactRemoved.type, FlagRaised.type, ListingChanged.type, LogCreated.type,
            NamespaceClaimed.type, NamespaceMemberAdded.type, NamespaceMemberRemoved.type, ProjectionSkipped.type,
            QuarantineLifted.type, ReviewEdited.type, ReviewSubmitted.type, ReviewVoteWithdrawn.type, ReviewVoted.type,
            ReviewWithdrawn.type, StarAdded.type, StarRemoved.type, TokenIssued.type, TokenRevoked.type,
            VersionPublished.type, VersionUnyanked.type, VersionYanked.type,
        ],
        tables: PackageResources.schema_publishers_sql, indexes: PackageResources.indexes_publishers_sql,
        apply: PublishersModel.apply)
}

/// How the model of publishers takes a batch.
enum PublishersModel {
    private struct Name {
        let name: String?
        let entry: UUIDv7?
    }

    private struct Profile {
        let content: ProfileContent?
        let entry: UUIDv7
    }

    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
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
