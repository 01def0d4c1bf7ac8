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
    /// The holder as the vault writes it.
    let kept: String

    /// The stream of the holder; nil where its bearer has left.
    public var holder: StreamName? { StreamName(kept) }

    init(name: String?, kept: String) {
        self.name = name
        self.kept = kept
    }
}
