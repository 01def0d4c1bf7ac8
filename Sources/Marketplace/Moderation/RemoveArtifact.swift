public import Crypto
public import Events

/// Whether a file was removed, as its stream tells it.
public struct ArtifactState: StreamState, Equatable {
    /// Where the log says that it was removed; nil where it was not.
    public private(set) var removed: Position?

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        if past.event is ArtifactRemoved { removed = past.position }
    }
}

extension TypedStream<ArtifactState> {
    /// Whether a file was removed.
    public static func artifact(_ digest: SHA256Digest) -> TypedStream<ArtifactState> { TypedStream(.artifact(digest)) }
}

/// The command to remove the bytes of a file. Its digest and every proof stay, and nobody publishes it again.
public struct RemoveArtifact: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The file.
    public let digest: SHA256Digest
    /// Why.
    public let reason: ArtifactRemoved.Reason
    /// The matter that it belongs to.
    public let matter: CaseID?
    /// The agents that name it.
    public let agents: [AgentKey]

    /// Puts the command together.
    public init(
        principal: Principal, now: Timestamp, digest: SHA256Digest, reason: ArtifactRemoved.Reason, matter: CaseID?,
        agents: [AgentKey] = []
    ) {
        self.principal = principal
        self.now = now
        self.agents = agents
        self.digest = digest
        self.reason = reason
        self.matter = matter
    }

    public func streams(_ past: Past) -> [AnyStream] {
        [TypedStream.artifact(digest).any] + agents.flatMap(Past.concernStreams)
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.removeArtifact, on: .marketplace, past)
        // Nobody moderates what is theirs; taking back one's own is something else.
        for key in agents where reason != .owner && past.isConcerned(principal.user, in: key, at: now) {
            throw .ownAgent(key)
        }
        if let removed = past[.artifact(digest)].removed { return .unchanged(since: removed) }
        return .append([
            DecidedEvent(
                .artifact(digest), ArtifactRemoved(authority: .administrator, case: matter, reason: reason))
        ])
    }
}

/// The command that says on an agent that one of its files was removed. Nobody asks for it: it follows the removal, and
/// says nothing twice.
public struct NoteRemovedArtifact: Command {
    /// The agent.
    public let key: AgentKey
    /// The file.
    public let digest: SHA256Digest

    /// Puts the command together.
    public init(key: AgentKey, digest: SHA256Digest) {
        self.key = key
        self.digest = digest
    }

    public var actor: Principal? { nil }

    public func streams(_ past: Past) -> [AnyStream] {
        [TypedStream.agent(key).any, TypedStream.artifact(digest).any]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let agent = past[.agent(key)]
        guard let removed = past[.artifact(digest)].removed, !agent.removed.contains(digest) else {
            return .unchanged(since: nil)
        }
        let versions = agent.versions.values.filter { $0.artifacts.contains { $0.sha256 == digest } }
            .sorted { $0.position < $1.position }.map(\.version)
        guard !versions.isEmpty else { return .unchanged(since: removed) }
        return .append(
            stride(from: 0, to: versions.count, by: AgentArtifactRemoved.maximumVersions).map { start in
                let part = versions[start..<min(start + AgentArtifactRemoved.maximumVersions, versions.count)]
                return DecidedEvent(.agent(key), AgentArtifactRemoved(sha256: digest, versions: Array(part)))
            })
    }
}
