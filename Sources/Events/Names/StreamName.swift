public import Crypto
import JSON

/// The name of a stream, `<kind>/<id>`.
///
/// An append that expects version 0 of a stream succeeds once only. The marketplace decides uniqueness this way: the
/// first command that begins `namespace/<name>` gets the namespace.
public enum StreamName: Sendable, Hashable, CustomStringConvertible {
    /// The creation of the log and operations on it.
    case log(LogID)
    /// A person or organisation.
    case user(PersonID)
    /// The claims of a user name.
    case username(UsernameID)
    /// The life of a credential.
    case token(TokenID)
    /// The owner and members of a namespace.
    case namespace(Namespace)
    /// An agent, its versions and owners.
    case agent(AgentKey)
    /// A person's review of an agent.
    case review(AgentKey, PersonID)
    /// A person's vote on a review of an agent: the review's author, then the voter.
    case vote(AgentKey, author: PersonID, voter: PersonID)
    /// A person's star for an agent.
    case star(AgentKey, PersonID)
    /// The removal of a file.
    case artifact(SHA256Digest)
    /// A flag; no entry says who raised it or what it is about.
    case flag(FlagID)
    /// The downloads of a slice, 0 to 63. The stream has no versions, so appends to it never conflict.
    case downloads(slice: Int)

    /// The name as entries hold it, `<kind>/<id>`.
    public var description: String {
        switch self {
        case .log(let id): "log/\(id)"
        case .user(let id): "user/\(id)"
        case .username(let id): "username/\(id)"
        case .token(let id): "token/\(id)"
        case .namespace(let namespace): "namespace/\(namespace)"
        case .agent(let key): "agent/\(key)"
        case .review(let key, let person): "review/\(key)/\(person)"
        case .vote(let key, let author, let voter): "vote/\(key)/\(author)/\(voter)"
        case .star(let key, let person): "star/\(key)/\(person)"
        case .artifact(let digest): "artifact/\(digest.hex)"
        case .flag(let id): "flag/\(id)"
        case .downloads(let slice): "downloads/\(slice)"
        }
    }

    /// The kind of the stream.
    public var kind: StreamKind {
        switch self {
        case .log: .log
        case .user: .user
        case .username: .username
        case .token: .token
        case .namespace: .namespace
        case .agent: .agent
        case .review: .review
        case .vote: .vote
        case .star: .star
        case .artifact: .artifact
        case .flag: .flag
        case .downloads: .downloads
        }
    }

    /// Parses a name; nil for an unknown kind or an id that does not fit its grammar.
    public init?(_ text: String) {
        self.init(utf8: text.utf8Span.span)
    }

    init?(utf8 text: Span<UInt8>) {
        guard let slash = text.indices.first(where: { text[$0] == UInt8(ascii: "/") }) else { return nil }
        let id = text.extracting((slash + 1)...)
        let name: StreamName? =
            switch text.extracting(..<slash) {
            case "log": LogID(utf8: id).map(StreamName.log)
            case "user": PersonID(utf8: id).map(StreamName.user)
            case "username": UsernameID(utf8: id).map(StreamName.username)
            case "token": TokenID(utf8: id).map(StreamName.token)
            case "namespace": Namespace(utf8: id).map(StreamName.namespace)
            case "agent": AgentKey(utf8: id).map(StreamName.agent)
            case "review": Self.pair(utf8: id).map { .review($0, $1) }
            case "vote": Self.vote(utf8: id)
            case "star": Self.pair(utf8: id).map { .star($0, $1) }
            case "artifact": SHA256Digest(hex: id).map(StreamName.artifact)
            case "flag": FlagID(utf8: id).map(StreamName.flag)
            case "downloads": Self.downloads(utf8: id)
            default: nil
            }
        guard let name else { return nil }
        self = name
    }

    private static func pair<Kind>(utf8 text: Span<UInt8>) -> (AgentKey, Identifier<Kind>)? {
        guard let slash = text.indices.first(where: { text[$0] == UInt8(ascii: "/") }),
            let key = AgentKey(utf8: text.extracting(..<slash)),
            let id = Identifier<Kind>(utf8: text.extracting((slash + 1)...))
        else { return nil }
        return (key, id)
    }

    private static func vote(utf8 text: Span<UInt8>) -> StreamName? {
        // The key is followed by two ids of 32 digits, each after a slash.
        guard text.count > 66, text[text.count - 33] == UInt8(ascii: "/"),
            let voter = PersonID(utf8: text.extracting((text.count - 32)...)),
            let (key, author): (AgentKey, PersonID) = pair(utf8: text.extracting(..<(text.count - 33)))
        else { return nil }
        return .vote(key, author: author, voter: voter)
    }

    private static func downloads(utf8 text: Span<UInt8>) -> StreamName? {
        guard (1...2).contains(text.count), text.indices.allSatisfy({ (0x30...0x39).contains(text[$0]) }) else {
            return nil
        }
        let slice = text.indices.reduce(0) { $0 * 10 + Int(text[$1] - 0x30) }
        guard slice < 64, text.count == 1 || text[0] != 0x30 else { return nil }
        return .downloads(slice: slice)
    }

    func write(_ writer: inout JSONWriter) {
        switch self {
        case .log(let id): writer.string("log/", id)
        case .user(let id): writer.string("user/", id)
        case .username(let id): writer.string("username/", id)
        case .token(let id): writer.string("token/", id)
        case .namespace(let namespace): writer.string("namespace/", namespace.description)
        case .agent(let key): writer.string("agent/", key.description)
        case .review(let key, let person): writer.string("review/", "\(key)/\(person)")
        case .vote(let key, let author, let voter): writer.string("vote/", "\(key)/\(author)/\(voter)")
        case .star(let key, let person): writer.string("star/", "\(key)/\(person)")
        case .artifact(let digest): writer.string("artifact/", digest.hex)
        case .flag(let id): writer.string("flag/", id)
        case .downloads(let slice): writer.string("downloads/", "\(slice)")
        }
    }

    /// The slice of the log that the stream belongs to, 0 to 63.
    ///
    /// It is the first four bytes of SHA-256 over the second part of the name, big-endian, modulo 64; for downloads it
    /// is the number itself. All streams of an agent have the same slice, and its downloads go to the stream of that
    /// slice.
    public var slice: Int {
        switch self {
        case .downloads(let slice): slice
        case .log(let id): Self.slice(of: id.hex)
        case .user(let id): Self.slice(of: id.hex)
        case .username(let id): Self.slice(of: id.hex)
        case .token(let id): Self.slice(of: id.hex)
        case .namespace(let namespace): Self.slice(of: namespace.description)
        case .artifact(let digest): Self.slice(of: digest.hex)
        case .flag(let id): Self.slice(of: id.hex)
        case .agent(let key), .review(let key, _), .vote(let key, _, _), .star(let key, _):
            Self.slice(of: key.description)
        }
    }

    private static func slice(of second: String) -> Int {
        Int((SHA256Digest(of: second.utf8).leadingWord >> 32) % 64)
    }
}

/// The kinds of streams, the part of a name before the first slash.
public enum StreamKind: String, Sendable, CaseIterable {
    /// The log itself.
    case log
    /// A person or organisation.
    case user
    /// The claims of a user name.
    case username
    /// A credential.
    case token
    /// A namespace.
    case namespace
    /// An agent.
    case agent
    /// A review of an agent.
    case review
    /// A vote on a review.
    case vote
    /// A star for an agent.
    case star
    /// A file that was removed.
    case artifact
    /// A flag.
    case flag
    /// The downloads of a slice.
    case downloads

    /// True where entries name neither a person nor a credential nor a request.
    ///
    /// The command side rounds the times of such entries down.
    public var isAnonymous: Bool { self == .flag || self == .downloads }
    /// False where entries have no version, since no command expects one.
    public var hasVersions: Bool { self != .downloads }
}
