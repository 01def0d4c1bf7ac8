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
    /// A user name is claimed.
    case usernameClaimed(UsernameClaimed)
    /// A credential is issued.
    case tokenIssued(TokenIssued)
    /// A namespace gets its owner.
    case namespaceClaimed(NamespaceClaimed)
    /// An agent is registered.
    case agentRegistered(AgentRegistered)
    /// A version of an agent is published.
    case versionPublished(VersionPublished)
    /// A star is given.
    case starAdded(StarAdded)
    /// A star is taken back.
    case starRemoved(StarRemoved)
    /// Versions were downloaded.
    case agentDownloaded(AgentDownloaded)

    /// Writes the members of `data`; no payload is boxed on the way.
    func encode(_ data: inout JSONWriter.Members) {
        switch self {
        case .logCreated(let payload): payload.encode(&data)
        case .userRegistered(let payload): payload.encode(&data)
        case .usernameClaimed(let payload): payload.encode(&data)
        case .tokenIssued(let payload): payload.encode(&data)
        case .namespaceClaimed(let payload): payload.encode(&data)
        case .agentRegistered(let payload): payload.encode(&data)
        case .versionPublished(let payload): payload.encode(&data)
        case .starAdded(let payload): payload.encode(&data)
        case .starRemoved(let payload): payload.encode(&data)
        case .agentDownloaded(let payload): payload.encode(&data)
        }
    }

    /// The name of the type with its version.
    public var type: String {
        switch self {
        case .logCreated: LogCreated.type
        case .userRegistered: UserRegistered.type
        case .usernameClaimed: UsernameClaimed.type
        case .tokenIssued: TokenIssued.type
        case .namespaceClaimed: NamespaceClaimed.type
        case .agentRegistered: AgentRegistered.type
        case .versionPublished: VersionPublished.type
        case .starAdded: StarAdded.type
        case .starRemoved: StarRemoved.type
        case .agentDownloaded: AgentDownloaded.type
        }
    }

    /// All types, in the order above.
    public static let types: [String] = [
        LogCreated.type, UserRegistered.type, UsernameClaimed.type, TokenIssued.type, NamespaceClaimed.type,
        AgentRegistered.type, VersionPublished.type, StarAdded.type, StarRemoved.type, AgentDownloaded.type,
    ]

    /// Reads the data of a type; nil where the type is unknown, which stops whoever folds events.
    static func decode(_ type: Span<UInt8>, from reader: inout JSONReader) throws(JSONError) -> Event? {
        switch type {
        case LogCreated.type: .logCreated(try LogCreated(from: &reader))
        case UserRegistered.type: .userRegistered(try UserRegistered(from: &reader))
        case UsernameClaimed.type: .usernameClaimed(try UsernameClaimed(from: &reader))
        case TokenIssued.type: .tokenIssued(try TokenIssued(from: &reader))
        case NamespaceClaimed.type: .namespaceClaimed(try NamespaceClaimed(from: &reader))
        case AgentRegistered.type: .agentRegistered(try AgentRegistered(from: &reader))
        case VersionPublished.type: .versionPublished(try VersionPublished(from: &reader))
        case StarAdded.type: .starAdded(try StarAdded(from: &reader))
        case StarRemoved.type: .starRemoved(try StarRemoved(from: &reader))
        case AgentDownloaded.type: .agentDownloaded(try AgentDownloaded(from: &reader))
        default: nil
        }
    }
}
