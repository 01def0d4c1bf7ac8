import EventLog
import Events
import Marketplace

extension DecidedEvent {
    /// What the vault has to know of the event, so that it can be asked under the lock; nil for most.
    var vaultEffect: (any AppendEffect)? {
        switch (stream, event) {
        case (.token(let token), is TokenRevoked): EndedCredentialEffect(token)
        case (_, let registered as AgentRegistered): GainedRoleEffect(registered.owner, on: stream)
        case (_, let added as AgentOwnerAdded): GainedRoleEffect(added.user, on: stream)
        case (_, let removed as AgentOwnerRemoved): LostRoleEffect(removed.user, on: stream)
        case (_, let claimed as NamespaceClaimed): GainedRoleEffect(claimed.owner, on: stream)
        case (_, let added as NamespaceMemberAdded): GainedRoleEffect(added.user, on: stream)
        case (_, let removed as NamespaceMemberRemoved): LostRoleEffect(removed.user, on: stream)
        default: nil
        }
    }
}
