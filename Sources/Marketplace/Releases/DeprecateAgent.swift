public import Events

/// The command to deprecate an agent, or to undo that.
///
/// Owners and moderators or administrators deprecate independently. Refused to a moderator or administrator who has a
/// role on the agent or in its namespace, or had one within 365 days, and for a replacement that is not registered or
/// is the agent itself. Appends `AgentDeprecated` or `AgentUndeprecated`.
public struct DeprecateAgent: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// True to deprecate, false to undo it.
    public let isDeprecated: Bool
    /// The agent to use instead; nil where none is named.
    public let replacement: AgentID?
    /// A note; nil where there is none.
    public let note: Content?
    /// The authority to act under; nil for the first of owner, moderator and administrator that permits it.
    public let authority: Authority?

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, key: AgentKey, isDeprecated: Bool, replacement: AgentID?, note: Content?,
        authority: Authority? = nil
    ) {
        self.principal = principal
        self.now = now
        self.key = key
        self.isDeprecated = isDeprecated
        self.replacement = replacement
        self.note = note
        self.authority = authority
    }

    public func streams(_ past: Past) -> [AnyStream] {
        Past.concernStreams(key) + (replacement.map { [TypedStream.agent($0.key).any] } ?? [])
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        _ = try past.credential(of: principal, at: now)
        let agent = past[.agent(key)]
        guard agent.id != nil else { throw .noAgent(key) }
        let authority = try authorize(.deprecateAgent, on: .agent(key), past, as: authority)
        guard authority == .owner || !past.isConcerned(principal.user, in: key, at: now) else { throw .ownAgent(key) }
        if let replacement {
            guard replacement.key != key else { throw .replacesItself(key) }
            guard past[.agent(replacement.key)].id != nil else { throw .noAgent(replacement.key) }
        }
        let known = agent.deprecations[Side(authority)]
        let said = agent.notes[.deprecation(Side(authority))]
        guard isDeprecated else {
            guard known != nil else { return .unchanged(since: agent.undeprecated) }
            let back = AgentUndeprecated(authority: authority, noteCommitment: note?.commitment)
            return .state(back, on: key, note: note, superseding: note == nil ? nil : said)
        }
        if let known, known.replacement == replacement, note == nil {
            return .unchanged(since: known.position)
        }
        let deprecated = AgentDeprecated(
            authority: authority, noteCommitment: note?.commitment, replacement: replacement)
        return .state(
            deprecated, on: key, note: note, superseding: said)
    }
}
