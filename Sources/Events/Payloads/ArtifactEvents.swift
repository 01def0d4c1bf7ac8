public import Crypto

extension EventCatalogue {
    static let artifacts: [any EventPayload.Type] = [ArtifactRemoved.self, AgentArtifactRemoved.self]
}

/// `artifact.removed.v1`: the bytes of a file are deleted; its digest and all proofs stay.
public struct ArtifactRemoved: EventPayload {
    /// The reason why a file is removed, a closed list.
    public enum Reason: String, Sendable, CaseIterable {
        /// A law or court forbids distributing it.
        case legal
        /// Software made to do harm.
        case malware
        /// The owner asked for it.
        case owner
    }
    /// The authority with which the actor removed it.
    public let authority: Authority
    /// The moderators' case that it belongs to.
    public let `case`: CaseID?
    /// The reason.
    public let reason: Reason

    /// Creates the event.
    public init(authority: Authority, case: CaseID? = nil, reason: Reason) {
        self.authority = authority
        self.case = `case`
        self.reason = reason
    }

    public static let declaration = EventDeclaration(
        "artifact.removed.v1", on: .artifact, Self.init(authority:case:reason:),
        .field("authority", \.authority, .choice()), .optional("case", \.case, .id()),
        .field("reason", \.reason, .choice()))
}

/// `agent.artifact-removed.v1`: follows `artifact.removed.v1` in the stream of each agent that names the file.
public struct AgentArtifactRemoved: EventPayload {
    /// The largest number of versions of an entry; more get another entry.
    public static let maximumVersions = 256

    /// The digest of the file.
    public let sha256: SHA256Digest
    /// The versions that name it, as they were published.
    public let versions: [String]

    /// Creates the event; traps unless there are 1 to `maximumVersions` versions.
    public init(sha256: SHA256Digest, versions: [String]) {
        precondition((1...Self.maximumVersions).contains(versions.count), "an entry has 1 to 256 versions")
        self.sha256 = sha256
        self.versions = versions
    }

    public static let declaration = EventDeclaration(
        "agent.artifact-removed.v1", on: .agent, Self.init, .field("sha256", \.sha256, .digest),
        .field("versions", \.versions, .list(.text(.version), 1...maximumVersions)))
}
