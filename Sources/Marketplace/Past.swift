public import Events

/// Several streams as a decision reads them, each with the version it was read at.
public struct Past: Sendable {
    private var streams: [StreamName: (version: StreamVersion, state: FoldedState)] = [:]

    /// Nothing read yet.
    public init() {}

    /// Adds what was read of a stream.
    public mutating func add(_ stream: StreamName, _ version: StreamVersion, _ state: FoldedState) {
        streams[stream] = (version, state)
    }

    /// The versions that the decision depends on.
    public var versions: [StreamName: StreamVersion] { streams.mapValues(\.version) }

    /// A credential.
    public func token(_ id: TokenID) -> TokenState {
        if case .token(let state)? = streams[.token(id)]?.state { return state }
        return TokenState()
    }

    /// A person.
    public func user(_ id: PersonID) -> UserState {
        if case .user(let state)? = streams[.user(id)]?.state { return state }
        return UserState()
    }

    /// A claim on a user name.
    public func username(_ id: UsernameID) -> UsernameState {
        if case .username(let state)? = streams[.username(id)]?.state { return state }
        return UsernameState()
    }

    /// A namespace.
    public func namespace(_ namespace: Namespace) -> NamespaceState {
        if case .namespace(let state)? = streams[.namespace(namespace)]?.state { return state }
        return NamespaceState()
    }

    /// An agent.
    public func agent(_ key: AgentKey) -> AgentState {
        if case .agent(let state)? = streams[.agent(key)]?.state { return state }
        return AgentState()
    }

    /// What a person says of an agent.
    public func review(_ key: AgentKey, _ person: PersonID) -> ReviewState {
        if case .review(let state)? = streams[.review(key, person)]?.state { return state }
        return ReviewState()
    }

    /// Whether a person likes an agent, and where the log last said so.
    public func star(_ key: AgentKey, _ person: PersonID) -> (isGiven: Bool, since: Position?) {
        if case .star(let isGiven, let since)? = streams[.star(key, person)]?.state { return (isGiven, since) }
        return (false, nil)
    }

    /// What a person says of another one's review, and where the log last said so.
    public func vote(
        _ key: AgentKey, author: PersonID, voter: PersonID
    ) -> (isHelpful: Bool?, since: Position?) {
        if case .vote(let isHelpful, let since)? = streams[.vote(key, author: author, voter: voter)]?.state {
            return (isHelpful, since)
        }
        return (nil, nil)
    }

    /// Where a flag was raised; nil where it was not.
    public func flag(_ subject: AgentKey, _ id: FlagID) -> Position? {
        if case .flag(let raised)? = streams[.flag(subject, id)]?.state { return raised }
        return nil
    }
}
