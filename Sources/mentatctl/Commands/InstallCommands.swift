import CommandLine
import Contract
import Events
import LocalRegistry
import Manifest
import RegistryClient

/// What is on this machine.
enum InstallCommands {
    static let all = [install, list, update, uninstall]

    private static func installation(
        _ registry: RegistryClient, _ agents: InstalledAgents, _ console: Console
    ) -> Installation {
        Installation(registry, into: agents) {
            console.warn($0)
        } progress: {
            console.progress("downloading", $0, of: $1)
        }
    }

    private static func agents(_ context: Context) -> InstalledAgents { InstalledAgents(home: context.settings.home) }

    private static let install = RunnableCommand(
        Subcommand(
            "agent install", "Installs agents, each whole or not at all.",
            notes:
                "A range is as Node.js writes it: ^1.2, ~1.2.3, 1.x, '>=1 <2'. What an agent needs is listed and not "
                + "installed yet.",
            arguments: [
                Subcommand.Argument("AGENT[@RANGE]", "an agent, and which version"),
                Subcommand.Argument("AGENT[@RANGE]", "more of them", .many),
            ],
            examples: ["mentatctl agent install mentatlab.word-count", "mentatctl agent install 'ada.tool@^1.2'"])
    ) { context in
        let references = try context.invocation.arguments.map { text throws(Failure) in try AgentReference(text) }
        for reference in references { _ = try reference.request() }
        let agents = agents(context)
        let installation = installation(try await context.registry(), agents, context.console)
        let lock = try await agents.lock()
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        var installed: [Installed] = []
        for reference in references {
            guard let outcome = try await installation.install(reference) else { continue }
            installed.append(InstallCommands.installed(outcome, context.console))
        }
        return report(installed)
    }

    private static func installed(_ outcome: Installation.Outcome, _ console: Console) -> Installed {
        console.clearProgress()
        for dependency in outcome.dependencies {
            console.warn(
                "\(outcome.receipt.id) needs \(dependency.id) \(dependency.range), which is not installed with it")
        }
        return Installed(receipt: outcome.receipt, isNew: outcome.isNew)
    }

    private static func report(_ installed: [Installed]) -> Report {
        Report(InstalledList(installed: installed), lines: { $0.installed.map(\.receipt.path) }) { list, style in
            guard !list.installed.isEmpty else { return "everything is up to date" }
            return list.installed.map { one in
                let what = style.bold("\(one.receipt.id) \(one.receipt.version)")
                let path = one.receipt.path.shown
                return one.isNew == true ? "installed \(what) in \(path)" : "\(what) is there already, in \(path)"
            }.joined(separator: "\n")
        }
    }

    private static let list = RunnableCommand(
        Subcommand("agent list", "Lists what is installed.", examples: ["mentatctl agent list --json"])
    ) { context in
        let receipts = try agents(context).list().map { Installed(receipt: $0) }
        return Report(
            InstalledList(installed: receipts),
            lines: { $0.installed.map { "\($0.receipt.id)@\($0.receipt.version)" } }
        ) { list, style in
            guard !list.installed.isEmpty else { return "nothing is installed" }
            return style.table(
                ["AGENT", "VERSION", "REGISTRY", "PATH"],
                list.installed.map(\.receipt).map { ["\($0.id)", "\($0.version)", $0.registry.shown, $0.path.shown] })
        }
    }

    private static let update = RunnableCommand(
        Subcommand(
            "agent update", "Installs newer versions of what is installed, within what was asked for then.",
            notes: "Older versions stay; `mentatctl agent uninstall AGENT@VERSION` removes one.",
            arguments: [Subcommand.Argument("AGENT", "which; all of them where none is named", .many)],
            examples: ["mentatctl agent update", "mentatctl agent update mentatlab.word-count"])
    ) { context in
        let wanted = try context.invocation.arguments.map { text throws(Failure) in try AgentReference(text).id.key }
        let agents = agents(context)
        let lock = try await agents.lock()
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        let receipts = try agents.list()
        for key in wanted where !receipts.contains(where: { $0.id.key == key }) { throw notInstalled("\(key)") }
        var newest: [AgentKey: InstalledAgents.Receipt] = [:]
        for receipt in receipts where wanted.isEmpty || wanted.contains(receipt.id.key) {
            newest[receipt.id.key] = receipt
        }
        var installed: [Installed] = []
        var failure: Failure?
        for receipt in newest.values.sorted(by: { $0.id.description < $1.id.description }) {
            // A pinned version is as new as it will ever be.
            guard SemVer(receipt.request) == nil else { continue }
            // From where it came, whatever is asked otherwise: another registry's agent of the name is another agent.
            let installation = installation(
                try context.registry(at: receipt.registry, token: nil), agents, context.console)
            let reference = try AgentReference("\(receipt.id)@\(receipt.request)")
            do {
                if let outcome = try await installation.install(reference, above: receipt.version), outcome.isNew {
                    installed.append(InstallCommands.installed(outcome, context.console))
                }
            } catch {
                // A registry that is gone keeps no other agent from its update.
                let fault = Failure(error)
                context.console.warn("\(receipt.id) is not updated: \(fault.redacted.message)")
                failure = failure ?? fault
            }
        }
        var report = report(installed)
        report.exit = failure?.exit ?? .ok
        return report
    }

    private static func notInstalled(_ what: String) -> Failure {
        Failure(.permanent, "not-installed", "'\(what)' is not installed", fix: "mentatctl agent list")
    }

    private static let uninstall = RunnableCommand(
        Subcommand(
            "agent uninstall", "Removes an agent from this machine, or one version of it.",
            arguments: [Subcommand.Argument("AGENT[@VERSION]", "an agent, or one version of it")],
            examples: ["mentatctl agent uninstall mentatlab.word-count@1.0.0"])
    ) { context in
        let reference = try context.reference()
        let version = try reference.version.map { _ throws(Failure) in try reference.exactVersion() }
        let agents = agents(context)
        let lock = try await agents.lock()
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        let receipts = try agents.list(reference.id.key).filter {
            version == nil || $0.version.description == version?.description
        }
        guard !receipts.isEmpty else { throw notInstalled(context.argument(0) ?? "") }
        for receipt in receipts { try await agents.remove(receipt) }
        return Report(RemovedList(removed: receipts), lines: { $0.removed.map(\.path) }) { list, _ in
            list.removed.map { "removed \($0.id) \($0.version)" }.joined(separator: "\n")
        }
    }
}

/// An agent that is installed.
private struct Installed: Body {
    let receipt: InstalledAgents.Receipt
    /// Whether this run installed it; nil in a list.
    var isNew: Bool?

    static let form = Form.object(
        nil, Self.init, .including(\.receipt, InstalledAgents.Receipt.form), .optional("new", \.isNew, .bool))
}

/// Agents that are installed.
private struct InstalledList: Body {
    let installed: [Installed]

    static let form = Form.object(nil, Self.init, .required("installed", \.installed, .list(Installed.form)))
}

/// Agents that were removed.
private struct RemovedList: Body {
    let removed: [InstalledAgents.Receipt]

    static let form = Form.object(
        nil, Self.init, .required("removed", \.removed, .list(InstalledAgents.Receipt.form)))
}
