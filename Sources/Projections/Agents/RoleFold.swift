import Events

/// Who has which role on an agent, evolved in log order.
struct RoleFold {
    /// A person's role.
    struct Holding {
        let role: Role
        /// The position at which it last changed.
        let position: Position
        /// True for who registered the agent and has not left since.
        let isRegistrar: Bool
    }

    private(set) var holdings: [PersonID: Holding] = [:]

    /// Adds a role from before.
    mutating func add(_ person: PersonID, _ holding: Holding) { holdings[person] = holding }

    /// Applies an entry of the agent's stream; true where it concerns roles.
    mutating func evolve(_ event: ProjectedEvent) -> Bool {
        switch event.event {
        case let registered as AgentRegistered:
            holdings[registered.owner] = Holding(role: .owner, position: event.position, isRegistrar: true)
        case let added as AgentOwnerAdded:
            holdings[added.user] = Holding(
                role: added.role, position: event.position, isRegistrar: holdings[added.user]?.isRegistrar ?? false)
        case let removed as AgentOwnerRemoved: holdings[removed.user] = nil
        default: return false
        }
        return true
    }

    /// Owners and maintainers, in the order in which their roles last changed.
    var owners: [(person: PersonID, role: Role)] {
        holdings.sorted { ($0.value.position, $0.key.hex) < ($1.value.position, $1.key.hex) }.map {
            ($0.key, $0.value.role)
        }
    }

    /// Who is shown as publisher: the person who registered the agent until they leave, then the owner of longest
    /// standing.
    var shownOwner: PersonID? {
        holdings.first { $0.value.isRegistrar }?.key ?? owners.first { $0.role == .owner }?.person
    }
}
