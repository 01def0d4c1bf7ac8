public import Events

/// The end of a role: a person who had one is not neutral for a while.
enum Concern {
    /// For how long.
    static let milliseconds = 365 * Timestamp.dayMilliseconds
}

extension Past {
    /// The streams that say who has, or had, to do with an agent.
    static func concernStreams(_ key: AgentKey) -> [AnyStream] {
        [TypedStream.agent(key).any] + (key.namespace.map { [TypedStream.namespace($0).any] } ?? [])
    }

    /// True for somebody who has a role on an agent or in its namespace, or had one within 365 days: they neither judge
    /// the agent nor moderate it.
    func isConcerned(_ person: PersonID, in key: AgentKey, at now: Timestamp) -> Bool {
        let agent = self[.agent(key)]
        let namespace = key.namespace.map { self[.namespace($0)] }
        guard agent.roles[person] == nil, namespace?.roles[person] == nil else { return true }
        return [agent.left[person], namespace?.left[person]].contains { left in
            left.map { now.milliseconds - $0.milliseconds < Concern.milliseconds } ?? false
        }
    }

    /// True for something said of an agent before its author became an owner or maintainer of it: that ended for good.
    func isOver(_ said: Position?, by person: PersonID, of key: AgentKey) -> Bool {
        guard let said, let joined = self[.agent(key)].joined[person] else { return false }
        return said < joined
    }

    /// What somebody says of an agent now.
    public func review(of key: AgentKey, by person: PersonID) -> ReviewState.Current? {
        self[.review(key, person)].current.flatMap { isOver($0.position, by: person, of: key) ? nil : $0 }
    }
}
