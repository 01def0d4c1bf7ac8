public import Crypto
public import Events

/// One command's append: all of it happens or nothing.
public final class Append: Sendable {
    /// An event with the contents that its commitments stand for.
    public struct NewEvent: Sendable {
        /// The stream that it is appended to.
        public let stream: StreamName
        /// The version it will have in its stream; nil in streams without versions.
        public let version: StreamVersion?
        /// What people wrote, by the field that commits to it.
        public let contents: [NewContent]
        /// The type with its version.
        let type: String
        /// The entry, put into bytes by whoever decided; it is stamped when the batch is sent.
        let entry: StampableEntry

        /// Puts one together; the envelope's `recordedTime` is that of the batch in the end.
        public init(envelope: Envelope, version: StreamVersion?, contents: [NewContent] = []) {
            stream = envelope.stream
            self.version = version
            self.contents = contents
            type = envelope.event.type
            entry = envelope.stampable
        }
    }

    /// A content to keep beside the entry.
    public struct NewContent: Sendable {
        /// The field of the event's data that holds the commitment.
        public let field: String
        /// The document with its nonce.
        public let content: Content
        /// True where auditors and mirrors get it.
        public let isPublic: Bool

        /// Puts one together.
        public init(field: String, content: Content, isPublic: Bool) {
            self.field = field
            self.content = content
            self.isPublic = isPublic
        }
    }

    /// A key under which a repeat of the command gets the first one's reply.
    public struct IdempotencyKey: Sendable {
        /// What it is kept under: the first half of a digest of whose it is and what the client chose.
        let id: KeyID
        /// What was asked for; the same key with another one is refused.
        public let fingerprint: SHA256Digest
        /// The reply, which the position completes.
        public let reply: [UInt8]

        /// Puts one together.
        public init(_ id: KeyID, fingerprint: SHA256Digest, reply: [UInt8]) {
            self.id = id
            self.fingerprint = fingerprint
            self.reply = reply
        }
    }

    /// A credential's hash, kept in the vault.
    public struct Credential: Sendable {
        /// SHA-256 of the secret.
        public let hash: SHA256Digest
        /// Which credential it is.
        public let token: TokenID
        /// Whose it is.
        public let person: PersonID
        /// How its owner calls it.
        public let name: String
        /// What it was issued under, where its secret could get lost with the answer.
        public let issuedUnder: KeyID?

        /// Puts one together.
        public init(hash: SHA256Digest, token: TokenID, person: PersonID, name: String, issuedUnder: KeyID? = nil) {
            self.hash = hash
            self.token = token
            self.person = person
            self.name = name
            self.issuedUnder = issuedUnder
        }
    }

    /// What an append changes in the vault.
    public enum VaultChange: Sendable {
        /// A credential comes to be.
        case credential(Credential)
        /// A name is held by somebody; the append conflicts where the vault has forgotten the name's id.
        case holder(of: UsernameID, PersonID)
        /// Somebody has an e-mail address.
        case mailbox(PersonID, address: String)
        /// Name, address and what somebody flagged are forgotten.
        case forget(PersonID)
    }

    /// A part of a spool that the events hold.
    public struct SpoolRange: Sendable, Equatable {
        /// Which spool.
        public let spool: SpoolID
        /// From this byte, where the part that was taken before it ends; else the append conflicts.
        public let start: Int64
        /// To before this one.
        public let past: Int64

        /// Names a part that is not empty.
        public init(spool: SpoolID, start: Int64, past: Int64) {
            precondition(start >= 0 && past > start, "a part of a spool is not empty")
            self.spool = spool
            self.start = start
            self.past = past
        }
    }

    /// A content that is erased with the append.
    public struct Erasure: Sendable {
        /// Where the entry stands that commits to it.
        public let position: Position
        /// The field that commits to it.
        public let field: String

        /// Puts one together.
        public init(position: Position, field: String) {
            self.position = position
            self.field = field
        }
    }

    /// The version that every stream the decision read had. A stream that is not appended to is a guard.
    public let expected: [StreamName: StreamVersion]
    /// At least one.
    public let events: [NewEvent]
    /// Where the client gave one.
    public let key: IdempotencyKey?
    /// What changes in the vault.
    public let vault: [VaultChange]
    /// What people wrote and is gone from now on.
    public let erasures: [Erasure]
    /// Files that the events name; each has to be leased.
    public let artifacts: [SHA256Digest]
    /// The part of a spool that the events hold.
    public let spool: SpoolRange?
    /// Lines of other servers' logs that the events hold; the append conflicts where one was taken already.
    public let lines: [LineID]

    /// Puts one together.
    public init(
        expected: [StreamName: StreamVersion], events: [NewEvent], key: IdempotencyKey? = nil,
        vault: [VaultChange] = [], erasures: [Erasure] = [], artifacts: [SHA256Digest] = [], spool: SpoolRange? = nil,
        lines: [LineID] = []
    ) {
        precondition(!events.isEmpty, "an append has at least one event")
        self.expected = expected
        self.events = events
        self.key = key
        self.vault = vault
        self.erasures = erasures
        self.artifacts = artifacts
        self.spool = spool
        self.lines = lines
        appended = Array(Set(events.filter { $0.version != nil }.map(\.stream)))
        sizeBytes = events.reduce(key?.reply.count ?? 0) { sum, event in
            sum + event.entry.bytes.count + event.contents.reduce(0) { $0 + $1.content.document.count }
        }
    }

    /// Streams whose version it changes, each once; those without versions keep nobody waiting.
    let appended: [StreamName]
    /// How much it sends; an entry's length does not depend on when it is sent.
    let sizeBytes: Int

    /// True for a stream that it begins. Its unique index alone decides whether it is the first to do so.
    func begins(_ stream: StreamName) -> Bool {
        expected[stream] == StreamVersion.none && appended.contains(stream)
    }
}

/// What became of an append.
public enum AppendOutcome: Sendable, Equatable {
    /// It stands in the log; its last event is at this position. Durable, whatever happens next.
    case appended(last: Position)
    /// A stream has another version than expected: read and decide again. Nothing was appended.
    case conflict
    /// A file is not leased any more: upload it again. Nothing was appended.
    case artifactMissing
    /// The same command with the same key was appended before.
    case repeated(StoredReply)
    /// The key was used for another command. Nothing was appended.
    case keyReused
}

/// The reply that was kept under an idempotency key.
public struct StoredReply: Sendable, Equatable {
    /// What was asked for.
    public let fingerprint: SHA256Digest
    /// The reply, which the position completes.
    public let reply: [UInt8]
    /// The position of the command's last event.
    public let position: Position
}

/// Why the log could not take or give something.
public enum EventLogError: Error, Sendable, CustomStringConvertible {
    /// Too many appends wait: push-back.
    case queueFull
    /// The database can't be reached or is out of resources; nothing was appended.
    case unavailable(String)
    /// The connection was lost at commit and the database did not come back in time: the append may have
    /// taken effect. A repeat with the same idempotency key tells.
    case outcomeUnknown(String)
    /// The clocks of program and database are too far apart to append.
    case clockOff
    /// What the database holds or refuses is not what the program expects.
    case corrupt(String)

    public var description: String {
        switch self {
        case .queueFull: "too many appends wait"
        case .unavailable(let reason): "the log is unavailable: \(reason)"
        case .outcomeUnknown(let reason): "the connection was lost at commit: \(reason)"
        case .clockOff: "the clocks of program and database are more than 5 s apart"
        case .corrupt(let reason): "the log is not as expected: \(reason)"
        }
    }
}
