/// The content `author`: the author of a version, as its manifest says.
public struct AuthorContent: ContentDocument {
    /// The name as the manifest spells it.
    public let name: String

    /// Creates the content.
    public init(name: String) { self.name = name }

    public static let kind = ContentKind.author
    public static let declaration = ContentDeclaration(
        .object(
            { (_: KindMark, name: String) in Self(name: name) }, .kind(.author),
            .field("name", \.name, .text(.prose(256)))))
}

/// The content `name`: a user name as its owner spells it.
public struct NameContent: ContentDocument {
    /// The name in its owner's spelling.
    public let name: String

    /// Creates the content.
    public init(name: String) { self.name = name }

    public static let kind = ContentKind.name
    public static let declaration = ContentDeclaration(
        .object(
            { (_: KindMark, name: String) in Self(name: name) }, .kind(.name), .field("name", \.name, .text(.prose(64)))
        ))
}

/// The content `profile`: what a person or organization says about itself.
public struct ProfileContent: ContentDocument {
    /// The largest number of characters of each text.
    public static let maximumCharacters = (bio: 2_000, displayName: 64, websiteURL: 200)

    /// A short description of the person.
    public var bio: String?
    /// The name to show beside the user name.
    public var displayName: String?
    /// The URL of a website of the person.
    public var websiteURL: String?

    /// Creates the content.
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

/// The content `review`: a person's review of an agent.
public struct ReviewContent: ContentDocument {
    /// The largest number of characters of each text.
    public static let maximumCharacters = (text: 7_000, title: 255)

    /// The text of the review.
    public let text: String?
    /// The title of the review.
    public let title: String?

    /// Creates the content.
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

/// The content `note`: the explanation of an action.
public struct NoteContent: ContentDocument {
    /// The largest number of characters.
    public static let maximumCharacters = 4_000

    /// The explanation.
    public let text: String

    /// Creates the content.
    public init(text: String) { self.text = text }

    public static let kind = ContentKind.note
    public static let declaration = ContentDeclaration(
        .object(
            { (_: KindMark, text: String) in Self(text: text) }, .kind(.note),
            .field("text", \.text, .text(.prose(maximumCharacters)))))
}

/// The private content `words`: a reporter's message to the moderators.
public struct WordsContent: ContentDocument {
    /// The largest number of characters.
    public static let maximumCharacters = 4_000

    /// The message.
    public let text: String

    /// Creates the content.
    public init(text: String) { self.text = text }

    public static let kind = ContentKind.words
    public static let declaration = ContentDeclaration(
        .object(
            { (_: KindMark, text: String) in Self(text: text) }, .kind(.words),
            .field("text", \.text, .text(.prose(maximumCharacters)))))
}

/// The private content `within`: the agents and namespaces to which a token is narrowed.
public struct WithinContent: ContentDocument {
    /// The largest number of agents, and of namespaces.
    public static let maximumElements = 64

    /// Keys of agents in ascending order; the agents need not exist.
    public let agents: [AgentKey]
    /// Namespaces in ascending order.
    public let namespaces: [Namespace]

    /// Creates the content; the caller gives at least one agent or namespace.
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
