import CommandLine
import Events
import JSON
import Manifest

/// What is on this machine.
enum InstallCommands {
    static let all = [install, list, update, uninstall]

    private static func installation(_ context: Context) throws -> Installation {
        Installation(
            registry: try context.registry(), agents: InstalledAgents(context.settings), console: context.console)
    }

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
        let installation = try installation(context)
        let lock = try await installation.agents.lock()
        defer { withExtendedLifetime(lock) {} }
        try installation.agents.sweep()
        var installed: [JSONValue] = []
        for reference in references {
            guard let outcome = try await installation.install(reference) else { continue }
            installed.append(InstallCommands.outcome(outcome, context.console))
        }
        return report(installed)
    }

    private static func outcome(_ outcome: Installation.Outcome, _ console: Console) -> JSONValue {
        for dependency in outcome.dependencies {
            console.warn(
                "\(outcome.receipt.id) needs \(dependency.id) \(dependency.range), which is not installed with it")
        }
        var members = outcome.receipt.json.members ?? []
        members.append(JSONValue.Member("new", .bool(outcome.isNew)))
        return .object(members)
    }

    private static func report(_ installed: [JSONValue]) -> Report {
        Report(
            .members(["installed": .array(installed)]),
            lines: { ($0["installed"]?.array ?? []).map { $0.shown("path") } }
        ) { value, style in
            let all = value["installed"]?.array ?? []
            guard !all.isEmpty else { return "everything is up to date" }
            return all.map { one in
                let what = style.bold("\(one.shown("agent_id")) \(one.shown("version"))")
                return one["new"]?.bool == true
                    ? "installed \(what) in \(one.shown("path"))" : "\(what) is there already, in \(one.shown("path"))"
            }.joined(separator: "\n")
        }
    }

    private static let list = RunnableCommand(
        Subcommand("agent list", "Lists what is installed.", examples: ["mentatctl agent list --json"])
    ) { context in
        let receipts = try InstalledAgents(context.settings).list().map(\.json)
        return Report(
            .members(["installed": .array(receipts)]),
            lines: { ($0["installed"]?.array ?? []).map { "\($0.shown("agent_id"))@\($0.shown("version"))" } }
        ) { value, style in
            let all = value["installed"]?.array ?? []
            guard !all.isEmpty else { return "nothing is installed" }
            return style.table(
                ["AGENT", "VERSION", "REGISTRY", "PATH"],
                all.map { [$0.shown("agent_id"), $0.shown("version"), $0.shown("registry"), $0.shown("path")] })
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
        let agents = InstalledAgents(context.settings)
        let lock = try await agents.lock()
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        let receipts = try agents.list()
        for key in wanted where !receipts.contains(where: { $0.id.key == key }) { throw notInstalled("\(key)") }
        var newest: [AgentKey: InstalledAgents.Receipt] = [:]
        for receipt in receipts where wanted.isEmpty || wanted.contains(receipt.id.key) {
            newest[receipt.id.key] = receipt
        }
        var installed: [JSONValue] = []
        var failure: Failure?
        for receipt in newest.values.sorted(by: { $0.id.description < $1.id.description }) {
            // A pinned version is as new as it will ever be.
            guard SemVer(receipt.request) == nil else { continue }
            // From where it came, whatever is asked otherwise: another registry's agent of the name is another agent.
            let installation = Installation(
                registry: Registry(origin: receipt.registry, token: nil, version: context.version), agents: agents,
                console: context.console)
            let reference = try AgentReference("\(receipt.id)@\(receipt.request)")
            do {
                if let outcome = try await installation.install(reference, above: receipt.version), outcome.isNew {
                    installed.append(InstallCommands.outcome(outcome, context.console))
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
        Failure(.failure, "not-installed", "'\(what)' is not installed", fix: "mentatctl agent list")
    }

    private static let uninstall = RunnableCommand(
        Subcommand(
            "agent uninstall", "Removes an agent from this machine, or one version of it.",
            arguments: [Subcommand.Argument("AGENT[@VERSION]", "an agent, or one version of it")],
            examples: ["mentatctl agent uninstall mentatlab.word-count@1.0.0"])
    ) { context in
        let reference = try AgentReference(context.argument(0) ?? "")
        let version = try reference.version.map { _ throws(Failure) in try reference.exactVersion() }
        let agents = InstalledAgents(context.settings)
        let lock = try await agents.lock()
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        let receipts = try agents.list(reference.id.key).filter {
            version == nil || $0.version.description == version?.description
        }
        guard !receipts.isEmpty else { throw notInstalled(context.argument(0) ?? "") }
        for receipt in receipts { try await agents.remove(receipt) }
        return Report(
            .members(["removed": .array(receipts.map(\.json))]),
            lines: { ($0["removed"]?.array ?? []).map { $0.shown("path") } }
        ) { value, _ in
            (value["removed"]?.array ?? []).map { "removed \($0.shown("agent_id")) \($0.shown("version"))" }
                .joined(separator: "\n")
        }
    }
}
