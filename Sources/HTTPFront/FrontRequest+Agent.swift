public import Contract
public import Events

extension FrontRequest {
    /// The key of the agent that the path names, in any spelling.
    public func agentKey() throws(Problem) -> AgentKey {
        guard let id = AgentID(segment("id")) else { throw noAgent }
        return id.key
    }

    /// That there is no agent of the name in the path.
    public var noAgent: Problem {
        Problem(.agentNotFound, "there is no agent '\(segment("id").prefix(128))' here")
    }
}
