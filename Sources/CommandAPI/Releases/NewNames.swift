import EventLog
import Events
import Marketplace

/// What was found that the names of a new agent look like.
struct NewNames: Sendable {
    private var id: HeldName?
    private var namespace: HeldName?

    /// Nothing was looked up yet: the append finds out whether something is there.
    init() {}

    /// Looks up what the names of an agent look like.
    init(of key: AgentKey, in log: EventLog) async throws(EventLogError) {
        id = try await log.name(in: .agents, like: NameSkeleton(key).description)
        if let namespace = key.namespace {
            self.namespace = try await log.name(in: .owners, like: NameSkeleton(namespace).description)
        }
    }

    /// What the decision is made over.
    var likenesses: ClaimAgent.Likenesses {
        ClaimAgent.Likenesses(id: id.map(Likeness.init), namespace: namespace.map(Likeness.init))
    }

    /// The effects of a publication that registers an agent; none where it is there.
    func effects(of key: AgentKey, _ past: Past) -> [any AppendEffect] {
        guard past[.agent(key)].id == nil else { return [] }
        var effects = [
            NameEffect(
                .agent(key), name: key.description, skeleton: NameSkeleton(key).description, considered: id)
        ]
        if let namespace = key.namespace, !past[.namespace(namespace)].isClaimed {
            effects.append(
                NameEffect(
                    .namespace(namespace), name: namespace.description,
                    skeleton: NameSkeleton(namespace).description, considered: self.namespace))
        }
        return effects
    }
}

extension Likeness {
    init(_ held: HeldName) {
        self.init(name: held.name, holder: held.holder, namespace: held.namespace)
    }
}
