public import Events
public import Manifest

/// The command to hide a version from resolution, or to take that back.
public struct YankVersion: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// The version.
    public let version: SemVer
    /// True to hide it.
    public let isYanked: Bool
    /// Why.
    public let reason: YankReason
    /// A few words, where there are any.
    public let note: Content?
    /// As what it is to be done; nil for owner where that is possible.
    public let authority: Authority?

    /// Puts the command together.
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
        guard let published = agent.versions[version.precedenceKey] else { throw .noVersion(key, version.description) }
        let known = published.yanks[Side(authority)]
        // Another reason, or a few words, are news of a version that is yanked already.
        let isNews = isYanked ? known != reason || note != nil : known != nil
        guard isNews else { return .unchanged(since: published.yankedOrBack) }
        let (name, commitment) = (published.version, note?.commitment)
        let event: any EventPayload =
            isYanked
            ? VersionYanked(authority: authority, noteCommitment: commitment, reason: reason, version: name)
            : VersionUnyanked(authority: authority, noteCommitment: commitment, reason: reason, version: name)
        let before = isYanked ? published.notes[.yank(Side(authority))] : nil
        return .state(event, on: key, note: note, superseding: before)
    }
}
