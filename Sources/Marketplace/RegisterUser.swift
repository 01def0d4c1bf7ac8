public import Events

/// The command to become somebody here: a person with a name and a first credential.
public struct RegisterUser: Command {
    /// The new person.
    public let person: PersonID
    /// The claim on the name.
    public let username: UsernameID
    /// The name.
    public let name: Username
    /// The name as a content.
    public let nameContent: Content
    /// The first credential.
    public let token: TokenID
    /// From when on that permits nothing.
    public let expires: Timestamp

    /// What the first credential permits.
    public static let scopes: [Scope] = [.publish, .review]

    /// Puts the command together.
    public init(
        person: PersonID, username: UsernameID, name: Username, nameContent: Content, token: TokenID,
        expires: Timestamp
    ) {
        self.person = person
        self.username = username
        self.name = name
        self.nameContent = nameContent
        self.token = token
        self.expires = expires
    }

    public var actor: Principal? { nil }
    public var streams: [StreamName] { [.user(person), .username(username), .token(token)] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        guard !ReservedNames.all.contains(name.folded) else { throw .reserved(name.description) }
        guard past.username(username).holder == nil else { throw .nameTaken }
        return .append([
            DecidedEvent(.user(person), .userRegistered(UserRegistered(kind: .person))),
            DecidedEvent(
                .username(username),
                .usernameClaimed(UsernameClaimed(user: person, nameCommitment: nameContent.commitment)),
                contents: ["name_commitment": nameContent]),
            DecidedEvent(
                .token(token), .tokenIssued(TokenIssued(user: person, scopes: Self.scopes, expires: expires))),
        ])
    }
}
