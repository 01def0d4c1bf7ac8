/// The kinds of contents, a closed list.
public enum ContentKind: String, Sendable, CaseIterable {
    /// Everything that a page shows of a version.
    case listing
    /// The author of a version, as its manifest says.
    case author
    /// A person's profile.
    case profile
    /// A user name as its owner spells it.
    case name
    /// A review of an agent.
    case review
    /// The explanation of an action.
    case note
    /// The target and the reason of a flag.
    case target
    /// A reporter's message to the moderators.
    case words
    /// The agents and namespaces to which a token is narrowed.
    case within

    /// The field of an event that commits to a content of this kind.
    public var field: String { "\(rawValue)_commitment" }

    /// True for kinds that auditors and mirrors get with their nonces.
    public var isPublic: Bool {
        switch self {
        case .listing, .author, .profile, .name, .review, .note: true
        case .target, .words, .within: false
        }
    }

    /// The kind that a field commits to; nil for any other field.
    public init?(field: String) {
        guard field.hasSuffix("_commitment"), let kind = ContentKind(rawValue: String(field.dropLast(11))) else {
            return nil
        }
        self = kind
    }
}
