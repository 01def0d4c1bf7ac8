public import Events

/// The command to erase one's own account: it gives up the user name, erases name and profile, gives up all roles and
/// revokes all credentials.
///
/// Agents stay, and so does the id of their publisher, which says nothing about the person. Refused where agents would
/// have no owner left, unless `abandons` is set; those are deprecated then. A person with a good credential of scope
/// `admin` among `tokens` has to use a credential of that scope, and another administrator has to be left.
public struct EraseAccount: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The claim on the name; nil where the vault has none.
    public let username: UsernameID?
    /// All credentials of the person.
    public let tokens: [TokenID]
    /// The agents and namespaces that the person has a role on.
    public let subjects: [RoleSubject]
    /// True to leave agents without an owner where the person is the only one.
    public let abandons: Bool
    /// Credentials of anybody that were issued with the scope `admin`.
    public let administrators: [TokenID]

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, username: UsernameID?, tokens: [TokenID], subjects: [RoleSubject] = [],
        abandons: Bool = false, administrators: [TokenID] = []
    ) {
        self.principal = principal
        self.now = now
        self.username = username
        self.tokens = tokens
        self.subjects = subjects
        self.abandons = abandons
        self.administrators = administrators
    }

    public func streams(_ past: Past) -> [AnyStream] {
        // Other administrators matter only where one goes.
        let isOne = tokens.contains { past[.token($0)].permissions.scopes.contains(.admin) }
        let credentials = tokens + (isOne ? administrators : [])
        return (username.map { [TypedStream.username($0).any] } ?? []) + subjects.map(\.stream)
            + credentials.flatMap { past.lineage(of: $0).tokens }.map { TypedStream.token($0).any }
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.eraseAccount, on: .account(principal.user), past)
        try decideAdministration(past)
        let abandoned = abandoned(past)
        guard abandoned.isEmpty || abandons else { throw .soleOwner(abandoned) }
        var events: [DecidedEvent] = []
        for key in abandoned where past[.agent(key)].deprecations[.owner] == nil {
            events.append(DecidedEvent(.agent(key), AgentDeprecated(authority: .owner)))
        }
        for subject in subjects where (try? past.roles(on: subject))?[principal.user] != nil {
            events.append(subject.removed(principal.user, as: .owner))
        }
        if let username, past[.username(username)].holder == principal.user {
            let stream = StreamName.username(username)
            events.append(DecidedEvent(stream, UsernameReleased(user: principal.user)))
            if let name = past[.username(username)].name { events.append(.erasing(name, in: stream)) }
        }
        if let profile = past[.user(principal.user)].profile {
            events.append(.erasing(profile, in: .user(principal.user)))
        }
        let all = tokens.contains(principal.token) ? tokens : tokens + [principal.token]
        for token in all where past[.token(token)].user == principal.user && !past[.token(token)].isRevoked {
            events.append(DecidedEvent(.token(token), TokenRevoked(reason: .owner)))
        }
        return .append(events)
    }

    /// The agents that would have no owner left, in ascending order.
    public func abandoned(_ past: Past) -> [AgentKey] {
        subjects.compactMap { subject in
            guard case .agent(let key) = subject, past[.agent(key)].roles.isLastOwner(principal.user) else {
                return nil
            }
            return key
        }.sorted()
    }

    /// Refuses an administrator who asks without the scope `admin`, and the last administrator.
    private func decideAdministration(_ past: Past) throws(Rejection) {
        func isAdministrators(_ token: TokenID) -> Bool {
            past[.token(token)].permissions.scopes.contains(.admin) && past.isGood(token, at: now)
        }
        guard tokens.contains(where: isAdministrators) else { return }
        guard past[.token(principal.token)].permissions.scopes.contains(.admin) else { throw .administrators }
        let hasAnother = administrators.contains {
            past[.token($0)].user != principal.user && isAdministrators($0)
        }
        guard hasAnother else { throw .lastAdministrator }
    }
}

/// The command to erase texts that a person wrote, at their own will. Whatever the texts belong to stays.
///
/// Refused without the right to `erase-account`. Appends one `ContentErased` for each text.
public struct EraseWords: AuthenticatedCommand {
    /// A text, with the stream of the entry that commits to it.
    public struct Words: Sendable, Hashable {
        /// The stream of the entry.
        public let stream: AnyStream
        /// The place of the text in the log.
        public let written: WrittenAt

        /// Names a text.
        public init(stream: AnyStream, written: WrittenAt) {
            self.stream = stream
            self.written = written
        }
    }

    public let principal: Principal
    public let now: Timestamp
    /// The texts to erase.
    public let words: [Words]

    /// Creates the command.
    public init(principal: Principal, now: Timestamp, words: [Words]) {
        self.principal = principal
        self.now = now
        self.words = words
    }

    public func streams(_ past: Past) -> [AnyStream] { words.map(\.stream) }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.eraseAccount, on: .account(principal.user), past)
        return .append(words.map { .erasing($0.written, in: $0.stream.name) })
    }
}
