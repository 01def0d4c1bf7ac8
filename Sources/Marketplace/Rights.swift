public import Events

/// What can be done, each with its row in the table of rights.
public enum Action: String, Sendable, CaseIterable {
    /// To publish the first version of an agent.
    case registerAgent = "register-agent"
    /// To publish another one.
    case publishVersion = "publish-version"
    /// To hide a version from resolution, or take that back.
    case yankVersion = "yank-version"
    /// To say that an agent is not recommended, or take that back.
    case deprecateAgent = "deprecate-agent"
    /// To say who owns and maintains an agent.
    case changeOwners = "change-owners"
    /// To say who owns and maintains a namespace.
    case changeMembers = "change-members"
    /// To lay down one's own role on an agent or in a namespace.
    case leave
    /// To review an agent.
    case review
    /// To say whether a review helps.
    case vote
    /// To star an agent.
    case star
    /// To ask the moderators to look.
    case flag
    /// To read what was flagged.
    case readFlags = "read-flags"
    /// To say what another server has answered.
    case reportDownloads = "report-downloads"
    /// To have another credential.
    case issueToken = "issue-token"
    /// To see one's credentials.
    case listTokens = "list-tokens"
    /// To end a credential.
    case revokeToken = "revoke-token"
    /// To say who one is.
    case changeProfile = "change-profile"
    /// To have one's name and words forgotten.
    case eraseAccount = "erase-account"
}

/// What it is done to.
public enum Resource: Sendable, Hashable {
    /// An agent.
    case agent(AgentKey)
    /// A namespace.
    case namespace(Namespace)
    /// A person's account.
    case account(PersonID)
    /// The marketplace.
    case marketplace
}

/// How somebody stands to a resource.
public enum Standing: Sendable, CaseIterable {
    /// An owner of the agent or namespace.
    case owner
    /// A maintainer of it.
    case maintainer
    /// Nobody owns the namespace.
    case unclaimed
    /// It is the person's own account.
    case oneself
    /// None of these.
    case stranger
}

/// A row of the table of rights: which credential an action takes, and who may do it.
public struct Right: Sendable {
    /// The kinds of credentials.
    public enum Credential: Sendable {
        /// A scope to publish the agent concerned, or in the namespace concerned.
        case publishing
        /// The scope `review`.
        case reviewing
        /// The scope `moderate`.
        case moderating
        /// The whole account: `publish` and `review`. A narrow credential that leaks gives nobody the account.
        case account
        /// The scope `admin`.
        case administering
    }

    /// What the credential has to permit.
    public let credential: Credential
    /// How one has to stand to the resource.
    public let standings: Set<Standing>
    /// True where the administrator's scope is enough.
    public let isAdministrators: Bool

    private init(_ credential: Credential, _ standings: Set<Standing>, administrator: Bool = false) {
        self.credential = credential
        self.standings = standings
        isAdministrators = administrator
    }

    /// The table of rights: actor × action × resource.
    public static func of(_ action: Action) -> Right {
        switch action {
        case .registerAgent: Right(.publishing, [.owner, .maintainer, .unclaimed])
        case .publishVersion: Right(.publishing, [.owner, .maintainer])
        case .yankVersion, .deprecateAgent: Right(.publishing, [.owner, .maintainer], administrator: true)
        case .changeOwners, .changeMembers: Right(.account, [.owner], administrator: true)
        case .leave: Right(.account, [.owner, .maintainer])
        case .review, .vote: Right(.reviewing, [.stranger])
        case .star, .flag: Right(.reviewing, Set(Standing.allCases))
        case .readFlags: Right(.moderating, Set(Standing.allCases))
        case .reportDownloads: Right(.administering, Set(Standing.allCases))
        case .issueToken, .listTokens, .changeProfile, .eraseAccount: Right(.account, [.oneself])
        case .revokeToken: Right(.account, [.oneself], administrator: true)
        }
    }
}

extension Past {
    /// The credential of a principal, where it is one now.
    func credential(of principal: Principal, at now: Timestamp) throws(Rejection) -> TokenState {
        let token = token(principal.token)
        guard token.user == principal.user, user(principal.user).isRegistered, !token.isRevoked, now < token.expires
        else { throw .notAuthenticated }
        return token
    }

    /// Throws unless the table of rights lets a principal do something to a resource.
    public func authorize(
        _ principal: Principal, _ action: Action, on resource: Resource, at now: Timestamp
    ) throws(Rejection) {
        let right = Right.of(action)
        let scopes = try credential(of: principal, at: now).scopes
        if right.isAdministrators, scopes.contains(.admin) { return }
        guard Self.permit(scopes, right.credential, on: resource) else { throw .outOfScope(action, resource) }
        guard right.standings.contains(standing(of: principal.user, to: resource)) else {
            throw .notPermitted(action, resource)
        }
    }

    private static func permit(_ scopes: [Scope], _ credential: Right.Credential, on resource: Resource) -> Bool {
        switch credential {
        case .publishing: scopes.contains { permitsPublishing($0, on: resource) }
        case .reviewing: scopes.contains(.review)
        case .moderating: scopes.contains(.moderate)
        case .administering: scopes.contains(.admin)
        case .account: scopes.contains(.publish) && scopes.contains(.review)
        }
    }

    private static func permitsPublishing(_ scope: Scope, on resource: Resource) -> Bool {
        switch (scope, resource) {
        case (.publish, _): true
        case (.publishAgent(let permitted), .agent(let key)): permitted == key
        case (.publishNamespace(let permitted), .agent(let key)): permitted == key.namespace
        case (.publishNamespace(let permitted), .namespace(let namespace)): permitted == namespace
        default: false
        }
    }

    /// How a person stands to a resource.
    func standing(of user: PersonID, to resource: Resource) -> Standing {
        let roles: [PersonID: Role]
        switch resource {
        case .agent(let key): roles = agent(key).roles
        case .namespace(let namespace): roles = self.namespace(namespace).roles
        case .account(let person): return person == user ? .oneself : .stranger
        case .marketplace: return .stranger
        }
        switch roles[user] {
        case .owner: return .owner
        case .maintainer: return .maintainer
        case nil: return roles.isEmpty ? .unclaimed : .stranger
        }
    }
}
