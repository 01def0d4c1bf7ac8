extension EventCatalogue {
    static let contents: [any EventPayload.Type] = [ContentErased.self]
}

/// `content.erased.v1`: what somebody wrote is gone; its commitment stays, and every proof with it. It stands in the
/// stream of the entry that commits to it.
public struct ContentErased: EventPayload {
    /// Who wanted it: a closed list.
    public enum Reason: String, Sendable, CaseIterable {
        /// Its author.
        case owner
        /// The law.
        case legal
        /// The moderators.
        case moderation
    }
    /// As what the actor erased it.
    public let authority: Authority
    /// The id of the entry that commits to it.
    public let entry: UUIDv7
    /// The field that commits to it.
    public let field: String
    /// Who wanted it.
    public let reason: Reason

    /// States it.
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
