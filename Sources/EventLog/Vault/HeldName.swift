public import Events

/// Among which names one is compared.
public enum NameSpace: String, Sendable {
    /// Ids of agents.
    case agents
    /// User names and namespaces.
    case owners

    init(_ holder: StreamName) {
        if case .agent = holder { self = .agents } else { self = .owners }
    }
}

/// A name that the vault holds.
public struct HeldName: Sendable, Equatable {
    /// The name; nil where its bearer has left.
    public let name: String?
    /// The namespace of that name; nil where there is none.
    public let namespace: Namespace?
    /// The holder as the vault writes it.
    let kept: String

    /// The stream of the holder; nil where its bearer has left.
    public var holder: StreamName? { StreamName(kept) }

    init(name: String?, namespace: Namespace?, kept: String) {
        self.name = name
        self.namespace = namespace
        self.kept = kept
    }
}
