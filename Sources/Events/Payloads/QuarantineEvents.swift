public import Crypto

extension EventCatalogue {
    static let quarantine: [any EventPayload.Type] = [AgentQuarantined.self, QuarantineLifted.self]
}

/// Why moderators hold an agent or a version: a closed list.
public enum QuarantineReason: String, Sendable, CaseIterable {
    /// It harms.
    case malware
    /// It can be attacked.
    case security
    /// It pretends to be something or somebody else.
    case impersonation
    /// It advertises.
    case spam
    /// It may not be distributed.
    case legal
    /// Anything else; the note may say what.
    case other
}

/// `agent.quarantined.v1`: not resolvable until reviewed. Holds are independent, one for all versions and one for each.
public struct AgentQuarantined: EventPayload {
    /// As what the actor holds it.
    public let authority: Authority
    /// The matter that it belongs to.
    public let `case`: CaseID?
    /// Commits to the `note`.
    public let noteCommitment: SHA256Digest?
    /// Why.
    public let reason: QuarantineReason
    /// The version as it was published; nil for all, also those to come.
    public let version: String?

    /// States a hold.
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

/// `agent.quarantine-lifted.v1`: ends exactly one hold, and repeats its reason.
public struct QuarantineLifted: EventPayload {
    /// As what the actor lifts it.
    public let authority: Authority
    /// The matter that it belongs to.
    public let `case`: CaseID?
    /// Commits to the `note`.
    public let noteCommitment: SHA256Digest?
    /// Why it was held.
    public let reason: QuarantineReason
    /// The version whose hold ends; nil for the hold on all.
    public let version: String?

    /// States the end of a hold.
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
