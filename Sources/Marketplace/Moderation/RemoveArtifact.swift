public import Crypto
public import Events

/// The state of a file, folded from its stream.
public struct ArtifactState: StreamState, Equatable {
    /// The position at which it was removed; nil where it was not.
    public private(set) var removed: Position?

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        if past.event is ArtifactRemoved { removed = past.position }
    }
}

extension TypedStream<ArtifactState> {
    /// The stream of a file.
    public static func artifact(_ digest: SHA256Digest) -> TypedStream<ArtifactState> { TypedStream(.artifact(digest)) }
}

/// The command to remove the bytes of a file from the marketplace. Its digest and all proofs stay; nobody can publish
/// the file again.
///
/// Refused without the right to `remove-artifact`, and, unless the reason is `owner`, to a person who has a role on an
/// agent that names the file or in its namespace, or had one within 365 days. Appends `ArtifactRemoved`;
/// `NoteRemovedArtifact` follows for each agent.
public struct RemoveArtifact: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The file.
    public let digest: SHA256Digest
    /// The reason.
    public let reason: ArtifactRemoved.Reason
    /// The case that the removal belongs to; nil where there is none.
    public let matter: CaseID?
    /// The agents that name it.
    public let agents: [AgentKey]

    /// Creates the command.
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
        // Nobody moderates what is theirs. Removing a file of one's own with the reason `owner` is no moderation.
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

/// The command that notes on an agent that one of its files was removed. The server runs it after a removal, without a
/// principal.
///
/// Appends `AgentArtifactRemoved` with the versions that name the file, in several events where there are many. Changes
/// nothing where the file is not removed, the agent has the note already, or none of its versions names the file.
public struct NoteRemovedArtifact: Command {
    /// The agent.
    public let key: AgentKey
    /// The file.
    public let digest: SHA256Digest

    /// Creates the command.
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
