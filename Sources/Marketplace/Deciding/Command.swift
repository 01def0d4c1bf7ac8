public import Events

/// The person who asks, and the credential that they ask with.
public struct Principal: Sendable, Hashable {
    /// The person.
    public let user: PersonID
    /// The credential.
    public let token: TokenID

    /// Creates a principal.
    public init(user: PersonID, token: TokenID) {
        self.user = user
        self.token = token
    }

    /// The streams that authenticate the principal: the person's, and those of all credentials that this one depends
    /// on, as far as `past` names them.
    public func streams(_ past: Past) -> [AnyStream] {
        [TypedStream.user(user).any] + past.lineage(of: token).tokens.map { TypedStream.token($0).any }
    }
}

/// A command: it names the streams that it reads, and decides over their past. It is pure: it has no I/O.
public protocol Command: Sendable {
    /// The person and credential that ask; nil for a command that takes no credential.
    var actor: Principal? { get }

    /// The streams that the decision reads, besides those of `actor`, as far as `past` names them.
    ///
    /// The handler calls this again until it names nothing new, at most `Reading.maximumRounds` times. Every stream
    /// that the decision read has to be unchanged when its events are appended, also one that it does not append to.
    func streams(_ past: Past) -> [AnyStream]

    /// Decides over the past of `allStreams`.
    func decide(_ past: Past) throws(Rejection) -> Decision
}

extension Command {
    /// All streams that the decision reads, those of `actor` included.
    public func allStreams(_ past: Past) -> [AnyStream] { (actor?.streams(past) ?? []) + streams(past) }
}

/// The bound on reading for one decision.
public enum Reading {
    /// How often a command may name more streams after it has read some: the longest lineage takes one round for each
    /// issuer and each renewal.
    public static let maximumRounds = Lineage.maximumIssuers + Lineage.maximumRenewals + 8
}

/// A command that needs a credential.
public protocol AuthenticatedCommand: Command {
    /// The person and the credential that ask.
    var principal: Principal { get }
    /// The time of the command; a credential that has expired by then permits nothing.
    var now: Timestamp { get }
}

extension AuthenticatedCommand {
    public var actor: Principal? { principal }

    /// Throws unless the table of rights permits the action; returns the authority under which the principal acts.
    @discardableResult
    func authorize(
        _ action: Action, on resource: Resource, _ past: Past, as wanted: Authority? = nil
    ) throws(Rejection) -> Authority {
        try past.authorize(principal, action, on: resource, at: now, as: wanted)
    }
}

/// The result of a command that is not refused.
public enum Decision: Sendable, Equatable {
    /// Append these events, all or none. Where the list is empty, the command changes the vault alone.
    case append([DecidedEvent])
    /// Nothing to change: the log has been as the command asks since a position; nil where there is no such position.
    case unchanged(since: Position?)

    /// Appends an event about an agent with an optional note.
    ///
    /// It erases the superseded note, if there is one, since nobody sees that any more.
    static func state(
        _ event: any EventPayload, on key: AgentKey, note: Content?, superseding before: WrittenAt?
    ) -> Decision {
        let stated = DecidedEvent(.agent(key), event, contents: note.map { [.note: $0] } ?? [:])
        return .append([stated] + (before.map { [.erasing($0, in: .agent(key))] } ?? []))
    }
}

/// An event to append, with the contents that it commits to.
public struct DecidedEvent: Sendable, Equatable {
    /// The stream to append to.
    public let stream: StreamName
    /// The event itself.
    public let event: any EventPayload
    /// The texts that the event commits to, by kind.
    public let contents: [ContentKind: Content]
    /// The content that the append removes; set for a `content.erased.v1` alone.
    public let erases: WrittenAt?

    /// Creates an event to append.
    public init(
        _ stream: StreamName, _ event: any EventPayload, contents: [ContentKind: Content] = [:],
        erases: WrittenAt? = nil
    ) {
        self.stream = stream
        self.event = event
        self.contents = contents
        self.erases = erases
    }

    /// The event that erases a text at the will of the person who wrote it.
    static func erasing(_ written: WrittenAt, in stream: StreamName) -> DecidedEvent {
        DecidedEvent(
            stream, ContentErased(authority: .owner, entry: written.entry, field: written.field, reason: .owner),
            erases: written)
    }

    /// Two decided events are equal where stream, event, contents and erased content are equal.
    public static func == (left: DecidedEvent, right: DecidedEvent) -> Bool {
        left.stream == right.stream && left.event.equals(right.event) && left.contents == right.contents
            && left.erases == right.erases
    }
}

/// The place of a text that a person wrote.
public struct WrittenAt: Sendable, Hashable {
    /// The entry that commits to it.
    public let entry: UUIDv7
    /// The position of the entry.
    public let position: Position
    /// The field that commits to it.
    public let field: String

    /// Creates a place.
    public init(entry: UUIDv7, position: Position, field: String) {
        self.entry = entry
        self.position = position
        self.field = field
    }
}
