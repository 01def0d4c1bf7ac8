public import Events

/// The command to register a person with a name and a first credential. It takes no credential.
///
/// Refused where the name is reserved or somebody has it. Appends `UserRegistered`, `UsernameClaimed` and
/// `TokenIssued`.
public struct RegisterUser: Command {
    /// The new person.
    public let person: PersonID
    /// The claim on the name.
    public let username: UsernameID
    /// The name.
    public let name: Username
    /// The name as the content that `UsernameClaimed` commits to.
    public let nameContent: Content
    /// The first credential.
    public let token: IssueToken.NewCredential

    /// The permissions of the first credential.
    public static let permissions = Permissions([.account, .publish, .review])

    /// Creates the command.
    public init(
        person: PersonID, username: UsernameID, name: Username, nameContent: Content, token: IssueToken.NewCredential
    ) {
        self.person = person
        self.username = username
        self.name = name
        self.nameContent = nameContent
        self.token = token
    }

    public var actor: Principal? { nil }

    public func streams(_ past: Past) -> [AnyStream] {
        [TypedStream.user(person).any, TypedStream.username(username).any, TypedStream.token(token.id).any]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        guard !ReservedNames.all.contains(name.folded) else { throw .reserved(name.description) }
        guard past[.username(username)].holder == nil else { throw .nameTaken }
        return .append([
            DecidedEvent(.user(person), UserRegistered(kind: .person)),
            DecidedEvent(
                .username(username), UsernameClaimed(nameCommitment: nameContent.commitment, user: person),
                contents: [.name: nameContent]),
            token.issued(to: person, by: nil),
        ])
    }
}
