import CommandLine
import Contract
import Events
import LocalRegistry
import Manifest
import RegistryClient

/// What is on this machine.
enum InstallCommands {
    static let all = [install, list, UpdateCommand.update, VerifyCommand.verify, uninstall]

    static func installation(
        _ registry: RegistryClient, asOf: AsOf?, _ agents: InstalledAgents, _ console: Console
    ) -> Installation {
        Installation(registry, asOf: asOf, into: agents) {
            console.warn($0)
        } progress: {
            console.progress("downloading", $0, of: $1)
        }
    }

    static func agents(_ context: Context) -> InstalledAgents { InstalledAgents(home: context.settings.home) }

    private static let install = RunnableCommand(
        Subcommand(
            "agent install", "Installs agents, each whole or not at all.",
            notes:
                "A range is as Node.js writes it: ^1.2, ~1.2.3, 1.x, '>=1 <2'. What an agent needs is listed and not "
                + "installed yet. With --as-of, versions are found as they were then; what moderators hold now, or have "
                + "removed, is installed at no moment. `mentatctl config set as_of 2026-11-01` makes a moment the default.",
            arguments: [
                Subcommand.Argument("AGENT[@RANGE]", "an agent, and which version"),
                Subcommand.Argument("AGENT[@RANGE]", "more of them", .many),
            ],
            options: [Context.asOf],
            examples: [
                "mentatctl agent install mentatlab.word-count", "mentatctl agent install 'ada.tool@^1.2'",
                "mentatctl agent install ada.tool --as-of 2026-11-01",
            ])
    ) { context in
        let references = try context.invocation.arguments.map { text throws(Failure) in try AgentReference(text) }
        for reference in references { _ = try reference.request() }
        let agents = agents(context)
        let installation = installation(
            try await context.registry(), asOf: try context.asOf(), agents, context.console)
        let lock = try await agents.lock(context.console.note)
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        var attempts = Attempts(context.console, says: references.count > 1)
        for (text, reference) in zip(context.invocation.arguments, references) {
            await attempts.add(text) { try await installation.install(reference) }
        }
        // One that fails alone ends the command as ever.
        if references.count == 1, let failure = attempts.failures.first { throw failure }
        return attempts.report
    }

    private static let list = RunnableCommand(
        Subcommand("agent list", "Lists what is installed.", examples: ["mentatctl agent list --json"])
    ) { context in
        let receipts = try agents(context).list().map { Installed(receipt: $0) }
        return Report(
            InstalledList(installed: receipts, failed: nil),
            lines: { $0.installed.map { "\($0.receipt.id)@\($0.receipt.version)" } }
        ) { list, style in
            guard !list.installed.isEmpty else { return "nothing is installed" }
            return style.table(
                ["AGENT", "VERSION", "REGISTRY", "PATH"],
                list.installed.map(\.receipt).map { ["\($0.id)", "\($0.version)", $0.registry.shown, $0.path.shown] })
        }
    }

    /// What the arguments name: an agent, and perhaps one version.
    static func named(
        _ context: Context
    ) throws(Failure) -> [(text: String, key: AgentKey, version: SemVer?)] {
        try context.invocation.arguments.map { text throws(Failure) in
            let reference = try AgentReference(text)
            return (
                text, reference.id.key, try reference.version.map { _ throws(Failure) in try reference.exactVersion() }
            )
        }
    }

    static func notInstalled(_ what: String) -> Failure {
        Failure(.permanent, "not-installed", "'\(what)' is not installed", fix: "mentatctl agent list")
    }

    private static let uninstall = RunnableCommand(
        Subcommand(
            "agent uninstall", "Removes an agent from this machine, or one version of it.",
            arguments: [
                Subcommand.Argument("AGENT[@VERSION]", "an agent, or one version of it"),
                Subcommand.Argument("AGENT[@VERSION]", "more of them", .many),
            ],
            examples: ["mentatctl agent uninstall mentatlab.word-count@1.0.0"])
    ) { context in
        let wanted = try named(context)
        let agents = agents(context)
        let lock = try await agents.lock(context.console.note)
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        var receipts: [InstalledAgents.Receipt] = []
        for (text, key, version) in wanted {
            let meant = try agents.list(key).filter { version?.names($0.version) ?? true }
            guard !meant.isEmpty else { throw notInstalled(text) }
            receipts += meant.filter { one in !receipts.contains { $0.path == one.path } }
        }
        for receipt in receipts { try await agents.remove(receipt) }
        return Report(RemovedList(removed: receipts), lines: { $0.removed.map(\.path) }) { list, _ in
            list.removed.map { "removed \($0.id) \($0.version)" }.joined(separator: "\n")
        }
    }
}

/// Agents that were removed.
private struct RemovedList: Body {
    let removed: [InstalledAgents.Receipt]

    static let form = Form.object(
        nil, Self.init, .required("removed", \.removed, .list(InstalledAgents.Receipt.form)))
}
