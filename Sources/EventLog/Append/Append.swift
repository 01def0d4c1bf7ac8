public import Crypto
public import Events

/// One command's append: all of it happens or nothing.
///
/// It may hold events, effects and an idempotency key; an append without events has no position.
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
        /// The entry in bytes; the writer stamps it when the batch is sent.
        let entry: StampableEntry
        /// The part of the log that the stream belongs to.
        let slice: Int32
        /// What the stream is found under.
        let streamID: StreamID

        /// Puts one together; the envelope's `recordedTime` becomes that of the batch.
        public init(envelope: Envelope, version: StreamVersion?, contents: [NewContent] = []) {
            stream = envelope.stream
            self.version = version
            self.contents = contents
            type = envelope.event.typeName
            entry = envelope.stampable
            slice = Int32(envelope.stream.slice)
            streamID = StreamID(envelope.stream)
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
        /// What it is kept under.
        let id: KeyID
        /// What was asked for; the same key with another fingerprint is refused.
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

    /// The version that every stream the decision read had. A stream that is not appended to is a guard.
    public let expected: [StreamName: StreamVersion]
    /// The events, in order.
    public let events: [NewEvent]
    /// Where the client gave one.
    public let key: IdempotencyKey?
    /// What changes besides.
    public let effects: [any AppendEffect]

    /// True for one that shares its batch with no other command, so that nothing is learnt from what stands beside it.
    let isAlone: Bool

    /// Puts one together; it holds an event, an effect or a key.
    public init(
        expected: [StreamName: StreamVersion], events: [NewEvent], key: IdempotencyKey? = nil,
        effects: [any AppendEffect] = [], isAlone: Bool = false
    ) {
        precondition(!events.isEmpty || !effects.isEmpty || key != nil, "an append holds something")
        self.expected = expected
        self.events = events
        self.key = key
        self.effects = effects
        self.isAlone = isAlone
        appended = Array(Set(events.filter { $0.version != nil }.map(\.stream)))
        claims = effects.flatMap { $0.claims }
        sizeBytes = events.reduce(key?.reply.count ?? 0) { sum, event in
            sum + event.entry.bytes.count + event.contents.reduce(0) { $0 + $1.content.document.count }
        }
    }

    /// Streams whose version it changes, each once; streams without versions keep nobody waiting.
    let appended: [StreamName]
    /// What its effects change.
    let claims: [EffectClaim]
    /// How many bytes of entries, contents and reply it sends.
    let sizeBytes: Int

    /// True for a stream that it begins. The stream's unique index alone decides whether it is the first to do so.
    func begins(_ stream: StreamName) -> Bool {
        expected[stream] == StreamVersion.none && appended.contains(stream)
    }
}

/// Why nothing of an append happened. The raw values are the reasons that the checks of effects give.
public enum AppendRefusal: String, Sendable, CaseIterable {
    /// A stream has another version than expected: read and decide again.
    case stale
    /// A file is not leased any more: upload it again.
    case artifactUnleased = "artifact-unleased"
    /// The vault has forgotten the id of a name: ask for its id again.
    case nameForgotten = "name-forgotten"
    /// A range of a spool does not begin where the last one ended: read the mark again.
    case spoolMoved = "spool-moved"
    /// A line of a report was appended before: leave it out.
    case lineTaken = "line-taken"
    /// Somebody takes no invitations of the inviter.
    case inviterRefused = "inviter-refused"
    /// The inviter has as many open offers as one may have.
    case tooManyOffers = "too-many-offers"
    /// The invitee has as many open invitations as one may have.
    case tooManyInvitations = "too-many-invitations"
    /// The invitation was answered or withdrawn, or its time is over.
    case invitationGone = "invitation-gone"
}

/// What became of an append.
public enum AppendOutcome: Sendable, Equatable {
    /// It is durable. Its last event stands at this position; nil where it has no event.
    case appended(last: Position?)
    /// Nothing of it happened.
    case refused(AppendRefusal)
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
    /// The position of the command's last event; nil where it appended none.
    public let position: Position?
}
