public import Events

/// A name that is there and that another one can be mistaken for.
public struct Likeness: Sendable, Equatable {
    /// The name; nil where its bearer has left.
    public let name: String?
    /// The stream of the person, namespace or agent that has it; nil where its bearer has left.
    public let holder: StreamName?
    /// The namespace of the name, which its bearer may have given away; nil where there is none.
    private let namespace: Namespace?

    /// States what has a name.
    public init(name: String?, holder: StreamName?, namespace: Namespace? = nil) {
        self.name = name
        self.holder = holder
        self.namespace = namespace
    }

    /// The streams that tell whose it is.
    var streams: [AnyStream] {
        switch holder {
        case .agent(let key):
            [TypedStream.agent(key).any] + (key.namespace.map { [TypedStream.namespace($0).any] } ?? [])
        case .namespace(let namespace): [TypedStream.namespace(namespace).any]
        default: namespace.map { [TypedStream.namespace($0).any] } ?? []
        }
    }

    /// True where it is a person's own, so that the likeness misleads nobody.
    func belongs(to person: PersonID, _ past: Past) -> Bool {
        func hasRole(_ resource: Resource) -> Bool {
            [.owner, .maintainer].contains(past.relation(of: person, to: resource))
        }
        return switch holder {
        case .user(let holder): namespace.map { hasRole(.namespace($0)) } ?? (holder == person)
        case .namespace(let namespace): hasRole(.namespace(namespace))
        case .agent(let key): hasRole(.agent(key)) || key.namespace.map { hasRole(.namespace($0)) } ?? false
        default: namespace.map { hasRole(.namespace($0)) } ?? false
        }
    }
}
