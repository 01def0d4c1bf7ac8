/// The target of a flag.
public enum FlagTarget: Sendable, Hashable, CustomStringConvertible {
    /// An agent.
    case agent(AgentKey)
    /// One version of an agent, as it was published.
    case version(AgentKey, String)
    /// A person's review of an agent.
    case review(AgentKey, PersonID)
    /// A person or organisation.
    case user(PersonID)

    /// The kinds of targets, a closed list.
    public enum Kind: String, Sendable, CaseIterable {
        /// An agent.
        case agent
        /// A version.
        case version
        /// A review.
        case review
        /// A person.
        case user
    }

    /// The kind of the target.
    public var kind: Kind {
        switch self {
        case .agent: .agent
        case .version: .version
        case .review: .review
        case .user: .user
        }
    }

    /// The form in contents: `key`, `key@version`, `key/person` or `person`.
    public var description: String {
        switch self {
        case .agent(let key): key.description
        case .version(let key, let version): "\(key)@\(version)"
        case .review(let key, let person): "\(key)/\(person)"
        case .user(let person): person.hex
        }
    }

    /// Parses the form in contents; nil where it does not fit the kind.
    public init?(_ kind: Kind, _ text: String) {
        let target: FlagTarget?
        switch kind {
        case .agent: target = AgentKey(text).map(FlagTarget.agent)
        case .user: target = PersonID(text).map(FlagTarget.user)
        case .version:
            let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
            guard parts.count == 2, TextGrammar.version.accepts(parts[1].utf8Span.span) else { return nil }
            target = AgentKey(parts[0]).map { .version($0, parts[1]) }
        case .review:
            let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, let key = AgentKey(parts[0]), let person = PersonID(parts[1]) else { return nil }
            target = .review(key, person)
        }
        guard let target else { return nil }
        self = target
    }
}

/// The reason of a flag, a closed list.
public enum FlagReason: String, Sendable, CaseIterable {
    /// Unwanted advertising.
    case spam
    /// Software made to do harm.
    case malware
    /// A vulnerability.
    case security
    /// It pretends to be another person or agent.
    case impersonation
    /// Its publisher has no right to distribute it.
    case licence
    /// Insults or harassment.
    case abusive
    /// It does not work.
    case broken
    /// Another reason; the content `words` may explain it.
    case other
}

/// The private content `target`: the target and the reason of a flag.
public struct TargetContent: ContentDocument {
    /// The reason of the flag.
    public let reason: FlagReason
    /// The target of the flag.
    public let target: FlagTarget

    /// Creates the content.
    public init(reason: FlagReason, target: FlagTarget) {
        self.reason = reason
        self.target = target
    }

    private var about: FlagTarget.Kind { target.kind }
    private var spelling: String { target.description }

    public static let kind = ContentKind.target
    public static let declaration = ContentDeclaration(
        .object(
            { (about: FlagTarget.Kind, _: KindMark, reason: FlagReason, text: String) throws(FieldFault) in
                guard let target = FlagTarget(about, text) else { throw FieldFault("'target' does not fit 'about'") }
                return Self(reason: reason, target: target)
            }, .field("about", \.about, .choice()), .kind(.target), .field("reason", \.reason, .choice()),
            .field("target", \.spelling, .text(.prose(300)))))
}
