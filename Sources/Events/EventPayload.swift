public import JSON

/// The data of an event of one type and version.
///
/// A published type never changes: its fields and their meaning are in entries that lie on strangers'
/// disks. A new meaning is a new version of the type.
public protocol EventPayload: Sendable, Equatable {
    /// The name with its version, such as `agent.registered.v1`.
    static var type: String { get }

    /// Writes the members of `data` in canonical order.
    func encode(_ data: inout JSONWriter.Members)

    /// Reads `data`; an unknown member is an error, since no writer of this type knows one.
    init(from reader: inout JSONReader) throws(JSONError)
}

/// An event of any type that this program knows.
public enum Event: Sendable, Equatable {
    /// The log begins.
    case logCreated(LogCreated)
    /// A person, an organisation or a service is registered.
    case userRegistered(UserRegistered)
    /// What somebody says of themselves changes.
    case profileChanged(ProfileChanged)
    /// A user name is claimed.
    case usernameClaimed(UsernameClaimed)
    /// A user name is free again.
    case usernameReleased(UsernameReleased)
    /// A credential is issued.
    case tokenIssued(TokenIssued)
    /// A credential permits nothing any more.
    case tokenRevoked(TokenRevoked)
    /// A namespace gets its owner.
    case namespaceClaimed(NamespaceClaimed)
    /// Somebody may publish in a namespace.
    case namespaceMemberAdded(NamespaceMemberAdded)
    /// And may not any more.
    case namespaceMemberRemoved(NamespaceMemberRemoved)
    /// An agent is registered.
    case agentRegistered(AgentRegistered)
    /// Somebody gets a role on an agent.
    case agentOwnerAdded(AgentOwnerAdded)
    /// And loses it.
    case agentOwnerRemoved(AgentOwnerRemoved)
    /// A version of an agent is published.
    case versionPublished(VersionPublished)
    /// A version is hidden from resolution.
    case versionYanked(VersionYanked)
    /// And comes back.
    case versionUnyanked(VersionUnyanked)
    /// An agent is not recommended any more.
    case agentDeprecated(AgentDeprecated)
    /// And is again.
    case agentUndeprecated(AgentUndeprecated)
    /// A review is submitted.
    case reviewSubmitted(ReviewSubmitted)
    /// Another one takes its place.
    case reviewEdited(ReviewEdited)
    /// It is taken back.
    case reviewWithdrawn(ReviewWithdrawn)
    /// Somebody says whether it helped.
    case reviewVoted(ReviewVoted)
    /// And takes that back.
    case reviewVoteWithdrawn(ReviewVoteWithdrawn)
    /// A star is given.
    case starAdded(StarAdded)
    /// A star is taken back.
    case starRemoved(StarRemoved)
    /// Moderators are asked to look.
    case flagRaised(FlagRaised)
    /// Versions were downloaded.
    case agentDownloaded(AgentDownloaded)
    /// What somebody wrote is gone.
    case contentErased(ContentErased)

    /// Writes the members of `data`; no payload is boxed on the way.
    func encode(_ data: inout JSONWriter.Members) {
        switch self {
        case .logCreated(let payload): payload.encode(&data)
        case .userRegistered(let payload): payload.encode(&data)
        case .profileChanged(let payload): payload.encode(&data)
        case .usernameClaimed(let payload): payload.encode(&data)
        case .usernameReleased(let payload): payload.encode(&data)
        case .tokenIssued(let payload): payload.encode(&data)
        case .tokenRevoked(let payload): payload.encode(&data)
        case .namespaceClaimed(let payload): payload.encode(&data)
        case .namespaceMemberAdded(let payload): payload.encode(&data)
        case .namespaceMemberRemoved(let payload): payload.encode(&data)
        case .agentRegistered(let payload): payload.encode(&data)
        case .agentOwnerAdded(let payload): payload.encode(&data)
        case .agentOwnerRemoved(let payload): payload.encode(&data)
        case .versionPublished(let payload): payload.encode(&data)
        case .versionYanked(let payload): payload.encode(&data)
        case .versionUnyanked(let payload): payload.encode(&data)
        case .agentDeprecated(let payload): payload.encode(&data)
        case .agentUndeprecated(let payload): payload.encode(&data)
        case .reviewSubmitted(let payload): payload.encode(&data)
        case .reviewEdited(let payload): payload.encode(&data)
        case .reviewWithdrawn(let payload): payload.encode(&data)
        case .reviewVoted(let payload): payload.encode(&data)
        case .reviewVoteWithdrawn(let payload): payload.encode(&data)
        case .starAdded(let payload): payload.encode(&data)
        case .starRemoved(let payload): payload.encode(&data)
        case .flagRaised(let payload): payload.encode(&data)
        case .agentDownloaded(let payload): payload.encode(&data)
        case .contentErased(let payload): payload.encode(&data)
        }
    }

    /// The name of the type with its version.
    public var type: String {
        switch self {
        case .logCreated: LogCreated.type
        case .userRegistered: UserRegistered.type
        case .profileChanged: ProfileChanged.type
        case .usernameClaimed: UsernameClaimed.type
        case .usernameReleased: UsernameReleased.type
        case .tokenIssued: TokenIssued.type
        case .tokenRevoked: TokenRevoked.type
        case .namespaceClaimed: NamespaceClaimed.type
        case .namespaceMemberAdded: NamespaceMemberAdded.type
        case .namespaceMemberRemoved: NamespaceMemberRemoved.type
        case .agentRegistered: AgentRegistered.type
        case .agentOwnerAdded: AgentOwnerAdded.type
        case .agentOwnerRemoved: AgentOwnerRemoved.type
        case .versionPublished: VersionPublished.type
        case .versionYanked: VersionYanked.type
        case .versionUnyanked: VersionUnyanked.type
        case .agentDeprecated: AgentDeprecated.type
        case .agentUndeprecated: AgentUndeprecated.type
        case .reviewSubmitted: ReviewSubmitted.type
        case .reviewEdited: ReviewEdited.type
        case .reviewWithdrawn: ReviewWithdrawn.type
        case .reviewVoted: ReviewVoted.type
        case .reviewVoteWithdrawn: ReviewVoteWithdrawn.type
        case .starAdded: StarAdded.type
        case .starRemoved: StarRemoved.type
        case .flagRaised: FlagRaised.type
        case .agentDownloaded: AgentDownloaded.type
        case .contentErased: ContentErased.type
        }
    }

    /// All types, in the order above.
    public static let types: [String] = [
        LogCreated.type, UserRegistered.type, ProfileChanged.type, UsernameClaimed.type, UsernameReleased.type,
        TokenIssued.type, TokenRevoked.type, NamespaceClaimed.type, NamespaceMemberAdded.type,
        NamespaceMemberRemoved.type, AgentRegistered.type, AgentOwnerAdded.type, AgentOwnerRemoved.type,
        VersionPublished.type, VersionYanked.type, VersionUnyanked.type, AgentDeprecated.type, AgentUndeprecated.type,
        ReviewSubmitted.type, ReviewEdited.type, ReviewWithdrawn.type, ReviewVoted.type, ReviewVoteWithdrawn.type,
        StarAdded.type, StarRemoved.type,
        FlagRaised.type, AgentDownloaded.type, ContentErased.type,
    ]

    /// True for what says nothing of who did it: neither person nor credential nor request stand in such an entry.
    public var isAnonymous: Bool {
        switch self {
        case .flagRaised, .agentDownloaded: true
        default: false
        }
    }

    /// Reads the data of a type; nil where the type is unknown, which stops whoever folds events.
    static func decode(_ type: Span<UInt8>, from reader: inout JSONReader) throws(JSONError) -> Event? {
        switch type {
        case LogCreated.type: .logCreated(try LogCreated(from: &reader))
        case UserRegistered.type: .userRegistered(try UserRegistered(from: &reader))
        case ProfileChanged.type: .profileChanged(try ProfileChanged(from: &reader))
        case UsernameClaimed.type: .usernameClaimed(try UsernameClaimed(from: &reader))
        case UsernameReleased.type: .usernameReleased(try UsernameReleased(from: &reader))
        case TokenIssued.type: .tokenIssued(try TokenIssued(from: &reader))
        case TokenRevoked.type: .tokenRevoked(try TokenRevoked(from: &reader))
        case NamespaceClaimed.type: .namespaceClaimed(try NamespaceClaimed(from: &reader))
        case NamespaceMemberAdded.type: .namespaceMemberAdded(try NamespaceMemberAdded(from: &reader))
        case NamespaceMemberRemoved.type: .namespaceMemberRemoved(try NamespaceMemberRemoved(from: &reader))
        case AgentRegistered.type: .agentRegistered(try AgentRegistered(from: &reader))
        case AgentOwnerAdded.type: .agentOwnerAdded(try AgentOwnerAdded(from: &reader))
        case AgentOwnerRemoved.type: .agentOwnerRemoved(try AgentOwnerRemoved(from: &reader))
        case VersionPublished.type: .versionPublished(try VersionPublished(from: &reader))
        case VersionYanked.type: .versionYanked(try VersionYanked(from: &reader))
        case VersionUnyanked.type: .versionUnyanked(try VersionUnyanked(from: &reader))
        case AgentDeprecated.type: .agentDeprecated(try AgentDeprecated(from: &reader))
        case AgentUndeprecated.type: .agentUndeprecated(try AgentUndeprecated(from: &reader))
        case ReviewSubmitted.type: .reviewSubmitted(try ReviewSubmitted(from: &reader))
        case ReviewEdited.type: .reviewEdited(try ReviewEdited(from: &reader))
        case ReviewWithdrawn.type: .reviewWithdrawn(try ReviewWithdrawn(from: &reader))
        case ReviewVoted.type: .reviewVoted(try ReviewVoted(from: &reader))
        case ReviewVoteWithdrawn.type: .reviewVoteWithdrawn(try ReviewVoteWithdrawn(from: &reader))
        case StarAdded.type: .starAdded(try StarAdded(from: &reader))
        case StarRemoved.type: .starRemoved(try StarRemoved(from: &reader))
        case FlagRaised.type: .flagRaised(try FlagRaised(from: &reader))
        case AgentDownloaded.type: .agentDownloaded(try AgentDownloaded(from: &reader))
        case ContentErased.type: .contentErased(try ContentErased(from: &reader))
        default: nil
        }
    }
}
