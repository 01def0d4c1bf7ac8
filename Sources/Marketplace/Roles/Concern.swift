public import Events

/// The time for which a person who had a role on an agent counts as biased about it.
enum Concern {
    /// 365 days.
    static let milliseconds = 365 * Timestamp.dayMilliseconds
}

extension Past {
    /// The streams that name the people who have, or had, a role on an agent or in its namespace.
    static func concernStreams(_ key: AgentKey) -> [AnyStream] {
        [TypedStream.agent(key).any] + (key.namespace.map { [TypedStream.namespace($0).any] } ?? [])
    }

    /// True for a person who has a role on an agent or in its namespace, or had one within 365 days. Such a person may
    /// neither judge nor moderate the agent.
    func isConcerned(_ person: PersonID, in key: AgentKey, at now: Timestamp) -> Bool {
        let agent = self[.agent(key)]
        let namespace = key.namespace.map { self[.namespace($0)] }
        guard agent.roles[person] == nil, namespace?.roles[person] == nil else { return true }
        return [agent.left[person], namespace?.left[person]].contains { left in
            left.map { now.milliseconds - $0.milliseconds < Concern.milliseconds } ?? false
        }
    }

    /// True for a statement about an agent that its author made before they got a role on it: getting the role ends it
    /// for good.
    func isOver(_ said: Position?, by person: PersonID, of key: AgentKey) -> Bool {
        guard let said, let joined = self[.agent(key)].joined[person] else { return false }
        return said < joined
    }

    /// The review of an agent by a person that counts now; nil where there is none.
    public func review(of key: AgentKey, by person: PersonID) -> ReviewState.Current? {
        self[.review(key, person)].current.flatMap { isOver($0.position, by: person, of: key) ? nil : $0 }
    }
}
