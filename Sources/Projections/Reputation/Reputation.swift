import Events

extension Projection {
    /// The read model of reputation: the points of people, each with the entry that gave it.
    ///
    /// Its version is that of the formula, and changes with any of its numbers.
    public static let reputation = Projection(
        "reputation", version: 1, .whole, past: .positions,
        handled: [
            AgentArtifactRemoved.type, AgentReadersSeen.type, AgentOwnerAdded.type, AgentOwnerRemoved.type,
            AgentQuarantined.type, AgentRegistered.type, ArtifactRemoved.type, QuarantineLifted.type, ReviewEdited.type,
            ReviewSubmitted.type, ReviewVoteWithdrawn.type, ReviewVoted.type, ReviewWithdrawn.type,
            VersionPublished.type, VersionUnyanked.type, VersionYanked.type,
        ],
        ignored: [
            AgentDeprecated.type, AgentDownloaded.type, AgentUndeprecated.type, ContentErased.type, FlagRaised.type,
            ListingChanged.type, LogCreated.type, NamespaceClaimed.type, NamespaceMemberAdded.type,
            NamespaceMemberRemoved.type, ProfileChanged.type, ProjectionSkipped.type, StarAdded.type, StarRemoved.type,
            TokenIssued.type, TokenRevoked.type, UserRegistered.type, UsernameClaimed.type, UsernameReleased.type,
        ],
        tables: PackageResources.schema_reputation_sql, apply: ReputationBatch.apply)
}

/// What people get points for (MentatLab 1.1, 3.3).
public enum ReputationRule: String, Sendable, CaseIterable {
    /// They proved who they are. Nobody can yet.
    case verified
    /// An agent that they publish is downloaded, counted once for each reader and day.
    case downloads
    /// An agent that they publish is rated well.
    case rating
    /// An agent that they publish is verified. None can be yet.
    case verifiedAgent = "verified-agent"
    /// An agent that they publish has a version with a WebAssembly module that is neither yanked, held nor removed.
    case wasm
    /// A review of theirs helps others.
    case review
    /// Moderators hold an agent that they published, or a version of it.
    case hold
    /// A file of a version that they published was removed, and not because its owner asked for it.
    case removal
}

/// How many points there are for what.
enum ReputationFormula {
    /// So many downloads of an agent, counted once for each reader and day, give a point.
    static let downloadsOfPoint: Int64 = 100
    /// The most points for the downloads of an agent.
    static let mostForDownloads: Int64 = 50
    /// More votes than so many make a review helpful.
    static let votes: Int64 = 5
    /// The points for a helpful review.
    static let review: Int32 = 5
    #if MENTATLAB_NEXT
        /// The points for an agent with WebAssembly in the release after this one, which tests play an upgrade with.
        static let wasm: Int32 = 15
    #else
        /// The points for an agent with WebAssembly.
        static let wasm: Int32 = 10
    #endif
    /// The points for a violation.
    static let violation: Int32 = -50

    /// The readers that are counted of an agent.
    static let countedReaders = downloadsOfPoint * mostForDownloads

    /// The points for an average rating.
    static func rating(sum: Int64, of ratings: Int64) -> Int32 {
        if ratings > 0, sum >= 4 * ratings { return 20 }
        return ratings > 0 && sum >= 3 * ratings ? 10 : 0
    }
}
