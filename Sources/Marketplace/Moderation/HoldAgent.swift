public import Crypto
public import Events
public import Manifest

/// The command to hold an agent or one of its versions until moderators have reviewed it, or to end such a hold.
///
/// The hold on all versions and the hold on each version are independent; lifting ends exactly one. Refused for an
/// agent on which, or in whose namespace, the principal has a role or had one within 365 days. Appends
/// `AgentQuarantined` or `QuarantineLifted`.
public struct HoldAgent: AuthenticatedCommand {
    /// The change to make.
    public enum Change: Sendable, Equatable {
        /// Start a hold: nobody can get it any more.
        case hold(QuarantineReason)
        /// End the hold.
        case lift
    }

    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// The version; nil for all versions, also later ones.
    public let version: SemVer?
    /// The change to make.
    public let change: Change
    /// A note that everybody can read; nil where there is none.
    public let note: Content?
    /// The case that the change belongs to; nil where there is none.
    public let matter: CaseID?

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, key: AgentKey, version: SemVer?, change: Change, note: Content?,
        matter: CaseID?
    ) {
        self.principal = principal
        self.now = now
        self.key = key
        self.version = version
        self.change = change
        self.note = note
        self.matter = matter
    }

    public func streams(_ past: Past) -> [AnyStream] { Past.concernStreams(key) }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try past.credential(of: principal, at: now)
        let agent = past[.agent(key)]
        guard agent.id != nil else { throw .noAgent(key) }
        let authority = try authorize(.quarantine, on: .agent(key), past)
        guard !past.isConcerned(principal.user, in: key, at: now) else { throw .ownAgent(key) }
        let published = version.map { agent.version(named: $0) }
        if let version, published == .some(nil) { throw .noVersion(key, version.description) }
        let one = published ?? nil
        let (known, lifted) = version == nil ? (agent.hold, agent.lifted) : (one?.hold, one?.lifted)
        let event: any EventPayload
        switch change {
        case .hold(let reason):
            if let known, known.reason == reason, note == nil { return .unchanged(since: known.position) }
            event = AgentQuarantined(
                authority: authority, case: matter, noteCommitment: note?.commitment, reason: reason,
                version: one?.version)
        case .lift:
            guard let known else { return .unchanged(since: lifted) }
            event = QuarantineLifted(
                authority: authority, case: matter, noteCommitment: note?.commitment, reason: known.reason,
                version: one?.version)
        }
        let before = version == nil ? agent.notes[.hold] : one?.notes[.hold]
        return .state(event, on: key, note: note, superseding: change == .lift && note == nil ? nil : before)
    }

    /// The packages and modules that nobody may publish again while the hold stands; empty unless this is a hold for
    /// malware.
    public func malware(_ past: Past) -> [SHA256Digest] {
        guard change == .hold(.malware) else { return [] }
        let versions = past[.agent(key)].versions.filter { version == nil || $0.key == version?.precedenceKey }
        let files = versions.values.flatMap(\.artifacts).filter(\.role.isProgram).map(\.sha256)
        return Array(Set(files))
    }
}

extension Action {
    static let moderation = [quarantine, removeArtifact]

    /// To hold agents and versions, and to end a hold.
    public static let quarantine = Action(
        "quarantine", "quarantine agents", Right(.moderating, .anybody, administrator: true))
    /// To remove a file from the marketplace.
    public static let removeArtifact = Action(
        "remove-artifact", "remove files", Right(.administering, .anybody))
}
