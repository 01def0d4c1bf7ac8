public import Events

/// The command to say that an agent looks for maintainers. Saying it again replaces the words.
public struct SeekMaintainers: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// A few words, where there are any.
    public let note: Content?

    /// Puts the command together.
    public init(principal: Principal, now: Timestamp, key: AgentKey, note: Content?) {
        self.principal = principal
        self.now = now
        self.key = key
        self.note = note
    }

    public func streams(_ past: Past) -> [AnyStream] { principal.streams + [TypedStream.agent(key).any] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        _ = try past.credential(of: principal, at: now)
        guard past[.agent(key)].id != nil else { throw .noAgent(key) }
        let authority = try authorize(.deprecateAgent, on: .agent(key), past)
        let sought = MaintainersSought(authority: authority, noteCommitment: note?.commitment)
        return .append([DecidedEvent(.agent(key), sought, contents: note.map { [.note: $0] } ?? [:])])
    }
}
