import Events
public import Postgres

/// Everything about agents: what their pages and lists show, who owns them, what people say of them, and how often they
/// are downloaded.
///
/// The model is sliced: all entries that concern one agent are in one slice of the log.
public enum Agents: Projection {
    public static let name = "agents"
    public static let handled: Set<String> = [
        AgentRegistered.type, AgentOwnerAdded.type, AgentOwnerRemoved.type, VersionPublished.type, ListingChanged.type,
        VersionYanked.type, VersionUnyanked.type, AgentDeprecated.type, AgentUndeprecated.type, AgentQuarantined.type,
        QuarantineLifted.type, AgentArtifactRemoved.type, ReviewSubmitted.type, ReviewEdited.type, ReviewWithdrawn.type,
        ReviewVoted.type, ReviewVoteWithdrawn.type, StarAdded.type, StarRemoved.type, AgentDownloaded.type,
        AgentReadersSeen.type, ContentErased.type,
    ]

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        // Agents come first: what is counted stands in rows that they make.
        for part in [RecordBatch(), OwnerBatch(), ReviewBatch(), StarBatch(), DownloadBatch()] as [any AgentBatch] {
            var part = part
            for event in events { try part.add(event) }
            try part.apply(connection)
        }
    }
}

/// What a batch of entries says of one side of agents: gathered in log order, then applied set by set.
protocol AgentBatch {
    /// Takes in an event; one that it does not speak of changes nothing.
    mutating func add(_ event: ProjectedEvent) throws

    /// Applies what was gathered.
    func apply(_ connection: PostgresConnection) throws
}
