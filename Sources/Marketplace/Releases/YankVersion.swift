public import Events
public import Manifest

/// The command to hide a version from resolution, or to undo that.
///
/// Owners and moderators or administrators yank independently. Refused to a moderator or administrator who has a role
/// on the agent or in its namespace, or had one within 365 days. Appends `VersionYanked` or `VersionUnyanked`.
public struct YankVersion: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// The version.
    public let version: SemVer
    /// True to yank, false to undo it.
    public let isYanked: Bool
    /// The reason.
    public let reason: YankReason
    /// A note; nil where there is none.
    public let note: Content?
    /// The authority to act under; nil for the first of owner, moderator and administrator that permits it.
    public let authority: Authority?

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, key: AgentKey, version: SemVer, isYanked: Bool, reason: YankReason,
        note: Content?, authority: Authority? = nil
    ) {
        self.principal = principal
        self.now = now
        self.key = key
        self.version = version
        self.isYanked = isYanked
        self.reason = reason
        self.note = note
        self.authority = authority
    }

    public func streams(_ past: Past) -> [AnyStream] { Past.concernStreams(key) }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        _ = try past.credential(of: principal, at: now)
        let agent = past[.agent(key)]
        guard agent.id != nil else { throw .noAgent(key) }
        let authority = try authorize(.yankVersion, on: .agent(key), past, as: authority)
        guard authority == .owner || !past.isConcerned(principal.user, in: key, at: now) else { throw .ownAgent(key) }
        guard let published = agent.version(named: version) else { throw .noVersion(key, version.description) }
        let known = published.yanks[Side(authority)]
        // On a version that is yanked already, another reason or a note is still worth an entry.
        let isNews = isYanked ? known != reason || note != nil : known != nil
        guard isNews else { return .unchanged(since: published.yankedOrBack) }
        let (name, commitment) = (published.version, note?.commitment)
        let event: any EventPayload =
            isYanked
            ? VersionYanked(authority: authority, noteCommitment: commitment, reason: reason, version: name)
            : VersionUnyanked(authority: authority, noteCommitment: commitment, reason: reason, version: name)
        let before = isYanked || note != nil ? published.notes[.yank(Side(authority))] : nil
        return .state(event, on: key, note: note, superseding: before)
    }
}
