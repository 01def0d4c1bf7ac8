public import Events

/// The state of one stream as decisions need it: a fold over its events.
public protocol StreamState: Sendable {
    /// The state of a stream without entries.
    init()

    /// Applies the next event of the stream. An event that the state does not handle changes nothing.
    mutating func evolve(_ past: PastEvent)
}

/// An event of a stream, with what a fold needs of its entry.
public struct PastEvent: Sendable {
    /// The event itself.
    public let event: any EventPayload
    /// The id of its entry.
    public let entry: UUIDv7
    /// The position of the entry.
    public let position: Position
    /// When it happened.
    public let time: Timestamp
    /// The content `within` of a token whose publishing is restricted; nil where there is none, or it was erased.
    public let within: WithinContent?

    /// Creates an event of the past.
    public init(
        _ event: any EventPayload, entry: UUIDv7, at position: Position, time: Timestamp, within: WithinContent? = nil
    ) {
        self.event = event
        self.entry = entry
        self.position = position
        self.time = time
        self.within = within
    }

    /// The place of a content that the event commits to.
    func written(_ content: ContentKind) -> WrittenAt {
        WrittenAt(entry: entry, position: position, field: content.field)
    }
}

/// The name of a stream with the type of its state. Each feature declares its streams in an extension.
public struct TypedStream<State: StreamState>: Sendable, Hashable {
    /// The name.
    public let name: StreamName

    init(_ name: StreamName) { self.name = name }

    /// The stream without its type, for use beside streams of other states.
    public var any: AnyStream { AnyStream(name: name) { State() } }
}

/// A stream that a decision reads.
public struct AnyStream: Sendable, Hashable {
    /// The name.
    public let name: StreamName
    /// The state of the stream while it has no entry.
    public let initial: @Sendable () -> any StreamState

    /// The stream of a name; nil for one that no decision reads.
    public static func named(_ name: StreamName) -> AnyStream? {
        switch name {
        case .user(let id): TypedStream.user(id).any
        case .username(let id): TypedStream.username(id).any
        case .token(let id): TypedStream.token(id).any
        case .namespace(let namespace): TypedStream.namespace(namespace).any
        case .agent(let key): TypedStream.agent(key).any
        case .review(let key, let person): TypedStream.review(key, person).any
        case .vote(let key, let author, let voter): TypedStream.vote(key, author: author, voter: voter).any
        case .star(let key, let person): TypedStream.star(key, person).any
        case .flag(let id): TypedStream.flag(id).any
        case .artifact(let digest): TypedStream.artifact(digest).any
        case .log, .downloads: nil
        }
    }

    /// Two streams are equal where their names are equal.
    public static func == (left: AnyStream, right: AnyStream) -> Bool { left.name == right.name }
    /// Two streams are equal where their names are equal.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
