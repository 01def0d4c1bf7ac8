public import Crypto

extension EventCatalogue {
    static let quarantine: [any EventPayload.Type] = [AgentQuarantined.self, QuarantineLifted.self]
}

/// The reason of a quarantine, a closed list.
public enum QuarantineReason: String, Sendable, CaseIterable {
    /// Software made to do harm.
    case malware
    /// A vulnerability.
    case security
    /// It pretends to be something or somebody else.
    case impersonation
    /// Unwanted advertising.
    case spam
    /// A law or court forbids distributing it.
    case legal
    /// Another reason; the content `note` may explain it.
    case other
}

/// `agent.quarantined.v1`: an agent or a version can't be resolved until moderators have reviewed it.
///
/// Quarantines are independent: there may be one for all versions and one for each version.
public struct AgentQuarantined: EventPayload {
    /// The authority with which the actor quarantines it.
    public let authority: Authority
    /// The moderators' case that it belongs to.
    public let `case`: CaseID?
    /// Commits to the content `note`.
    public let noteCommitment: SHA256Digest?
    /// The reason.
    public let reason: QuarantineReason
    /// The version as it was published; nil for all versions, later ones included.
    public let version: String?

    /// Creates the event.
    public init(
        authority: Authority, case: CaseID? = nil, noteCommitment: SHA256Digest? = nil, reason: QuarantineReason,
        version: String? = nil
    ) {
        self.authority = authority
        self.case = `case`
        self.noteCommitment = noteCommitment
        self.reason = reason
        self.version = version
    }

    public static let declaration = EventDeclaration(
        "agent.quarantined.v1", on: .agent, Self.init(authority:case:noteCommitment:reason:version:),
        .field("authority", \.authority, .choice()), .optional("case", \.case, .id()),
        .optionalCommitment(to: .note, \.noteCommitment), .field("reason", \.reason, .choice()),
        .optional("version", \.version, .text(.version)))
}

/// `agent.quarantine-lifted.v1`: ends one quarantine and repeats its reason.
public struct QuarantineLifted: EventPayload {
    /// The authority with which the actor lifts it.
    public let authority: Authority
    /// The moderators' case that it belongs to.
    public let `case`: CaseID?
    /// Commits to the content `note`.
    public let noteCommitment: SHA256Digest?
    /// The reason of the quarantine.
    public let reason: QuarantineReason
    /// The version whose quarantine ends; nil for the quarantine of all versions.
    public let version: String?

    /// Creates the event.
    public init(
        authority: Authority, case: CaseID? = nil, noteCommitment: SHA256Digest? = nil, reason: QuarantineReason,
        version: String? = nil
    ) {
        self.authority = authority
        self.case = `case`
        self.noteCommitment = noteCommitment
        self.reason = reason
        self.version = version
    }

    public static let declaration = EventDeclaration(
        "agent.quarantine-lifted.v1", on: .agent, Self.init(authority:case:noteCommitment:reason:version:),
        .field("authority", \.authority, .choice()), .optional("case", \.case, .id()),
        .optionalCommitment(to: .note, \.noteCommitment), .field("reason", \.reason, .choice()),
        .optional("version", \.version, .text(.version)))
}
