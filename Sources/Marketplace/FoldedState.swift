public import Crypto
public import Events
import Manifest

/// A credential as its stream tells it.
public struct TokenState: Sendable, Equatable {
    /// Whose it is; nil before it is issued.
    public var user: PersonID?
    /// What it permits.
    public var scopes: [Scope] = []
    /// From when on it permits nothing.
    public var expires = Timestamp(milliseconds: 0)
}

/// An agent as its stream tells it.
public struct AgentState: Sendable, Equatable {
    /// A version that exists.
    public struct Published: Sendable, Equatable {
        /// As published, with its build.
        public let version: String
        /// The digest over its artifacts.
        public let release: SHA256Digest
        /// Where the log says so.
        public let position: Position
    }
    /// The registered spelling; nil before it is registered.
    public var id: AgentID?
    /// Who may publish.
    public var owners: Set<PersonID> = []
    /// Versions by precedence, so that a build alone makes no other version.
    public var versions: [[UInt8]: Published] = [:]
}

/// The state of one stream that decisions read.
public enum FoldedState: Sendable, Equatable {
    /// A credential.
    case token(TokenState)
    /// A user; true once registered.
    case user(isRegistered: Bool)
    /// A namespace and its owner.
    case namespace(owner: PersonID?)
    /// An agent.
    case agent(AgentState)
    /// A stream whose content no decision reads.
    case opaque

    /// The state of a stream without entries.
    public init(initial stream: StreamName) {
        switch stream {
        case .token: self = .token(TokenState())
        case .user: self = .user(isRegistered: false)
        case .namespace: self = .namespace(owner: nil)
        case .agent: self = .agent(AgentState())
        case .log, .username, .star, .downloads: self = .opaque
        }
    }

    /// The state after one more event of the stream.
    public mutating func evolve(_ event: Event, at position: Position) {
        switch (self, event) {
        case (.token(var token), .tokenIssued(let issued)):
            token.user = issued.user
            token.scopes = issued.scopes
            token.expires = issued.expires
            self = .token(token)
        case (.user, .userRegistered):
            self = .user(isRegistered: true)
        case (.namespace, .namespaceClaimed(let claimed)):
            self = .namespace(owner: claimed.owner)
        case (.agent(var agent), .agentRegistered(let registered)):
            agent.id = registered.id
            agent.owners = [registered.owner]
            self = .agent(agent)
        case (.agent(var agent), .versionPublished(let published)):
            // A version in the log was checked before it got there.
            guard let version = SemVer(published.version) else { return }
            agent.versions[version.precedenceKey] = AgentState.Published(
                version: published.version, release: published.release, position: position)
            self = .agent(agent)
        default: break
        }
    }
}

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

    /// True once a user is registered.
    public func isRegistered(_ user: PersonID) -> Bool {
        if case .user(let isRegistered)? = streams[.user(user)]?.state { return isRegistered }
        return false
    }

    /// The owner of a namespace.
    public func owner(of namespace: Namespace) -> PersonID? {
        if case .namespace(let owner)? = streams[.namespace(namespace)]?.state { return owner }
        return nil
    }

    /// An agent.
    public func agent(_ key: AgentKey) -> AgentState {
        if case .agent(let state)? = streams[.agent(key)]?.state { return state }
        return AgentState()
    }
}
