public import Events

/// The command to register a person with a name and a first credential. It takes no credential, unless an administrator
/// lets a name pass.
///
/// Refused where the name is reserved, somebody has it, or it can be mistaken for another one. Appends `UserRegistered`,
/// `UsernameClaimed` and `TokenIssued`.
public struct RegisterUser: Command {
    /// The administrator who lets a reserved name or a likeness pass; nil where the person registers.
    public let administrator: Principal?
    /// The new person.
    public let person: PersonID
    /// The claim on the name.
    public let username: UsernameID
    /// The name.
    public let name: Username
    /// What the name looks like; nil where nothing is known that it looks like.
    public let likeness: Likeness?
    /// The name as the content that `UsernameClaimed` commits to.
    public let nameContent: Content
    /// The first credential.
    public let token: IssueToken.NewCredential
    /// The time of the command.
    public let now: Timestamp

    /// The permissions of the first credential.
    public static let permissions = Permissions([.account, .publish, .review])

    /// Creates the command.
    public init(
        administrator: Principal?, person: PersonID, username: UsernameID, name: Username, likeness: Likeness?,
        nameContent: Content, token: IssueToken.NewCredential, now: Timestamp
    ) {
        self.administrator = administrator
        self.likeness = likeness
        self.now = now
        self.person = person
        self.username = username
        self.name = name
        self.nameContent = nameContent
        self.token = token
    }

    public var actor: Principal? { administrator }

    public func streams(_ past: Past) -> [AnyStream] {
        [TypedStream.user(person).any, TypedStream.username(username).any, TypedStream.token(token.id).any]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        if let administrator { try past.authorize(administrator, .overrideNames, on: .marketplace, at: now) }
        let reserved = ReservedNames.like(name.folded)
        if administrator == nil, let reserved { throw .reserved(reserved) }
        guard past[.username(username)].holder == nil else { throw .nameTaken }
        if administrator == nil, let likeness {
            throw likeness.name == name.folded ? .nameTaken : .resembles(likeness)
        }
        return .append([
            DecidedEvent(.user(person), UserRegistered(kind: .person)),
            DecidedEvent(
                .username(username),
                UsernameClaimed(
                    authority: likeness == nil && reserved == nil ? nil : .administrator,
                    nameCommitment: nameContent.commitment,
                    user: person),
                contents: [.name: nameContent]),
            token.issued(to: person, by: nil),
        ])
    }
}
