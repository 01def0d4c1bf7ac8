/// What people write, and what stays private: a closed list of kinds of documents.
public enum ContentKind: String, Sendable, CaseIterable {
    /// What a page shows of a version.
    case listing
    /// Who wrote a version, as its manifest says.
    case author
    /// Who somebody is.
    case profile
    /// A user name as its owner spells it.
    case name
    /// What somebody says of an agent.
    case review
    /// Why something was done.
    case note
    /// What a flag is about.
    case target
    /// What a reporter says to moderators.
    case words
    /// The agents and namespaces that a token is narrowed to.
    case within

    /// The field of an event that commits to it.
    public var field: String { "\(rawValue)_commitment" }

    /// True for what is served with its nonce to auditors and mirrors.
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
