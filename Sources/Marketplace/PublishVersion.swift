import Crypto
public import Events
public import Manifest

/// The command to publish a version of an agent.
public struct PublishVersion: AuthenticatedCommand {
    /// Who publishes.
    public let principal: Principal
    /// The agent in the principal's spelling.
    public let id: AgentID
    /// The version.
    public let version: SemVer
    /// What the entry will say.
    public let published: VersionPublished
    /// What `published` commits to.
    public let listing: Content
    /// When.
    public let now: Timestamp

    /// Puts the command together.
    public init(
        principal: Principal, id: AgentID, version: SemVer, published: VersionPublished, listing: Content,
        now: Timestamp
    ) {
        self.principal = principal
        self.id = id
        self.version = version
        self.published = published
        self.listing = listing
        self.now = now
    }

    /// The streams that the decision reads.
    public var streams: [StreamName] {
        var streams = identity + [.agent(id.key)]
        if let namespace = id.key.namespace { streams.append(.namespace(namespace)) }
        return streams
    }

    /// Decides over the past of `streams`. Pure.
    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let key = id.key
        let agent = past.agent(key)
        guard let registered = agent.id else { return .append(try claims(past) + [publication]) }
        try authorize(.publishVersion, on: .agent(key), past)
        guard registered == id else { throw .otherSpelling(registered) }
        if let existing = agent.versions[version.precedenceKey] {
            guard existing.release == published.release else { throw .versionExists(existing) }
            return .unchanged(since: existing.position)
        }
        return .append([publication])
    }

    /// The events that make a new agent the principal's.
    private func claims(_ past: Past) throws(Rejection) -> [DecidedEvent] {
        let key = id.key
        // The scope names the agent; who may register it in its namespace depends on whose that is.
        try authorize(.registerAgent, on: .agent(key), past)
        let name = key.namespace?.description ?? key.description
        guard past.token(principal.token).scopes.contains(.admin) || !ReservedNames.all.contains(name) else {
            throw .reserved(name)
        }
        let registration = DecidedEvent(
            .agent(key), .agentRegistered(AgentRegistered(id: id, owner: principal.user)))
        guard let namespace = key.namespace else { return [registration] }
        let standing = past.standing(of: principal.user, to: .namespace(namespace))
        guard Right.of(.registerAgent).standings.contains(standing) else {
            throw .notPermitted(.registerAgent, .namespace(namespace))
        }
        guard standing == .unclaimed else { return [registration] }
        let claim = DecidedEvent(.namespace(namespace), .namespaceClaimed(NamespaceClaimed(owner: principal.user)))
        return [claim, registration]
    }

    private var publication: DecidedEvent {
        DecidedEvent(.agent(id.key), .versionPublished(published), contents: ["listing_commitment": listing])
    }
}
