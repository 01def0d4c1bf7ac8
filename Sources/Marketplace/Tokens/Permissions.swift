public import Events

/// What a credential permits.
public struct Permissions: Sendable, Equatable {
    /// The scopes.
    public private(set) var scopes: Set<Scope>
    /// What publishing is narrowed to; nil where it is not. Where it is narrowed and nobody knows any more to what, it is
    /// narrowed to nothing.
    public private(set) var within: WithinContent?

    /// States permissions.
    public init(_ scopes: Set<Scope>, within: WithinContent? = nil) {
        self.scopes = scopes
        self.within = within
    }

    /// Puts together what a client asks for. Publishing everywhere and within something is publishing everywhere.
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

    /// As a client asks for it, in order.
    public var words: [PermissionWord] {
        let plain = scopes.sorted().filter { $0 != .publish || within == nil }.map(PermissionWord.scope)
        return plain + (within?.namespaces.map(PermissionWord.publishNamespace) ?? [])
            + (within?.agents.map(PermissionWord.publishAgent) ?? [])
    }

    /// True for a credential that an action takes on a resource.
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

    /// What of other permissions these do not cover; nil where they cover all.
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
