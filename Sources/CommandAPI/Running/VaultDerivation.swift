import Crypto
package import EventLog
package import Events
import Manifest
import Marketplace

/// Derives names, roles, files held as malware, and revoked tokens from the log, as the effects of the appends did.
package struct VaultDerivation: DerivedVaultFold {
    private struct Hold: Hashable {
        let key: AgentKey
        /// Empty for all versions.
        let precedence: [UInt8]
    }

    package static let types = VaultChange.types.union([
        VersionPublished.type, AgentQuarantined.type, QuarantineLifted.type,
    ])

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
        VaultChange(envelope.event, in: envelope.stream)?.apply(to: &vault)
        switch (envelope.stream, envelope.event) {
        case (.agent(let key), is AgentRegistered): note(envelope.stream, key.description)
        case (.namespace(let namespace), is NamespaceClaimed): note(envelope.stream, namespace.description)
        case (.agent(let key), let published as VersionPublished):
            guard let version = SemVer(published.version) else { return }
            programs[key, default: [:]][version.precedenceKey] =
                published.artifacts.filter(\.role.isProgram).map(\.sha256)
        case (.agent(let key), let quarantined as AgentQuarantined): hold(key, quarantined)
        case (.agent(let key), let lifted as QuarantineLifted): held[hold(on: key, lifted.version)] = nil
        default: break
        }
    }

    private mutating func note(_ holder: StreamName, _ name: String) {
        vault.names.append(
            DerivedVault.ClaimedName(holder, name: name, skeleton: NameSkeleton(name).description))
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
