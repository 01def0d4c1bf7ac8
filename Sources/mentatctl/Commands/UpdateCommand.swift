import AgentIndex
import CommandLine
import Contract
import Events
import LocalRegistry
import Manifest
import RegistryClient

/// Bringing what is installed up to date.
enum UpdateCommand {
    static let update = RunnableCommand(
        Subcommand(
            "agent update", "Installs newer versions of what is installed, within what was asked for then.",
            notes:
                "Each request that was made is resolved again; a version that was named stays as it is. Warns where an "
                + "installed version was yanked, held or removed since. Older versions stay; "
                + "`mentatctl agent uninstall AGENT@VERSION` removes one.",
            arguments: [Subcommand.Argument("AGENT", "which; all of them where none is named", .many)],
            options: [Context.asOf],
            examples: ["mentatctl agent update", "mentatctl agent update mentatlab.word-count"])
    ) { context in
        let wanted = try context.invocation.arguments.map { text throws(Failure) in
            try Context.agent(text, of: "agent update").key
        }
        let agents = InstallCommands.agents(context)
        let lock = try await agents.lock(context.console.note)
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        let all = try agents.list()
        for key in wanted where !all.contains(where: { $0.id.key == key }) {
            throw InstallCommands.notInstalled("\(key)")
        }
        let receipts = all.filter { wanted.isEmpty || wanted.contains($0.id.key) }
        let (asOf, home) = (try context.asOf(), try context.origin())
        var attempts = Attempts(context.console)
        // Each agent is updated from the registry that it came from, whichever is selected: an agent of that name
        // elsewhere is another one.
        for ((id, origin), group) in grouped(receipts) {
            if case .position = asOf, origin != home {
                await attempts.add("\(id)") {
                    throw Failure(
                        .usage, "usage", "\(id) is from \(origin), whose log has other positions than that of \(home).",
                        fix: "give --as-of a time")
                }
                continue
            }
            let registry = try context.registry(at: origin, token: nil)
            let one = OneAgent(
                id: id, receipts: group, index: RegistryIndex(registry, asOf: asOf), present: RegistryIndex(registry),
                installation: InstallCommands.installation(registry, asOf: asOf, agents, context.console),
                console: context.console)
            await one.update(&attempts)
        }
        return attempts.report
    }

    private static func grouped(
        _ receipts: [InstalledAgents.Receipt]
    ) -> [((id: AgentID, origin: String), [InstalledAgents.Receipt])] {
        var groups: [((id: AgentID, origin: String), [InstalledAgents.Receipt])] = []
        for receipt in receipts {
            if let index = groups.firstIndex(where: { $0.0.id.key == receipt.id.key && $0.0.origin == receipt.registry }
            ) {
                groups[index].1.append(receipt)
            } else {
                groups.append(((receipt.id, receipt.registry), [receipt]))
            }
        }
        return groups
    }

    /// The installed versions of one agent from one registry.
    private struct OneAgent {
        let id: AgentID
        let receipts: [InstalledAgents.Receipt]
        let index: RegistryIndex
        /// What there is now, for what was withdrawn since.
        let present: RegistryIndex
        let installation: Installation
        let console: Console

        /// Why a request leads to no version although it once did.
        private static let withdrawn = [ProblemCode.quarantined.rawValue, ProblemCode.versionNotFound.rawValue]

        func update(_ attempts: inout Attempts) async {
            let before = attempts.failures.count
            for receipt in receipts {
                await attempts.add("\(receipt.id)@\(receipt.version)") { try await warn(receipt) }
            }
            // Where the registry does not answer for what is installed, it will not for the requests.
            guard attempts.failures.count == before else { return }
            var requests: [String] = []
            for request in receipts.flatMap(\.requests) where !requests.contains(request) { requests.append(request) }
            for request in requests {
                if SemVer(request) != nil {
                    console.note("\(id) \(request) is pinned: a version that was named stays as it is")
                    continue
                }
                await attempts.add("\(id)@\(request)") {
                    let reference = try AgentReference("\(id)@\(request)")
                    let meant = try reference.request()
                    let (document, version): (IndexDocument, IndexedVersion)
                    do {
                        (document, version) = try await index.resolve(meant, of: id)
                    } catch let failure as Failure where Self.withdrawn.contains(failure.code) {
                        // What is installed stays; that it was withdrawn is said above.
                        return nil
                    }
                    // A version that is there is made whole where it is not, and notes the request.
                    let outcome = try await installation.install(version, of: document, for: meant)
                    return outcome.change == .none ? nil : outcome
                }
            }
        }

        /// Says where an installed version was withdrawn since.
        private func warn(_ receipt: InstalledAgents.Receipt) async throws -> Installation.Outcome? {
            let what = "\(receipt.id) \(receipt.version), which is installed,"
            do {
                let (document, version) = try await present.resolve(.exact(receipt.version), of: receipt.id)
                guard version.isYanked || version.isRemoved(receipt.sha256) else { return nil }
                let reason = version.isYanked ? "is yanked (\(version.yank?.reason ?? "other"))" : "was removed"
                let replacement = try? await present.resolve(.latest, of: receipt.id).version.version
                let use = document.replacement.map { "\($0)" } ?? replacement.map { "\(receipt.id)@\($0)" }
                console.warn("\(what) \(reason)\(use.map { "; use \($0)" } ?? "; nothing replaces it")")
            } catch let failure as Failure where Self.withdrawn.contains(failure.code) {
                let latest = try? await present.resolve(.latest, of: receipt.id).version.version
                let use = latest.map { "; use \(receipt.id)@\($0)" } ?? ""
                console.warn("\(what) can't be had any more: \(failure.redacted.message)\(use)")
            }
            return nil
        }
    }
}
