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

    /// The streams that say who asks: the person's, and those of all credentials that this one stands or falls with, as
    /// far as they are known from what was read.
    public func streams(_ past: Past) -> [AnyStream] {
        [TypedStream.user(user).any] + past.lineage(of: token).tokens.map { TypedStream.token($0).any }
    }
}

/// What somebody wants done: what it reads, and what it decides over that. Pure.
public protocol Command: Sendable {
    /// Who asks; nil for what takes no credential.
    var actor: Principal? { get }

    /// The streams that the decision reads besides those that say who asks, as far as they are known from what was read
    /// already. The handler asks again until nothing new is named, at most `maximumRounds` times; streams that the
    /// decision does not append to guard it.
    func streams(_ past: Past) -> [AnyStream]

    /// Decides over the past of `streams`.
    func decide(_ past: Past) throws(Rejection) -> Decision
}

extension Command {
    /// All streams that the decision reads.
    public func allStreams(_ past: Past) -> [AnyStream] { (actor?.streams(past) ?? []) + streams(past) }
}

/// The bound on reading for one decision.
public enum Reading {
    /// How often a command may name more streams once it has seen others: the longest lineage takes one for each issuer
    /// and each renewal.
    public static let maximumRounds = Lineage.maximumIssuers + Lineage.maximumRenewals + 8
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

    /// Throws unless the table of rights lets the principal; says as what it does.
    @discardableResult
    func authorize(
        _ action: Action, on resource: Resource, _ past: Past, as wanted: Authority? = nil
    ) throws(Rejection) -> Authority {
        try past.authorize(principal, action, on: resource, at: now, as: wanted)
    }
}

/// What comes of a command.
public enum Decision: Sendable, Equatable {
    /// These events, all or none; where there are none, what the command changes in the vault is all.
    case append([DecidedEvent])
    /// All is as it was asked for, since a position; nil where there never was anything.
    case unchanged(since: Position?)

    /// States an event about an agent with a few words, which take the place of what was said of the matter before: nobody
    /// sees that any more, so it is erased.
    static func state(
        _ event: any EventPayload, on key: AgentKey, note: Content?, superseding before: WrittenAt?
    ) -> Decision {
        let stated = DecidedEvent(.agent(key), event, contents: note.map { [.note: $0] } ?? [:])
        return .append([stated] + (before.map { [.erasing($0, in: .agent(key))] } ?? []))
    }
}

/// An event that a decision wants appended, with what it commits to.
public struct DecidedEvent: Sendable, Equatable {
    /// The stream.
    public let stream: StreamName
    /// What happened.
    public let event: any EventPayload
    /// What people wrote, by its kind.
    public let contents: [ContentKind: Content]
    /// The content that goes with it, for a `content.erased.v1`.
    public let erases: WrittenAt?

    /// States an event.
    public init(
        _ stream: StreamName, _ event: any EventPayload, contents: [ContentKind: Content] = [:],
        erases: WrittenAt? = nil
    ) {
        self.stream = stream
        self.event = event
        self.contents = contents
        self.erases = erases
    }

    /// States that something a person wrote is gone, by their own will.
    static func erasing(_ written: WrittenAt, in stream: StreamName) -> DecidedEvent {
        DecidedEvent(
            stream, ContentErased(authority: .owner, entry: written.entry, field: written.field, reason: .owner),
            erases: written)
    }

    /// Equal events in the same stream with the same contents.
    public static func == (left: DecidedEvent, right: DecidedEvent) -> Bool {
        left.stream == right.stream && left.event.equals(right.event) && left.contents == right.contents
            && left.erases == right.erases
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

    /// States where something stands.
    public init(entry: UUIDv7, position: Position, field: String) {
        self.entry = entry
        self.position = position
        self.field = field
    }
}
