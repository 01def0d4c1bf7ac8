import Events
import Postgres

extension Projection {
    /// The read model of flags: how often people flagged each target, and why.
    ///
    /// Entries name neither the person nor the target; private contents hold the target.
    public static let flags = Projection(
        "flags", version: 1, .whole,
        handled: [
            FlagRaised.type
        ],
        ignored: [
            AgentArtifactRemoved.type, AgentDeprecated.type, AgentDownloaded.type, AgentOwnerAdded.type,
            AgentOwnerRemoved.type, AgentQuarantined.type, AgentReadersSeen.type, AgentRegistered.type,
            AgentUndeprecated.type, ArtifactRemoved.type, ContentErased.type, ListingChanged.type, LogCreated.type,
            NamespaceClaimed.type, NamespaceMemberAdded.type, NamespaceMemberRemoved.type, ProfileChanged.type,
            ProjectionSkipped.type, QuarantineLifted.type, ReviewEdited.type, ReviewSubmitted.type,
            ReviewVoteWithdrawn.type, ReviewVoted.type, ReviewWithdrawn.type, StarAdded.type, StarRemoved.type,
            TokenIssued.type, TokenRevoked.type, UserRegistered.type, UsernameClaimed.type, UsernameReleased.type,
            VersionPublished.type, VersionUnyanked.type, VersionYanked.type,
        ],
        tables: PackageResources.schema_flags_sql,
        apply: FlagsModel.apply)
}

/// How the model of flags takes a batch.
enum FlagsModel {
    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        let flags = try events.compactMap { event in
            try event.content(TargetContent.self).map { (about: $0, milliseconds: event.envelope.time.milliseconds) }
        }
        guard !flags.isEmpty else { return }
        try connection.execute(
            Statements.countFlags,
            [
                .texts(flags.map(\.about.target.kind.rawValue)), .texts(flags.map(\.about.target.description)),
                .texts(flags.map(\.about.reason.rawValue)), .int8s(flags.map(\.milliseconds)),
            ])
    }
}
