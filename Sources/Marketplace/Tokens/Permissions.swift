public import Events

/// The permissions of a credential.
public struct Permissions: Sendable, Equatable {
    /// The scopes.
    public private(set) var scopes: Set<Scope>
    /// The agents and namespaces that publishing is restricted to; nil where it is not restricted. Where the
    /// restriction was erased, this is empty and permits no publishing.
    public private(set) var within: WithinContent?

    /// Creates permissions.
    public init(_ scopes: Set<Scope>, within: WithinContent? = nil) {
        self.scopes = scopes
        self.within = within
    }

    /// Creates permissions from a client's words. `publish` without a restriction outweighs every restricted one.
    public init(_ words: [PermissionWord]) {
        (scopes, within) = ([], nil)
        var agents: Set<AgentKey> = []
        var namespaces: Set<Namespace> = []
        for word in words {
            switch word {
            case .scope(let scope): scopes.insert(scope)
            case .publishAgent(let key): agents.insert(key)
            case .publishNamespace(let namespace): namespaces.insert(namespace)
            }
        }
        guard !scopes.contains(.publish), !agents.isEmpty || !namespaces.isEmpty else { return }
        scopes.insert(.publish)
        within = WithinContent(agents: agents, namespaces: namespaces)
    }

    /// The permissions as a client writes them, in order.
    public var words: [PermissionWord] {
        let plain = scopes.sorted().filter { $0 != .publish || within == nil }.map(PermissionWord.scope)
        return plain + (within?.namespaces.map(PermissionWord.publishNamespace) ?? [])
            + (within?.agents.map(PermissionWord.publishAgent) ?? [])
    }

    /// True where these permissions include the credential that an action needs on a resource.
    func permit(_ credential: Right.Credential, on resource: Resource) -> Bool {
        switch credential {
        case .publishing: scopes.contains(.publish) && permitsPublishing(on: resource)
        case .reviewing: scopes.contains(.review)
        case .moderating: scopes.contains(.moderate)
        case .reporting: scopes.contains(.report)
        case .administering: scopes.contains(.admin)
        case .account: scopes.contains(.account)
        }
    }

    private func permitsPublishing(on resource: Resource) -> Bool {
        guard let within else { return true }
        switch resource {
        case .agent(let key):
            return within.agents.contains(key) || key.namespace.map(within.namespaces.contains) ?? false
        case .namespace(let namespace): return within.namespaces.contains(namespace)
        case .account, .marketplace: return false
        }
    }

    /// The first of other permissions that these do not cover; nil where they cover all.
    func firstUncovered(_ wanted: Permissions) -> PermissionWord? {
        wanted.words.first { word in
            switch word {
            case .scope(.publish): !scopes.contains(.publish) || within != nil
            case .scope(let scope): !scopes.contains(scope)
            case .publishAgent(let key): !permit(.publishing, on: .agent(key))
            case .publishNamespace(let namespace): !permit(.publishing, on: .namespace(namespace))
            }
        }
    }
}
