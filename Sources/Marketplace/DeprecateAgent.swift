public import Events

/// The command to say that an agent is not recommended any more, or to take that back.
public struct DeprecateAgent: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// True to say it.
    public let isDeprecated: Bool
    /// What to use in its place.
    public let replacement: AgentID?
    /// A few words, where there are any.
    public let note: Content?

    /// Puts the command together.
    public init(
        principal: Principal, now: Timestamp, key: AgentKey, isDeprecated: Bool, replacement: AgentID?, note: Content?
    ) {
        self.principal = principal
        self.now = now
        self.key = key
        self.isDeprecated = isDeprecated
        self.replacement = replacement
        self.note = note
    }

    public var streams: [StreamName] {
        identity + [.agent(key)] + (replacement.map { [.agent($0.key)] } ?? [])
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        _ = try past.credential(of: principal, at: now)
        let agent = past.agent(key)
        guard agent.id != nil else { throw .noAgent(key) }
        try authorize(.deprecateAgent, on: .agent(key), past)
        if let replacement {
            guard replacement.key != key else { throw .replacesItself(key) }
            guard past.agent(replacement.key).id != nil else { throw .noAgent(replacement.key) }
        }
        let contents = note.map { ["note_commitment": $0] } ?? [:]
        guard isDeprecated else {
            guard agent.deprecation != nil else { return .unchanged(since: agent.undeprecated) }
            let back = AgentUndeprecated(noteCommitment: note?.commitment)
            return .append([DecidedEvent(.agent(key), .agentUndeprecated(back), contents: contents)])
        }
        if let known = agent.deprecation, known.replacement == replacement, note == nil {
            return .unchanged(since: known.position)
        }
        let deprecated = AgentDeprecated(replacement: replacement, noteCommitment: note?.commitment)
        return .append([DecidedEvent(.agent(key), .agentDeprecated(deprecated), contents: contents)])
    }
}
