import Crypto
public import Events
public import Manifest

/// Who asks, by which credential.
public struct Principal: Sendable, Hashable {
    /// The person.
    public let user: PersonID
    /// The credential.
    public let token: TokenID

    /// Names somebody.
    public init(user: PersonID, token: TokenID) {
        self.user = user
        self.token = token
    }
}

/// An event that a decision wants appended, with what it commits to.
public struct DecidedEvent: Sendable, Equatable {
    /// The stream.
    public let stream: StreamName
    /// What happened.
    public let event: Event
    /// What people wrote, by the committing field; public unless said otherwise.
    public let contents: [String: Content]

    /// States an event.
    public init(_ stream: StreamName, _ event: Event, contents: [String: Content] = [:]) {
        self.stream = stream
        self.event = event
        self.contents = contents
    }
}

/// The command to publish a version of an agent.
public struct PublishVersion: Sendable {
    /// Who publishes.
    public let principal: Principal
    /// The agent in the publisher's spelling.
    public let id: AgentID
    /// The version.
    public let version: SemVer
    /// What the entry will say.
    public let published: VersionPublished
    /// What `published` commits to.
    public let listing: Content
    /// When.
    public let now: Timestamp

    /// Puts the command together.
    public init(
        principal: Principal, id: AgentID, version: SemVer, published: VersionPublished, listing: Content,
        now: Timestamp
    ) {
        self.principal = principal
        self.id = id
        self.version = version
        self.published = published
        self.listing = listing
        self.now = now
    }

    /// The streams that the decision reads.
    public var streams: [StreamName] {
        var streams: [StreamName] = [.token(principal.token), .user(principal.user), .agent(id.key)]
        if let namespace = id.key.namespace { streams.append(.namespace(namespace)) }
        return streams
    }

    /// What comes of it.
    public enum Decision: Sendable, Equatable {
        /// These events, all or none.
        case append([DecidedEvent])
        /// The same release stands there already.
        case unchanged(AgentState.Published)
    }

    /// Why it is refused.
    public enum Rejection: Error, Sendable, Equatable {
        /// The credential is unknown, expired or not this person's.
        case notAuthenticated
        /// The credential does not permit to publish this agent.
        case outOfScope(AgentKey)
        /// The name is kept for the administrator.
        case reserved(String)
        /// The namespace belongs to somebody else.
        case namespaceOwned(Namespace)
        /// The agent belongs to somebody else.
        case notOwner(AgentKey)
        /// The agent is registered under another spelling.
        case otherSpelling(AgentID)
        /// The version exists with another content.
        case versionExists(AgentState.Published)
    }

    /// Names that can't be a namespace or an agent of their own: the marketplace's, those of imported
    /// packages, and words that are paths or commands.
    public static let reserved: Set<String> = [
        "mentatlab", "npm", "pypi", "go", "maven", "other",
        "admin", "agent", "agents", "api", "artifacts", "collections", "config", "dev", "download", "downloads",
        "events", "flags", "flow", "health", "help", "index", "install", "latest", "log", "login", "mentatctl",
        "metrics", "mine", "new", "openapi", "problems", "projections", "publish", "publishers", "registry",
        "reviews", "schemas", "search", "stars", "tiles", "tokens", "users", "versions", "well-known", "yank",
    ]

    /// Decides over the past of `streams`. Pure.
    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let token = past.token(principal.token)
        guard token.user == principal.user, past.isRegistered(principal.user), now < token.expires else {
            throw .notAuthenticated
        }
        let key = id.key
        guard Self.permits(token.scopes, key) else { throw .outOfScope(key) }

        let agent = past.agent(key)
        guard let registered = agent.id else {
            return .append(try claims(past, isAdministrator: token.scopes.contains(.admin)) + [publication])
        }
        guard agent.owners.contains(principal.user) else { throw .notOwner(key) }
        guard registered == id else { throw .otherSpelling(registered) }
        if let existing = agent.versions[version.precedenceKey] {
            guard existing.release == published.release else { throw .versionExists(existing) }
            return .unchanged(existing)
        }
        return .append([publication])
    }

    private static func permits(_ scopes: [Scope], _ key: AgentKey) -> Bool {
        scopes.contains { scope in
            switch scope {
            case .publish: true
            case .publishAgent(let permitted): permitted == key
            case .publishNamespace(let permitted): permitted == key.namespace
            case .review, .moderate, .admin: false
            }
        }
    }

    /// The events that make a new agent the publisher's.
    private func claims(_ past: Past, isAdministrator: Bool) throws(Rejection) -> [DecidedEvent] {
        let key = id.key
        let name = key.namespace?.description ?? key.description
        guard isAdministrator || !Self.reserved.contains(name) else { throw .reserved(name) }
        let registration = DecidedEvent(.agent(key), .agentRegistered(AgentRegistered(id: id, owner: principal.user)))
        guard let namespace = key.namespace else { return [registration] }
        if let owner = past.owner(of: namespace) {
            guard owner == principal.user else { throw .namespaceOwned(namespace) }
            return [registration]
        }
        let claim = DecidedEvent(
            .namespace(namespace), .namespaceClaimed(NamespaceClaimed(owner: principal.user)))
        return [claim, registration]
    }

    private var publication: DecidedEvent {
        DecidedEvent(.agent(id.key), .versionPublished(published), contents: ["listing_commitment": listing])
    }
}
