public import Crypto
import JSON

/// The name of a stream; names are unique, so expecting version 0 of one is how uniqueness is decided.
public enum StreamName: Sendable, Hashable, CustomStringConvertible {
    /// Entry 0 and operations on the log itself.
    case log(LogID)
    /// A person or organisation.
    case user(PersonID)
    /// A claim on a user name.
    case username(UsernameID)
    /// A credential's life.
    case token(TokenID)
    /// Who owns a namespace.
    case namespace(Namespace)
    /// An agent, its versions and owners.
    case agent(AgentKey)
    /// What a person says of an agent.
    case review(AgentKey, PersonID)
    /// Whether what a person says of an agent helps another one: the author, then who votes.
    case vote(AgentKey, author: PersonID, voter: PersonID)
    /// Whether a person likes an agent.
    case star(AgentKey, PersonID)
    /// That a file was removed.
    case artifact(SHA256Digest)
    /// A flag; nothing public says about whom or what it is.
    case flag(FlagID)
    /// The downloads of a slice, 0 to 63; it has no versions, so nobody waits for anybody.
    case downloads(slice: Int)

    /// `<kind>/<id>`.
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

    /// Which kind of stream it is.
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

    /// Reads a name; nil for an unknown kind or an id that breaks its grammar.
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
        // Two ids of 32 digits stand behind the key, each after a slash.
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

    /// One of 64 parts of the log: SHA-256 of the second part of the name, its first four bytes
    /// big-endian, modulo 64; for downloads the number itself. All that concerns an agent is in one slice.
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

/// The kinds of streams: what stands before the first slash.
public enum StreamKind: String, Sendable, CaseIterable {
    /// The log itself.
    case log
    /// A person or organisation.
    case user
    /// A claim on a user name.
    case username
    /// A credential.
    case token
    /// A namespace.
    case namespace
    /// An agent.
    case agent
    /// What a person says of an agent.
    case review
    /// Whether a review helps somebody.
    case vote
    /// Whether a person likes an agent.
    case star
    /// A file that was removed.
    case artifact
    /// A flag.
    case flag
    /// The downloads of a slice.
    case downloads

    /// True where no entry says who did it: neither person nor credential nor request, and the time is cut down.
    public var isAnonymous: Bool { self == .flag || self == .downloads }
    /// False where entries have no version, since nobody expects one.
    public var hasVersions: Bool { self != .downloads }
}
