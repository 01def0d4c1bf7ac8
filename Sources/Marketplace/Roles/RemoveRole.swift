public import Events

/// The command to remove a person's role on an agent or in a namespace, or to give up one's own.
///
/// Refused for the last owner. Appends `AgentOwnerRemoved` or `NamespaceMemberRemoved`.
public struct RemoveRole: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent or namespace.
    public let subject: RoleSubject
    /// The person who loses the role.
    public let person: PersonID
    /// The claim on the name that the caller looked the person up by, which has to be theirs still; nil after a look-up
    /// by id.
    public let username: UsernameID?

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, subject: RoleSubject, person: PersonID, username: UsernameID?
    ) {
        self.principal = principal
        self.now = now
        self.subject = subject
        self.person = person
        self.username = username
    }

    public func streams(_ past: Past) -> [AnyStream] {
        [subject.stream, TypedStream.user(person).any] + (username.map { [TypedStream.username($0).any] } ?? [])
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try past.credential(of: principal, at: now)
        let roles = try past.roles(on: subject)
        let isLeaving = person == principal.user && roles[person] != nil
        let authority = try authorize(isLeaving ? .leave : subject.changing, on: subject.resource, past)
        let isNamed = username.map { past[.username($0)].holder == person } ?? true
        guard isNamed, past[.user(person)].isRegistered else { throw .noUser }
        guard roles[person] != nil else { return .unchanged(since: nil) }
        guard !roles.isLastOwner(person) else { throw .lastOwner(subject.resource) }
        return .append([subject.removed(person, as: authority)])
    }
}
