import Crypto
public import Events
public import Manifest

/// The command to publish a version of an agent.
///
/// The first version registers the agent, and claims its namespace where nobody has; the principal becomes the owner.
/// Refused for a reserved name, a namespace of other people, another spelling of a registered id, an agent on hold, a
/// removed file, and a version that exists with other files. Appends `VersionPublished`, before it `NamespaceClaimed`
/// and `AgentRegistered` where they are needed.
public struct PublishVersion: AuthenticatedCommand {
    /// The person and the credential that publish.
    public let principal: Principal
    /// The agent in the principal's spelling.
    public let id: AgentID
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
        principal: Principal, id: AgentID, version: SemVer, published: VersionPublished,
        contents: [ContentKind: Content], now: Timestamp
    ) {
        self.principal = principal
        self.id = id
        self.version = version
        self.published = published
        self.contents = contents
        self.now = now
    }

    public func streams(_ past: Past) -> [AnyStream] {
        // These streams are read so that nobody can publish a file while it is being removed.
        var streams = [TypedStream.agent(id.key).any] + published.artifacts.map { TypedStream.artifact($0.sha256).any }
        // The owner of the namespace matters for new agents alone.
        if past.contains(.agent(id.key)), past[.agent(id.key)].id == nil, let namespace = id.key.namespace {
            streams.append(TypedStream.namespace(namespace).any)
        }
        return streams
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let key = id.key
        let agent = past[.agent(key)]
        guard let registered = agent.id else {
            let claims = try claims(past)
            try refuseRemoved(past)
            return .append(claims + [publication])
        }
        try authorize(.publishVersion, on: .agent(key), past)
        guard registered == id else { throw .otherSpelling(registered) }
        if let hold = agent.hold { throw .held(key, hold) }
        if let existing = agent.versions[version.precedenceKey] {
            guard existing.release == published.release else { throw .versionExists(existing) }
            return .unchanged(since: existing.position)
        }
        try refuseRemoved(past)
        return .append([publication])
    }

    private func refuseRemoved(_ past: Past) throws(Rejection) {
        for artifact in published.artifacts where past[.artifact(artifact.sha256)].removed != nil {
            throw .fileRemoved(artifact.sha256)
        }
    }

    /// The events that register a new agent for the principal, and claim its namespace where nobody has.
    private func claims(_ past: Past) throws(Rejection) -> [DecidedEvent] {
        let key = id.key
        // The credential may be restricted to the agent. Whether the person may register it depends on the namespace,
        // below.
        try authorize(.registerAgent, on: .agent(key), past)
        let name = key.namespace?.description ?? key.description
        guard past[.token(principal.token)].permissions.scopes.contains(.admin) || !ReservedNames.all.contains(name)
        else {
            throw .reserved(name)
        }
        let registration = DecidedEvent(
            .agent(key), AgentRegistered(id: id, owner: principal.user))
        guard let namespace = key.namespace else { return [registration] }
        let relation = past.relation(of: principal.user, to: .namespace(namespace))
        guard Action.registerAgent.right.relations.contains(relation) else {
            throw .notPermitted(.registerAgent, .namespace(namespace))
        }
        guard relation == .unclaimed else { return [registration] }
        let claim = DecidedEvent(.namespace(namespace), NamespaceClaimed(owner: principal.user))
        return [claim, registration]
    }

    private var publication: DecidedEvent {
        DecidedEvent(.agent(id.key), published, contents: contents)
    }
}
