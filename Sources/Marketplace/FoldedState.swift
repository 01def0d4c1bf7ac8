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
    /// Since when it permits nothing; nil while it is good.
    public var revoked: Position?

    /// True once it is revoked.
    public var isRevoked: Bool { revoked != nil }
}

/// A person as their stream tells it.
public struct UserState: Sendable, Equatable {
    /// True once registered.
    public var isRegistered = false
    /// Where what they say of themselves stands; nil where they say nothing.
    public var profile: WrittenAt?
}

/// A claim on a user name as its stream tells it.
public struct UsernameState: Sendable, Equatable {
    /// Who has it; nil where nobody does.
    public var holder: PersonID?
    /// Where its spelling stands.
    public var name: WrittenAt?
}

/// A namespace as its stream tells it.
public struct NamespaceState: Sendable, Equatable {
    /// Who may do what in it; empty before it is claimed.
    public var roles: [PersonID: Role] = [:]
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
        /// Why it is yanked; nil while it is not.
        public var yanked: YankReason?
        /// Where the log last said whether it is; nil where it never did.
        public var yankedOrBack: Position?
    }

    /// What is said of an agent that is given up.
    public struct Deprecation: Sendable, Equatable {
        /// What to use in its place.
        public let replacement: AgentID?
        /// Where the log says so.
        public let position: Position
    }

    /// The registered spelling; nil before it is registered.
    public var id: AgentID?
    /// Who may do what with it.
    public var roles: [PersonID: Role] = [:]
    /// Versions by precedence, so that a build alone makes no other version.
    public var versions: [[UInt8]: Published] = [:]
    /// Where it is not recommended any more.
    public var deprecation: Deprecation?
    /// Where the log last said that it is recommended again.
    public var undeprecated: Position?

    /// The version that is shown: the highest that is neither yanked nor a pre-release, else the highest pre-release
    /// that is not yanked, else the highest.
    public var latest: Published? {
        versions.max { left, right in
            Self.rank(left.key, left.value).lexicographicallyPrecedes(Self.rank(right.key, right.value))
        }?.value
    }

    private static func rank(_ precedence: [UInt8], _ published: Published) -> [UInt8] {
        let isPrerelease = SemVer(published.version)?.isPrerelease ?? true
        return [published.yanked != nil ? 0 : isPrerelease ? 1 : 2] + precedence
    }
}

/// What a person says of an agent, as the stream tells it.
public struct ReviewState: Sendable, Equatable {
    /// A review that stands.
    public struct Standing: Sendable, Equatable {
        /// The version that was tried.
        public let version: String
        /// 1 to 5.
        public let rating: Int64
        /// Commits to the words.
        public let commitment: SHA256Digest
        /// Where the log says so.
        public let position: Position
    }
    /// What is said now; nil where nothing is.
    public var standing: Standing?
    /// Where the log last said that it is withdrawn.
    public var withdrawn: Position?
    /// All words that were not erased.
    public var written: [WrittenAt] = []
}

/// The state of one stream that decisions read.
public enum FoldedState: Sendable, Equatable {
    /// A credential.
    case token(TokenState)
    /// A person.
    case user(UserState)
    /// A claim on a user name.
    case username(UsernameState)
    /// A namespace.
    case namespace(NamespaceState)
    /// An agent.
    case agent(AgentState)
    /// A review.
    case review(ReviewState)
    /// A star, and where the log last spoke of it.
    case star(isGiven: Bool, since: Position?)
    /// A vote on a review; nil where there is none, and where the log last spoke of it.
    case vote(isHelpful: Bool?, since: Position?)
    /// A flag, and where it was raised.
    case flag(raised: Position?)
    /// A stream whose content no decision reads.
    case opaque

    /// The state of a stream without entries.
    public init(initial stream: StreamName) {
        switch stream {
        case .token: self = .token(TokenState())
        case .user: self = .user(UserState())
        case .username: self = .username(UsernameState())
        case .namespace: self = .namespace(NamespaceState())
        case .agent: self = .agent(AgentState())
        case .review: self = .review(ReviewState())
        case .star: self = .star(isGiven: false, since: nil)
        case .vote: self = .vote(isHelpful: nil, since: nil)
        case .flag: self = .flag(raised: nil)
        case .log, .downloads: self = .opaque
        }
    }

    /// The state after one more event of the stream, which stands in this entry.
    public mutating func evolve(_ event: Event, entry: UUIDv7, at position: Position) {
        switch self {
        case .token(var state):
            state.evolve(event, at: position)
            self = .token(state)
        case .user(var state):
            state.evolve(event, entry, position)
            self = .user(state)
        case .username(var state):
            state.evolve(event, entry, position)
            self = .username(state)
        case .namespace(var state):
            state.evolve(event)
            self = .namespace(state)
        case .agent(var state):
            state.evolve(event, at: position)
            self = .agent(state)
        case .review(var state):
            state.evolve(event, entry, position)
            self = .review(state)
        case .star:
            switch event {
            case .starAdded: self = .star(isGiven: true, since: position)
            case .starRemoved: self = .star(isGiven: false, since: position)
            default: break
            }
        case .vote:
            switch event {
            case .reviewVoted(let vote): self = .vote(isHelpful: vote.helpful, since: position)
            case .reviewVoteWithdrawn: self = .vote(isHelpful: nil, since: position)
            default: break
            }
        case .flag:
            if case .flagRaised = event { self = .flag(raised: position) }
        case .opaque: break
        }
    }
}
