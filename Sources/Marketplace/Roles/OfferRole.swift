public import Events

/// The command to offer a person a role on an agent or in a namespace.
///
/// It appends no event: the log says nothing about a person without their consent. The vault keeps the offer until they
/// answer. Refused without the right to change the roles, and where the person does not exist.
public struct OfferRole: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent or namespace.
    public let subject: RoleSubject
    /// The person to invite.
    public let person: PersonID
    /// The claim on the name that the caller looked the person up by, which has to be theirs still; nil after a look-up
    /// by id.
    public let username: UsernameID?
    /// The role.
    public let role: Role

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, subject: RoleSubject, person: PersonID, username: UsernameID?, role: Role
    ) {
        self.principal = principal
        self.now = now
        self.subject = subject
        self.person = person
        self.username = username
        self.role = role
    }

    public func streams(_ past: Past) -> [AnyStream] {
        [subject.stream, TypedStream.user(person).any] + (username.map { [TypedStream.username($0).any] } ?? [])
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try past.credential(of: principal, at: now)
        let roles = try past.roles(on: subject)
        try authorize(subject.changing, on: subject.resource, past)
        let isNamed = username.map { past[.username($0)].holder == person } ?? true
        guard isNamed, past[.user(person)].isRegistered else { throw .noUser }
        guard roles[person] != role else { return .unchanged(since: nil) }
        return .append([])
    }
}

/// The command to accept an offered role. The actor of its event is the person who accepts.
///
/// It counts only while the inviter still has the right to give it, and while nothing that their credential stands or
/// falls with was revoked with all that it issued. That an owner's credential expired or was renewed does not matter; an
/// administrator's has to be good.
public struct AcceptRole: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The agent or namespace.
    public let subject: RoleSubject
    /// The role.
    public let role: Role
    /// The person who offered it.
    public let inviter: PersonID
    /// The credential that they offered it with.
    public let inviterToken: TokenID

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, subject: RoleSubject, role: Role, inviter: PersonID,
        inviterToken: TokenID
    ) {
        self.principal = principal
        self.now = now
        self.subject = subject
        self.role = role
        self.inviter = inviter
        self.inviterToken = inviterToken
    }

    public func streams(_ past: Past) -> [AnyStream] {
        let successors = past.successors(of: inviterToken)
        return [subject.stream, TypedStream.user(inviter).any]
            + ([inviterToken] + successors).flatMap { past.lineage(of: $0).tokens }.map { TypedStream.token($0).any }
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.answerInvitation, on: .account(principal.user), past)
        let roles = try past.roles(on: subject)
        // Who had the token could renew it, so a successor that leaked counts like the token itself.
        let tokens = [inviterToken] + past.successors(of: inviterToken)
        guard past[.token(inviterToken)].user == inviter, past[.user(inviter)].isRegistered,
            roles[inviter] == .owner || isAdministrator(tokens.last, past),
            !tokens.contains(where: past.isEndedFromAbove)
        else { throw .invitationVoid }
        guard roles[principal.user] != role else { return .append([]) }
        guard role == .owner || !roles.isLastOwner(principal.user) else { throw .lastOwner(subject.resource) }
        return .append([subject.added(principal.user, role, by: inviter, inviterToken)])
    }

    /// An administrator's right is that of their credential: it, or what took its place, has to be good now.
    private func isAdministrator(_ token: TokenID?, _ past: Past) -> Bool {
        token.map { past[.token($0)].permissions.scopes.contains(.admin) && past.isGood($0, at: now) } ?? false
    }
}

/// The command to decline an invitation, or to withdraw one's own. It appends no event: the vault deletes the
/// invitation.
public struct EndInvitation: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp

    /// Creates the command.
    public init(principal: Principal, now: Timestamp) {
        self.principal = principal
        self.now = now
    }

    public func streams(_ past: Past) -> [AnyStream] { [] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.answerInvitation, on: .account(principal.user), past)
        return .append([])
    }
}
