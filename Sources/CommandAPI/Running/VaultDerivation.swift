import Crypto
package import EventLog
package import Events
import Manifest

/// Derives roles, files held as malware, and revoked tokens from the log, as the effects of the appends did.
package struct VaultDerivation: DerivedVaultFold {
    private struct Hold: Hashable {
        let key: AgentKey
        /// Empty for all versions.
        let precedence: [UInt8]
    }

    package static let types: Set<String> = [
        TokenRevoked.type, AgentRegistered.type, AgentOwnerAdded.type, AgentOwnerRemoved.type, NamespaceClaimed.type,
        NamespaceMemberAdded.type, NamespaceMemberRemoved.type, VersionPublished.type, AgentQuarantined.type,
        QuarantineLifted.type,
    ]

    private var vault = DerivedVault()
    private var programs: [AgentKey: [[UInt8]: [SHA256Digest]]] = [:]
    private var held: [Hold: Set<SHA256Digest>] = [:]

    package init() {}

    package var derived: DerivedVault {
        var all = vault
        for (hold, digests) in held {
            for digest in digests {
                all.files.insert(DerivedVault.HeldFile(digest, of: hold.key, precedence: hold.precedence))
            }
        }
        return all
    }

    package mutating func take(_ envelope: Envelope) {
        let stream = envelope.stream
        func role(_ person: PersonID) -> DerivedVault.HeldRole { DerivedVault.HeldRole(person, on: stream) }
        switch (stream, envelope.event) {
        case (.token(let token), is TokenRevoked): vault.revoked.insert(token)
        case (_, let registered as AgentRegistered): vault.roles.insert(role(registered.owner))
        case (_, let added as AgentOwnerAdded): vault.roles.insert(role(added.user))
        case (_, let removed as AgentOwnerRemoved): vault.roles.remove(role(removed.user))
        case (_, let claimed as NamespaceClaimed): vault.roles.insert(role(claimed.owner))
        case (_, let added as NamespaceMemberAdded): vault.roles.insert(role(added.user))
        case (_, let removed as NamespaceMemberRemoved): vault.roles.remove(role(removed.user))
        case (.agent(let key), let published as VersionPublished):
            guard let version = SemVer(published.version) else { return }
            programs[key, default: [:]][version.precedenceKey] =
                published.artifacts.filter(\.role.isProgram).map(\.sha256)
        case (.agent(let key), let quarantined as AgentQuarantined): hold(key, quarantined)
        case (.agent(let key), let lifted as QuarantineLifted): held[hold(on: key, lifted.version)] = nil
        default: break
        }
    }

    private mutating func hold(_ key: AgentKey, _ event: AgentQuarantined) {
        let hold = hold(on: key, event.version)
        guard event.reason == .malware else {
            held[hold] = nil
            return
        }
        let versions = (programs[key] ?? [:]).filter { hold.precedence.isEmpty || $0.key == hold.precedence }
        held[hold] = Set(versions.values.joined())
    }

    private func hold(on key: AgentKey, _ version: String?) -> Hold {
        Hold(key: key, precedence: version.flatMap { SemVer($0) }?.precedenceKey ?? [])
    }
}
