import Crypto
public import Events
public import Manifest

/// The command to publish a version of an agent.
///
/// The first version registers the agent, and claims its namespace where nobody has; the principal becomes the owner.
/// Refused for a reserved name, a name that can be mistaken for another one, a namespace or an agent of other people,
/// another spelling of a registered id, an agent on hold, a removed file, and a version that exists with other files.
/// Appends `VersionPublished`, before it `NamespaceClaimed` and `AgentRegistered` where they are needed.
public struct PublishVersion: AuthenticatedCommand {
    /// The person and the credential that publish.
    public let principal: Principal
    /// The agent in the principal's spelling.
    public let id: AgentID
    /// What the names of a new agent look like.
    public let likenesses: ClaimAgent.Likenesses
    /// The version.
    public let version: SemVer
    /// The event to append.
    public let published: VersionPublished
    /// The contents that `published` commits to.
    public let contents: [ContentKind: Content]
    /// The time of the command.
    public let now: Timestamp

    /// Creates the command.
    public init(
        principal: Principal, id: AgentID, likenesses: ClaimAgent.Likenesses, version: SemVer,
        published: VersionPublished,
        contents: [ContentKind: Content], now: Timestamp
    ) {
        self.principal = principal
        self.id = id
        self.likenesses = likenesses
        self.version = version
        self.published = published
        self.contents = contents
        self.now = now
    }

    private var claim: ClaimAgent { ClaimAgent(principal: principal, id: id, likenesses: likenesses, now: now) }

    public func streams(_ past: Past) -> [AnyStream] {
        // The streams of files are read so that nobody can publish a file while it is being removed.
        claim.streams(past) + published.artifacts.map { TypedStream.artifact($0.sha256).any }
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let claims = try claim.events(past)
        if let existing = past[.agent(id.key)].versions[version.precedenceKey] {
            guard existing.release == published.release else { throw .versionExists(existing) }
            return .unchanged(since: existing.position)
        }
        for artifact in published.artifacts where past[.artifact(artifact.sha256)].removed != nil {
            throw .fileRemoved(artifact.sha256)
        }
        return .append(claims + [DecidedEvent(.agent(id.key), published, contents: contents)])
    }
}
