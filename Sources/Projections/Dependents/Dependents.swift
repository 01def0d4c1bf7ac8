import Events
import Manifest
import Postgres

extension Projection {
    /// The read model of dependents: which versions need which agents, whether these exist or not.
    ///
    /// What a range leads to is worked out when it is read, since every new version of the other agent may change it.
    public static let dependents = Projection(
        "dependents", version: 1, .whole,
        handled: [VersionPublished.type],
        ignored: [
            AgentArtifactRemoved.type, AgentDeprecated.type, AgentDownloaded.type, AgentOwnerAdded.type,
            AgentOwnerRemoved.type, AgentQuarantined.type, AgentReadersSeen.type, AgentRegistered.type,
            AgentUndeprecated.type, ArtifactRemoved.type, ContentErased.type, FlagRaised.type, ListingChanged.type,
            LogCreated.type, NamespaceClaimed.type, NamespaceMemberAdded.type, NamespaceMemberRemoved.type,
            ProfileChanged.type, ProjectionSkipped.type, QuarantineLifted.type, ReviewEdited.type,
            ReviewSubmitted.type, ReviewVoteWithdrawn.type, ReviewVoted.type, ReviewWithdrawn.type, StarAdded.type,
            StarRemoved.type, TokenIssued.type, TokenRevoked.type, UserRegistered.type, UsernameClaimed.type,
            UsernameReleased.type, VersionUnyanked.type, VersionYanked.type,
        ],
        tables: PackageResources.schema_dependents_sql, apply: DependentsModel.apply)
}

extension Statements {
    static let addDependents = PostgresStatement("add_dependents", PackageResources.add_dependents_sql)
    static let listDependents = PostgresStatement("list_dependents", PackageResources.list_dependents_sql)
}

/// How the model of dependents takes a batch.
enum DependentsModel {
    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var rows: [(dependency: Dependency, key: AgentKey, precedence: [UInt8])] = []
        for event in events {
            guard case .agent(let key) = event.envelope.stream, let published = event.event as? VersionPublished,
                let version = SemVer(published.version)
            else { continue }
            rows += (published.dependencies ?? []).map { ($0, key, version.precedenceKey) }
        }
        guard !rows.isEmpty else { return }
        try connection.execute(
            Statements.addDependents,
            [
                .texts(rows.map(\.dependency.id.key.description)), .texts(rows.map(\.key.description)),
                .byteas(rows.map(\.precedence)), .texts(rows.map(\.dependency.range)),
                .bools(rows.map(\.dependency.isPeer)),
            ])
    }
}
