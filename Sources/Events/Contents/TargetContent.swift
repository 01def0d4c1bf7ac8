/// What a flag is about.
public enum FlagTarget: Sendable, Hashable, CustomStringConvertible {
    /// An agent.
    case agent(AgentKey)
    /// One version of it, as it was published.
    case version(AgentKey, String)
    /// What a person said of it.
    case review(AgentKey, PersonID)
    /// A person or organisation.
    case user(PersonID)

    /// The closed list of kinds.
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

    /// Which kind it is.
    public var kind: Kind {
        switch self {
        case .agent: .agent
        case .version: .version
        case .review: .review
        case .user: .user
        }
    }

    /// As written in contents: `key`, `key@version`, `key/person` or `person`.
    public var description: String {
        switch self {
        case .agent(let key): key.description
        case .version(let key, let version): "\(key)@\(version)"
        case .review(let key, let person): "\(key)/\(person)"
        case .user(let person): person.hex
        }
    }

    /// Reads what stands in a content.
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

/// Why something is flagged: a closed list.
public enum FlagReason: String, Sendable, CaseIterable {
    /// It advertises.
    case spam
    /// It harms.
    case malware
    /// It can be attacked.
    case security
    /// It pretends to be somebody else.
    case impersonation
    /// It is not theirs to give.
    case licence
    /// It insults.
    case abusive
    /// It does not work.
    case broken
    /// Anything else; the words say what.
    case other
}

/// The private content `target`: what a flag is about, and why.
public struct TargetContent: ContentDocument {
    /// Why.
    public let reason: FlagReason
    /// What it is about.
    public let target: FlagTarget

    /// States both.
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
