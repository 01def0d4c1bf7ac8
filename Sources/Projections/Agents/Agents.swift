import Events
import Postgres

extension Projection {
    /// The read model of agents: their pages and lists, what search reads of them, what clients of the Model
    /// Context Protocol are told of, owners, reviews, votes, stars and downloads.
    ///
    /// The model is sliced: all entries that concern one agent are in one slice of the log.
    public static let agents = Projection(
        "agents", version: 1, .sliced, past: .days,
        handled: [
            AgentRegistered.type, AgentOwnerAdded.type, AgentOwnerRemoved.type, VersionPublished.type,
            ListingChanged.type, VersionYanked.type, VersionUnyanked.type, AgentDeprecated.type, AgentUndeprecated.type,
            AgentQuarantined.type, QuarantineLifted.type, AgentArtifactRemoved.type, ReviewSubmitted.type,
            ReviewEdited.type, ReviewWithdrawn.type, ReviewVoted.type, ReviewVoteWithdrawn.type, StarAdded.type,
            StarRemoved.type, AgentDownloaded.type, AgentReadersSeen.type, ContentErased.type,
        ],
        ignored: [
            ArtifactRemoved.type, FlagRaised.type, LogCreated.type, NamespaceClaimed.type, NamespaceMemberAdded.type,
            NamespaceMemberRemoved.type, ProfileChanged.type, ProjectionSkipped.type, TokenIssued.type,
            TokenRevoked.type, UserRegistered.type, UsernameClaimed.type, UsernameReleased.type,
        ],
        tables: PackageResources.schema_agents_sql + PackageResources.schema_search_sql
            + PackageResources.schema_servers_sql,
        indexes: PackageResources.indexes_agents_sql + PackageResources.indexes_search_sql
            + PackageResources.indexes_servers_sql,
        folding: Folding(types: [AgentDownloaded.type, AgentReadersSeen.type]) { DownloadFold() },
        apply: AgentsModel.apply)
}

/// How the model of agents takes a batch.
enum AgentsModel {
    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        // Servers are worked out from what agents and versions were before the batch. Agents come before all else: the counters
        // of the other parts are in rows that this part creates. Figures are worked out from what people said before the batch.
        let parts: [any AgentBatch] = [
            ServerBatch(), RecordBatch(), OwnerBatch(), SearchBatch(), FigureBatch(), ReviewBatch(), StarBatch(),
            DownloadBatch(),
        ]
        for part in parts {
            var part = part
            for event in events { try part.add(event) }
            try part.apply(connection)
        }
    }
}

/// One part of the model of agents: it gathers the events of a batch in log order and then applies them set by set.
protocol AgentBatch {
    /// Gathers an event; ignores one that the part does not handle.
    mutating func add(_ event: ProjectedEvent) throws

    /// Applies the gathered events.
    func apply(_ connection: PostgresConnection) throws
}
