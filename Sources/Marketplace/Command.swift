public import Events

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

/// What somebody wants done: what it reads, and what it decides over that. Pure.
public protocol Command: Sendable {
    /// Who asks; nil for what takes no credential.
    var actor: Principal? { get }

    /// The streams that the decision reads; those that it does not append to guard it.
    var streams: [StreamName] { get }

    /// Decides over the past of `streams`.
    func decide(_ past: Past) throws(Rejection) -> Decision
}

/// A command that takes a credential.
public protocol AuthenticatedCommand: Command {
    /// Who asks.
    var principal: Principal { get }
    /// When; a credential that expires by then permits nothing.
    var now: Timestamp { get }
}

extension AuthenticatedCommand {
    public var actor: Principal? { principal }

    /// The streams that say who asks.
    var identity: [StreamName] { [.token(principal.token), .user(principal.user)] }

    /// Throws unless the table of rights lets them.
    func authorize(_ action: Action, on resource: Resource, _ past: Past) throws(Rejection) {
        try past.authorize(principal, action, on: resource, at: now)
    }
}

/// What comes of a command.
public enum Decision: Sendable, Equatable {
    /// These events, all or none; at least one.
    case append([DecidedEvent])
    /// All is as it was asked for, since a position; nil where there never was anything.
    case unchanged(since: Position?)
}

/// An event that a decision wants appended, with what it commits to.
public struct DecidedEvent: Sendable, Equatable {
    /// The stream.
    public let stream: StreamName
    /// What happened.
    public let event: Event
    /// What people wrote, by the committing field.
    public let contents: [String: Content]
    /// What goes with it: the content that a `content.erased.v1` speaks of.
    public let erases: WrittenAt?

    /// States an event.
    public init(_ stream: StreamName, _ event: Event, contents: [String: Content] = [:], erases: WrittenAt? = nil) {
        self.stream = stream
        self.event = event
        self.contents = contents
        self.erases = erases
    }

    /// States that something a person wrote is gone.
    static func erasing(_ written: WrittenAt, in stream: StreamName) -> DecidedEvent {
        DecidedEvent(
            stream, .contentErased(ContentErased(entry: written.entry, field: written.field, reason: .owner)),
            erases: written)
    }
}

/// Where something stands that a person wrote.
public struct WrittenAt: Sendable, Hashable {
    /// The entry that commits to it.
    public let entry: UUIDv7
    /// Where that stands.
    public let position: Position
    /// The field that commits to it.
    public let field: String
}
