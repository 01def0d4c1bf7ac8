public import Crypto
public import Events

/// The append of one command: all of it happens or nothing.
///
/// It holds events, effects, an idempotency key, or several of these. An append without events has no position.
public final class Append: Sendable {
    /// An event together with the contents that it commits to.
    public struct NewEvent: Sendable {
        /// The stream of the event.
        public let stream: StreamName
        /// The version that the event gets in its stream; nil in streams without versions.
        public let version: StreamVersion?
        /// The contents, each under the field that commits to it.
        public let contents: [NewContent]
        /// The name of the type with its version.
        let type: String
        /// The edition of the vocabulary that the type came with.
        let edition: Int32
        /// The bytes of the entry; the writer sets the recorded time when it sends the batch.
        let entry: StampableEntry
        /// The slice of the stream, 0 to 63.
        let slice: Int32
        /// The id of the stream in the index of streams.
        let streamID: StreamID

        /// Creates an event; the envelope's `recordedTime` is replaced by the batch's.
        public init(envelope: Envelope, version: StreamVersion?, contents: [NewContent] = []) {
            stream = envelope.stream
            self.version = version
            self.contents = contents
            type = envelope.event.typeName
            edition = Swift.type(of: envelope.event).edition
            entry = envelope.stampable
            slice = Int32(envelope.stream.slice)
            streamID = StreamID(envelope.stream)
        }
    }

    /// A content to store beside the entry.
    public struct NewContent: Sendable {
        /// The field of the event's data that holds the commitment.
        public let field: String
        /// The document and its nonce.
        public let content: Content
        /// True where auditors and mirrors may get the content.
        public let isPublic: Bool

        /// Creates a content.
        public init(field: String, content: Content, isPublic: Bool) {
            self.field = field
            self.content = content
            self.isPublic = isPublic
        }
    }

    /// An idempotency key: a repeat of the command with it gets the first reply.
    public struct IdempotencyKey: Sendable {
        /// The id under which the key is stored.
        let id: KeyID
        /// The digest of the request; the same key with another digest is refused.
        public let fingerprint: SHA256Digest
        /// The reply to store; a reader completes it with the position.
        public let reply: [UInt8]

        /// Creates a key.
        public init(_ id: KeyID, fingerprint: SHA256Digest, reply: [UInt8]) {
            self.id = id
            self.fingerprint = fingerprint
            self.reply = reply
        }
    }

    /// The version of each stream that the decision read; the append is refused as `stale` where one has moved on.
    public let expected: [StreamName: StreamVersion]
    /// The events in order.
    public let events: [NewEvent]
    /// The idempotency key, where the client gave one.
    public let key: IdempotencyKey?
    /// The changes beside the log that happen in the same transaction.
    public let effects: [any AppendEffect]

    /// True for an append that is sent in a batch of its own, so that neighboring entries tell nothing about it.
    let isAlone: Bool

    /// Creates an append; traps where it holds no event, no effect and no key.
    public init(
        expected: [StreamName: StreamVersion], events: [NewEvent], key: IdempotencyKey? = nil,
        effects: [any AppendEffect] = [], isAlone: Bool = false
    ) {
        precondition(!events.isEmpty || !effects.isEmpty || key != nil, "an append holds something")
        self.expected = expected
        self.events = events
        self.key = key
        let edition = events.map(\.edition).max() ?? 1
        let effects = edition > 1 ? effects + [EditionEffect(edition: edition)] : effects
        self.effects = effects
        self.isAlone = isAlone
        appended = Array(Set(events.filter { $0.version != nil }.map(\.stream)))
        claims = effects.flatMap { $0.claims }
        sizeBytes = events.reduce(key?.reply.count ?? 0) { sum, event in
            sum + event.entry.bytes.count + event.contents.reduce(0) { $0 + $1.content.document.count }
        }
    }

    /// The streams whose version it changes, each once; streams without versions make no command wait.
    let appended: [StreamName]
    /// The claims of its effects; two appends that share one are not sent at the same time.
    let claims: [EffectClaim]
    /// The bytes of entries, contents and reply that it sends.
    let sizeBytes: Int

    /// True for a stream that this append begins; the unique index of streams decides whether another was first.
    func begins(_ stream: StreamName) -> Bool {
        expected[stream] == StreamVersion.none && appended.contains(stream)
    }
}

/// The reason why an append was refused; nothing of it happened.
///
/// The raw values are the reasons that the checks of effects return.
public enum AppendRefusal: String, Sendable, CaseIterable {
    /// A stream has another version than expected: read and decide again.
    case stale
    /// A file has no lease any more: upload it again.
    case artifactUnleased = "artifact-unleased"
    /// Moderators hold a package or module of it as malware.
    case artifactHeld = "artifact-held"
    /// The vault holds no id for a name any more: ask for its id again.
    case nameForgotten = "name-forgotten"
    /// A range of a spool does not begin at the spool's mark: read the mark again.
    case spoolMoved = "spool-moved"
    /// A line of a report was appended before: leave it out.
    case lineTaken = "line-taken"
    /// The invitee has blocked the inviter for good.
    case inviterRefused = "inviter-refused"
    /// The inviter has as many open offers as one may have.
    case tooManyOffers = "too-many-offers"
    /// The invitee has as many open invitations as one may have.
    case tooManyInvitations = "too-many-invitations"
    /// The person has other roles than were read: read and decide again.
    case rolesMoved = "roles-moved"
    /// The invitation was answered or withdrawn, or its time is over.
    case invitationGone = "invitation-gone"
    /// Another holder has a name that looks alike: look it up and decide again.
    case nameMoved = "name-moved"
    /// The limit of a day is reached.
    case dailyShareTaken = "daily-share-taken"
    /// Programs may be left that do not know a type of its events: an operator has to finish the upgrade.
    case tooNew = "too-new"
}

/// The outcome of an append.
public enum AppendOutcome: Sendable, Equatable {
    /// The append is durable; the position of its last event, nil where it has none.
    case appended(last: Position?)
    /// The append was refused and nothing of it happened.
    case refused(AppendRefusal)
    /// The same command was appended before under the same key; its reply.
    case repeated(StoredReply)
    /// The key was used for another command; nothing was appended.
    case keyReused
}

/// The stored reply of an idempotency key.
public struct StoredReply: Sendable, Equatable {
    /// The digest of the request.
    public let fingerprint: SHA256Digest
    /// The reply without the position.
    public let reply: [UInt8]
    /// The position of the command's last event; nil where it appended none.
    public let position: Position?
}
