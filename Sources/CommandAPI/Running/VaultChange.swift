import EventLog
import Events
import Marketplace

/// What one event changes in the vault: the append does it at once, and a rebuild does it again.
enum VaultChange {
    /// Somebody has a role.
    case gained(DerivedVault.HeldRole)
    /// Somebody has a role no more.
    case lost(DerivedVault.HeldRole)
    /// A token is revoked.
    case revoked(TokenID)

    /// The types of the events that change the vault.
    static let types: Set<String> = [
        TokenRevoked.type, AgentRegistered.type, AgentOwnerAdded.type, AgentOwnerRemoved.type, NamespaceClaimed.type,
        NamespaceMemberAdded.type, NamespaceMemberRemoved.type,
    ]

    /// Reads an event; nil for one that changes nothing there.
    init?(_ event: any EventPayload, in stream: StreamName) {
        func role(_ person: PersonID) -> DerivedVault.HeldRole { DerivedVault.HeldRole(person, on: stream) }
        switch (stream, event) {
        case (.token(let token), is TokenRevoked): self = .revoked(token)
        case (_, let registered as AgentRegistered): self = .gained(role(registered.owner))
        case (_, let added as AgentOwnerAdded): self = .gained(role(added.user))
        case (_, let removed as AgentOwnerRemoved): self = .lost(role(removed.user))
        case (_, let claimed as NamespaceClaimed): self = .gained(role(claimed.owner))
        case (_, let added as NamespaceMemberAdded): self = .gained(role(added.user))
        case (_, let removed as NamespaceMemberRemoved): self = .lost(role(removed.user))
        default: return nil
        }
    }

    /// The change as an effect of the append.
    var effect: any AppendEffect {
        switch self {
        case .gained(let role): GainedRoleEffect(role)
        case .lost(let role): LostRoleEffect(role)
        case .revoked(let token): EndedCredentialEffect(token)
        }
    }

    /// The change in a vault that is derived anew.
    func apply(to vault: inout DerivedVault) {
        switch self {
        case .gained(let role): vault.roles.insert(role)
        case .lost(let role): vault.roles.remove(role)
        case .revoked(let token): vault.revoked.insert(token)
        }
    }
}
