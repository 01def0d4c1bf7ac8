public import Events

/// Something that a person can do, with its row in the table of rights. Each feature declares its actions in an
/// extension.
public struct Action: Sendable, Hashable {
    /// The name, in lower case with dashes.
    public let name: String
    /// The action in words, for a sentence such as "the token has no scope to …".
    public let words: String
    /// The credential that the action needs, and the people who may do it.
    public let right: Right

    init(_ name: String, _ words: String, _ right: Right) {
        self.name = name
        self.words = words
        self.right = right
    }

    /// The table of rights.
    public static let all: [Action] =
        accounts + tokens + roles + releases + reviews + stars + flags + moderation
        + downloads + audit

    /// Two actions are equal where their names are equal.
    public static func == (left: Action, right: Action) -> Bool { left.name == right.name }
    /// Two actions are equal where their names are equal.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The object of an action.
public enum Resource: Sendable, Hashable {
    /// An agent.
    case agent(AgentKey)
    /// A namespace.
    case namespace(Namespace)
    /// A person's account.
    case account(PersonID)
    /// The marketplace.
    case marketplace

    /// The streams that tell how people are related to it.
    public var streams: [AnyStream] {
        switch self {
        case .agent(let key): [TypedStream.agent(key).any]
        case .namespace(let namespace): [TypedStream.namespace(namespace).any]
        case .account, .marketplace: []
        }
    }
}

/// The relation of a person to a resource.
public enum Relation: Sendable, CaseIterable {
    /// An owner of the agent or namespace.
    case owner
    /// A maintainer of it.
    case maintainer
    /// Nobody has claimed it.
    case unclaimed
    /// The resource is the person's own account.
    case oneself
    /// None of these.
    case stranger
}

/// A row of the table of rights: the credential that an action needs, and the people who may do it.
public struct Right: Sendable {
    /// The kinds of credentials.
    public enum Credential: Sendable {
        /// The scope `publish`, unless it is restricted to other agents and namespaces.
        case publishing
        /// The scope `review`.
        case reviewing
        /// The scope `moderate`.
        case moderating
        /// The scope `report`.
        case reporting
        /// The scope `admin`.
        case administering
        /// The scope `account`. It is apart from the others, so that a leaked credential without it does not give away
        /// the account.
        case account
    }

    /// The permission that the credential needs.
    public let credential: Credential
    /// The relations to the resource that permit the action; one of them is enough.
    public let relations: Set<Relation>
    /// True where the scope `moderate` is enough.
    public let isModerators: Bool
    /// True where the scope `admin` is enough.
    public let isAdministrators: Bool

    init(
        _ credential: Credential, _ relations: Set<Relation>, moderator: Bool = false, administrator: Bool = false
    ) {
        self.credential = credential
        self.relations = relations
        isModerators = moderator
        isAdministrators = administrator
    }
}

extension Set<Relation> {
    /// Every relation: the action does not depend on it.
    static let anybody = Set(Relation.allCases)
}

extension Past {
    /// The credential of a principal, if it is good now.
    ///
    /// - Throws: `notAuthenticated` where it has expired, is revoked or belongs to another person, or where a
    ///   credential that it depends on was revoked with all that it issued.
    @discardableResult
    public func credential(of principal: Principal, at now: Timestamp) throws(Rejection) -> TokenState {
        let token = self[.token(principal.token)]
        guard token.user == principal.user, self[.user(principal.user)].isRegistered, !token.isRevoked,
            now < token.expires, !isEndedFromAbove(principal.token)
        else { throw .notAuthenticated }
        return token
    }

    /// Checks the table of rights; returns the authority under which the principal acts.
    ///
    /// - Parameter wanted: the authority to act under; nil for the first of owner, moderator and administrator that
    ///   permits the action.
    /// - Throws: `notAuthenticated`, `outOfScope` where the credential lacks the scope, or `notPermitted`.
    @discardableResult
    public func authorize(
        _ principal: Principal, _ action: Action, on resource: Resource, at now: Timestamp, as wanted: Authority? = nil
    ) throws(Rejection) -> Authority {
        let right = action.right
        let permissions = try credential(of: principal, at: now).permissions
        let isPermitted = permissions.permit(right.credential, on: resource)
        let isRelated = right.relations.contains(relation(of: principal.user, to: resource))
        let first: Authority =
            switch right.credential {
            case .moderating: .moderator
            case .administering: .administrator
            case .publishing, .reviewing, .reporting, .account: .owner
            }
        var authorities: [Authority] = isPermitted && isRelated ? [first] : []
        if right.isModerators, permissions.scopes.contains(.moderate) { authorities.append(.moderator) }
        if right.isAdministrators, permissions.scopes.contains(.admin) { authorities.append(.administrator) }
        if let found = authorities.first(where: { wanted == nil || $0 == wanted }) { return found }
        guard isPermitted, wanted == nil || wanted == first else { throw .outOfScope(action, resource) }
        throw .notPermitted(action, resource)
    }

    /// The relation of a person to a resource.
    func relation(of user: PersonID, to resource: Resource) -> Relation {
        let (roles, isThere): ([PersonID: Role], Bool)
        switch resource {
        case .agent(let key): (roles, isThere) = (self[.agent(key)].roles, self[.agent(key)].id != nil)
        case .namespace(let namespace):
            (roles, isThere) = (self[.namespace(namespace)].roles, self[.namespace(namespace)].isClaimed)
        case .account(let person): return person == user ? .oneself : .stranger
        case .marketplace: return .stranger
        }
        switch roles[user] {
        case .owner: return .owner
        case .maintainer: return .maintainer
        case nil: return isThere ? .stranger : .unclaimed
        }
    }
}
