/// The content `author`: who wrote a version, as its manifest says.
public struct AuthorContent: ContentDocument {
    /// As the manifest spells it.
    public let name: String

    /// Names an author.
    public init(name: String) { self.name = name }

    public static let kind = ContentKind.author
    public static let declaration = ContentDeclaration(
        .object(
            { (_: KindMark, name: String) in Self(name: name) }, .kind(.author),
            .field("name", \.name, .text(.prose(256)))))
}

/// The content `name`: a user name as its owner spells it.
public struct NameContent: ContentDocument {
    /// The spelling.
    public let name: String

    /// States a name.
    public init(name: String) { self.name = name }

    public static let kind = ContentKind.name
    public static let declaration = ContentDeclaration(
        .object(
            { (_: KindMark, name: String) in Self(name: name) }, .kind(.name), .field("name", \.name, .text(.prose(64)))
        ))
}

/// The content `profile`: what somebody says of themselves.
public struct ProfileContent: ContentDocument {
    /// The most characters of each text.
    public static let maximumCharacters = (bio: 2_000, displayName: 64, websiteURL: 200)

    /// A few words.
    public var bio: String?
    /// A name to be shown beside the user name.
    public var displayName: String?
    /// A page of theirs.
    public var websiteURL: String?

    /// States a profile.
    public init(bio: String? = nil, displayName: String? = nil, websiteURL: String? = nil) {
        self.bio = bio
        self.displayName = displayName
        self.websiteURL = websiteURL
    }

    public static let kind = ContentKind.profile
    public static let declaration = ContentDeclaration(
        .object(
            { (bio: String?, displayName: String?, _: KindMark, websiteURL: String?) in
                Self(bio: bio, displayName: displayName, websiteURL: websiteURL)
            }, .optional("bio", \.bio, .text(.prose(maximumCharacters.bio))),
            .optional("display_name", \.displayName, .text(.prose(maximumCharacters.displayName))), .kind(.profile),
            .optional("website_url", \.websiteURL, .text(.prose(maximumCharacters.websiteURL)))))
}

/// The content `review`: what somebody says of an agent.
public struct ReviewContent: ContentDocument {
    /// The most characters of each text.
    public static let maximumCharacters = (text: 7_000, title: 255)

    /// The review.
    public let text: String?
    /// One line.
    public let title: String?

    /// States both.
    public init(text: String?, title: String?) {
        self.text = text
        self.title = title
    }

    public static let kind = ContentKind.review
    public static let declaration = ContentDeclaration(
        .object(
            { (_: KindMark, text: String?, title: String?) in Self(text: text, title: title) }, .kind(.review),
            .optional("text", \.text, .text(.prose(maximumCharacters.text))),
            .optional("title", \.title, .text(.prose(maximumCharacters.title)))))
}

/// The content `note`: why something was done.
public struct NoteContent: ContentDocument {
    /// The most characters.
    public static let maximumCharacters = 4_000

    /// The words.
    public let text: String

    /// States why.
    public init(text: String) { self.text = text }

    public static let kind = ContentKind.note
    public static let declaration = ContentDeclaration(
        .object(
            { (_: KindMark, text: String) in Self(text: text) }, .kind(.note),
            .field("text", \.text, .text(.prose(maximumCharacters)))))
}

/// The private content `words`: what a reporter says to moderators.
public struct WordsContent: ContentDocument {
    /// The most characters.
    public static let maximumCharacters = 4_000

    /// The words.
    public let text: String

    /// States them.
    public init(text: String) { self.text = text }

    public static let kind = ContentKind.words
    public static let declaration = ContentDeclaration(
        .object(
            { (_: KindMark, text: String) in Self(text: text) }, .kind(.words),
            .field("text", \.text, .text(.prose(maximumCharacters)))))
}

/// The private content `within`: the agents and namespaces that a token is narrowed to.
public struct WithinContent: ContentDocument {
    /// The most agents, and the most namespaces.
    public static let maximumElements = 64

    /// Keys of agents, ascending; they may not exist yet.
    public let agents: [AgentKey]
    /// Namespaces, ascending.
    public let namespaces: [Namespace]

    /// Narrows to these; at least one of either.
    public init(agents: Set<AgentKey>, namespaces: Set<Namespace>) {
        self.agents = agents.sorted()
        self.namespaces = namespaces.sorted()
    }

    public static let kind = ContentKind.within
    public static let declaration = ContentDeclaration(
        .object(
            { (agents: [AgentKey], _: KindMark, namespaces: [Namespace]) in
                Self(agents: Set(agents), namespaces: Set(namespaces))
            },
            .field(
                "agents", \.agents,
                .ascending(.agentKey, 0...maximumElements)),
            .kind(.within),
            .field(
                "namespaces", \.namespaces,
                .ascending(.namespace, 0...maximumElements))))
}
