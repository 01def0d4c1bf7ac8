extension EventCatalogue {
    static let contents: [any EventPayload.Type] = [ContentErased.self]
}

/// `content.erased.v1`: a content is erased; its commitment stays, and so do all proofs.
///
/// It is appended to the stream of the entry that commits to the content.
public struct ContentErased: EventPayload {
    /// The party that asked for it, a closed list.
    public enum Reason: String, Sendable, CaseIterable {
        /// The author.
        case owner
        /// A law or court.
        case legal
        /// The moderators.
        case moderation
    }
    /// The authority with which the actor erased it.
    public let authority: Authority
    /// The id of the entry that commits to it.
    public let entry: UUIDv7
    /// The field of that entry that commits to it.
    public let field: String
    /// The party that asked for it.
    public let reason: Reason

    /// Creates the event.
    public init(authority: Authority, entry: UUIDv7, field: String, reason: Reason) {
        self.authority = authority
        self.entry = entry
        self.field = field
        self.reason = reason
    }

    public static let declaration = EventDeclaration(
        "content.erased.v1", on: nil, Self.init, .field("authority", \.authority, .choice()),
        .field("entry", \.entry, .uuid), .field("field", \.field, .text(.commitmentField)),
        .field("reason", \.reason, .choice()))
}
